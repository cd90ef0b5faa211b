//! Dimensions: what journeys are broken down or filtered by, and how a row's value is found.
//!
//! A dimension is a column or property of the data, or one of a few that are worked out from the page's
//! address and the user agent where the data has no such column. Which row of a journey decides is an
//! [`At`]; it is applied after matching, so a breakdown never changes what is matched.

use crate::error::{Error, Result};
use crate::event::Properties;
use crate::key::Key;
use std::borrow::Cow;

/// The one dimension that is worked out from the journey instead of a row: whether the customer was
/// there before.
pub const RETURNING: &str = "returning";

/// The names of those that many formats have or that are worked out.
pub const WORKED_OUT: [&str; 10] = [
    "device",
    "country",
    "source",
    "medium",
    "campaign",
    "landing_page",
    "referrer",
    "browser",
    "os",
    RETURNING,
];

/// Which moment of a journey decides on its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum At {
    /// The entry.
    #[default]
    Entry,
    /// The first event that has a value.
    First,
    /// The last event that has a value.
    Last,
    /// Every value that occurs: a journey may then count in several rows.
    Any,
    /// The event chosen for the step of this name.
    Step(String),
}

impl At {
    /// The word in reports: `entry`, `first`, or the step's name.
    pub fn word(&self) -> &str {
        match self {
            At::Entry => "entry",
            At::First => "first",
            At::Last => "last",
            At::Any => "any",
            At::Step(name) => name,
        }
    }
}

/// A breakdown that the user asks for: one dimension or several together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breakdown {
    /// The properties whose values make a row.
    pub properties: Vec<String>,
    /// Which moment decides.
    pub at: At,
}

impl Breakdown {
    /// Reads `device`, `device@entry`, `device,country@last`, `device@Add to cart`.
    pub fn parse(text: &str) -> Result<Breakdown> {
        let (names, at) =
            text.split_once('@').map_or((text, At::Entry), |(names, at)| (names, at_of(at.trim())));
        let properties: Vec<String> =
            names.split(',').map(|name| name.trim().to_string()).collect();
        if properties.iter().any(String::is_empty) {
            return Err(Error::new(format!("--by: `{text}` names no property"))
                .hint("write --by device, --by device,country or --by device@first"));
        }
        Ok(Breakdown { properties, at })
    }

    /// The name in reports: `device`, `device,country`.
    pub fn name(&self) -> String {
        self.properties.join(",")
    }
}

fn at_of(word: &str) -> At {
    match word {
        "entry" => At::Entry,
        "first" => At::First,
        "last" => At::Last,
        "any" => At::Any,
        step => At::Step(step.to_string()),
    }
}

/// A condition that journeys must meet: `device=mobile`, `country!=FR`, `source=google|bing`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The property.
    pub property: String,
    values: Vec<String>,
    negated: bool,
}

impl Filter {
    /// Reads `device=mobile`; several values are separated by `|`, `!=` means all others.
    pub fn parse(text: &str) -> Result<Filter> {
        let hint =
            "write --where 'device=mobile', --where 'country!=FR' or --where 'source=google|bing'";
        let (name, values) = text
            .split_once('=')
            .ok_or_else(|| Error::new(format!("--where: `{text}` has no `=`")).hint(hint))?;
        let (name, negated) = name.strip_suffix('!').map_or((name, false), |name| (name, true));
        let name = name.trim();
        if name.is_empty() {
            return Err(Error::new(format!("--where: `{text}` names no property")).hint(hint));
        }
        let values = values.split('|').map(|value| value.trim().to_string()).collect();
        Ok(Filter { property: name.to_string(), values, negated })
    }

    /// Whether a value meets the condition; an unknown value is like no value that is named.
    pub fn holds(&self, value: Option<&str>) -> bool {
        let value = value.unwrap_or_default();
        self.values.iter().any(|own| own == value) != self.negated
    }
}

/// The value of a property for one row: the row's own, else what its address and user agent tell.
pub fn value<'r>(property: &str, row: &'r dyn Properties) -> Option<Cow<'r, str>> {
    let own = row.get(property).map(crate::event::Value::into_text);
    own.or_else(|| derived(property, row)).filter(|text| !text.trim().is_empty())
}

/// A property that the value of another is worked out from, and which part of it decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The property.
    pub name: &'static str,
    /// What of its text decides.
    pub part: SourcePart,
}

/// Which part of a text decides on a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourcePart {
    /// All of it.
    Whole,
    /// Of an address, the site; all of it if it names a campaign.
    Campaign,
    /// Of an address, the site.
    Site,
    /// Of an address, what is before the query.
    Page,
}

/// The other properties that the value of one is worked out from where a row has no such property itself:
/// rows that agree in it, and in these parts of these, agree in the value.
pub fn sources(property: &str) -> &'static [Source] {
    const fn of(name: &'static str, part: SourcePart) -> Source {
        Source { name, part }
    }
    const AGENT: Source = of("user_agent", SourcePart::Whole);
    const CAMPAIGN: Source = of("url", SourcePart::Campaign);
    const CLICK: Source = of("gclid", SourcePart::Whole);
    const MEDIUM: Source = of("utm_medium", SourcePart::Whole);
    const REFERRER: Source = of("referrer", SourcePart::Site);
    const PAGE: Source = of("url", SourcePart::Page);
    match property {
        "device" => &[AGENT],
        "landing_page" => &[PAGE],
        "medium" => &[CAMPAIGN, CLICK, MEDIUM],
        "campaign" => &[CAMPAIGN],
        "source" => &[CAMPAIGN, CLICK, MEDIUM, REFERRER],
        _ => &[],
    }
}

impl SourcePart {
    /// The part of a cell, as it is written, that decides. Cells differ in it if they differ in the value.
    pub fn of(self, cell: &[u8]) -> &[u8] {
        match self {
            SourcePart::Whole => cell,
            SourcePart::Campaign if names_campaign(cell) => cell,
            SourcePart::Campaign | SourcePart::Site => site(cell),
            SourcePart::Page => match memchr::memchr2(b'?', b'#', cell) {
                // A short one may be a word for nothing, which it is not if a query follows.
                Some(end) if end > SHORT => cell.get(..end).unwrap_or(cell),
                Some(_) | None => cell,
            },
        }
    }
}

/// No word for nothing is longer, in quotes or not.
const SHORT: usize = 16;

/// Whether the query of an address may name a campaign: whether it has `utm_` or the id of a click in it.
fn names_campaign(cell: &[u8]) -> bool {
    let query = memchr::memchr(b'?', cell).and_then(|at| cell.get(at..)).unwrap_or_default();
    if query.is_empty() {
        return false;
    }
    if CLICKS.iter().any(|name| memchr::memmem::find(query, name.as_bytes()).is_some()) {
        return true;
    }
    let mut underscores = memchr::memchr_iter(b'_', query);
    underscores.any(|at| query.get(..at).is_some_and(|before| before.ends_with(b"utm")))
}

/// An address up to the end of its host; anything else as it is.
fn site(cell: &[u8]) -> &[u8] {
    let scheme = match cell {
        [b'h', b't', b't', b'p', b's', b':', b'/', b'/', ..] => Some(5),
        other => other.windows(3).position(|part| part == b"://"),
    };
    let Some(scheme) = scheme else { return cell };
    let host = cell.get(scheme + 3..).unwrap_or_default();
    let length = memchr::memchr3(b'/', b'?', b'#', host).unwrap_or(host.len());
    cell.get(..scheme + 3 + length).unwrap_or(cell)
}

/// The page that a row shows, by its address: the path.
pub fn page(row: &dyn Properties) -> Option<String> {
    let address = row.get("url")?.into_text();
    Some(path_of(&address).to_string())
}

fn derived<'r>(property: &str, row: &'r dyn Properties) -> Option<Cow<'r, str>> {
    let text = |name: &str| row.get(name).map(crate::event::Value::into_text);
    match property {
        "device" => Some(Cow::Borrowed(device(&text("user_agent")?))),
        "landing_page" => page(row).map(Cow::Owned),
        "medium" => {
            let url = text("url").unwrap_or_default();
            let paid = || is_paid_click(&url, row).then(|| "cpc".to_string());
            query(&url, "utm_medium").or_else(paid).map(Cow::Owned)
        }
        "campaign" => query(&text("url")?, "utm_campaign").map(Cow::Owned),
        "source" => {
            let url = text("url")?;
            if is_paid_click(&url, row) {
                return Some(Cow::Borrowed("google"));
            }
            let referrer = text("referrer");
            Some(Cow::Owned(source(&url, referrer.as_deref())))
        }
        _ => None,
    }
}

/// What Google puts into the address of a page that was opened by an advertisement: the id of the click.
const CLICKS: [&str; 3] = ["gclid", "gbraid", "wbraid"];

/// Whether a page was opened by one of Google's advertisements: its address, or a column, has the id of a click
/// and neither names a medium.
fn is_paid_click(url: &str, row: &dyn Properties) -> bool {
    let has = |name: &str| row.get(name).is_some_and(|own| !own.into_text().trim().is_empty());
    let has_click = CLICKS.iter().any(|name| query(url, name).is_some()) || has("gclid");
    has_click && query(url, "utm_medium").is_none() && !has("utm_medium")
}

/// Sites that a shopper comes back from after paying: being sent back is no visit from elsewhere.
const PAYMENT_SITES: [&str; 19] = [
    "adyen.com",
    "affirm.com",
    "afterpay.com",
    "arcot.com",
    "authorize.net",
    "braintreegateway.com",
    "cardinalcommerce.com",
    "checkout.com",
    "checkout.shopify.com",
    "clearpay.co.uk",
    "klarna.com",
    "mollie.com",
    "payments.amazon.com",
    "paypal.com",
    "rsa3dsauth.com",
    "shop.app",
    "sofort.com",
    "stripe.com",
    "worldpay.com",
];

/// The campaign that a page was opened from: what its address or its columns say, else another site that
/// referred to it. Pages opened from the shop itself, or from nowhere, have none. In the midst of a checkout
/// (`pays`) another site is where the shopper has paid, or has proven to be the owner of a card.
pub fn campaign(row: &dyn Properties, pays: bool) -> Option<Key> {
    let text = |name: &str| row.get(name).map(crate::event::Value::into_text);
    let url = text("url").unwrap_or_default();
    let told = ["utm_source", "utm_medium", "utm_campaign", "gclid"].map(|name| {
        let own = text(name).map(Cow::into_owned).filter(|text| !text.trim().is_empty());
        own.or_else(|| query(&url, name))
    });
    if told.iter().any(Option::is_some) {
        let parts = told.iter().map(|part| part.as_deref().unwrap_or_default());
        return Some(parts.fold(Key::NONE, |key, part| key.and(Key::of(part.as_bytes()))));
    }
    let referrer = text("referrer").filter(|_| !pays)?;
    let (own, other) = (host_of(&url), host_of(&referrer));
    let is_outside = !own.is_empty() && !other.is_empty() && own != other;
    let is_of_payment = PAYMENT_SITES.iter().any(|site| {
        other.strip_suffix(site).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    (is_outside && !is_of_payment).then(|| Key::of(other.as_bytes()))
}

/// What a user agent says of the device: `mobile`, `tablet` or `desktop`.
pub fn device(user_agent: &str) -> &'static str {
    let says = |word: &str| user_agent.contains(word);
    if says("iPad") || says("Tablet") || says("Android") && !says("Mobile") {
        "tablet"
    } else if says("Mobi") || says("iPhone") || says("iPod") {
        "mobile"
    } else {
        "desktop"
    }
}

/// The campaign's source, else the site that referred, else `direct`.
fn source(url: &str, referrer: Option<&str>) -> String {
    let referring =
        || referrer.map(host_of).filter(|host| !host.is_empty() && *host != host_of(url));
    query(url, "utm_source")
        .or_else(|| referring().map(str::to_string))
        .unwrap_or_else(|| "direct".to_string())
}

/// The host of a URL, without `www.`.
fn host_of(url: &str) -> &str {
    let Some((_, rest)) = url.split_once("://") else { return "" };
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

/// The path of a URL or path, without query and fragment.
fn path_of(url: &str) -> &str {
    let rest = url
        .split_once("://")
        .map_or(url, |(_, rest)| rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"));
    rest.split(['?', '#']).next().unwrap_or_default()
}

/// The value of a parameter of a URL's query; `+` and percent escapes are resolved.
fn query(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let query = query.split('#').next()?;
    let value =
        query.split('&').find_map(|pair| pair.split_once('=').filter(|(own, _)| *own == name))?.1;
    let value = unescape(value);
    (!value.is_empty()).then_some(value)
}

fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let escaped = || {
            behind
                .get(..2)
                .and_then(|hex| std::str::from_utf8(hex).ok())
                .and_then(|hex| u8::from_str_radix(hex, 16).ok())
        };
        match (first, escaped()) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            (byte, _) => bytes.push(byte),
        }
        rest = behind;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Value;

    struct Row(&'static [(&'static str, &'static str)]);

    impl Properties for Row {
        fn get(&self, path: &str) -> Option<Value<'_>> {
            self.0
                .iter()
                .find(|(name, _)| *name == path)
                .map(|(_, text)| Value::Text((*text).into()))
        }
    }

    #[test]
    fn breakdowns_and_filters_are_read() {
        let by = Breakdown::parse("device, country@Add to cart").unwrap();
        assert_eq!((by.name().as_str(), by.at.word()), ("device,country", "Add to cart"));
        assert_eq!(Breakdown::parse("device").unwrap().at, At::Entry);
        assert!(Breakdown::parse("device,,x").is_err() && Breakdown::parse("").is_err());
        let filter = Filter::parse("device=mobile|tablet").unwrap();
        assert!(
            filter.holds(Some("tablet")) && !filter.holds(Some("desktop")) && !filter.holds(None)
        );
        let filter = Filter::parse("country!=FR").unwrap();
        assert!(filter.holds(Some("DE")) && filter.holds(None) && !filter.holds(Some("FR")));
        assert!(Filter::parse("device").is_err() && Filter::parse("=x").is_err());
    }

    #[test]
    fn a_campaign_is_told_by_the_address_or_another_site() {
        let of = |url: &'static str, referrer: &'static str| {
            let cells: &'static [_] = Vec::leak(vec![("url", url), ("referrer", referrer)]);
            campaign(&Row(cells), false)
        };
        let shop = "https://shop.example.com/products/a";
        let mail = of("https://shop.example.com/?utm_source=mail&utm_campaign=may", "");
        assert!(mail.is_some());
        assert_ne!(mail, of("https://shop.example.com/?utm_source=mail&utm_campaign=june", ""));
        assert_eq!(mail, campaign(&Row(&[("utm_source", "mail"), ("utm_campaign", "may")]), true));
        assert!(of(shop, "https://www.search.example/q").is_some());
        assert_eq!(of(shop, "https://shop.example.com/"), None);
        assert_eq!(of(shop, "https://www.paypal.com/checkoutnow?token=1"), None);
        assert!(of(shop, "https://notpaypal.com/").is_some());
        assert_eq!(of("/products/a", "https://shop.example.com/"), None);
        assert_eq!(of(shop, ""), None);
        let bank: &'static [_] =
            Vec::leak(vec![("url", shop), ("referrer", "https://acs.bank.example/")]);
        assert!(campaign(&Row(bank), false).is_some());
        assert_eq!(campaign(&Row(bank), true), None, "the shopper comes back from paying");
    }

    #[test]
    fn a_value_is_worked_out_from_its_sources_and_nothing_else() {
        struct Noting(std::cell::RefCell<Vec<String>>);
        impl Properties for Noting {
            fn get(&self, path: &str) -> Option<Value<'_>> {
                self.0.borrow_mut().push(path.to_string());
                let own = ["url", "referrer", "user_agent", "gclid", "utm_medium"];
                own.contains(&path).then(|| Value::Text("x".into()))
            }
        }
        for property in ["device", "landing_page", "medium", "campaign", "source", "country"] {
            let row = Noting(std::cell::RefCell::default());
            value(property, &row);
            let mut expected = vec![property];
            expected.extend(sources(property).iter().map(|source| source.name));
            assert_eq!(row.0.into_inner(), expected);
        }
    }

    #[test]
    fn the_part_that_decides_on_a_value_decides() {
        let hosts = [
            "https://shop.example.com",
            "http://www.shop.example.com:80",
            "shop",
            "-",
            "",
            "://",
            "//a",
        ];
        let tails = [
            "",
            "/",
            "/p",
            "/p/q?v=1",
            "?utm_source=mail",
            "/p?utm_source=mail&utm_medium=x",
            "#utm_",
            "/p?gclid=x",
            "/p?a=1&wbraid=y#z",
            "/p?gclid=x&utm_medium=m",
            "/?a=b#c",
            ":1/x",
        ];
        let cells: Vec<String> = hosts
            .iter()
            .flat_map(|host| tails.iter().map(move |tail| format!("{host}{tail}")))
            .collect();
        for property in ["landing_page", "medium", "campaign", "source"] {
            let mut known: std::collections::BTreeMap<Vec<u8>, Option<String>> =
                std::collections::BTreeMap::new();
            for (url, referrer) in
                cells.iter().flat_map(|url| cells.iter().map(move |other| (url, other)))
            {
                let cells = [("url", url.as_str()), ("referrer", referrer.as_str())];
                let text =
                    |name| cells.iter().find(|(own, _)| *own == name).map_or("", |(_, text)| *text);
                let parts = sources(property)
                    .iter()
                    .map(|source| source.part.of(text(source.name).as_bytes()));
                let key = parts.collect::<Vec<_>>().join(&0);
                let found = value(property, &Cells(cells)).map(Cow::into_owned);
                let before = known.entry(key).or_insert_with(|| found.clone());
                assert_eq!(*before, found, "{property} of {url} {referrer}");
            }
        }
    }

    /// As a table shows its cells: empty ones and a dash are nothing.
    struct Cells<'c>([(&'c str, &'c str); 2]);

    impl Properties for Cells<'_> {
        fn get(&self, path: &str) -> Option<Value<'_>> {
            let (_, text) = self.0.iter().find(|(name, _)| *name == path)?;
            (!matches!(*text, "" | "-")).then(|| Value::Text((*text).into()))
        }
    }

    #[test]
    fn dimensions_are_worked_out_where_the_data_has_none() {
        let row = Row(&[
            (
                "url",
                "https://shop.example.com/collections/gifts?utm_source=news%20letter&utm_medium=e+mail",
            ),
            ("referrer", "https://www.search.example/q"),
            (
                "user_agent",
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140.0.0.0 Mobile Safari/537.36",
            ),
            ("country", "FR"),
        ]);
        let found = |name| value(name, &row).map(Cow::into_owned);
        assert_eq!(found("device").as_deref(), Some("mobile"));
        assert_eq!(found("landing_page").as_deref(), Some("/collections/gifts"));
        assert_eq!(found("source").as_deref(), Some("news letter"));
        assert_eq!(found("medium").as_deref(), Some("e mail"));
        assert_eq!(found("campaign"), None);
        assert_eq!(found("country").as_deref(), Some("FR"));
        let referred = Row(&[
            ("url", "https://shop.example.com/"),
            ("referrer", "https://www.search.example/q"),
        ]);
        assert_eq!(value("source", &referred).as_deref(), Some("search.example"));
        for (url, column, expected) in [
            ("https://shop.example.com/?gclid=x", "", ("google", Some("cpc"))),
            ("https://shop.example.com/?gbraid=x&utm_source=news", "", ("google", Some("cpc"))),
            ("https://shop.example.com/?gclid=x&utm_medium=mail", "", ("direct", Some("mail"))),
            ("https://shop.example.com/?gclid=", "", ("direct", None)),
            ("https://shop.example.com/", "x", ("google", Some("cpc"))),
        ] {
            let row = Cells([("url", url), ("gclid", column)]);
            assert_eq!(value("source", &row).as_deref(), Some(expected.0), "{url}");
            assert_eq!(value("medium", &row).as_deref(), expected.1, "{url}");
        }
        let own = Row(&[
            ("url", "https://shop.example.com/a"),
            ("referrer", "https://shop.example.com/b"),
        ]);
        assert_eq!(value("source", &own).as_deref(), Some("direct"));
        assert_eq!(value("device", &Row(&[("device", "tablet")])).as_deref(), Some("tablet"));
    }
}
