//! The names that events have in the program, and what other tools call the same things.
//!
//! Canonical names are those of Shopify's web pixels, with a few of our own: they alone tell contact,
//! address, shipping and payment apart. Names are looked up by a folded form, so that
//! `Order Completed`, `orderCompleted` and `order_completed` are one. Only a name that no table has
//! meets the patterns of secondary actions, which are compiled at that moment and not at start-up.
//! This file must not look at anything but names.

mod pages;
mod secondary;
mod weaker;

pub use weaker::{Evidence, Weaker};

use super::definition::{Action, Condition, EventPattern, NamePattern};
use super::predicate::Predicate;
use secondary::SECONDARY;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What part of a shop an event speaks of; decides which ladder suits the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Being there: a session or a page.
    Visit,
    /// Looking around: lists, search, the cart's page.
    Browse,
    /// A product's page.
    Product,
    /// Putting something into the cart.
    Cart,
    /// Any step of the checkout before the order.
    Checkout,
    /// The completed order.
    Order,
    /// A secondary action.
    Action,
    /// Known, and none of these.
    Other,
}

/// The steps of a checkout before the order, in their order: what coverage is asked of, step by step.
pub const CHECKOUT_STEPS: [&str; 5] = [
    "checkout_started",
    "checkout_contact_info_submitted",
    "checkout_address_info_submitted",
    "checkout_shipping_info_submitted",
    "payment_info_submitted",
];

/// What others do: the shop, its mail, a carrier. Somebody is told of it, and was not there for that.
const DONE_BY_OTHERS: [&str; 12] = [
    "advertisement_shown",
    "email_received",
    "email_opened",
    "email_bounced",
    "sms_received",
    "push_received",
    "unsubscribed",
    "order_fulfilled",
    "shipment_updated",
    "order_cancelled",
    "order_refunded",
    "order_updated",
];

/// A visit of several pages: made of their views, no event is called that.
pub const MULTI_PAGE_VISIT: &str = "multi_page_visit";

/// The canonical name of an event, if the name is known in any form; of a weaker name that of what it may mean.
pub fn canonical(name: &str) -> Option<&'static str> {
    let folded = fold(name);
    match known(&folded) {
        Some(Known::Certain(id)) => Some(id),
        Some(Known::Weaker(own)) => Some(own.means),
        None => secondary::of(&folded).or_else(|| secondary::of(bare(&folded)?)),
    }
}

/// What a name means if that depends on what else a log has; `None` for names that are certain or not known.
pub fn weaker(name: &str) -> Option<Weaker> {
    match known(&fold(name))? {
        // Whatever else a log has, the view of a page is one.
        Known::Weaker(own) => Some(own).filter(|own| own.means != "page_viewed"),
        Known::Certain(_) => None,
    }
}

/// The part of the shop that a canonical name speaks of. `None` if the name is not canonical.
pub fn role(canonical: &str) -> Option<Role> {
    let action = || SECONDARY.iter().find(|a| a.id == canonical).map(|a| a.role);
    term(canonical).map(|term| term.role).or_else(action)
}

/// Where on the way to an order an event with this canonical name stands among those of one moment.
pub fn rank(canonical: &str) -> u32 {
    match role(canonical) {
        Some(Role::Visit) | None => 0,
        Some(Role::Browse | Role::Action | Role::Other) => 1,
        Some(Role::Product) => 2,
        Some(Role::Cart) => 3,
        Some(Role::Checkout) => 4,
        Some(Role::Order) => 5,
    }
}

/// The English label of a canonical name: `Product page`, `Email sign-up`.
pub fn label(canonical: &str) -> Option<&'static str> {
    let action = || SECONDARY.iter().find(|a| a.id == canonical).map(|a| a.label);
    term(canonical).map(|term| term.label).or_else(action)
}

/// Whether an event of this name, canonical or not, is the view of a page.
pub fn is_page(name: &str) -> bool {
    canonical(name) == Some("page_viewed")
}

/// Whether an event with this canonical name shows that somebody was in the shop.
pub fn is_of_a_visit(canonical: &str) -> bool {
    !DONE_BY_OTHERS.contains(&canonical)
}

/// The secondary actions that every ladder without its own measures, in the order of reports.
pub fn default_actions() -> Vec<Action> {
    SECONDARY
        .iter()
        .filter(|action| action.by_default)
        .map(|action| Action {
            name: action.label.to_owned(),
            condition: Condition {
                event: EventPattern {
                    names: vec![NamePattern::Exact(action.id.to_owned())],
                    not: false,
                },
                filter: Predicate::default(),
            },
            weight: None,
        })
        .collect()
}

/// All canonical names.
pub fn names() -> impl Iterator<Item = &'static str> {
    TERMS.iter().map(|term| term.id).chain(SECONDARY.iter().map(|action| action.id))
}

/// What an event with this canonical name is called for certain, folded.
pub fn names_of(canonical: &str) -> impl Iterator<Item = &'static str> {
    let known = FOLDED.iter().filter(move |(_, id)| **id == canonical);
    known.map(|(name, _)| *name)
}

/// The candidate that a misspelt name most likely means: the closest one, the first of equals, and
/// none when even that is too far. A third of the letters may be wrong, at least one.
pub fn nearest<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let wrong = fold(name);
    let letters = wrong.chars().count();
    candidates
        .map(|candidate| (strsim::osa_distance(&wrong, &fold(candidate)), candidate))
        .filter(|(distance, _)| *distance <= (letters / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The form under which names are compared: lower case, everything but letters and digits folded to
/// single `_`, humps of camel case parted, a leading `[Vendor]` and `$` dropped.
pub fn fold(name: &str) -> String {
    let name = name.trim();
    let name = match name.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((_vendor, rest)) if !rest.trim().is_empty() => rest,
        _ => name,
    };
    let mut folded = String::with_capacity(name.len() + 4);
    let mut letters = name.chars().peekable();
    let mut before = ' ';
    while let Some(letter) = letters.next() {
        if letter.is_alphanumeric() {
            let word_ends = before.is_lowercase()
                || before.is_uppercase() && letters.peek().is_some_and(|next| next.is_lowercase());
            let hump = letter.is_uppercase() && word_ends;
            let gap = !folded.is_empty() && !before.is_alphanumeric();
            if hump || gap {
                folded.push('_');
            }
            folded.extend(letter.to_lowercase());
        }
        before = letter;
    }
    folded
}

/// What the tables say of a name.
enum Known {
    /// The canonical name that it is another word for.
    Certain(&'static str),
    /// What it may mean.
    Weaker(Weaker),
}

/// What the tables say of a folded name; of one that they have not, what they say of the same letters with other gaps.
fn known(folded: &str) -> Option<Known> {
    let told = |folded: &str| {
        let certain = FOLDED.get(folded).copied().map(Known::Certain);
        certain.or_else(|| weaker::of(folded).map(Known::Weaker))
    };
    let by_letters = |folded: &str| told(folded).or_else(|| told(GAPLESS.get(&gapless(folded))?));
    // What is a page's name without saying so is one only where it means nothing else.
    let by_page = |folded: &str| {
        let own = pages::of(folded)?;
        let without = || weaker::of(own.bare.as_deref()?).map(Known::Weaker);
        own.full.as_deref().and_then(by_letters).or_else(without)
    };
    let known = by_letters(folded).or_else(|| by_letters(bare(folded)?));
    known.or_else(|| by_page(folded)).or_else(|| by_page(bare(folded)?))
}

/// A folded name without what loggers of data layers (`dl_`, `ee_`, `af_`, `fb_mobile_`, `direct_marketing_`, `_stape`) and people who number their steps
/// (`1_landing_page`, `step_2_cart`) put around it; `None` if it has nothing of that.
fn bare(folded: &str) -> Option<&str> {
    let number = |text: &str| {
        let rest = text.trim_start_matches(|sign: char| sign.is_ascii_digit());
        let digits = text.len() - rest.len();
        (1..=2).contains(&digits).then_some(digits)
    };
    let step = folded.strip_prefix("step_").unwrap_or(folded);
    let numbered = number(step).and_then(|digits| step.get(digits..)?.strip_prefix('_'));
    numbered
        .or_else(|| folded.strip_prefix("dl_"))
        .or_else(|| folded.strip_prefix("ee_"))
        .or_else(|| folded.strip_prefix("af_"))
        .or_else(|| folded.strip_prefix("fb_mobile_"))
        .or_else(|| folded.strip_prefix("direct_marketing_"))
        .or_else(|| folded.strip_suffix("_stape"))
        .filter(|rest| !rest.is_empty())
}

/// A folded name without the gaps between its words: some write `viewitem`.
fn gapless(folded: &str) -> String {
    folded.replace('_', "")
}

fn term(canonical: &str) -> Option<&'static Term> {
    TERMS.iter().find(|term| term.id == canonical)
}

/// Folded names with the canonical name of each.
static FOLDED: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    let terms = TERMS.iter().map(|term| (term.id, term.also));
    let actions = SECONDARY.iter().map(|action| (action.id, action.also));
    terms
        .chain(actions)
        .flat_map(|(id, also)| also.iter().map(move |name| (*name, id)).chain([(id, id)]))
        .collect()
});

/// The folded names of all tables by their letters alone, the certain ones before the weaker.
static GAPLESS: LazyLock<BTreeMap<String, &str>> = LazyLock::new(|| {
    let certain = FOLDED.keys().copied();
    weaker::names().chain(certain).map(|name| (gapless(name), name)).collect()
});

/// A name of the program.
struct Term {
    /// The canonical name.
    id: &'static str,
    label: &'static str,
    role: Role,
    /// What others call it, folded.
    also: &'static [&'static str],
}

const fn term_of(
    id: &'static str,
    label: &'static str,
    role: Role,
    also: &'static [&'static str],
) -> Term {
    Term { id, label, role, also }
}

/// The names of the ladder and of what else shops record, with the names that web pixels, GA4, Segment,
/// `RudderStack`, Snowplow, PostHog, Mixpanel, Amplitude, Matomo, Klaviyo, Adobe and public data sets use.
#[rustfmt::skip]
static TERMS: &[Term] = &[
    term_of("visit", "Visit", Role::Visit, &[
        "session_start", "session_started", "start_session", "active_on_site", "site_visited",
        "visited_site", "visited", "landed",
    ]),
    term_of("page_viewed", "Page view", Role::Visit, &[
        "page", "page_view", "pageview", "view_page", "viewed_page", "loaded_a_page", "screen",
        "screen_view", "screen_viewed", "mp_web_page_view", "web_page_viewed", "website_pageview",
        "website_pageviews", "home_page", "home_page_viewed", "home_page_view", "viewed_home_page",
        "page_visit", "page_visited", "visited_page", "pageviews", "page_views",
        "navigate", "navigation", "page_navigation",
        "web_webpagedetails_page_views",
    ]),
    term_of("collection_viewed", "Category page", Role::Browse, &[
        "collection_view", "view_collection", "viewed_collection", "collection_page_viewed",
        "collection_page_view", "view_collection_page", "viewed_collection_page",
        "category_viewed", "category_view", "view_category", "viewed_category",
        "category_page_viewed", "category_page_view", "viewed_category_page", "view_item_list",
        "item_list_viewed", "product_list_viewed", "product_list_view",
        "viewed_product_list", "view_product_list", "list_view",
        "list_viewed", "plp_view", "plp_viewed", "view_plp", "viewed_plp",
    ]),
    term_of("subcollection_viewed", "Sub-category page", Role::Browse, &[
        "subcollection_view", "sub_collection_viewed", "sub_collection_view", "subcategory_viewed",
        "subcategory_view", "sub_category_viewed", "sub_category_view", "view_subcategory",
        "viewed_subcategory", "view_sub_category", "viewed_sub_category",
        "subcategory_page_viewed", "sub_category_page_viewed",
    ]),
    term_of("product_viewed", "Product page", Role::Product, &[
        "product_view", "view_product", "viewed_product", "product_page_viewed",
        "product_page_view", "view_product_page", "viewed_product_page", "product_detail_viewed",
        "product_detail_view", "product_details_viewed", "product_details_view",
        "view_product_detail", "view_product_details", "viewed_product_detail",
        "viewed_product_details", "view_item", "viewed_item", "item_view", "item_viewed",
        "item_page_viewed", "detail_page_view", "detail_page_viewed", "pdp_view", "pdp_viewed",
        "view_pdp", "viewed_pdp", "view_content", "content_view", "view", "pv", "viewed",
        "commerce_product_views",
    ]),
    term_of("product_added_to_cart", "Add to cart", Role::Cart, &[
        "product_added", "add_to_cart", "added_to_cart", "addtocart", "add_to_bag", "added_to_bag",
        "add_to_basket", "added_to_basket", "add_product_to_cart", "added_product_to_cart",
        "product_add_to_cart", "product_added_to_bag", "product_added_to_basket",
        "add_item_to_cart", "added_item_to_cart", "item_added_to_cart", "item_added_to_bag",
        "item_added_to_basket", "item_added", "cart_add", "cart_added", "cart_addition",
        "wishlist_product_added_to_cart", "ecommerce_abandoned_cart", "carts_create", "add_cart",
        "items_added_to_cart", "products_added_to_cart", "cart_item_added", "cart_item_add",
        "carted", "basket_add", "bag_add",
        "commerce_product_list_adds",
    ]),
    term_of("cart_viewed", "Cart page", Role::Browse, &[
        "cart_view", "view_cart", "viewed_cart", "cart_page_viewed", "cart_page_view",
        "bag_viewed", "view_bag", "viewed_bag", "basket_viewed", "view_basket", "viewed_basket",
        "bag_view", "basket_view", "cart_page", "basket_page", "shopping_cart_page",
        "shopping_cart_viewed", "shopping_cart_view", "shopping_cart_page_view",
        "shopping_cart_page_viewed", "view_shopping_cart", "viewed_shopping_cart",
        "commerce_product_list_views",
    ]),
    term_of("checkout_started", "Checkout", Role::Checkout, &[
        "checkout_start", "start_checkout", "started_checkout", "begin_checkout", "began_checkout",
        "checkout_begin", "checkout_begun", "initiate_checkout", "initiated_checkout",
        "checkout_initiated", "proceed_to_checkout", "proceeded_to_checkout", "checkouts_create",
        "checkout_viewed", "checkout_view", "view_checkout", "viewed_checkout",
        "checkout_page_viewed", "checkout_page_view", "view_checkout_page", "viewed_checkout_page",
        "enter_checkout", "entered_checkout", "checkout_entered",
        "commerce_checkouts",
    ]),
    term_of("checkout_contact_info_submitted", "Contact details", Role::Checkout, &[
        "contact_info_submitted", "contact_info_entered", "contact_information_submitted",
        "contact_information_entered", "contact_details_submitted", "contact_details_entered",
        "checkout_contact_information_submitted", "checkout_contact_submitted", "add_contact_info",
    ]),
    term_of("checkout_address_info_submitted", "Delivery address", Role::Checkout, &[
        "address_info_submitted", "address_info_entered", "add_address_info", "add_address",
        "added_address", "address_added", "address_entered", "address_submitted",
        "entered_address", "submitted_address", "checkout_address_entered",
        "checkout_address_submitted", "delivery_address_entered", "delivery_address_submitted",
        "delivery_address_added", "add_delivery_address", "entered_delivery_address",
        "shipping_address_entered", "shipping_address_submitted", "shipping_address_added",
        "add_shipping_address", "entered_shipping_address",
    ]),
    term_of("checkout_shipping_info_submitted", "Shipping", Role::Checkout, &[
        "shipping_info_submitted", "shipping_info_entered", "shipping_info_added",
        "add_shipping_info", "added_shipping_info", "entered_shipping_info", "shipping_selected",
        "shipping_submitted", "select_shipping", "selected_shipping", "shipping_method_selected",
        "shipping_method_submitted", "select_shipping_method", "selected_shipping_method",
        "shipping_option_selected", "delivery_method_selected", "select_delivery_method",
        "selected_delivery_method", "delivery_option_selected", "checkout_shipping_submitted",
    ]),
    term_of("payment_info_submitted", "Payment", Role::Checkout, &[
        "payment_info_entered", "payment_info_added", "add_payment_info", "added_payment_info",
        "entered_payment_info", "enter_payment_info", "submitted_payment_info", "payment_entered",
        "payment_submitted", "payment_details_entered", "payment_details_submitted",
        "payment_information_entered", "payment_information_submitted",
        "checkout_payment_info_submitted", "checkout_payment_submitted", "payment_method_selected",
        "select_payment_method", "selected_payment_method", "payment_option_selected",
    ]),
    term_of("checkout_completed", "Order", Role::Order, &[
        "checkout_complete", "complete_checkout", "completed_checkout", "order_completed",
        "order_complete", "complete_order", "completed_order", "order_placed", "place_order",
        "placed_order", "order_created", "orders_create", "order_confirmed", "order_confirmation",
        "order", "ecommerce_order", "transaction", "transaction_completed", "purchase",
        "purchased", "purchase_completed", "completed_purchase", "complete_purchase",
        "purchase_made", "made_purchase", "buy", "bought", "ordered", "payment_confirmation_page",
        "commerce_purchases",
    ]),
    term_of("product_removed_from_cart", "Removed from cart", Role::Other, &[
        "product_removed", "remove_from_cart", "removed_from_cart", "removefromcart",
        "remove_from_bag", "removed_from_bag", "remove_from_basket", "removed_from_basket",
        "item_removed_from_cart", "remove_item_from_cart", "item_removed", "cart_remove",
        "commerce_product_list_removals",
    ]),
    term_of("alert_displayed", "Alert", Role::Other, &[]),
    term_of("product_clicked", "Product click", Role::Other, &["clicked_product"]),
    term_of("cart_updated", "Cart changed", Role::Other, &[
        "cart_update", "carts_update", "commerce_product_list_reopens",
    ]),
    term_of("checkout_updated", "Checkout changed", Role::Other, &[
        "checkout_update", "checkouts_update",
    ]),
    term_of("checkout_step_viewed", "Checkout step seen", Role::Other, &[]),
    term_of("checkout_step_completed", "Checkout step done", Role::Other, &["checkout_step"]),
    term_of("order_updated", "Order changed", Role::Other, &["orders_updated"]),
    term_of("order_paid", "Order paid", Role::Other, &["orders_paid"]),
    term_of("order_fulfilled", "Order fulfilled", Role::Other, &[
        "fulfilled_order", "fulfilled_partial_order", "orders_fulfilled", "partially_fulfilled_order",
        "orders_partially_fulfilled",
    ]),
    term_of("shipment_updated", "Shipment changed", Role::Other, &[
        "confirmed_shipment", "delivered_shipment", "out_for_delivery_shipment",
        "marked_out_for_delivery", "shipped_order", "order_shipped", "order_delivered",
        "delivered_order", "fulfillments_create", "fulfillments_update",
    ]),
    term_of("order_cancelled", "Order cancelled", Role::Other, &[
        "order_canceled", "cancelled_order", "canceled_order", "orders_cancelled",
    ]),
    term_of("order_refunded", "Order refunded", Role::Other, &["refund", "refunded_order"]),
    term_of("ordered_product", "Ordered product", Role::Other, &["product_ordered"]),
    term_of("transaction_failed", "Payment failed", Role::Other, &["trns_error", "payment_failed"]),
    term_of("promotion_viewed", "Promotion seen", Role::Other, &["view_promotion", "promo_view"]),
    term_of("promotion_clicked", "Promotion click", Role::Other, &[
        "select_promotion", "promo_click",
    ]),
    term_of("coupon_entered", "Coupon entered", Role::Other, &[]),
    term_of("coupon_applied", "Coupon applied", Role::Other, &[]),
    term_of("coupon_denied", "Coupon denied", Role::Other, &[]),
    term_of("coupon_removed", "Coupon removed", Role::Other, &[]),
    term_of("advertisement_shown", "Advertisement shown", Role::Other, &[
        "advertising_impressions", "advertising_starts", "advertising_completes",
        "advertising_first_quartiles", "advertising_midpoints", "advertising_third_quartiles",
        "advertising_time_played",
    ]),
    term_of("email_opened", "Email opened", Role::Other, &[
        "opened_email", "email_open", "mail_opened", "mail_open", "newsletter_opened",
        "newsletter_open",
    ]),
    term_of("email_link_clicked", "Email click", Role::Other, &["clicked_email", "email_click"]),
    term_of("email_received", "Email received", Role::Other, &[
        "received_email", "email_delivered", "delivered_email", "email_sent", "sent_email",
        "mail_received", "mail_sent", "mail_delivered", "newsletter_sent", "newsletter_received",
        "newsletter_delivered", "campaign_sent", "message_sent", "message_received",
        "message_delivered", "message_feedback", "delivery_feedback",
    ]),
    term_of("email_bounced", "Email not delivered", Role::Other, &[
        "bounced_email", "email_bounce", "dropped_email", "email_dropped", "marked_email_as_spam",
        "email_marked_as_spam",
    ]),
    term_of("sms_received", "SMS received", Role::Other, &[
        "received_sms", "sms_sent", "sent_sms", "sms_delivered", "delivered_sms", "failed_to_deliver_sms",
        "received_automated_response_sms", "failed_to_deliver_automated_response_sms",
    ]),
    term_of("push_received", "Push notification received", Role::Other, &[
        "received_push", "received_mobile_push", "bounced_push", "bounced_mobile_push",
        "push_notification_received", "push_notification_bounced", "notification_sent",
        "notification_receive", "notification_received", "notification_delivered", "web_push_received",
        "web_push_sent",
    ]),
    term_of("unsubscribed", "Unsubscribed", Role::Other, &[
        "unsubscribe", "unsubscribed_from_list", "unsubscribed_from_email_marketing",
        "unsubscribed_from_sms_marketing", "unsubscribed_from_email", "unsubscribed_from_sms",
    ]),
    term_of("product_removed_from_wishlist", "Removed from wishlist", Role::Other, &[
        "remove_from_wishlist", "removed_from_wishlist",
    ]),
    term_of("first_visit", "First visit", Role::Other, &["first_open"]),
    term_of("user_engagement", "Engagement", Role::Other, &["page_ping"]),
    term_of("session_end", "End of session", Role::Other, &["session_ended", "end_session"]),
    term_of("page_left", "Page left", Role::Other, &["pageleave", "page_leave"]),
    term_of("scrolled", "Scroll", Role::Other, &["scroll"]),
    term_of("clicked", "Click", Role::Other, &[
        "click", "autocapture", "web_webinteraction_link_clicks",
    ]),
    term_of("form_started", "Form begun", Role::Other, &["form_start"]),
    term_of("form_submitted", "Form sent", Role::Other, &["form_submit"]),
    term_of("input_changed", "Input", Role::Other, &[]),
    term_of("input_focused", "Input focused", Role::Other, &[]),
    term_of("input_blurred", "Input left", Role::Other, &[]),
    term_of("ui_extension_errored", "Extension error", Role::Other, &[]),
    term_of("file_downloaded", "File downloaded", Role::Other, &["file_download"]),
    term_of("identified", "Identified", Role::Other, &[
        "identify", "set", "set_once", "create_alias", "alias", "merge", "merge_dangerously",
        "groupidentify", "group", "user_data",
    ]),
    term_of("logged_in", "Log-in", Role::Other, &["login", "signed_in", "sign_in", "log_in"]),
    // Columns of aggregated session reports.
    term_of("sessions", "Sessions", Role::Other, &[]),
    term_of("sessions_with_cart_additions", "Added to cart", Role::Other, &[]),
    term_of("sessions_that_reached_checkout", "Reached checkout", Role::Other, &[]),
    term_of("sessions_that_completed_checkout", "Converted", Role::Other, &[]),
];

#[cfg(test)]
mod tests;
