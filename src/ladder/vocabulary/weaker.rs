//! Names that mean a step only where nothing better says it.
//!
//! `cart` is the adding to the cart in a log that has no other name for that, and the cart's page in one that
//! has; `select_item` shows that somebody was on a list, if nothing tells of lists themselves. What else a log has is
//! not known here: this file says what a name may mean, and the engine decides when all rows were read.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a name means where nothing better says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weaker {
    /// The canonical name of what it means then.
    pub means: &'static str,
    /// How good a proof it is among others of its kind.
    pub evidence: Evidence,
    /// What it means where something better says that. Never a step of the ladder.
    pub otherwise: Option<&'static str>,
}

/// How good a proof a weaker name is: what is likely goes before what is possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// The name of the page or the thing itself.
    Likely,
    /// Something that happens there, or because of it.
    Possible,
}

/// What a folded name means where nothing better says it.
pub(super) fn of(folded: &str) -> Option<Weaker> {
    let numbered = || {
        // Shops number pages of a kind: `product1`, `landing_2`.
        let page = folded.trim_end_matches(|sign: char| sign.is_ascii_digit());
        let page = page.strip_suffix('_').unwrap_or(page);
        FOLDED.get(page).filter(|row| page != folded && row.is_numbered)
    };
    let row = FOLDED.get(folded).copied().or_else(|| numbered().copied())?;
    let Row { means, evidence, otherwise, .. } = *row;
    Some(Weaker { means, evidence, otherwise })
}

/// All weaker names, folded.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FOLDED.keys().copied()
}

/// Names that mean the same.
struct Row {
    /// Folded.
    names: &'static [&'static str],
    means: &'static str,
    evidence: Evidence,
    otherwise: Option<&'static str>,
    /// Whether a number behind the name changes nothing.
    is_numbered: bool,
}

impl Row {
    const fn pages(means: &'static str, names: &'static [&'static str]) -> Row {
        Row { is_numbered: true, ..Row::likely(means, names) }
    }

    const fn likely(means: &'static str, names: &'static [&'static str]) -> Row {
        Row { names, means, evidence: Evidence::Likely, otherwise: None, is_numbered: false }
    }

    const fn possible(means: &'static str, names: &'static [&'static str]) -> Row {
        Row { evidence: Evidence::Possible, ..Row::likely(means, names) }
    }

    const fn or(self, otherwise: &'static str) -> Row {
        Row { otherwise: Some(otherwise), ..self }
    }
}

static FOLDED: LazyLock<BTreeMap<&str, &Row>> = LazyLock::new(|| {
    ROWS.iter().flat_map(|row| row.names.iter().map(move |name| (*name, row))).collect()
});

#[rustfmt::skip]
static ROWS: &[Row] = &[
    Row::pages("page_viewed", &[
        "home", "homepage", "main", "main_page", "front_page", "landing", "landing_page", "lander",
    ]),
    Row::pages("collection_viewed", &[
        "catalog", "catalogue", "catalog_page", "category", "category_page", "collection",
        "collection_page", "department", "plp", "product_list", "product_list_page",
        "product_listing", "product_listing_page",
    ]),
    Row::possible("collection_viewed", &["select_item", "list_click", "product_list_filtered"]),
    Row::pages("product_viewed", &[
        "product", "product_page", "product_card", "product_detail", "product_details",
        "product_detail_page", "pdp", "item", "item_page", "item_detail", "item_details",
    ]),
    // What shops of Universal Analytics call the actions of its enhanced e-commerce.
    Row::possible("product_viewed", &["detail"]),
    Row::possible("product_added_to_cart", &["add"]),
    // The first product that is put into a cart makes it.
    Row::possible("product_added_to_cart", &["commerce_product_list_opens"]).or("cart_updated"),
    Row::likely("product_added_to_cart", &[
        "cart", "shopping_cart", "basket", "bag", "shopping_bag", "product_cart",
    ])
        .or("cart_viewed"),
    Row::possible("product_added_to_cart", &[
        "add_to_cart_clicked", "add_to_cart_click", "clicked_add_to_cart", "click_add_to_cart",
        "add_to_cart_button_clicked",
    ]),
    // What stands behind the checkout's own page where a log has both.
    Row::likely("checkout_started", &["checkout", "checkout_page", "payment_page"]),
    Row::possible("checkout_started", &[
        "checkout_clicked", "checkout_click", "click_checkout", "clicked_checkout",
        "checkout_button_clicked",
    ]),
    Row::likely("checkout_address_info_submitted", &[
        "address", "address_page", "delivery_address", "shipping_address",
    ]),
    Row::likely("checkout_shipping_info_submitted", &[
        "shipping", "shipping_page", "shipping_choice", "shipping_details", "shipping_info",
        "shipping_method", "shipping_options", "delivery", "delivery_page", "delivery_choice",
        "delivery_details", "delivery_info", "delivery_method", "delivery_options",
    ]),
    Row::likely("payment_info_submitted", &[
        "payment_choice", "payment_details", "payment_info", "payment_method", "payment_methods",
        "payment_options", "billing", "billing_page", "billing_info", "billing_details",
    ]),
    Row::likely("checkout_completed", &[
        "thank_you", "thankyou", "thank_you_page", "thankyou_page", "thanks_page", "order_success",
        "order_success_page", "order_confirmation_page", "order_received", "checkout_success",
    ]).or("page_viewed"),
    Row::likely("checkout_completed", &[
        "submit_order", "submitted_order", "order_submitted", "create_order", "created_order",
        "place_an_order",
    ]),
    // What a shop's office tells of an order that its pages tell of too.
    Row::likely("checkout_completed", &["commerce_backoffice_order_placed"]).or("order_updated"),
    // What a log that has the order's own name writes beside it.
    Row::likely("checkout_completed", &[
        "purchase_complete", "purchase_success", "purchase_successful", "transaction_complete",
        "complete_transaction", "complete_payment", "ecommerce_purchase", "in_app_purchase",
    ]),
    Row::possible("checkout_completed", &["confirmation", "confirmation_page"]).or("page_viewed"),
    // Of whatever was wanted of those who came.
    Row::possible("checkout_completed", &["converted", "conversion", "charged"]),
    Row::possible("checkout_completed", &[
        "payment_done", "payment_success", "payment_successful", "payment_succeeded",
        "payment_completed", "payment_complete",
    ]).or("order_paid"),
];

#[cfg(test)]
mod tests {
    use super::super::{Role, canonical, fold, role};
    use super::*;

    #[test]
    fn names_mean_what_nothing_better_says() {
        for (names, means, otherwise) in [
            ("cart|Basket", "product_added_to_cart", Some("cart_viewed")),
            ("select_item|Product List Filtered|catalog|department", "collection_viewed", None),
            ("product|product1|Product_2|PDP|item", "product_viewed", None),
            ("home|landing2|lander-1", "page_viewed", None),
            ("checkout", "checkout_started", None),
            ("delivery_choice|shipping_details", "checkout_shipping_info_submitted", None),
            ("payment_choice|billing", "payment_info_submitted", None),
            ("thank_you|Order Success", "checkout_completed", Some("page_viewed")),
            ("payment_done", "checkout_completed", Some("order_paid")),
            ("confirmation|Confirmation Page", "checkout_completed", Some("page_viewed")),
        ] {
            for name in names.split('|') {
                let weaker = of(&fold(name)).unwrap();
                assert_eq!((weaker.means, weaker.otherwise), (means, otherwise), "{name}");
                assert_eq!(canonical(name), Some(means), "{name}");
            }
        }
        for name in ["payment", "cart2", "checkout_2", "list", "1", "", "add_to_cart", "delivered"]
        {
            assert_eq!(of(name), None, "{name}");
        }
    }

    #[test]
    fn every_name_is_folded_and_what_it_is_otherwise_is_no_step() {
        let mut seen = std::collections::BTreeSet::new();
        for row in ROWS {
            for name in row.names {
                assert_eq!(fold(name), *name);
                assert!(seen.insert(*name), "{name} is in two rows");
                assert_eq!(canonical(name), Some(row.means), "{name} is told by a table as well");
            }
            assert!(role(row.means).is_some(), "{}", row.means);
            let otherwise = row.otherwise.map(|otherwise| role(otherwise).unwrap());
            let is_step = otherwise.is_some_and(|role| {
                matches!(role, Role::Product | Role::Cart | Role::Checkout | Role::Order)
            });
            assert!(!is_step, "{}", row.means);
        }
    }
}
