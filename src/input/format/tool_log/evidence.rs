//! What an event of a tool proves beside its name: by the page it is of, what was clicked, the list that
//! was looked at, the details of a step of the checkout.

use super::{Parts, Slot};
use crate::event::Proof;
use crate::input::format::shopify_url;
use std::borrow::Cow;

/// What a page of a shop is, by its address.
pub fn page_of(parts: Parts<'_>) -> Option<(&'static str, Proof)> {
    shopify_url::proof(&parts.first(Slot::Address)?)
}

/// A list of products that is narrowed: at a sub-category's address, or of a category within another.
pub fn sub_category(parts: Parts<'_>) -> Option<&'static str> {
    let is_within = |name: Cow<'_, str>| name.contains(['>', '/']);
    let by_name = parts.first(Slot::Category).is_some_and(is_within);
    let by_address = || {
        let address = parts.first(Slot::Address);
        address.is_some_and(|address| shopify_url::is_subcategory(&address))
    };
    (by_name || by_address()).then_some("subcollection_viewed")
}

/// What a step of the checkout was, by what it settled; the first step begins the checkout.
pub fn checkout_step(parts: Parts<'_>) -> Option<&'static str> {
    if parts.first(Slot::Payment).is_some() {
        Some("payment_info_submitted")
    } else if parts.first(Slot::Delivery).is_some() {
        Some("checkout_shipping_info_submitted")
    } else {
        (parts.first(Slot::Step)? == "1").then_some("checkout_started")
    }
}

/// A sign-up or a lead that is one for the newsletter.
pub fn newsletter(parts: Parts<'_>) -> Option<&'static str> {
    let says = |text: Cow<'_, str>| text.to_ascii_lowercase().contains("newsletter");
    parts.each(Slot::Method).any(says).then_some("email_signup")
}

/// A file that is read at leisure.
pub fn download(parts: Parts<'_>) -> Option<&'static str> {
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
pub fn click(parts: Parts<'_>) -> Option<&'static str> {
    parts.each(Slot::Target).find_map(|target| target_of(&target))
}

/// What a click on an address outside the shop is.
pub fn target_of(address: &str) -> Option<&'static str> {
    let address = address.to_ascii_lowercase();
    if let Some(rest) = address.strip_prefix("mailto:") {
        return rest.starts_with('?').then_some("social_shared");
    }
    let (scheme, rest) = address.split_once("://")?;
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    // An address of the application has no path: `whatsapp://send?text=`.
    if scheme == "whatsapp" {
        return Some(whatsapp(scheme, rest));
    }
    if matches!(host, "wa.me" | "api.whatsapp.com") {
        return Some(whatsapp(host, path));
    }
    let is_share = |(site, start): &(&str, &str)| {
        (host == *site || host.ends_with(&format!(".{site}"))) && path.starts_with(start)
    };
    if SHARES.iter().any(is_share)
        || host.starts_with("pinterest.") && path.starts_with("pin/create")
    {
        return Some("social_shared");
    }
    if host == "calendly.com" || host.starts_with("meetings.hubspot") {
        return Some("demo_booked");
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    let is_feed = last == "feed" || last.rsplit_once('.').is_some_and(|(_, end)| end == "atom");
    if host == "feedly.com" || is_feed {
        return Some("rss_subscribed");
    }
    let is_profile = !path.trim_matches('/').is_empty();
    (PROFILES.contains(&host) && is_profile).then_some("social_followed")
}

/// A text without a number goes to friends; a number is the shop's.
fn whatsapp(host: &str, path: &str) -> &'static str {
    let number = |text: &str| text.bytes().next().is_some_and(|b| b.is_ascii_digit());
    let of_query = path.split(['?', '&']).find_map(|pair| pair.strip_prefix("phone="));
    let phone = of_query.map(|text| text.trim_start_matches(['+', ' ']));
    let has_number = host == "wa.me" && number(path) || phone.is_some_and(number);
    if has_number { "whatsapp_chat_started" } else { "whatsapp_shared" }
}

/// Pages on which one shares what one has found.
const SHARES: [(&str, &str); 8] = [
    ("facebook.com", "sharer"),
    ("facebook.com", "share"),
    ("twitter.com", "intent"),
    ("twitter.com", "share"),
    ("x.com", "intent"),
    ("linkedin.com", "share"),
    ("t.me", "share"),
    ("reddit.com", "submit"),
];

/// Sites on which shops have a profile.
const PROFILES: [&str; 8] = [
    "facebook.com",
    "instagram.com",
    "tiktok.com",
    "youtube.com",
    "pinterest.com",
    "twitter.com",
    "x.com",
    "linkedin.com",
];

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

    #[test]
    fn what_is_outside_the_shop_is_known_by_its_address() {
        for (address, expected) in [
            ("https://wa.me/?text=hello", Some("whatsapp_shared")),
            ("https://wa.me/15555550100", Some("whatsapp_chat_started")),
            ("https://api.whatsapp.com/send?phone=15555550100", Some("whatsapp_chat_started")),
            ("https://api.whatsapp.com/send?text=x", Some("whatsapp_shared")),
            ("whatsapp://send?text=x", Some("whatsapp_shared")),
            ("whatsapp://send?phone=15555550100&text=x", Some("whatsapp_chat_started")),
            ("whatsapp://send/?phone=+15555550100", Some("whatsapp_chat_started")),
            ("https://api.whatsapp.com/send?phone=&text=x", Some("whatsapp_shared")),
            ("https://www.facebook.com/sharer/sharer.php?u=x", Some("social_shared")),
            ("https://x.com/intent/post", Some("social_shared")),
            ("https://pinterest.fr/pin/create/button", Some("social_shared")),
            ("mailto:?subject=look", Some("social_shared")),
            ("mailto:shop@example.com", None),
            ("https://www.instagram.com/example.shop/", Some("social_followed")),
            ("https://www.instagram.com/", None),
            ("https://calendly.com/shop/intro", Some("demo_booked")),
            ("https://shop.example.com/blogs/news.atom", Some("rss_subscribed")),
            ("https://shop.example.com/products/x", None),
            ("/products/x", None),
        ] {
            assert_eq!(target_of(address), expected, "{address}");
        }
    }
}
