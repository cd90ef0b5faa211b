//! What the shop sells, who comes, and with what.

/// A product of the shop.
#[derive(Debug)]
pub(super) struct Product {
    pub(super) title: &'static str,
    pub(super) handle: &'static str,
    pub(super) sku: &'static str,
    /// The price in cents.
    pub(super) cents: u64,
    /// The position of its collection.
    pub(super) collection: usize,
}

/// The collections: title and handle.
pub(super) const COLLECTIONS: [(&str, &str); 3] =
    [("Scented candles", "scented"), ("Pillar candles", "pillars"), ("Gift sets", "gifts")];

/// The products.
pub(super) const PRODUCTS: [Product; 8] = [
    product("Fig & Cedar", "fig-and-cedar", "NL-FIG", 2400, 0),
    product("Sea Salt", "sea-salt", "NL-SEA", 2200, 0),
    product("Orange Blossom", "orange-blossom", "NL-ORA", 2600, 0),
    product("Winter Pine", "winter-pine", "NL-PIN", 2400, 0),
    product("Tall Pillar", "tall-pillar", "NL-TAL", 1850, 1),
    product("Short Pillar, set of 3", "short-pillar-set", "NL-SHO", 2750, 1),
    product("Tasting Box", "tasting-box", "NL-BOX", 3900, 2),
    product("Northlight Evening", "northlight-evening", "NL-EVE", 5400, 2),
];

const fn product(
    title: &'static str,
    handle: &'static str,
    sku: &'static str,
    cents: u64,
    collection: usize,
) -> Product {
    Product { title, handle, sku, cents, collection }
}

/// What a parcel costs, in cents; free from [`FREE_FROM`].
pub(super) const SHIPPING: u64 = 450;

/// From this subtotal on, in cents, a parcel is free.
pub(super) const FREE_FROM: u64 = 5000;

/// Cents as the exports write them: `24.00`.
pub(super) fn money(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Cities with a postal code each.
pub(super) const CITIES: [(&str, &str); 6] = [
    ("Lisboa", "1100-148"),
    ("Porto", "4000-322"),
    ("Coimbra", "3000-213"),
    ("Braga", "4700-327"),
    ("Faro", "8000-076"),
    ("Évora", "7000-508"),
];

const FIRST_NAMES: [&str; 16] = [
    "Alda", "Bento", "Celeste", "Dinis", "Elvira", "Fausto", "Graça", "Horácio", "Iria", "Jacinto",
    "Lídia", "Marcelo", "Noémia", "Olavo", "Petra", "Rui",
];

const LAST_NAMES: [&str; 9] = [
    "Inventada",
    "Exemplo",
    "Fictícia",
    "Amostra",
    "Ninguém",
    "Modelo",
    "Suposto",
    "Imaginário",
    "Ensaio",
];

/// The name of a person.
pub(super) fn name(person: usize) -> String {
    let first = FIRST_NAMES[person % FIRST_NAMES.len()];
    let last = LAST_NAMES[person / FIRST_NAMES.len() % LAST_NAMES.len()];
    format!("{first} {last}")
}

/// The e-mail address of a person.
pub(super) fn email(person: usize) -> String {
    let plain = |c: char| match c {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ç' => 'c',
        ' ' => '.',
        other => other,
    };
    let letters: String = name(person).to_lowercase().chars().map(plain).collect();
    format!("{letters}{person}@example.com")
}

/// The user agents of visitors, phones first.
pub(super) const AGENTS: [&str; 5] = [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 393.0.0.33.68",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
];

/// The user agent of the crawler that reads the shop.
pub(super) const CRAWLER: &str =
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

/// Where visits come from.
pub(super) const REFERRERS: [&str; 5] = [
    "",
    "https://www.google.com/",
    "https://www.instagram.com/",
    "https://www.pinterest.com/",
    "https://blog.example.com/slow-evenings",
];
