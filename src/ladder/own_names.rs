//! The names that a shop gives its events itself, and what they are called here.
//!
//! They come before the vocabulary: whoever says what a name is knows it better than any table.

use super::vocabulary::{self, Weaker};
use std::collections::BTreeMap;

/// Names of events with their canonical names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnNames {
    names: BTreeMap<String, &'static str>,
}

impl OwnNames {
    /// Says what a name is. Names that differ in case and signs only are one.
    pub fn add(&mut self, name: &str, canonical: &'static str) {
        self.names.insert(form(name), canonical);
    }

    /// Whether the shop says what a name is.
    pub fn say_of(&self, name: &str) -> bool {
        self.names.contains_key(&form(name))
    }

    /// The canonical name of an event, if its name is known in any form.
    pub fn canonical(&self, name: &str) -> Option<&'static str> {
        let own = || self.names.get(&form(name)).copied();
        let own = if self.names.is_empty() { None } else { own() };
        own.or_else(|| vocabulary::canonical(name))
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
    }
}
