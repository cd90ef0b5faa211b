//! The JSON exports that are known by their keys, and what a file is nearly.

use super::meant::{meant, misspelt, respelt};
use crate::error::Error;
use crate::input::Rows;
use crate::input::format::shopify_webhooks::Thing;
use crate::input::format::tool_log::{Slot, Tool, paths_by_part};
use crate::input::format::{
    Format, adobe, amplitude, ga4_bigquery, klaviyo, matomo, mixpanel, posthog, rudderstack,
    segment, shopify_bulk, shopify_rest, shopify_rest_checkout, shopify_webhooks, snowplow_json,
};
use crate::input::json::Json;
use crate::place::Place;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A JSON export.
pub(super) struct JsonFormat {
    pub(super) format: Format,
    pub(super) reads: Reads,
}

/// How its records are read.
#[derive(Clone, Copy)]
pub(super) enum Reads {
    /// As events of a tool.
    Tool(&'static Tool),
    /// In a way of its own.
    Own(&'static OwnWay),
}

/// How many there are.
pub(super) const COUNT: usize = 13;

/// All of them; of two that a record looks like, the first is meant.
pub(super) static ALL: [JsonFormat; COUNT] = [
    JsonFormat { format: Format::ShopifyBulk, reads: Reads::Own(&BULK) },
    JsonFormat { format: Format::ShopifyRestOrder, reads: Reads::Own(&REST) },
    JsonFormat { format: Format::ShopifyRestCheckout, reads: Reads::Own(&CHECKOUTS) },
    JsonFormat { format: Format::Ga4BigQuery, reads: Reads::Tool(&ga4_bigquery::GA4) },
    JsonFormat { format: Format::RudderStack, reads: Reads::Tool(&rudderstack::RUDDERSTACK) },
    JsonFormat { format: Format::Segment, reads: Reads::Tool(&segment::SEGMENT) },
    JsonFormat { format: Format::PostHog, reads: Reads::Tool(&posthog::POSTHOG) },
    JsonFormat { format: Format::Mixpanel, reads: Reads::Tool(&mixpanel::MIXPANEL) },
    JsonFormat { format: Format::Amplitude, reads: Reads::Tool(&amplitude::AMPLITUDE) },
    JsonFormat { format: Format::MatomoLive, reads: Reads::Own(&VISITS) },
    JsonFormat { format: Format::Klaviyo, reads: Reads::Tool(&klaviyo::KLAVIYO) },
    JsonFormat { format: Format::SnowplowJson, reads: Reads::Tool(&snowplow_json::SNOWPLOW) },
    JsonFormat { format: Format::AdobeXdm, reads: Reads::Tool(&adobe::ADOBE) },
];

/// A format that is no log of events, or not one event a record.
pub(super) struct OwnWay {
    fits: fn(Json<'_>) -> bool,
    why: &'static str,
    signs: &'static [&'static str],
    paths: &'static [(Slot, &'static [&'static str])],
    pub(super) rows: fn() -> Rows,
}

static BULK: OwnWay = OwnWay {
    fits: |json| shopify_bulk::fits(json) && !shopify_bulk::is_checkout(json),
    why: shopify_bulk::WHY,
    signs: shopify_bulk::SIGNS,
    paths: shopify_bulk::PATHS,
    rows: || Rows::Bulk,
};

static REST: OwnWay = OwnWay {
    fits: |json| shopify_webhooks::holds(json, &[Thing::Order]),
    why: shopify_rest::WHY,
    signs: shopify_rest::SIGNS,
    paths: shopify_rest::PATHS,
    rows: || Rows::RestOrders,
};

static CHECKOUTS: OwnWay = OwnWay {
    fits: |json| {
        shopify_webhooks::holds(json, &[Thing::Checkout, Thing::GraphCheckout, Thing::Cart])
    },
    why: shopify_rest_checkout::WHY,
    signs: shopify_rest_checkout::SIGNS,
    paths: shopify_rest_checkout::PATHS,
    rows: || Rows::RestCheckouts,
};

static VISITS: OwnWay = OwnWay {
    fits: matomo::fits,
    why: matomo::WHY,
    signs: matomo::SIGNS,
    paths: matomo::PATHS,
    rows: || Rows::Matomo,
};

/// The JSON export of a format, if it is one.
pub(super) fn of(format: Format) -> Option<&'static JsonFormat> {
    ALL.iter().find(|known| known.format == format)
}

impl JsonFormat {
    /// Whether a record looks like one of it.
    pub(super) fn fits(&self, json: Json<'_>) -> bool {
        match self.reads {
            Reads::Tool(tool) => (tool.fits)(json),
            Reads::Own(way) => (way.fits)(json),
        }
    }

    /// What the file was taken for, in words.
    pub(super) fn why(&self) -> &'static str {
        match self.reads {
            Reads::Tool(tool) => tool.why,
            Reads::Own(way) => way.why,
        }
    }

    /// Which key each part is read from.
    pub(super) fn columns(&self) -> Vec<(&'static str, String)> {
        match self.reads {
            Reads::Tool(tool) => tool.columns(),
            Reads::Own(way) => paths_by_part(way.paths),
        }
    }

    /// Under which paths each part stands.
    fn paths(&self) -> &'static [(Slot, &'static [&'static str])] {
        match self.reads {
            Reads::Tool(tool) => tool.paths,
            Reads::Own(way) => way.paths,
        }
    }

    /// What to tell of records whose keys are partly spelt otherwise than this format does: these are not read.
    pub(super) fn unread(&self, keys: &BTreeSet<String>) -> Option<String> {
        // The GraphQL interface spells all keys otherwise, and is read by them.
        if self.format == Format::ShopifyRestCheckout && keys.contains("abandonedCheckoutUrl") {
            return None;
        }
        let all = self.paths();
        let is_path = |key: &str| all.iter().any(|(_, paths)| paths.contains(&key));
        let absent = all.iter().filter(|(_, paths)| !paths.iter().any(|path| keys.contains(*path)));
        let respelt = absent.flat_map(|(_, paths)| *paths).filter_map(|path| {
            let own = respelt(path, keys.iter().map(String::as_str))?;
            (!is_path(own)).then_some((path, own))
        });
        let respelt: BTreeMap<&str, &&str> = respelt.map(|(path, own)| (own, path)).collect();
        let names: Vec<String> =
            respelt.iter().map(|(own, path)| format!("`{own}` (there `{path}`)")).collect();
        let calls: Vec<String> =
            respelt.iter().map(|(own, path)| format!(".{path} = .{own}")).collect();
        // All of Shopify's own keys are put together in one way, at any depth.
        let is_snake =
            self.format == Format::ShopifyBulk && respelt.keys().any(|own| own.contains('_'));
        let calls = if is_snake { CAMEL.to_string() } else { calls.join(" | ") };
        (!names.is_empty()).then(|| {
            format!(
                "`{}` calls otherwise what is not read therefore: {}; `jq -c '{}' FILE` calls it so",
                self.format.id(),
                names.join(", "),
                calls
            )
        })
    }

    fn signs(&self) -> &'static [&'static str] {
        match self.reads {
            Reads::Tool(tool) => tool.signs,
            Reads::Own(way) => way.signs,
        }
    }
}

/// A format that a file is nearly.
#[derive(Clone)]
pub(super) struct Near {
    pub(super) format: Format,
    missing: Vec<&'static str>,
    /// What the missing keys are called in `--map`, where the format can be told under which keys its parts stand.
    parts: Vec<&'static str>,
}

/// The keys of the web pixel that are always there, each with what it is called in `--map`.
const PIXEL_SIGNS: [(&str, &str); 3] =
    [("clientId", "client"), ("name", "event"), ("timestamp", "time")];

/// What writes `createdAt` for `created_at`, in all objects, and leaves `__parentId` as it is.
const CAMEL: &str = r#"walk(if type == "object" then with_entries(.key |= if startswith("_") then . else gsub("_(?<letter>[a-z])"; .letter | ascii_upcase) end) else . end)"#;

/// All keys of an event of the web pixel.
const OF_PIXEL: [&str; 8] =
    ["id", "clientId", "name", "timestamp", "seq", "type", "context", "data"];

/// Signs of formats that logs of nobody have as well: these alone say nothing.
const OF_MANY: [&str; 13] = [
    "created_at",
    "device_id",
    "event",
    "event_id",
    "event_name",
    "event_time",
    "event_type",
    "id",
    "properties",
    "timestamp",
    "type",
    "updated_at",
    "uuid",
];

/// Keys that hold the day of what has a time of its own.
const DAYS: [&str; 1] = ["event_date"];

/// Keys that nobody but the web pixel has.
const OF_PIXEL_ALONE: [&str; 8] = [
    "context.document",
    "context.navigator",
    "data.cartLine",
    "data.checkout",
    "data.collection",
    "data.element",
    "data.productVariant",
    "data.searchResult",
];

/// What else some formats have records of.
static FURTHER: [(Format, &[&str]); 2] = [
    (Format::ShopifyRestCheckout, shopify_rest_checkout::CART_SIGNS),
    (Format::ShopifyBulk, shopify_bulk::CUSTOMER_SIGNS),
];

/// The format that fewest keys are missing of, if at least two are there and at most half are missing; of
/// several the one that most keys are there of. One of which nothing is missing must be meant otherwise.
pub(super) fn nearest(keys: &BTreeSet<String>) -> Option<Near> {
    let near = |(format, signs): (&'static JsonFormat, &'static [&'static str])| {
        let missing: Vec<&'static str> =
            signs.iter().copied().filter(|sign| !keys.contains(*sign)).collect();
        // Where an object stands between, a key is another: `event.name` is no `event_name`.
        let depth = |key: &str| key.matches('.').count();
        let is_respelt = |sign: &&&'static str| {
            let beside = keys.iter().filter(|key| depth(key) == depth(sign));
            respelt(sign, beside.map(String::as_str)).is_some()
        };
        let (respelt, rest): (Vec<_>, Vec<_>) = missing.iter().partition(is_respelt);
        let elsewhere = respelt.len() + under_another_name(&rest, keys);
        let there = signs.len() - missing.len();
        let found = there + elsewhere;
        let own = signs.iter().filter(|sign| !missing.contains(sign) || is_respelt(sign));
        let has_own = own.clone().any(|sign| !OF_MANY.contains(sign)) || found > own.count();
        let is_near = has_own && found >= 2 && signs.len() - found <= found;
        // A key as it is written says more than one spelt otherwise.
        let rank = (!missing.is_empty(), Reverse(signs.len() - found), found + there);
        let near = Near { format: format.format, missing, parts: Vec::new() };
        is_near.then_some((rank, near))
    };
    let own = ALL.iter().map(|format| (format, format.signs()));
    let further = FURTHER.iter().filter_map(|&(format, signs)| Some((of(format)?, signs)));
    let all = own.chain(further).filter_map(near).chain(nearly_pixel(keys));
    let best = all.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map(|(_, near)| near)
}

/// The web pixel, if something is there that only its events have, and who, what or when is missing.
fn nearly_pixel(keys: &BTreeSet<String>) -> Option<(Rank, Near)> {
    if !OF_PIXEL_ALONE.iter().any(|key| keys.contains(*key)) {
        return None;
    }
    let (missing, parts): (Vec<_>, Vec<_>) =
        PIXEL_SIGNS.into_iter().filter(|(key, _)| !keys.contains(*key)).unzip();
    let found = PIXEL_SIGNS.len() - missing.len();
    let rank = (!missing.is_empty(), Reverse(missing.len()), 2 * (found + 1));
    (found > 0).then_some((rank, Near { format: Format::ShopifyWebPixel, missing, parts }))
}

/// How near a format is: whether any key is missing, how few are, and how many are there, those that are written as the
/// format does twice.
type Rank = (bool, Reverse<usize>, usize);

/// How many of the missing keys stand together in an object of another name; a single one says nothing.
fn under_another_name(missing: &[&str], keys: &BTreeSet<String>) -> usize {
    let tails: BTreeSet<&str> =
        missing.iter().filter_map(|sign| Some(sign.rsplit_once('.')?.1)).collect();
    let mut objects: BTreeMap<&str, usize> = BTreeMap::new();
    for (object, tail) in keys.iter().filter_map(|key| key.rsplit_once('.')) {
        *objects.entry(object).or_default() += usize::from(tails.contains(tail));
    }
    objects.into_values().max().filter(|&together| together >= 2).unwrap_or(0)
}

impl Near {
    /// The error of a file that nothing else can be made of.
    pub(super) fn error(&self, path: &str, keys: &BTreeSet<String>) -> Error {
        let id = self.format.id();
        let lacks = if self.missing.is_empty() {
            "its values are not those of one".to_string()
        } else {
            self.lacks(keys)
        };
        Error::at(Place::file(path), format!("not recognised: it is nearly `{id}`, but {lacks}"))
            .hint(self.hint(keys))
    }

    /// What no record has, and which of the keys may be meant.
    fn lacks(&self, keys: &BTreeSet<String>) -> String {
        // What the format has for something else is not meant.
        let others = || keys.iter().map(String::as_str).filter(|key| !self.is_own(key));
        let name = |sign: &&str| match meant(sign, others()) {
            Some(near) => format!("`{sign}` (is `{near}` meant?)"),
            None => format!("`{sign}`"),
        };
        let names: Vec<String> = self.missing.iter().map(name).collect();
        format!("no record has {}", names.join(" and "))
    }

    /// Whether a key is one of the format's own.
    fn is_own(&self, key: &str) -> bool {
        if self.format == Format::ShopifyWebPixel {
            return OF_PIXEL.contains(&key);
        }
        let has = |known: &JsonFormat| {
            known.signs().contains(&key) || known.paths().iter().any(|(_, all)| all.contains(&key))
        };
        of(self.format).is_some_and(has) || DAYS.contains(&key)
    }

    /// Whether records can be read as that without what is missing: they need a time, what happened, and somebody or, of
    /// orders, a number, wherever the format looks for it.
    fn can_be_read(&self, keys: &BTreeSet<String>) -> bool {
        const PEOPLE: [Slot; 5] =
            [Slot::User, Slot::Device, Slot::Distinct, Slot::Profile, Slot::Email];
        let Some(known) = of(self.format) else { return false };
        let is_order = self.format.holds_orders();
        // What is neither a tool's event nor an order needs more.
        if matches!(known.reads, Reads::Own(_)) && !is_order {
            return false;
        }
        // Nobody has looked deeper than into the members of a record's members.
        let is_there = |path: &str| {
            let shown = path
                .match_indices('.')
                .nth(1)
                .map_or(path, |(end, _)| path.get(..end).unwrap_or(path));
            keys.contains(shown)
        };
        let has = |slots: &[Slot]| {
            let mut own = known.paths().iter().filter(|(slot, _)| slots.contains(slot)).peekable();
            own.peek().is_none() || own.any(|(_, paths)| paths.iter().any(|path| is_there(path)))
        };
        let who = if is_order { has(&[Slot::Id]) } else { has(&PEOPLE) };
        who && [Slot::Time, Slot::Name, Slot::Kind].into_iter().all(|slot| has(&[slot]))
    }

    /// What calls the keys as the format does, where it is known which are meant by all that are missing.
    fn renaming(&self, keys: &BTreeSet<String>) -> Option<String> {
        let rename = |sign: &&str| {
            let own = misspelt(sign, keys.iter().map(String::as_str))?;
            Some(format!(".{sign} = .{own}"))
        };
        let all: Option<Vec<String>> = self.missing.iter().map(rename).collect();
        let all = all.filter(|all| !all.is_empty()).map(|all| all.join(" | "));
        let calls = all.or_else(|| self.renaming_object(keys))?;
        Some(format!("`jq -c '{calls}' FILE` calls it so"))
    }

    /// The same where all that is missing stands in one object of another name, which has everything else too.
    fn renaming_object(&self, keys: &BTreeSet<String>) -> Option<String> {
        let (object, _) = self.missing.first()?.split_once('.')?;
        let tails: Option<Vec<&str>> =
            self.missing.iter().map(|sign| sign.strip_prefix(object)?.strip_prefix('.')).collect();
        let has_all = |own: &&String| {
            let has = |tail: &&str| keys.contains(&format!("{own}.{tail}"));
            tails.as_ref().is_some_and(|tails| tails.iter().all(has))
        };
        let own = keys.iter().find(has_all).filter(|_| !keys.contains(object))?;
        Some(format!(".{object} = .{own}"))
    }

    /// What to do about it.
    fn hint(&self, keys: &BTreeSet<String>) -> String {
        let id = self.format.id();
        if self.parts.is_empty() {
            let first = self.renaming(keys).or_else(|| {
                let is_any = self.can_be_read(keys);
                is_any.then(|| format!("read it with --as {id}"))
            });
            let first = first.map(|first| first + ", or ").unwrap_or_default();
            return format!(
                "{first}export it again with all fields; of events of no tool, say what is what with --map time=KEY,event=KEY,customer=KEY"
            );
        }
        let told: Vec<String> = self.parts.iter().map(|part| format!("{part}=KEY")).collect();
        format!(
            "log it with all fields, or say under which keys they stand with --as {id} --map {}",
            told.join(",")
        )
    }

    /// What to tell of a file that is read as events of no tool.
    pub(super) fn remark(&self, keys: &BTreeSet<String>) -> Option<String> {
        if self.missing.is_empty() {
            return None;
        }
        let id = self.format.id();
        let what = match self.renaming(keys) {
            Some(renaming) => renaming,
            None if self.can_be_read(keys) => format!("--as {id} reads it as that"),
            None => "export it again with all fields".to_string(),
        };
        Some(format!(
            "nearly `{id}`, but {}, so what that has beside times, names and people is not read: {what}",
            self.lacks(keys)
        ))
    }
}
