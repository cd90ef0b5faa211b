//! Views of pages and screens under the names that shops give them: `CartScreenAppear`, `checkout_screen_viewed`,
//! `visited_checkout`.
//!
//! The tables know pages by name (`cart_page`, `checkout_page`). What is seen on screens of an app, or was opened, entered or
//! visited, is looked up as such a page. This file only takes names apart; it knows no page.

/// Words that say that a page was seen, of whatever has one.
const SEEN: [&str; 15] = [
    "view", "viewed", "visit", "visited", "open", "opened", "enter", "entered", "reach", "reached",
    "saw", "see", "seen", "land", "landed",
];

/// Words that say so of pages and screens alone: products and banners are displayed in lists too.
const SHOWN: [&str; 10] = [
    "appear",
    "appears",
    "appeared",
    "show",
    "shown",
    "display",
    "displayed",
    "load",
    "loaded",
    "focused",
];

/// What a page is called, and a screen of an app.
const PAGES: [&str; 2] = ["page", "screen"];

/// A folded name as that of a page.
pub(super) struct Page {
    /// With the word for a page: `cart_page`.
    pub(super) full: Option<String>,
    /// Without it, if the name had one: `cart`, `payment_successful`.
    pub(super) bare: Option<String>,
}

/// Takes a folded name apart; `None` if it says nothing of pages.
pub(super) fn of(folded: &str) -> Option<Page> {
    let is_page = |word: &str| PAGES.contains(&word);
    let words: Vec<&str> = folded.split('_').collect();
    let has_page = words.iter().any(|word| is_page(word));
    let says_seen = |word: &&str| SEEN.contains(word) || has_page && SHOWN.contains(word);
    let without_first = words.split_first().filter(|(first, _)| says_seen(first));
    let rest = without_first.map_or(&words[..], |(_, rest)| rest);
    let without_last = rest.split_last().filter(|(last, _)| says_seen(last));
    let rest = without_last.map_or(rest, |(_, rest)| rest);
    if rest.len() == words.len() && !rest.contains(&"screen") {
        return None;
    }
    let ends_so = !has_page || rest.last().is_some_and(|word| is_page(word));
    let others: Vec<&str> = rest.iter().copied().filter(|word| !is_page(word)).collect();
    let name = others.join("_");
    if name.is_empty() {
        return None;
    }
    let full = ends_so.then(|| format!("{name}_page"));
    Some(Page { full, bare: (has_page || name.ends_with("page")).then_some(name) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_pages_are_taken_apart() {
        for (name, full, bare) in [
            ("cart_screen_appear", Some("cart_page"), Some("cart")),
            ("view_cart_screen", Some("cart_page"), Some("cart")),
            ("visited_checkout", Some("checkout_page"), None),
            ("cart_opened", Some("cart_page"), None),
            ("saw_homepage", Some("homepage_page"), Some("homepage")),
            ("home_screen", Some("home_page"), Some("home")),
            ("payment_screen_successful", None, Some("payment_successful")),
            ("offers_page_shown", Some("offers_page"), Some("offers")),
        ] {
            let own = of(name).unwrap();
            assert_eq!((own.full.as_deref(), own.bare.as_deref()), (full, bare), "{name}");
        }
        for name in
            ["cart_page", "product_shown", "viewed", "screen", "screen_view", "purchase", ""]
        {
            assert!(of(name).is_none(), "{name}");
        }
    }
}
