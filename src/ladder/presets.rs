//! The ladders that the program brings along, as the files that a user would write.
//!
//! They are text so that they can be shown, copied and changed; `draft` reads them like any other
//! ladder file. Which of them suits the data is decided elsewhere.

use super::definition::Ladder;
use super::draft;

/// The names of the presets, the richest first.
pub const NAMES: [&str; 5] = ["storefront", "checkout", "retail", "sessions", "orders"];

/// The ladder of a name of [`NAMES`], with the program's own secondary actions.
///
/// # Panics
/// Never: every preset is read in a test.
pub fn preset(name: &str) -> Option<Ladder> {
    text(name).map(|text| draft::from_toml(name, text).expect("a test reads every preset"))
}

/// The ladder file of a name of [`NAMES`], comments and all.
pub fn text(name: &str) -> Option<&'static str> {
    match name {
        "storefront" => Some(include_str!("presets/storefront.toml")),
        "checkout" => Some(include_str!("presets/checkout.toml")),
        "retail" => Some(include_str!("presets/retail.toml")),
        "sessions" => Some(include_str!("presets/sessions.toml")),
        "orders" => Some(include_str!("presets/orders.toml")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ladder::definition::{Count, Presence, Window};
    use crate::ladder::vocabulary;
    use crate::time::Span;

    /// Name, window in days, and the steps: `o` optional, `i` implied.
    const EXPECTED: [(&str, Option<i64>, &str); 5] = [
        (
            "storefront",
            Some(30),
            "Visit, Category page o, Sub-category page o, Product page o, Add to cart i, \
             Checkout i, Delivery address i, Shipping i, Payment i, Order",
        ),
        ("checkout", Some(30), "Checkout, Delivery address i, Shipping i, Payment i, Order"),
        ("retail", Some(30), "View, Add to cart, Order"),
        ("sessions", None, "Sessions, Added to cart, Reached checkout, Converted"),
        ("orders", None, "First order, Second order, Third order, Fourth order"),
    ];

    #[test]
    fn every_preset_is_the_ladder_it_should_be() {
        assert_eq!(EXPECTED.map(|(name, ..)| name), NAMES);
        for (name, days, expected) in EXPECTED {
            let ladder = preset(name).unwrap();
            let mark = |presence| match presence {
                Presence::Required => "",
                Presence::Optional => " o",
                Presence::Implied => " i",
            };
            let steps: Vec<_> =
                ladder.steps.iter().map(|s| s.name.clone() + mark(s.presence)).collect();
            assert_eq!(steps.join(", "), expected);
            let window = days.map_or(Window::None, |days| Window::FromEntry(Span::days(days)));
            assert_eq!((ladder.window, ladder.count), (window, Count::Customer), "{name}");
            assert_eq!(ladder.open, name == "sessions");
            assert!(ladder.actions_are_default);
            assert_eq!(ladder.actions, vocabulary::default_actions());
            assert_eq!(text(name).unwrap().matches("[[step]]").count(), ladder.steps.len());
        }
        assert!(preset("Storefront").is_none());
    }

    #[test]
    fn requests_escalate_and_names_are_canonical() {
        for name in NAMES {
            let ladder = preset(name).unwrap();
            assert!(ladder.steps.windows(2).all(|pair| pair[0].ask < pair[1].ask), "{name}");
            for step in &ladder.steps {
                let event = &step.condition.event;
                assert!(event.is_any() == (step.name == "Visit"));
                assert!(event.exact_names().all(|e| vocabulary::canonical(e) == Some(e)), "{name}");
            }
        }
    }
}
