//! Identifiers: tables of spellings, and random texts against the rules taken one after the other.

use super::*;
use crate::text::{NULL_WORDS, NULLS};
use IdentifierKind::*;
use proptest::prelude::*;

fn same(kind: IdentifierKind, a: &str, b: &str) {
    let read = |text| {
        identify(kind, 1, text, Strictness::Several)
            .unwrap_or_else(|| panic!("{text} names nobody"))
    };
    assert_eq!(read(a), read(b), "{a} and {b}");
}

#[test]
fn spellings_of_one_identifier_are_one() {
    same(OrderId, "gid://shopify/Order/5900000000001?key=1", "5900000000001");
    same(OrderId, "#AA1001", "aa1001");
    same(CustomerId, "'7100000000001", "7100000000001");
    same(CustomerId, "7100000000001.0", "gid://shopify/Customer/7100000000001");
    same(Email, " <Ada@Example.com> ", "ada@example.com");
    let hash = "a168db4dd99f49ed6e52765af7c2a797d567f21d8a463117bcb5d1505daa92fb";
    same(Email, hash, &hash.to_uppercase());
    same(Phone, hash, &hash.to_uppercase());
    // What `sha256sum` makes of them.
    let ann = "71d4f55f72fa128dfb468a1a3901507c804b74316488744d769d7f4b16696476";
    same(Email, "Ann@Example.com ", ann);
    let number = "c0e7a8a4e5053d227f3c6fef28f4562a7d7c97a869852315270f9931d7644700";
    same(Phone, "+49 1511 234567", number);
    same(Phone, "'+33 6 39 98 00 04", "0033639980004");
}

#[test]
fn placeholders_name_nobody() {
    for text in [
        "",
        "null",
        "NULL",
        "Guest",
        "0",
        "-1",
        "00000000-0000-0000-0000-000000000000",
        "5.9E+12",
        "abc",
        "'null'",
        "\"undefined\"",
        "\"[object Object]\"",
    ] {
        assert_eq!(identify(UserId, 1, text, Strictness::Several), None, "{text}");
    }
    for (text, expected) in [
        ("7", true),
        ("abc", true),
        ("null", false),
        ("Guest", false),
        ("0", false),
        ("12345", false),
    ] {
        assert_eq!(is_too_short(UserId, text, Strictness::Several), expected, "{text}");
        assert!(!is_too_short(UserId, text, Strictness::Only), "{text}");
    }
    for (text, with_session, alone) in [
        ("0", false, true),
        ("0.0", false, true),
        ("0-0", false, true),
        ("00000000-0000-0000-0000-000000000000", false, false),
        ("-1", false, false),
        ("guest", false, false),
        ("User", false, true),
        ("7", true, true),
    ] {
        let is_one = |strictness| identify(UserId, 1, text, strictness).is_some();
        assert_eq!(is_one(Strictness::WithSession), with_session, "{text}");
        assert_eq!(is_one(Strictness::Lone), alone, "{text}");
    }
    for text in ["0", "7", "abc", "guest"] {
        assert!(identify(UserId, 1, text, Strictness::Only).is_some(), "{text}");
    }
    let hashes = NOTHING_HASHED.iter().map(|hash| hash.to_uppercase());
    let hashes: Vec<String> = hashes.chain(NOTHING_HASHED.map(str::to_string)).collect();
    for text in ["", "null", "undefined"].into_iter().chain(hashes.iter().map(String::as_str)) {
        assert_eq!(identify(UserId, 1, text, Strictness::Only), None, "{text}");
        assert_eq!(identify_plain(ClientId, 1, text.as_bytes(), Strictness::Only), None, "{text}");
    }
    for text in ["nobody", "@example.com", "noreply@example.com"] {
        assert_eq!(identify(Email, 0, text, Strictness::Several), None, "{text}");
    }
    assert_eq!(identify(Phone, 0, "1.55556E+10", Strictness::Several), None);
    assert_eq!(identify(Phone, 0, "12 34", Strictness::Several), None);
}

#[test]
fn only_uuids_join_across_systems() {
    let id = |space, text| identify(ClientId, space, text, Strictness::Several).unwrap();
    let uuid = "aaaaaaaa-1111-4111-8111-aaaaaaaaaaaa";
    assert_eq!(id(1, uuid), id(2, uuid));
    assert_ne!(id(1, "12345678"), id(2, "12345678"));
}

#[test]
fn a_browser_of_google_is_the_same_wherever_it_is_noted() {
    let id = |space, text| identify(ClientId, space, text, Strictness::Several).unwrap();
    let own = id(Identifier::GOOGLE, "1111111111.1780000000");
    for text in
        ["1111111111.1780000000", "GA1.2.1111111111.1780000000", "GA1.3-2.1111111111.1780000000"]
    {
        assert_eq!(id(1, text), own, "{text}");
    }
    assert_ne!(id(1, "1111111111.178"), id(Identifier::GOOGLE, "1111111111.178"));
    assert_ne!(id(Identifier::SESSIONS, "1111111111.1780000000"), own);
}

#[test]
fn user_ids_that_are_the_shops_customers() {
    for (text, expected) in [
        ("6012345678901", true),
        ("6012345678901.0", true),
        (" '6012345678901 ", true),
        ("gid://shopify/Customer/6012345678901", true),
        ("gid://shopify/Customer/77", true),
        ("gid://shopify/Order/6012345678901", false),
        ("601234567890", false),
        ("601234567890.0", false),
        ("user-60123456", false),
    ] {
        assert_eq!(is_shop_customer(text), expected, "{text}");
    }
}

/// The identifier of a text by the rules as they are said, without a look at what most texts are.
fn slowly(
    kind: IdentifierKind,
    space: u16,
    text: &str,
    strictness: Strictness,
) -> Option<Identifier> {
    let text = text.trim();
    let is_several = strictness == Strictness::Several;
    let is_quoted = |quote| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    let is_quoted = is_quoted('"') || is_quoted('\'');
    let inner = text.get(1..text.len().saturating_sub(1)).filter(|_| is_quoted);
    let word = inner.unwrap_or(text);
    if text.is_empty() || is_null_word(word) || nobody::is_template(text.as_bytes()) {
        return None;
    }
    if strictness != Strictness::Only && is_for_nobody(text, word, strictness) {
        return None;
    }
    let browser = google(text);
    let normal = match kind {
        CustomerId | OrderId | CheckoutToken => {
            let text = text.strip_prefix('\'').unwrap_or(text);
            let is_global = text.starts_with("gid://");
            let tail = if is_global { text.rsplit('/').next().unwrap() } else { text };
            let tail = tail.split('?').next().unwrap().trim_start_matches('#').to_lowercase();
            let tail = whole(&tail);
            match tail.split_once('#') {
                Some((shop, number)) if kind == OrderId && !shop.contains(char::is_numeric) => {
                    format!("{shop}{number}")
                }
                _ => tail,
            }
        }
        Email => {
            let is_around = |c: char| "<>\"'".contains(c) || c.is_whitespace();
            text.trim_matches(is_around).to_lowercase()
        }
        Phone if is_hashed(text) => text.to_lowercase(),
        Phone => {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            digits.strip_prefix("00").unwrap_or(&digits).to_string()
        }
        ClientId if browser.is_some() => browser.clone().unwrap_or_default(),
        UserId | ClientId => whole(text),
    };
    let is_somebody = match kind {
        CustomerId | OrderId | CheckoutToken => !normal.is_empty() && !is_excel_number(&normal),
        Email => {
            let is_address = normal.split_once('@').is_some_and(|(name, domain)| {
                !name.is_empty() && !domain.is_empty() && !nobody::is_address(name, domain)
            });
            is_address || is_hashed(&normal)
        }
        Phone => normal.len() >= SHORTEST_PHONE && !is_excel_number(text),
        UserId | ClientId => {
            let is_short = is_several && text.chars().count() < SHORTEST_ID;
            !is_short && !is_excel_number(text)
        }
    };
    let bytes = text.as_bytes();
    let is_uuid = bytes.len() == 36
        && [8, 13, 18, 23].iter().all(|&at| bytes[at] == b'-')
        && bytes.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-');
    let is_own = matches!(kind, UserId | ClientId) && !is_uuid;
    let space = match browser {
        Some(_) if kind == ClientId => Identifier::GOOGLE,
        _ if is_own => space,
        _ => 0,
    };
    let is_plain = matches!(kind, Email | Phone) && !is_hashed(&normal);
    let digest = Sha256::digest(&normal);
    let halves = digest.iter().flat_map(|byte| [byte >> 4, byte & 15].map(u32::from));
    let hash: String = halves.map(|half| char::from_digit(half, 16).unwrap()).collect();
    let written = if is_plain { hash } else { normal };
    let key = Key::within(u64::from(space) << 8 | kind as u64, written.as_bytes());
    is_somebody.then_some(Identifier { kind, space, key })
}

/// Whether a text is a word or number for nobody, as far as the log says who it was otherwise.
fn is_for_nobody(text: &str, word: &str, strictness: Strictness) -> bool {
    let is_lone = strictness == Strictness::Lone;
    let is_role = ["user", "customer", "visitor", "default"].contains(&&*word.to_lowercase());
    let is_word = nobody::is_word(word) && !(is_role && is_lone);
    let are_noughts = whole(text).bytes().all(|b| b == b'0' || b == b'-');
    let may_be_first = is_lone && text.len() < 32;
    is_word || ["-1", "-1.0", "-0.0"].contains(&text) || are_noughts && !may_be_first
}

/// What Google calls a browser, which stands in its cookie behind `GA1.2.`.
fn google(text: &str) -> Option<String> {
    let rest = text.strip_prefix("GA1.").and_then(|rest| rest.split_once('.'));
    let browser = rest.map_or(text, |(_, browser)| browser);
    let parts: Vec<&str> = browser.split('.').collect();
    let is_number =
        |part: &&str| (1..=10).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let is_it = parts.len() == 2 && parts.iter().all(is_number) && parts[1].len() == 10;
    is_it.then(|| browser.to_string())
}

/// Whether a text is as long as a hash in hexadecimal digits, and no number.
fn is_hashed(text: &str) -> bool {
    let is_hex = text.chars().all(|c| c.is_ascii_hexdigit());
    matches!(text.len(), 32 | 40 | 64) && is_hex && text.chars().any(|c| !c.is_ascii_digit())
}

/// A number as data tools write it is that number.
fn whole(text: &str) -> String {
    let digits = text.strip_suffix(".0").filter(|own| !own.is_empty());
    let is_number = digits.is_some_and(|own| own.chars().all(|c| c.is_ascii_digit()));
    digits.filter(|_| is_number).unwrap_or(text).to_string()
}

/// Texts that stand where identifiers should, and what looks like them.
fn any_text() -> impl Strategy<Value = String> {
    let word = prop::sample::select([&NULLS[1..], &NULL_WORDS, &nobody::WORDS].concat());
    let case = (word, any::<bool>())
        .prop_map(|(word, upper)| if upper { word.to_uppercase() } else { word.to_string() });
    let quoted = (case.clone(), "[\"']", "[\"']").prop_map(|(word, a, b)| format!("{a}{word}{b}"));
    prop_oneof![
        case,
        quoted,
        "[ 0-]{0,40}",
        "['#]?[0-9]{1,20}",
        "[0-9]{1,20}\\.0",
        "[0-9a-fA-F]{8}-[0-9a-f]{4}-[0-9a-f-]{4}-[0-9A-F]{4}-[0-9a-gé-]{12}",
        "[0-9]([.,][0-9]{1,20})?[Ee][+-]?[0-9]{0,3}",
        "[ <]?(noreply|no-reply|[A-Zaéİ]{0,3})@?[a-zA-Z.]{0,4}[> ]?",
        "gid://[a-z]{1,4}/[0-9A-Z]{0,5}(\\?key=1)?",
        "gid://shopify/(Order|Customer)/[0-9]{10,14}",
        "(GA1\\.[12-]{1,3}\\.)?[0-9]{1,11}\\.[0-9]{9,11}",
        "-?[01]{1,2}\\.0{1,2}",
        r"\+?[0-9 ()-]{4,20}",
        "[0a-f-]{20,40}",
        "[0-9a-fA-F]{40}|[0-9a-f]{64}|[0-9]{32}",
        "(\\{\\{|\\$\\{|%|%%)[a-z_.]{0,30}(\\}\\}|\\}|%|%%)",
        ".{0,24}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]
    #[test]
    fn looking_first_at_what_most_texts_are_changes_nothing(
        text in any_text(),
        around in prop::sample::select(vec!["", " ", "\u{a0}"]),
    ) {
        let text = format!("{around}{text}{around}");
        for kind in IdentifierKind::ALL {
            for strictness in [Strictness::Several, Strictness::WithSession, Strictness::Lone, Strictness::Only] {
                let found = identify(kind, 7, &text, strictness);
                prop_assert_eq!(found, slowly(kind, 7, &text, strictness), "{} {:?}", text, kind);
                // A guarding apostrophe and white space are the cell's, and taken away before.
                let plain = identify_plain(kind, 7, text.as_bytes(), strictness);
                prop_assert!(plain.is_none() || plain == found, "{} {:?}", text, kind);
            }
        }
    }
}

#[test]
fn ids_that_analytics_sdks_make_look_like_a_device() {
    for (text, expected) in [
        ("aaaaaaaa-1111-4111-8111-aaaaaaaaaaaa", true),
        ("18b7f2a3c4d5e6-0a1b2c3d4e5f60-1b525634-1fa400-18b7f2a3c4e123", true),
        ("18b7f2a3c4d5e6-0a1b2c3d4e5f60-1b525634-1fa400", false),
        ("18b7f2a3c4d5e6-0a1b2c3d4e5f60-1b525634-1fa400-18b7f2a3c4e12x", false),
        ("2025-10-07-07-30", false),
        ("user-00001", false),
    ] {
        assert_eq!(is_device_text(text), expected, "{text}");
    }
}
