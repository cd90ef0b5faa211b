//! What a page of a Shopify store is, by its address.
//!
//! `/collections/<c>` is a category; a tag behind it or a filter in the query makes it a sub-category.
//! Locale prefixes (`/fr`, `/en-ca`, `/es-419`, `/zh-hant`) do not count. Pages of the checkout say which step they are, in the
//! query or as their last part.
//!
//! Stores of other makers are known by the pages that almost all of them have and call alike: the cart, the checkout,
//! and the page that thanks for the order, as `WooCommerce` (`/checkout/order-received/7`) and Magento
//! (`/checkout/onepage/success`) write it.

use crate::event::{Identifier, IdentifierKind, Proof};
use crate::identity::{Strictness, identify};

/// Whether the address (a path or a whole URL) is a category page narrowed to a sub-category.
pub fn is_subcategory(address: &str) -> bool {
    let (path, query) = cut(address.as_bytes(), b'?');
    is_narrowed(&parts_of(path), query)
}

/// The canonical name of what a page of a store is, by its address; `None` for pages that are no step.
pub fn page(address: &str) -> Option<&'static str> {
    proof(address).map(|(name, _)| name)
}

/// What the address says that a page is, and how well it proves that.
pub fn proof(address: &str) -> Option<(&'static str, Proof)> {
    let (path, query) = cut(address.as_bytes(), b'?');
    let parts = parts_of(path);
    if is_narrowed(&parts, query) {
        return Some(("subcollection_viewed", Proof::Address));
    }
    let name = match without_shop(&parts) {
        [b"products", _] | [b"collections", _, b"products", _] => "product_viewed",
        [b"collections", _] => "collection_viewed",
        [b"search"] => "site_searched",
        [b"cart"] => "cart_viewed",
        [b"orders", order, ..] if !is_about_orders(order) => {
            return Some(("checkout_completed", Proof::OrderPage));
        }
        // The list of what a blog has under a tag.
        [b"blogs", _, b"tagged", ..] => return None,
        [b"blogs", _, _, ..] => READ_MORE,
        [b"checkouts", rest @ ..] if !rest.is_empty() => checkout_page(rest, query),
        parts => return page_of_any_store(parts, query),
    };
    Some((name, Proof::Address))
}

/// Whether what stands behind `orders` is a page about orders and no order.
fn is_about_orders(part: &[u8]) -> bool {
    const PAGES: [&[u8]; 9] = [
        b"lookup",
        b"look-up",
        b"track",
        b"tracking",
        b"status",
        b"search",
        b"history",
        b"find",
        b"new",
    ];
    PAGES.iter().any(|page| part.eq_ignore_ascii_case(page))
}

/// What a page is that stores of many makers have.
fn page_of_any_store(parts: &[&[u8]], query: &[u8]) -> Option<(&'static str, Proof)> {
    let name = match parts {
        // Magento has the cart among the pages of its checkout.
        [b"basket" | b"shopping-cart"] | [b"checkout", b"cart", ..] => "cart_viewed",
        [b"checkout", rest @ ..] => match rest {
            [ORDER_RECEIVED, ..] | [.., b"success" | b"thankyou"] => "checkout_completed",
            _ => checkout_page(rest, query),
        },
        [ORDER_RECEIVED | b"order-confirmation" | b"order-success", ..] => "checkout_completed",
        // Whatever somebody has sent a form for may be thanked for there.
        [b"thank-you" | b"thank_you" | b"thankyou"] => {
            return Some(("checkout_completed", Proof::OrderPage));
        }
        _ => return None,
    };
    Some((name, Proof::Address))
}

/// What stands before the number of an order in the address of the page that thanks for it.
const ORDER_RECEIVED: &[u8] = b"order-received";

/// Whether the parts of a path are those of a category, narrowed by a part behind it or by the query.
fn is_narrowed(parts: &[&[u8]], query: &[u8]) -> bool {
    let is_narrowing =
        |pair: &[u8]| pair.starts_with(b"filter.") || pair.starts_with(b"constraint=");
    match parts {
        [b"collections", _] => query.split(|&b| b == b'&').any(is_narrowing),
        [b"collections", _, part, ..] => *part != b"products",
        _ => false,
    }
}

/// The canonical name of what a page of a blog is.
pub const READ_MORE: &str = "read_more_clicked";

/// What stands in the address of every page of a blog, however its slashes are written.
pub const BLOGS: &[u8] = b"blogs";

/// The parts of the path, without that of the language.
fn parts_of(path: &[u8]) -> Vec<&[u8]> {
    let (path, _) = cut(path, b'#');
    let parts = behind_host(path).split(|&b| b == b'/').filter(|part| !part.is_empty());
    let mut parts = parts.peekable();
    parts.next_if(|part| is_locale(part));
    parts.collect()
}

/// Checkouts may have the number of the shop before them.
fn without_shop<'p, 'a>(parts: &'p [&'a [u8]]) -> &'p [&'a [u8]] {
    match parts {
        [shop, rest @ ..] if !rest.is_empty() && shop.iter().all(u8::is_ascii_digit) => rest,
        _ => parts,
    }
}

/// The order that a page of thanks is of: the number in its address, or its checkout's token.
pub fn order(address: &str) -> Option<Identifier> {
    let identify = |kind, text| identify(kind, 0, text, Strictness::Several);
    match order_number(address) {
        Some(number) => identify(IdentifierKind::OrderId, number),
        None => identify(IdentifierKind::CheckoutToken, token(address)?),
    }
}

/// The number behind `order-received`.
fn order_number(address: &str) -> Option<&str> {
    let path = address.split(['?', '#']).next()?;
    let mut parts = path.split('/').skip_while(|part| part.as_bytes() != ORDER_RECEIVED).skip(1);
    parts.find(|part| !part.is_empty())
}

/// The checkout or order that a page of the checkout is of.
pub fn token(address: &str) -> Option<&str> {
    let path = address.split(['?', '#']).next()?;
    let mut parts = path.split('/').skip_while(|part| !matches!(*part, "checkouts" | "orders"));
    let is_order = parts.next()? == "orders";
    let token = parts.find(|part| !part.is_empty() && (is_order || !is_kind(part)))?;
    (!is_order || !is_about_orders(token.as_bytes())).then_some(token)
}

/// Whether a part behind `checkouts` is the kind of cart, which newer addresses have before the token: `cn`, `do` for
/// drafts, `ac` for carts that are recovered.
fn is_kind(part: &str) -> bool {
    (part.len() < 3 && part.bytes().all(|b| b.is_ascii_alphabetic())) || part == "bin"
}

/// Which step of the checkout a page of it is.
fn checkout_page(parts: &[&[u8]], query: &[u8]) -> &'static str {
    let by_query = query.split(|&b| b == b'&').find_map(|pair| pair.strip_prefix(b"step="));
    let last = parts.last().copied().unwrap_or_default();
    match by_query.unwrap_or(last) {
        b"contact_information" | b"information" => "checkout_contact_info_submitted",
        b"shipping_method" | b"shipping" => "checkout_shipping_info_submitted",
        b"payment_method" | b"payment" => "payment_info_submitted",
        b"thank_you" | b"thank-you" => "checkout_completed",
        _ => "checkout_started",
    }
}

/// What stands before and behind the first `sign`; nothing behind if there is none.
fn cut(bytes: &[u8], sign: u8) -> (&[u8], &[u8]) {
    let at = memchr::memchr(sign, bytes).unwrap_or(bytes.len());
    (&bytes[..at], bytes.get(at + 1..).unwrap_or_default())
}

/// The path of an address that begins with a host, mostly behind a scheme; any other as it is.
fn behind_host(address: &[u8]) -> &[u8] {
    let mut scheme = memchr::memchr_iter(b':', address).map(|colon| address.split_at(colon).1);
    let with_host = scheme.find_map(|behind| behind.strip_prefix(b"://"));
    match with_host.or_else(|| from_host(address)) {
        Some(host) => memchr::memchr(b'/', host).map_or(&[], |at| &host[at..]),
        None => address,
    }
}

/// An address without a scheme from its host on: a first part with a point in it is one.
fn from_host(address: &[u8]) -> Option<&[u8]> {
    let address = address.strip_prefix(b"//").unwrap_or(address);
    let (first, _) = cut(address, b'/');
    memchr::memchr(b'.', first).map(|_| address)
}

/// `fr`, `en-ca`, `es-419`, `zh-hant`, `zh-hant-tw`.
fn is_locale(part: &[u8]) -> bool {
    let is_alphabetic = |own: &[u8], letters: usize| {
        own.len() == letters && own.iter().all(u8::is_ascii_alphabetic)
    };
    let is_region =
        |own: &[u8]| is_alphabetic(own, 2) || own.len() == 3 && own.iter().all(u8::is_ascii_digit);
    let (language, behind) = cut(part, b'-');
    let (script, region) = cut(behind, b'-');
    is_alphabetic(language, 2)
        && match part.len() - language.len() {
            0 => true,
            _ if is_alphabetic(script, 4) => behind.len() == 4 || is_region(region),
            _ => is_region(behind),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same by texts instead of bytes.
    fn slowly(address: &str) -> bool {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let path = path.split('#').next().unwrap();
        let bare = path.strip_prefix("//").unwrap_or(path);
        let has_host = bare.split('/').next().unwrap().contains('.');
        let with_host = path.split_once("://").map(|(_, rest)| rest);
        let path = match with_host.or(has_host.then_some(bare)) {
            Some(rest) => rest.find('/').map_or("", |at| rest.split_at(at).1),
            None => path,
        };
        let parts = path.split('/').filter(|part| !part.is_empty());
        let mut parts: Vec<&str> = parts.collect();
        let is_language =
            |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic());
        let is_region =
            |text: &str| is_language(text) || text.len() == 3 && text.parse::<u32>().is_ok();
        let is_script =
            |text: &str| text.len() == 4 && text.bytes().all(|b| b.is_ascii_alphabetic());
        let is_locale = |part: &&str| match part.split('-').collect::<Vec<_>>().as_slice() {
            [language] => is_language(language),
            [language, own] => is_language(language) && (is_region(own) || is_script(own)),
            [language, script, region] => {
                is_language(language) && is_script(script) && is_region(region)
            }
            _ => false,
        };
        if parts.first().is_some_and(is_locale) {
            parts.remove(0);
        }
        let narrowed = query
            .split('&')
            .any(|pair| pair.starts_with("filter.") || pair.starts_with("constraint="));
        match parts.as_slice() {
            ["collections", _] => narrowed,
            ["collections", _, third, ..] => *third != "products",
            _ => false,
        }
    }

    proptest::proptest! {
        #[test]
        fn any_address_is_what_it_is_by_its_text(
            parts in proptest::collection::vec("[a-z]{0,3}|://?|/|#|[?]|&|é|fr|en-ca|es-419|zh-hans|s[.]x|-|collections|products|filter[.]|constraint=", 0..12),
        ) {
            let address = parts.concat();
            for address in [address.clone(), format!("https://x/collections/{address}")] {
                proptest::prop_assert_eq!(is_subcategory(&address), slowly(&address), "{}", address);
            }
        }
    }

    #[test]
    fn pages_are_known_by_their_addresses() {
        for (address, expected) in [
            ("https://shop.example.com/", None),
            ("/fr/collections", None),
            ("/collections/care", Some("collection_viewed")),
            ("/collections/care/winter", Some("subcollection_viewed")),
            ("/fr/collections/care/products/soap?variant=1", Some("product_viewed")),
            ("https://shop.example.com/products/soap#reviews", Some("product_viewed")),
            ("/products", None),
            ("/search?q=soap", Some("site_searched")),
            ("/cart", Some("cart_viewed")),
            ("/checkouts", None),
            ("/checkouts/cn/abc", Some("checkout_started")),
            (
                "/1234/checkouts/abc?step=contact_information",
                Some("checkout_contact_info_submitted"),
            ),
            ("/checkouts/cn/abc/information", Some("checkout_contact_info_submitted")),
            ("/checkouts/cn/abc/shipping?x=1", Some("checkout_shipping_info_submitted")),
            ("/checkouts/cn/abc?step=payment_method", Some("payment_info_submitted")),
            ("/checkouts/cn/abc/thank-you", Some("checkout_completed")),
            ("/1234/orders/abc", Some("checkout_completed")),
            ("/blogs/care/winter-skin", Some("read_more_clicked")),
            ("/blogs/care/tagged/winter", None),
            ("/orders/lookup", None),
            ("s.example/products/soap", Some("product_viewed")),
            ("//s.example/products/soap", Some("product_viewed")),
            ("/es-419/products/soap", Some("product_viewed")),
            ("/zh-hans/collections/care", Some("collection_viewed")),
            ("/zh-hant-tw/cart", Some("cart_viewed")),
            ("/checkouts/do/abc/en-us/thank-you", Some("checkout_completed")),
            ("/checkouts/ac/abc/recover?key=1", Some("checkout_started")),
            ("/pages/about", None),
        ] {
            assert_eq!(page(address), expected, "{address}");
        }
    }

    #[test]
    fn pages_that_stores_of_all_makers_have_are_known() {
        for (address, expected) in [
            ("https://shop.example.com/cart/", Some("cart_viewed")),
            ("/basket", Some("cart_viewed")),
            ("/checkout/cart/", Some("cart_viewed")),
            ("/checkout", Some("checkout_started")),
            ("/de/checkout/?step=2", Some("checkout_started")),
            ("/checkout/onepage", Some("checkout_started")),
            ("/checkout/shipping", Some("checkout_shipping_info_submitted")),
            ("/checkout/payment", Some("payment_info_submitted")),
            ("/checkout/order-received/7/?key=wc_order_x", Some("checkout_completed")),
            ("/checkout/onepage/success/", Some("checkout_completed")),
            ("/checkout/thank-you", Some("checkout_completed")),
            ("/order-received/7", Some("checkout_completed")),
            ("/order-confirmation", Some("checkout_completed")),
            ("/checkout-guide", None),
            ("/docs/checkout", None),
            ("/pages/thank-you", None),
            ("/success", None),
        ] {
            assert_eq!(page(address), expected, "{address}");
        }
        // Anything may be thanked for outside of a checkout.
        let thanks = Some(("checkout_completed", Proof::OrderPage));
        assert_eq!(proof("/thank-you"), thanks);
        assert_eq!(proof("/checkout/thank-you").map(|(_, proof)| proof), Some(Proof::Address));
    }

    #[test]
    fn pages_of_thanks_say_which_order_it_is() {
        let (number, token) = (IdentifierKind::OrderId, IdentifierKind::CheckoutToken);
        for (address, expected) in [
            ("/checkout/order-received/7/?key=wc_order_x", Some((number, "7"))),
            ("https://shop.example.com/order-received/7", Some((number, "7"))),
            ("/checkout/order-received/", None),
            ("/checkouts/cn/abc/thank-you", Some((token, "abc"))),
            ("/thank-you", None),
        ] {
            let expected =
                expected.and_then(|(kind, text)| identify(kind, 0, text, Strictness::Several));
            assert_eq!(order(address), expected, "{address}");
        }
    }

    #[test]
    fn pages_of_the_checkout_have_its_token() {
        for (address, expected) in [
            ("https://shop.example.com/checkouts/cn/abc/thank-you", Some("abc")),
            ("/1234/checkouts/abc?step=payment_method", Some("abc")),
            ("/1234/orders/abc", Some("abc")),
            ("/checkouts/do/abc/en-us/thank-you", Some("abc")),
            ("/checkouts/ac/abc/recover?key=1", Some("abc")),
            ("/checkouts/bin/abc", Some("abc")),
            ("/orders/lookup", None),
            ("/checkouts/", None),
            ("/checkouts/cn", None),
            ("/products/checkouts", None),
            ("/products/soap", None),
        ] {
            assert_eq!(token(address), expected, "{address}");
        }
    }

    #[test]
    fn subcategories_are_narrowed_categories() {
        for address in [
            "/collections/care/winter",
            "https://shop.example.com/fr/collections/care/winter+dry",
            "/collections/care?filter.v.price.gte=5",
            "/en-ca/collections/care?a=1&constraint=x",
            "android-app://shop/collections/care/winter#top",
        ] {
            assert!(is_subcategory(address), "{address}");
        }
        for address in [
            "/",
            "",
            "/collections",
            "/collections/care",
            "/collections/care/products/soap",
            "/products/soap",
            "/pages/collections/a/b",
            "/collections/care?sort_by=price",
            "https://shop.example.com",
            "https://shop.example.com?to=/collections/care/winter",
            "/collections/care#/winter",
            "/fr/fr/collections/care/winter",
            "/fra/collections/care/winter",
            "/fr-/collections/care/winter",
        ] {
            assert!(!is_subcategory(address), "{address}");
        }
    }
}
