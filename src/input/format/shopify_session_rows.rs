//! `shopify.analytics.sessions`: a report of Shopify's analytics that is grouped by session, one row each.
//!
//! Its counts are summed like those of any session report (`shopify_analytics`). Beyond that a row tells
//! of one session when it began and which steps it reached, but not when: all of them have the session's time,
//! which is as coarse as the time that the report is grouped by. Whether sessions are journeys, and what their
//! conversions are beside exported orders, is decided in `engine/settle/sessions`.

use super::event_table::unknown_kind_of_time;
use super::shopify_analytics::AnalyticsLine;
use super::shopify_orders::Settings;
use super::shopify_orders::copies::{Aside, LineAt};
use super::shopify_url;
use crate::event::{Details, OrderNote, Properties, RowRef, Value};
use crate::input::columns::{is_null, normalise};
use crate::input::timestamp::{Stamp, parse_any};
use crate::key::{FastMap, Key};
use crate::quality::Reason;
use crate::time::Precision;
use std::collections::BTreeMap;

/// What says which session a row is.
pub const ID: &str = "session id";

/// What says when a session was, the finest first. In weeks and longer times nobody's steps have an order.
pub const TIMES: [&str; 5] = ["second", "minute", "hour", "day", "date"];

/// How finely each of these is known.
const PRECISIONS: [Precision; 5] =
    [Precision::Second, Precision::Minute, Precision::Hour, Precision::Day, Precision::Day];

/// Where the parts of a session are, as places among the dimensions of its report.
#[derive(Clone, Debug)]
pub struct SessionDimensions {
    id: usize,
    customer: Option<usize>,
    email: Option<usize>,
    time: usize,
    precision: Precision,
    /// The names of the dimensions as they are compared.
    names: Vec<String>,
}

impl SessionDimensions {
    /// Finds the parts by what the dimensions are called; `None` if no row says which session it is, or when. Where
    /// the user said what they are, that is not how they are written: `names`, by which a breakdown asks for them.
    pub fn new(called: &[&str], names: &[String]) -> Option<SessionDimensions> {
        let names: Vec<String> = names.iter().map(|name| normalise(name)).collect();
        let place = |name: &str| called.iter().position(|own| *own == name);
        let mut times = TIMES.iter().zip(PRECISIONS);
        let (time, precision) =
            times.find_map(|(name, precision)| Some((place(name)?, precision)))?;
        Some(SessionDimensions {
            id: place(ID)?,
            customer: place("customer id"),
            email: place("customer email"),
            time,
            precision,
            names,
        })
    }

    /// Where the time stands among the dimensions.
    pub fn time(&self) -> usize {
        self.time
    }

    /// The session that a row is; `None` if it is none.
    pub fn id<'l>(&self, line: &'l AnalyticsLine) -> Option<&'l str> {
        text(line, Some(self.id)).filter(|_| reached(line).is_some())
    }

    /// The time as it is written.
    pub fn written_time<'l>(&self, line: &'l AnalyticsLine) -> Option<&'l str> {
        line.dimensions.get(self.time).map(String::as_str)
    }
}

/// A session, put together from all rows that are of it.
#[derive(Debug)]
pub struct Session<'c> {
    /// The input of its first row.
    pub input: usize,
    /// Its first row.
    pub row: RowRef,
    /// What the report calls it.
    pub id: String,
    /// The numbers of the shop's customer.
    pub customers: Vec<String>,
    /// E-mail addresses of the customer.
    pub emails: Vec<String>,
    /// When it began.
    pub at: Stamp,
    /// Which of the four steps of a session report it reached; the first is always one of them.
    pub reached: [bool; 4],
    /// The dimensions of all its rows.
    rows: Vec<(&'c SessionDimensions, Vec<String>)>,
}

/// Sessions, and the rows of which nobody can say when they were.
#[derive(Debug, Default)]
pub struct Gathered<'c> {
    /// In the order of their first rows.
    pub sessions: Vec<Session<'c>>,
    /// Rows whose time cannot be read.
    pub aside: Vec<Aside>,
}

/// Puts sessions together from the rows of all reports. `dimensions` are those of the inputs that have a row
/// for each session; the result does not depend on the order of `lines`.
pub fn gather<'c>(
    lines: &[LineAt<AnalyticsLine>],
    dimensions: &BTreeMap<usize, &'c SessionDimensions>,
    settings: &Settings,
) -> Gathered<'c> {
    let mut lines: Vec<&LineAt<AnalyticsLine>> = lines.iter().collect();
    lines.sort_unstable_by_key(|at| (at.input, at.row));
    let mut gathered = Gathered::default();
    let mut known: FastMap<Key, usize> = FastMap::default();
    for &LineAt { input, row, ref line } in lines {
        let Some(&dimensions) = dimensions.get(&input) else { continue };
        let (Some(id), Some(reached)) = (dimensions.id(line), reached(line)) else { continue };
        let Some(at) = time(dimensions, line, input, settings) else {
            let words =
                unknown_kind_of_time(dimensions.written_time(line).unwrap_or_default()).into();
            gathered.aside.push((input, row, Reason::BadTimestamp, words));
            continue;
        };
        let own = |place| text(line, place).map(str::to_owned).into_iter().collect();
        let session = Session {
            input,
            row,
            id: id.to_owned(),
            customers: own(dimensions.customer),
            emails: own(dimensions.email),
            at,
            reached,
            rows: vec![(dimensions, line.dimensions.clone())],
        };
        let next = gathered.sessions.len();
        match *known.entry(Key::of(id.as_bytes())).or_insert(next) {
            new if new == next => gathered.sessions.push(session),
            old => gathered.sessions[old].add(session),
        }
    }
    gathered
}

fn time(
    dimensions: &SessionDimensions,
    line: &AnalyticsLine,
    input: usize,
    settings: &Settings,
) -> Option<Stamp> {
    let rule = settings.of(input);
    let stamp = parse_any(dimensions.written_time(line)?, rule.date_order, rule.zone)?;
    Some(Stamp { precision: stamp.precision.max(dimensions.precision), ..stamp })
}

/// A dimension that says something.
fn text(line: &AnalyticsLine, place: Option<usize>) -> Option<&str> {
    let text = line.dimensions.get(place?)?;
    (!is_null(text)).then_some(text)
}

/// Which steps a row reached, the first if any; `None` if it counts nothing. Where no column counts sessions, the row is
/// one, whatever it reached.
fn reached(line: &AnalyticsLine) -> Option<[bool; 4]> {
    let is_one = line.metrics[0].is_none();
    let mut reached = line.metrics.map(|count| count.is_some_and(|count| count > 0));
    reached[0] = is_one || reached.contains(&true);
    reached[0].then_some(reached)
}

impl Session<'_> {
    /// The key of its id.
    pub fn key(&self) -> Key {
        Key::of(self.id.as_bytes())
    }

    /// The canonical name of the page on which it began.
    pub fn landing(&self) -> Option<&'static str> {
        match &*self.value("landing page type").unwrap_or_default().to_ascii_lowercase() {
            "product" => Some("product_viewed"),
            "collection" => Some("collection_viewed"),
            _ => shopify_url::page(self.value("url")?).filter(|name| {
                matches!(*name, "product_viewed" | "collection_viewed" | "subcollection_viewed")
            }),
        }
    }

    /// Adds what another row says of it.
    fn add(&mut self, other: Self) {
        let add = |own: &mut Vec<String>, others: Vec<String>| {
            own.extend(others.into_iter().filter(|text| !own.contains(text)).collect::<Vec<_>>());
        };
        add(&mut self.customers, other.customers);
        add(&mut self.emails, other.emails);
        for (own, other) in self.reached.iter_mut().zip(other.reached) {
            *own |= other;
        }
        if other.at.precision < self.at.precision {
            self.at = other.at;
        }
        self.rows.extend(other.rows);
    }

    /// What a dimension of any row says, by a name that logs or the report use.
    fn value(&self, path: &str) -> Option<&str> {
        let names: &[&str] = match path {
            "device" => &["session device type"],
            "browser" => &["session device browser"],
            "country" => &["session country code", "session country"],
            "referrer" => &["referrer url"],
            "url" => &["landing page url", "landing page path"],
            "source" => &["utm source", "referrer name", "referrer source"],
            "medium" | "utm_medium" => &["utm medium"],
            "campaign" | "utm_campaign" => &["utm campaign"],
            "utm_source" => &["utm source"],
            "utm_term" => &["utm term"],
            "utm_content" => &["utm content"],
            _ => return self.named(&normalise(path)),
        };
        self.named(path).or_else(|| names.iter().find_map(|name| self.named(name)))
    }

    fn named(&self, name: &str) -> Option<&str> {
        self.rows.iter().find_map(|(dimensions, texts)| {
            let place = dimensions.names.iter().position(|own| own == name)?;
            texts.get(place).map(String::as_str).filter(|text| !is_null(text))
        })
    }
}

/// One step of a session.
#[derive(Debug)]
pub struct SessionStep<'s> {
    /// The session.
    pub session: &'s Session<'s>,
    /// Which step, from 0.
    pub number: u32,
    /// The order that it completes.
    pub order: Option<OrderNote>,
}

impl Properties for SessionStep<'_> {
    fn get(&self, path: &str) -> Option<Value<'_>> {
        self.session.value(path).map(|text| Value::Text(text.into()))
    }
}

impl Details for SessionStep<'_> {
    fn fingerprint(&self) -> Key {
        self.session.key().and(Key(u64::from(self.number) + 1))
    }

    fn session(&self) -> Option<Key> {
        Some(self.session.key())
    }

    fn order(&self) -> Option<OrderNote> {
        self.order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::format::shopify_orders::InputSettings;
    use crate::input::timestamp::{DateOrder, ZoneRule};
    use crate::time::Instant;

    fn dimensions(names: &str) -> Option<SessionDimensions> {
        let names: Vec<String> = names.split('|').map(str::to_owned).collect();
        let called: Vec<String> = names.iter().map(|name| normalise(name)).collect();
        SessionDimensions::new(&called.iter().map(String::as_str).collect::<Vec<_>>(), &names)
    }

    fn line(
        (input, record): (usize, u32),
        texts: &str,
        metrics: [Option<u64>; 4],
    ) -> LineAt<AnalyticsLine> {
        let line =
            AnalyticsLine { dimensions: texts.split('|').map(str::to_owned).collect(), metrics };
        LineAt { input, row: RowRef::new(u32::try_from(input).unwrap(), record, record), line }
    }

    #[test]
    fn the_finest_time_counts_and_without_one_there_are_no_sessions() {
        for (names, time) in [
            ("Session ID|Day", Some((1, Precision::Day))),
            ("Day|session_id|Minute", Some((2, Precision::Minute))),
            ("Session ID|Hour|Day", Some((1, Precision::Hour))),
            ("Session ID|Week", None),
            ("Session ID|Hour of day", None),
            ("Day|Customer ID", None),
        ] {
            let found = dimensions(names).map(|found| (found.time, found.precision));
            assert_eq!(found, time, "{names}");
        }
    }

    #[test]
    fn rows_of_one_session_are_one_session_with_all_that_they_say() {
        let by_day = dimensions("Session ID|Day|Customer ID|Session device type").unwrap();
        let by_minute = dimensions("Minute|Session ID|Customer email|UTM source").unwrap();
        let lines = [
            line(
                (1, 0),
                "2025-10-07 09:50|s1|ada@example.com|news",
                [Some(1), Some(1), None, None],
            ),
            line((0, 1), "s2|2025-10-07||Tablet", [Some(0), Some(0), None, Some(1)]),
            line((0, 0), "s1|2025-10-07|70|Mobile", [Some(1), None, None, Some(1)]),
            line((0, 2), "|2025-10-07||Tablet", [Some(9), None, None, None]),
            line((0, 3), "s3|2025-10-07||Tablet", [Some(0), Some(0), Some(0), Some(0)]),
            line((0, 4), "s4|yesterday||Tablet", [Some(1), None, None, None]),
            line((2, 0), "s5|2025-10-07||Tablet", [Some(1), None, None, None]),
        ];
        let inputs = BTreeMap::from([(0, &by_day), (1, &by_minute)]);
        let Gathered { sessions, aside } = gather(&lines, &inputs, &Settings::default());
        let ids: Vec<_> = sessions.iter().map(|session| (&*session.id, session.reached)).collect();
        assert_eq!(ids, [("s1", [true, true, false, true]), ("s2", [true, false, false, true])]);
        let first = &sessions[0];
        assert_eq!(
            (&first.customers[..], &first.emails[..]),
            (&["70".into()][..], &["ada@example.com".into()][..])
        );
        assert_eq!(
            (first.input, first.row.record(), first.at.precision),
            (0, 0, Precision::Minute)
        );
        for (path, value) in
            [("device", "Mobile"), ("source", "news"), ("Session_Device_Type", "Mobile")]
        {
            assert_eq!(first.value(path), Some(value), "{path}");
        }
        assert_eq!(first.value("country"), None);
        let aside: Vec<_> =
            aside.iter().map(|(_, row, reason, _)| (row.record(), *reason)).collect();
        assert_eq!(aside, [(4, Reason::BadTimestamp)]);
    }

    #[test]
    fn times_are_of_the_zone_and_no_finer_than_the_report() {
        let by_hour = dimensions("Session ID|Hour").unwrap();
        let rule = InputSettings {
            zone: ZoneRule::Fixed(7200),
            date_order: Some(DateOrder::DayFirst),
            ..InputSettings::default()
        };
        let settings = Settings { inputs: BTreeMap::from([(0, rule)]), ..Settings::default() };
        for (text, at, precision) in [
            ("2025-10-07 14:00:00", 1_759_838_400, Precision::Hour),
            ("7/10/2025 14:00", 1_759_838_400, Precision::Hour),
            ("2025-10-07", 1_759_788_000, Precision::Day),
        ] {
            let lines = [line((0, 0), &format!("s1|{text}"), [None; 4])];
            let found = gather(&lines, &BTreeMap::from([(0, &by_hour)]), &settings);
            let stamp = found.sessions[0].at;
            assert_eq!((stamp.at, stamp.precision), (Instant(at * 1_000_000), precision), "{text}");
        }
    }

    #[test]
    fn the_page_on_which_a_session_began_is_a_step() {
        let names = dimensions("Session ID|Day|Landing page type|Landing page path").unwrap();
        for (kind, path, name) in [
            ("Product", "/", Some("product_viewed")),
            ("Collection", "", Some("collection_viewed")),
            ("", "/products/tea", Some("product_viewed")),
            ("", "/collections/tea/green", Some("subcollection_viewed")),
            ("Homepage", "/", None),
            ("", "/cart", None),
        ] {
            let lines = [line((0, 0), &format!("s1|2025-10-07|{kind}|{path}"), [None; 4])];
            let found = gather(&lines, &BTreeMap::from([(0, &names)]), &Settings::default());
            assert_eq!(found.sessions[0].landing(), name, "{kind} {path}");
        }
    }
}
