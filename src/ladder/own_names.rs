//! The names that a shop gives its events itself, and what they are called here.
//!
//! They come before the vocabulary: whoever says what a name is knows it better than any table.

use super::vocabulary::{self, Weaker};
use std::collections::{BTreeMap, BTreeSet};

/// Names of events with their canonical names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnNames {
    /// By the form in which names are compared: what it is, and how the shop writes it.
    names: BTreeMap<String, (&'static str, String)>,
}

impl OwnNames {
    /// Says what a name is. Names that differ in case and signs only are one. Gives back what was said of it before,
    /// if that was something else.
    pub fn add(&mut self, name: &str, canonical: &'static str) -> Option<&'static str> {
        let before = self.names.insert(form(name), (canonical, name.to_string()));
        before.map(|(before, _)| before).filter(|before| *before != canonical)
    }

    /// Whether the shop says what a name is.
    pub fn say_of(&self, name: &str) -> bool {
        self.names.contains_key(&form(name))
    }

    /// What the shop says that a name is.
    pub fn own(&self, name: &str) -> Option<&'static str> {
        if self.names.is_empty() { None } else { Some(self.names.get(&form(name))?.0) }
    }

    /// The names of which the shop says something and that are none of these, each with the one that it most likely
    /// means, if any is near.
    pub fn misspelt<'n>(&self, names: &[&'n str]) -> Vec<(&str, &'n str)> {
        let occurring: BTreeSet<String> = names.iter().map(|name| form(name)).collect();
        let others = || names.iter().copied().filter(|name| !self.say_of(name));
        let unseen = self.names.iter().filter(|(form, _)| !occurring.contains(*form));
        unseen
            .filter_map(|(form, (_, written))| {
                Some((written.as_str(), vocabulary::nearest(form, others())?))
            })
            .collect()
    }

    /// The canonical name of an event, if its name is known in any form.
    pub fn canonical(&self, name: &str) -> Option<&'static str> {
        self.own(name).or_else(|| vocabulary::canonical(name))
    }

    /// What a name means if that depends on what else a log has; what the shop says depends on nothing.
    pub fn weaker(&self, name: &str) -> Option<Weaker> {
        vocabulary::weaker(name).filter(|_| !self.say_of(name))
    }
}

/// The form under which names are compared; of a name without letters and digits the name itself.
fn form(name: &str) -> String {
    let folded = vocabulary::fold(name);
    if folded.is_empty() { name.trim().to_string() } else { folded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_shop_says_goes_first() {
        let mut own = OwnNames::default();
        own.add("Kauf", "checkout_completed");
        own.add("purchase", "payment_info_submitted");
        own.add("→", "page_viewed");
        for (name, expected) in [
            ("kauf", Some("checkout_completed")),
            ("Purchase", Some("payment_info_submitted")),
            ("→", Some("page_viewed")),
            ("←", None),
            ("add_to_cart", Some("product_added_to_cart")),
        ] {
            assert_eq!(own.canonical(name), expected, "{name}");
        }
        assert!(own.say_of("KAUF") && !own.say_of("add_to_cart"));
        assert!(own.weaker("cart").is_some());
        own.add("cart", "cart_viewed");
        assert!(own.weaker("Cart").is_none());
        assert_eq!(own.misspelt(&["Kaufe", "purchase", "→", "cart"]), [("Kauf", "Kaufe")]);
        assert_eq!(own.misspelt(&["kauf", "Kaufe", "purchase", "carts_2"]), []);
    }
}
