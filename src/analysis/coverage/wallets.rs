//! Accelerated wallets: whoever pays with one has said who and where they are to the wallet, so the checkout does
//! not ask, and there are steps that no log could see.

use crate::findings::TrackedOrder;

/// The wallets, as their names are written without anything but letters.
const WALLETS: [&str; 7] = [
    "shoppay",
    // Instalments of Shop Pay.
    "shopifyinstallments",
    "applepay",
    "googlepay",
    "androidpay",
    "paypal",
    "amazonpay",
];

/// The first step of a checkout, which wallets have too.
const STARTED: u8 = 1;

/// Whether a step that the log did not see was skipped for all that is known: the order was paid with a wallet, and
/// the log saw both its checkout and its completion.
pub(super) fn skipped(order: &TrackedOrder, step: u8) -> bool {
    step != STARTED
        && order.in_log
        && order.steps & STARTED != 0
        && order.gateway.as_deref().is_some_and(is_wallet)
}

/// Whether the checkout may have been that of a wallet, whatever the order says: some are paid through the shop's
/// own gateway. All that the log saw of it is its completion and perhaps its start.
pub(super) fn may_be_express(order: &TrackedOrder) -> bool {
    order.in_log && order.steps & !STARTED == 0
}

fn is_wallet(gateway: &str) -> bool {
    let letters = gateway.chars().filter(|letter| letter.is_alphabetic());
    let name: String = letters.flat_map(char::to_lowercase).collect();
    WALLETS.iter().any(|wallet| name.contains(wallet))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Instant;

    #[test]
    fn wallets_are_known_however_they_are_written() {
        for name in ["Shop Pay", "shop_pay", "PayPal Express Checkout", "Apple Pay + Gift Card"] {
            assert!(is_wallet(name), "{name}");
        }
        for name in ["Shopify Payments", "shopify_payments", "Klarna", "Pay on pickup"] {
            assert!(!is_wallet(name), "{name}");
        }
    }

    #[test]
    fn a_step_is_skipped_only_if_all_around_it_was_seen() {
        let order = |in_log, steps| TrackedOrder {
            is_nameless: false,
            at: Instant(0),
            in_log,
            steps,
            device: None,
            device_of_order: false,
            gateway: Some("Shop Pay".into()),
            by_log: Vec::new(),
        };
        assert!(skipped(&order(true, 0b1_0001), 0b10));
        assert!(!skipped(&order(false, 0b1_0001), 0b10), "the order was not seen");
        assert!(!skipped(&order(true, 0b1_0000), 0b10), "nor was its start");
        assert!(!skipped(&order(true, 0b1_0000), STARTED), "no wallet skips the start");
        let card = TrackedOrder { gateway: Some("Klarna".into()), ..order(true, 0b1_0001) };
        assert!(!skipped(&card, 0b10));
        assert_eq!(
            [order(true, 1), order(true, 3)].map(|order| may_be_express(&order)),
            [true, false]
        );
    }
}
