//! What a click on an address outside the shop is: a share, a look at a profile of the shop, a message, a feed, a booking.

/// What a click on an address outside the shop is.
pub fn target_of(address: &str) -> Option<&'static str> {
    let address = address.to_ascii_lowercase();
    if let Some(rest) = address.strip_prefix("mailto:") {
        return rest.starts_with('?').then_some("social_shared");
    }
    let without_scheme = || Some(("https", address.strip_prefix("//")?));
    let (scheme, rest) = address.split_once("://").or_else(without_scheme)?;
    // An address of the application has no path: `whatsapp://send?text=`.
    if scheme == "whatsapp" {
        return Some(whatsapp(scheme, rest));
    }
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let is_message = matches!(host, "api.whatsapp.com" | "web.whatsapp.com");
    if host == "wa.me" || is_message && path.starts_with("send") {
        return Some(whatsapp(host, path));
    }
    let host = site_of(host);
    if is_share(host, path) {
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
    let has_profiles = PROFILES.contains(&host) || host.starts_with("pinterest.");
    (has_profiles && is_profile(path)).then_some("social_followed")
}

/// A host without what stands before it for a device, an application or a country: `m.facebook.com`, `de.linkedin.com`.
fn site_of(host: &str) -> &str {
    let is_before = |own: &str| {
        let is_country = |own: &str| own.len() == 2 && own.bytes().all(|b| b.is_ascii_alphabetic());
        matches!(own, "www" | "m" | "mobile" | "web") || own.splitn(2, '-').all(is_country)
    };
    match host.split_once('.') {
        Some((own, rest)) if is_before(own) && rest.contains('.') => rest,
        Some(_) | None => host,
    }
}

fn is_share(host: &str, path: &str) -> bool {
    let is_page = |(site, start): &(&str, &str)| {
        (host == *site || host.ends_with(&format!(".{site}"))) && path.starts_with(start)
    };
    SHARES.iter().any(is_page) || host.starts_with("pinterest.") && path.starts_with("pin/create")
}

/// Whether a path is that of a profile: what somebody has put there, is shown to everybody or searched for is none.
fn is_profile(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut parts = path.split('/').filter(|part| !part.is_empty()).peekable();
    parts.peek().is_some() && !parts.any(|part| CONTENTS.contains(&part))
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
const SHARES: [(&str, &str); 12] = [
    ("facebook.com", "sharer"),
    ("facebook.com", "share"),
    ("facebook.com", "dialog/share"),
    ("facebook.com", "dialog/feed"),
    ("twitter.com", "intent"),
    ("twitter.com", "share"),
    ("x.com", "intent"),
    ("x.com", "share"),
    ("linkedin.com", "share"),
    ("linkedin.com", "sharing"),
    ("t.me", "share"),
    ("reddit.com", "submit"),
];

/// Sites on which shops have a profile; Pinterest has one in every country.
const PROFILES: [&str; 7] = [
    "facebook.com",
    "instagram.com",
    "tiktok.com",
    "youtube.com",
    "twitter.com",
    "x.com",
    "linkedin.com",
];

/// Parts of paths on such sites that are no profile's.
const CONTENTS: [&str; 27] = [
    "watch",
    "playlist",
    "embed",
    "results",
    "shorts",
    "live",
    "p",
    "reel",
    "reels",
    "stories",
    "explore",
    "tv",
    "photo",
    "photo.php",
    "photos",
    "video",
    "videos",
    "posts",
    "status",
    "hashtag",
    "search",
    "pin",
    "feed",
    "dialog",
    "plugins",
    "login",
    "events",
];

#[cfg(test)]
mod tests {
    use super::*;

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
            ("https://www.facebook.com/dialog/share?app_id=1", Some("social_shared")),
            ("https://x.com/share?text=x", Some("social_shared")),
            ("https://www.linkedin.com/sharing/share-offsite/?url=x", Some("social_shared")),
            ("//www.pinterest.com/pin/create/button", Some("social_shared")),
            ("https://web.whatsapp.com/send?text=x", Some("whatsapp_shared")),
            ("https://web.whatsapp.com/", None),
            ("mailto:?subject=look", Some("social_shared")),
            ("mailto:shop@example.com", None),
            ("https://www.instagram.com/example.shop/", Some("social_followed")),
            ("https://www.instagram.com/", None),
            ("https://m.facebook.com/example.shop", Some("social_followed")),
            ("https://pinterest.fr/example_shop", Some("social_followed")),
            ("https://fr.linkedin.com/company/example", Some("social_followed")),
            ("https://www.tiktok.com/@example?lang=en", Some("social_followed")),
            ("https://www.youtube.com/watch?v=abc", None),
            ("https://www.instagram.com/p/abc/", None),
            ("https://x.com/example/status/1", None),
            ("https://www.pinterest.com/pin/1/", None),
            ("https://developers.facebook.com/docs", None),
            ("https://calendly.com/shop/intro", Some("demo_booked")),
            ("https://shop.example.com/blogs/news.atom", Some("rss_subscribed")),
            ("https://shop.example.com/products/x", None),
            ("/products/x", None),
        ] {
            assert_eq!(target_of(address), expected, "{address}");
        }
    }
}
