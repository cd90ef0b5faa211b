//! What an event of a tool proves beside its name: by the page it is of, what was clicked, the list that
//! was looked at, the details of a step of the checkout.

use super::kinds::Kind;
use super::links::target_of;
use super::{Parts, Slot};
use crate::event::Proof;
use crate::input::format::shopify_url;

/// What the record of an event proves beside its name, by what kind of event it is.
pub fn proven(parts: Parts<'_>, kind: Option<Kind>) -> Option<&'static str> {
    match kind? {
        Kind::Page => None,
        Kind::List => sub_category(parts),
        Kind::CheckoutStep => checkout_step(parts),
        Kind::SignUp => newsletter(parts),
        Kind::Download => download(parts),
        Kind::Click => click(parts),
    }
}

/// What a page of a shop is, by its address.
pub fn page_of(parts: Parts<'_>) -> Option<(&'static str, Proof)> {
    shopify_url::proof(&parts.first(Slot::Address)?)
}

/// A list of products that is narrowed: at a sub-category's address, or of a category within another.
fn sub_category(parts: Parts<'_>) -> Option<&'static str> {
    let by_name = parts.each(Slot::Category).any(|name| is_within(&name));
    let by_address = || {
        let address = parts.first(Slot::Address);
        address.is_some_and(|address| shopify_url::is_subcategory(&address))
    };
    (by_name || by_address()).then_some("subcollection_viewed")
}

/// Whether the name of a category says that it is one within another; some call it by its address.
fn is_within(name: &str) -> bool {
    if name.starts_with('/') || name.contains("://") {
        return shopify_url::is_subcategory(name);
    }
    name.contains(['>', '/'])
}

/// What a step of the checkout was, by what it settled; the first step begins the checkout.
fn checkout_step(parts: Parts<'_>) -> Option<&'static str> {
    if parts.first(Slot::Payment).is_some() {
        Some("payment_info_submitted")
    } else if parts.first(Slot::Delivery).is_some() {
        Some("checkout_shipping_info_submitted")
    } else {
        (parts.first(Slot::Step)? == "1").then_some("checkout_started")
    }
}

/// A sign-up or a lead that is one for the newsletter.
fn newsletter(parts: Parts<'_>) -> Option<&'static str> {
    parts.each(Slot::Method).any(|text| is_newsletter(&text)).then_some("email_signup")
}

/// Whether what a form is called or does says that it is one for a newsletter, and not to be rid of it.
pub fn is_newsletter(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["newsletter", "klaviyo"].iter().any(|word| text.contains(word))
        && !["unsub", "opt-out", "opt_out", "optout"].iter().any(|word| text.contains(word))
}

/// A file that is read at leisure.
fn download(parts: Parts<'_>) -> Option<&'static str> {
    parts.each(Slot::Target).find_map(|name| book(&name))
}

/// A file that is read at leisure, by its name or its extension.
pub fn book(name: &str) -> Option<&'static str> {
    let name = name.split(['?', '#']).next().unwrap_or_default();
    let extension = name.rsplit('.').next().unwrap_or_default();
    let is_book = ["pdf", "epub"].iter().any(|book| extension.eq_ignore_ascii_case(book));
    is_book.then_some("ebook_downloaded")
}

/// A click on something outside the shop.
fn click(parts: Parts<'_>) -> Option<&'static str> {
    parts.each(Slot::Target).find_map(|target| target_of(&target))
}

/// Whether an event of this name is a step of the checkout before there is an order.
pub fn is_before_the_order(name: &str) -> bool {
    const WORD: usize = "checkout".len();
    let starts =
        |text: Option<&str>, word: &str| text.is_some_and(|text| text.eq_ignore_ascii_case(word));
    let rest = name.get(WORD..).unwrap_or_default().trim_start_matches([' ', '_', '-']);
    starts(name.get(..WORD), "checkout") && !starts(rest.get(..7), "complet")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_the_checkout_come_before_the_order() {
        for name in ["Checkout Started", "checkout_step_completed", "CheckoutStarted"] {
            assert!(is_before_the_order(name), "{name}");
        }
        for name in ["Checkout Completed", "checkout_complete", "Order Completed", "check", ""] {
            assert!(!is_before_the_order(name), "{name}");
        }
    }
}
