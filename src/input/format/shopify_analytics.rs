//! Shopify's session reports: tables of counts by day, source, landing page or other dimensions.
//!
//! They hold no customer and no event, only totals by step, and are shown beside the journeys. Counts
//! are summed, rates never; a later step may exceed an earlier one, because some links go past the
//! cart. Reports of different dimensions are never added to each other.

use super::shopify_orders::copies::{Aside, LineAt};
use super::shopify_session_rows::SessionDimensions;
use crate::findings::SessionReport;
use crate::input::columns::{Header, Row, is_null, normalise};
use crate::input::timestamp::{self, ZoneRule};
use crate::key::{FastMap, FastSet, Key};
use crate::quality::Reason;
use crate::time::Span;
use std::collections::BTreeMap;

/// The steps of a session report and the columns that count them, the best column first.
const METRICS: [(&str, &[&str]); 4] = [
    ("Sessions", &["sessions", "total sessions"]),
    ("Added to cart", &["sessions with cart additions", "added to cart", "total carts"]),
    (
        "Reached checkout",
        &["sessions that reached checkout", "reached checkout", "total checkouts"],
    ),
    (
        "Converted",
        &["sessions that completed checkout", "sessions converted", "total orders placed"],
    ),
];

/// Figures that are no step. Rates are known by the end of their names.
const OTHER_METRICS: [&str; 29] = [
    "engaged sessions",
    "average engagement time per session",
    "average engagement time",
    "events per session",
    "event count",
    "key events",
    "total revenue",
    "active users",
    "new users",
    "total users",
    "views",
    "purchases",
    "online store visitors",
    "visitors",
    "total visitors",
    "sessions that reached and completed checkout",
    "pageviews",
    "total pageviews",
    "pageviews per session",
    "average session duration",
    "avg duration",
    "bounces",
    "total conversion",
    "orders",
    "total sales",
    "gross sales",
    "net sales",
    "average order value",
    "total orders",
];

/// Dimensions that say when: a report that has one can be put together from parts.
const TIMES: [&str; 9] =
    ["second", "minute", "hour", "day", "date", "week", "month", "quarter", "year"];

/// Those of them that say on which day something was.
const DAYS: [&str; 5] = ["second", "minute", "hour", "day", "date"];

/// Where the cells of a session report are.
#[derive(Clone, Debug, Default)]
pub struct AnalyticsColumns {
    metrics: [Option<usize>; 4],
    dimensions: Vec<usize>,
    names: Vec<String>,
    time: Option<usize>,
    /// Which of the dimensions says the day.
    day: Option<usize>,
    /// Where a report with a row for each session says which one that is, and when it was.
    pub sessions: Option<SessionDimensions>,
}

impl AnalyticsColumns {
    /// Finds the columns. What is no figure and no comparison with another period is a dimension.
    pub fn new(header: &Header) -> AnalyticsColumns {
        let metrics = METRICS.map(|(_, aliases)| header.find(aliases));
        let named = || header.normal_names().iter().map(String::as_str).enumerate();
        let known = |name: &str| METRICS.iter().any(|(_, aliases)| aliases.contains(&name));
        let (dimensions, names) = named()
            .filter(|(_, name)| !(known(name) || is_other_metric(name) || is_comparison(name)))
            .filter_map(|(column, _)| Some((column, header.names().get(column)?.clone())))
            .unzip();
        let time = named().find(|(_, name)| TIMES.contains(name)).map(|(column, _)| column);
        let (dimensions, names): (Vec<usize>, Vec<String>) = (dimensions, names);
        let says_day = |name: &String| DAYS.contains(&normalise(name).as_str());
        let day = names.iter().position(says_day);
        AnalyticsColumns { metrics, dimensions, names, time, day, sessions: None }
    }

    /// The columns of a report with a row for each session; `None` if it does not say which, or when.
    pub fn of_sessions(header: &Header) -> Option<AnalyticsColumns> {
        let columns = AnalyticsColumns::new(header);
        let sessions = Some(SessionDimensions::new(&columns.names)?);
        Some(AnalyticsColumns { sessions, ..columns })
    }

    /// The columns of a report that has these steps and no dimensions, wherever they stand.
    pub fn of_steps(has: [bool; 4]) -> AnalyticsColumns {
        let metrics = has.map(|has| has.then_some(0));
        AnalyticsColumns { metrics, ..AnalyticsColumns::default() }
    }

    /// The names of the dimensions as they are written.
    pub fn dimensions(&self) -> &[String] {
        &self.names
    }

    /// Whether a row sums up others. Of single sessions one says which it is, or anything else.
    pub fn is_sum(&self, row: &Row<'_>) -> bool {
        let is_sum =
            |text: &str| ["totals", "grand total"].iter().any(|s| text.eq_ignore_ascii_case(s));
        let text = |&column: &usize| row.text(Some(column));
        self.dimensions.iter().any(|column| is_sum(&text(column)))
            || self.sessions.is_some()
                && self.dimensions.iter().all(|column| is_null(&text(column)))
    }

    /// The steps that the report has a column for.
    pub fn steps(&self) -> impl Iterator<Item = &'static str> {
        let steps = METRICS.iter().zip(self.metrics);
        steps.filter(|(_, column)| column.is_some()).map(|((step, _), _)| *step)
    }
}

fn is_other_metric(name: &str) -> bool {
    OTHER_METRICS.contains(&name)
        || name.ends_with("rate")
        || name.ends_with('%')
        || name.ends_with("(%)")
}

/// Whether a column is of the period that a report compares with. The empty name is that of the
/// change in percent, which has a space behind it.
fn is_comparison(name: &str) -> bool {
    name.is_empty() || name.ends_with("(previous period)") || name.ends_with("(previous year)")
}

/// One row of a session report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnalyticsLine {
    /// The values of the dimensions, in the order of the columns.
    pub dimensions: Vec<String>,
    /// The counts of Sessions, Added to cart, Reached checkout and Converted, where they are given.
    pub metrics: [Option<u64>; 4],
}

impl AnalyticsLine {
    /// Reads a row. An error names the column that holds no count.
    pub fn read(columns: &AnalyticsColumns, row: &Row<'_>) -> Result<AnalyticsLine, String> {
        let mut metrics = [None; 4];
        for ((metric, column), (step, _)) in metrics.iter_mut().zip(columns.metrics).zip(METRICS) {
            let text = row.text(column);
            if !is_null(&text) {
                *metric = Some(count(&text).ok_or_else(|| format!("{step} is no whole number"))?);
            }
        }
        let text = |&column: &usize| row.text(Some(column)).into_owned();
        Ok(AnalyticsLine { dimensions: columns.dimensions.iter().map(text).collect(), metrics })
    }

    /// The day in one of the dimensions, as it is written: 1 January 1970 is 0.
    fn day(&self, dimension: usize) -> Option<i64> {
        let stamp = timestamp::parse(self.dimensions.get(dimension)?, ZoneRule::Fixed(0))?;
        let offset = Span::seconds(stamp.offset.map_or(0, i64::from));
        Some(stamp.at.plus(offset).0.div_euclid(Span::days(1).0))
    }

    /// The key of the dimensions' values within `scope`.
    fn key(&self, scope: Key) -> Key {
        self.dimensions.iter().fold(scope, |key, value| key.and(Key::of(value.as_bytes())))
    }

    /// The key of everything that the row says.
    fn content(&self) -> Key {
        let count = |metric: &Option<u64>| metric.map_or(Key::NONE, |n| Key(n).and(Key::NONE));
        self.metrics.iter().map(count).fold(self.key(Key::NONE), Key::and)
    }
}

/// Reads a count: `905`, `1,234`, `1 234`, `905.0`. `None` if it is negative, has a fraction, or can
/// be thousands as well as thousandths (`1.000`).
fn count(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_whole = matches!(fraction.len(), 1 | 2 | 4..) && fraction.bytes().all(|b| b == b'0');
    let mut groups = whole.split(|c: char| matches!(c, ',' | '\'') || c.is_whitespace());
    let first = groups.next()?;
    let groups: Vec<&str> = groups.collect();
    let is_grouped = (1..=3).contains(&first.len()) && groups.iter().all(|group| group.len() == 3);
    let digits = first.to_owned() + &groups.concat();
    let is_number = digits.bytes().all(|b| b.is_ascii_digit());
    let is_count = is_number && is_whole && (groups.is_empty() || is_grouped);
    is_count.then(|| digits.parse().ok())?
}

/// A session report among the inputs.
#[derive(Clone, Copy, Debug)]
pub struct ReportInput<'c> {
    /// The input.
    pub input: usize,
    /// The path as the user gave it.
    pub path: &'c str,
    /// Its columns.
    pub columns: &'c AnalyticsColumns,
}

/// What a set of session reports holds.
#[derive(Clone, Debug, Default)]
pub struct Assembly {
    /// The totals of each report, also of one without rows, in the order of the inputs.
    pub reports: Vec<SessionReport>,
    /// Rows that do not count, by input and row.
    pub aside: Vec<Aside>,
}

/// Sums the counts of each report. A row whose dimensions have the same values as an earlier row of
/// the same kind of report is a duplicate; the result does not depend on the order of `lines`.
pub fn assemble(mut lines: Vec<LineAt<AnalyticsLine>>, inputs: &[ReportInput<'_>]) -> Assembly {
    lines.sort_unstable_by_key(|at| (at.input, at.row));
    let mut contents: BTreeMap<usize, Key> = BTreeMap::new();
    for LineAt { input, line, .. } in &lines {
        let content = contents.entry(*input).or_default();
        *content = Key(content.0.wrapping_add(line.content().0));
    }
    let scope_of = |of: &ReportInput<'_>| (of.input, scope(of.columns, contents.get(&of.input)));
    let scopes: FastMap<usize, Key> = inputs.iter().map(scope_of).collect();
    let days_of: FastMap<usize, usize> =
        inputs.iter().filter_map(|of| Some((of.input, of.columns.day?))).collect();
    let mut totals: BTreeMap<usize, Totals> = BTreeMap::new();
    let mut seen: FastSet<Key> = FastSet::default();
    let mut aside = Vec::new();
    for LineAt { input, row, line } in lines {
        let Some(&scope) = scopes.get(&input) else { continue };
        if line.dimensions.is_empty() || seen.insert(line.key(scope)) {
            let day = days_of.get(&input).and_then(|&dimension| line.day(dimension));
            totals.entry(input).or_default().add(day, line.metrics);
        } else {
            aside.push((
                input,
                row,
                Reason::Duplicate,
                "the same dimensions are in an earlier row",
            ));
        }
    }
    let mut inputs = inputs.to_vec();
    inputs.sort_unstable_by_key(|of| of.input);
    let mut total = |input| totals.remove(&input).unwrap_or_default();
    let reports = inputs.iter().map(|of| report(of, total(of.input))).collect();
    Assembly { reports, aside }
}

/// The totals of a report.
#[derive(Clone, Debug, Default)]
struct Totals {
    all: [u64; 4],
    by_day: BTreeMap<i64, [u64; 4]>,
    /// Whether a row does not say its day.
    has_dayless: bool,
}

impl Totals {
    fn add(&mut self, day: Option<i64>, counts: [Option<u64>; 4]) {
        let of_day = day.map(|day| self.by_day.entry(day).or_default());
        self.has_dayless |= of_day.is_none();
        for totals in std::iter::once(&mut self.all).chain(of_day) {
            for (total, count) in totals.iter_mut().zip(counts) {
                *total = total.saturating_add(count.unwrap_or(0));
            }
        }
    }
}

/// Which rows can be the same: with a time among the dimensions, those of all reports of the same
/// columns. Without, two reports may be of different periods and only show the same sources or
/// pages, so only a report of the very same content is the same.
fn scope(columns: &AnalyticsColumns, content: Option<&Key>) -> Key {
    let steps = columns.steps().map(|step| Key::of(step.as_bytes()));
    let names = columns.dimensions().iter().map(|name| Key::of(normalise(name).as_bytes()));
    let kind = steps.chain(names).fold(Key::NONE, Key::and);
    if columns.time.is_some() { kind } else { kind.and(content.copied().unwrap_or_default()) }
}

fn report(of: &ReportInput<'_>, totals: Totals) -> SessionReport {
    let counted = |totals: [u64; 4]| {
        let steps = METRICS.iter().zip(of.columns.metrics).zip(totals);
        let known = steps.filter(|((_, column), _)| column.is_some());
        known.map(|(((step, _), _), total)| (*step, total))
    };
    let days = totals.by_day.into_iter().filter(|_| !totals.has_dayless);
    SessionReport {
        path: of.path.to_owned(),
        dimensions: of.columns.dimensions().to_vec(),
        steps: counted(totals.all).collect(),
        days: days
            .map(|(day, own)| (day, counted(own).map(|(_, total)| total).collect()))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::RowRef;
    use csv::{ByteRecord, StringRecord};

    fn columns(header: &str) -> AnalyticsColumns {
        let names: Vec<&str> = header.split('|').collect();
        AnalyticsColumns::new(&Header::new(&ByteRecord::from(names)))
    }

    /// Reads reports (lines of cells between bars); an input is named by its position.
    fn assembled(files: &[&str]) -> Assembly {
        let mut tables = Vec::new();
        let mut lines = Vec::new();
        for (input, file) in files.iter().enumerate() {
            let (header, rows) = file.split_once('\n').unwrap_or((file, ""));
            let columns = columns(header);
            for (cells, number) in rows.lines().zip(0..) {
                let record: StringRecord = cells.split('|').collect();
                let row = RowRef::new(u32::try_from(input).unwrap(), number, number);
                let record = record.into_byte_record();
                let line = AnalyticsLine::read(&columns, &Row::parsed(&record)).unwrap();
                lines.push(LineAt { input, row, line });
            }
            tables.push(columns);
        }
        lines.reverse();
        let input = |(input, columns)| ReportInput { input, path: "report.csv", columns };
        let inputs: Vec<ReportInput<'_>> = tables.iter().enumerate().map(input).collect();
        assemble(lines, &inputs)
    }

    fn totals(assembly: &Assembly) -> Vec<Vec<u64>> {
        let of = |report: &SessionReport| report.steps.iter().map(|(_, total)| *total).collect();
        assembly.reports.iter().map(of).collect()
    }

    fn aside(assembly: &Assembly) -> Vec<String> {
        let of =
            |(input, row, reason, _): &Aside| format!("{input}.{} {}", row.record(), reason.code());
        assembly.aside.iter().map(of).collect()
    }

    #[test]
    fn columns_are_steps_dimensions_or_neither() {
        let all = ["Sessions", "Added to cart", "Reached checkout", "Converted"];
        let cases: [(&str, &[&str], &[&str]); 7] = [
            (
                "Day|Sessions|Sessions with cart additions|Sessions that reached checkout|\
                 Sessions that completed checkout|Conversion rate",
                &["Day"],
                &all,
            ),
            (
                "day|sessions|sessions_with_cart_additions|sessions_that_reached_checkout|\
                 sessions_that_completed_checkout|bounce_rate",
                &["day"],
                &all,
            ),
            (
                "day|total_sessions|total_carts|total_checkouts|total_orders_placed|total_conversion",
                &["day"],
                &all,
            ),
            ("Sessions converted (%)|Added to cart|Sessions converted", &[], &[all[1], all[3]]),
            (
                "Session city|Month|Sessions|Month (previous_year)|Sessions (previous_year)|\
                 Sessions (previous_year) |Sessions (previous_period) ",
                &["Session city", "Month"],
                &[all[0]],
            ),
            ("Landing page URL|Online store visitors", &["Landing page URL"], &[]),
            (
                "Sessions converted|Sessions that completed checkout|UTM term",
                &["UTM term"],
                &[all[3]],
            ),
        ];
        for (header, dimensions, steps) in cases {
            let columns = columns(header);
            assert_eq!(columns.dimensions(), dimensions, "{header}");
            assert_eq!(columns.steps().collect::<Vec<_>>(), steps, "{header}");
        }
    }

    #[test]
    fn counts_are_whole_numbers() {
        let cases = [
            ("905", Some(905)),
            ("0", Some(0)),
            ("1,234,567", Some(1_234_567)),
            ("1 234", Some(1234)),
            ("1\u{a0}234", Some(1234)),
            ("905.0", Some(905)),
            ("1234.00", Some(1234)),
            ("1,234.0", Some(1234)),
            ("12,34", None),
            ("1234,567", None),
            ("1.234", None),
            ("1.000", None),
            ("905.5", None),
            ("905.", None),
            ("-5", None),
            ("1.9%", None),
            ("99999999999999999999", None),
            ("x", None),
            (",123", None),
        ];
        for (text, expected) in cases {
            assert_eq!(count(text), expected, "{text}");
        }
        let columns = columns("Day|Sessions");
        let record = ByteRecord::from(vec!["2025-10-07", "0.4"]);
        let error = AnalyticsLine::read(&columns, &Row::parsed(&record)).unwrap_err();
        assert_eq!(error, "Sessions is no whole number");
    }

    #[test]
    fn a_row_says_what_it_is_of_and_how_many() {
        let columns = columns("Page|Week|Sessions|Reached checkout rate|Reached checkout");
        let record = ByteRecord::from(vec!["/hats", "2025-10-06", "12", "0.25", ""]);
        let expected = AnalyticsLine {
            dimensions: vec!["/hats".to_owned(), "2025-10-06".to_owned()],
            metrics: [Some(12), None, None, None],
        };
        assert_eq!(AnalyticsLine::read(&columns, &Row::parsed(&record)).unwrap(), expected);
    }

    #[test]
    fn counts_are_summed_and_repeated_rows_are_not() {
        type Case<'c> = (&'c str, &'c [&'c str], &'c [&'c [u64]], &'c [&'c str]);
        let january = "Page|Sessions\n/|7\n/hats|1";
        let february = "Page|Sessions\n/|8\n/hats|1";
        let cases: [Case<'_>; 9] = [
            (
                "a later step may exceed an earlier one",
                &[
                    "Day|Sessions|Added to cart|Reached checkout\n2025-10-06|10|3|4\n2025-10-07|5||1",
                ],
                &[&[15, 3, 5]],
                &[],
            ),
            ("no rows", &["Day|Sessions"], &[&[0]], &[]),
            (
                "overlapping parts",
                &[
                    "Day|Sessions\n2025-10-06|10\n2025-10-07|5",
                    "day|sessions\n2025-10-07|5\n2025-10-08|2",
                ],
                &[&[15], &[2]],
                &["1.0 duplicate"],
            ),
            (
                "the same row twice",
                &["Day|Page|Sessions\n2025-10-06|/|10\n2025-10-06|/|10\n2025-10-06||3"],
                &[&[13]],
                &["0.1 duplicate"],
            ),
            (
                "other steps of the same days",
                &["Day|Sessions\n2025-10-06|10", "Day|Added to cart\n2025-10-06|2"],
                &[&[10], &[2]],
                &[],
            ),
            (
                "other dimensions of the same days",
                &["Day|Sessions\n2025-10-06|10", "Day|Page|Sessions\n2025-10-06|/|10"],
                &[&[10], &[10]],
                &[],
            ),
            ("pages of two periods", &[january, february], &[&[8], &[9]], &[]),
            (
                "the same pages of the same period",
                &[january, january],
                &[&[8], &[0]],
                &["1.0 duplicate", "1.1 duplicate"],
            ),
            ("totals alone", &["Sessions\n5", "Sessions\n5"], &[&[5], &[5]], &[]),
        ];
        for (case, files, expected, set_aside) in cases {
            let found = assembled(files);
            assert_eq!(totals(&found), expected, "{case}");
            assert_eq!(aside(&found), set_aside, "{case}");
        }
    }

    #[test]
    fn totals_are_by_day_where_all_rows_say_theirs() {
        let days = |file: &str| -> Vec<(i64, Vec<u64>)> {
            let mut reports = assembled(&[file]).reports;
            reports.remove(0).days.into_iter().collect()
        };
        let of_pages = "Page|Day|Sessions|Reached checkout\n\
                        /|1970-01-02|7|1\n/hats|1970-01-02|1|\n/|1970-01-04|2|2";
        assert_eq!(days(of_pages), [(1, vec![8, 1]), (3, vec![2, 2])]);
        let of_hours = "Hour|Sessions\n1970-01-02 23:00:00|7\n1970-01-03T00:00:00+02:00|1";
        assert_eq!(days(of_hours), [(1, vec![7]), (2, vec![1])]);
        for file in
            ["Week|Sessions\n1970-01-05|7", "Page|Sessions\n/|7", "Day|Sessions\n1970-01-02|7\nx|1"]
        {
            assert_eq!(days(file), [], "{file}");
        }
    }
}
