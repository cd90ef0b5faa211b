//! Shopify's session reports: tables of counts by day, source, landing page or other dimensions.
//!
//! They hold no customer and no event, only totals by step, and are shown beside the journeys. Counts
//! are summed, rates never; a later step may exceed an earlier one, because some links go past the
//! cart. How several files are put together is in `shopify_session_totals`.

use super::shopify_session_rows::SessionDimensions;
use crate::input::columns::{Header, Row, is_null};
use crate::key::Key;

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
const OTHER_METRICS: [&str; 38] = [
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
    "users",
    "views",
    "page views",
    "unique pageviews",
    "pages / session",
    "avg. session duration",
    "goal completions",
    "goal value",
    "transactions",
    "revenue",
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

/// The last step as a share of the sessions.
const LAST_AS_RATE: [&str; 5] = [
    "conversion rate",
    "online store conversion rate",
    "sessions converted (%)",
    "completed checkout rate",
    "total conversion",
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
    /// Where the time stands among the dimensions.
    time: Option<usize>,
    /// Which of the dimensions says the day.
    day: Option<usize>,
    /// The column that has the last step as a share of sessions, where none counts it.
    rate_alone: Option<String>,
    /// Where a report with a row for each session says which one that is, and when it was.
    pub sessions: Option<SessionDimensions>,
    /// Whether it is a table as it stood on a page, which may show some of its rows and the total of all.
    is_of_a_page: bool,
}

impl AnalyticsColumns {
    /// Finds the columns. What is no figure and no comparison with another period is a dimension.
    pub fn new(header: &Header) -> AnalyticsColumns {
        let metrics = METRICS.map(|(_, aliases)| header.find(aliases));
        let named = || header.normal_names().iter().map(String::as_str).enumerate();
        let known = |name: &str| METRICS.iter().any(|(_, aliases)| aliases.contains(&name));
        let (dimensions, names): (Vec<usize>, _) = named()
            .filter(|(_, name)| !(known(name) || is_other_metric(name) || is_comparison(name)))
            .filter_map(|(column, _)| Some((column, header.names().get(column)?.clone())))
            .unzip();
        let is_time = |&column: &usize| {
            header.normal_names().get(column).is_some_and(|name| TIMES.contains(&name.as_str()))
        };
        let time = dimensions.iter().position(is_time);
        let (dimensions, names): (Vec<usize>, Vec<String>) = (dimensions, names);
        let says_day = |&column: &usize| {
            header.normal_names().get(column).is_some_and(|name| DAYS.contains(&name.as_str()))
        };
        let day = dimensions.iter().position(says_day);
        let rate =
            header.find(&LAST_AS_RATE).filter(|_| metrics[0].is_some() && metrics[3].is_none());
        let rate_alone = rate.and_then(|column| header.names().get(column).cloned());
        AnalyticsColumns {
            metrics,
            dimensions,
            names,
            time,
            day,
            rate_alone,
            sessions: None,
            is_of_a_page: false,
        }
    }

    /// The columns of a report with a row for each session; `None` if it does not say which, or when.
    pub fn of_sessions(header: &Header) -> Option<AnalyticsColumns> {
        let columns = AnalyticsColumns::new(header);
        // The user may have named what a column is that is called otherwise.
        let called = |&column: &usize| header.normal_names().get(column).map(String::as_str);
        let called: Vec<&str> = columns.dimensions.iter().filter_map(called).collect();
        let sessions = Some(SessionDimensions::new(&called, &columns.names)?);
        Some(AnalyticsColumns { sessions, ..columns })
    }

    /// The columns of a table as it stood on a page.
    pub fn of_a_page(header: &Header) -> AnalyticsColumns {
        AnalyticsColumns { is_of_a_page: true, ..AnalyticsColumns::new(header) }
    }

    /// Whether they are those of a table as it stood on a page.
    pub fn are_of_a_page(&self) -> bool {
        self.is_of_a_page
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

    /// Where the time stands among the dimensions, if one of them says when.
    pub fn time(&self) -> Option<usize> {
        self.time
    }

    /// Whether a row sums up others. Of single sessions one says which it is, or anything else.
    pub fn is_sum(&self, row: &Row<'_>) -> bool {
        let is_sum =
            |text: &str| ["totals", "grand total"].iter().any(|s| text.eq_ignore_ascii_case(s));
        let text = |&column: &usize| row.text(Some(column));
        // What else could be the name of a campaign says it where nothing stands beside it.
        let is_word =
            |text: &str| ["total", "summary"].iter().any(|s| text.eq_ignore_ascii_case(s));
        let mut texts = self.dimensions.iter().map(text).filter(|text| !is_null(text)).peekable();
        let is_sum_alone = texts.peek().is_some() && texts.all(|text| is_word(&text));
        is_sum_alone
            || self.dimensions.iter().any(|column| is_sum(&text(column)))
            || self.sessions.is_some()
                && self.dimensions.iter().all(|column| is_null(&text(column)))
    }

    /// The column that has the last step as a share of sessions, if none counts it.
    pub fn rate_alone(&self) -> Option<&str> {
        self.rate_alone.as_deref()
    }

    /// Where the day stands among the dimensions.
    pub fn day(&self) -> Option<usize> {
        self.day
    }

    /// The steps that the report has a column for.
    pub fn steps(&self) -> impl Iterator<Item = &'static str> {
        let steps = METRICS.iter().zip(self.metrics);
        steps.filter(|(_, column)| column.is_some()).map(|((step, _), _)| *step)
    }

    /// The steps that the report has a column for, with their sums.
    pub fn totals(&self, sums: [u64; 4]) -> impl Iterator<Item = (&'static str, u64)> {
        let steps = METRICS.iter().zip(self.metrics).zip(sums);
        steps.filter(|((_, column), _)| column.is_some()).map(|(((step, _), _), sum)| (*step, sum))
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

    /// The key of everything that the row says.
    pub(super) fn content(&self) -> Key {
        let values = self.dimensions.iter().map(|value| Key::of(value.as_bytes()));
        let key = values.fold(Key::NONE, Key::and);
        let count = |metric: &Option<u64>| metric.map_or(Key::NONE, |n| Key(n).and(Key::NONE));
        self.metrics.iter().map(count).fold(key, Key::and)
    }
}

/// Whether a text is a count.
pub fn is_count(text: &str) -> bool {
    count(text).is_some()
}

/// Reads a count: `905`, `1,234`, `1 234`, `905.0`. `None` if it is negative, has a fraction, or can
/// be thousands as well as thousandths (`1.000`).
pub fn count(text: &str) -> Option<u64> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use csv::ByteRecord;

    fn columns(header: &str) -> AnalyticsColumns {
        let names: Vec<&str> = header.split('|').collect();
        AnalyticsColumns::new(&Header::new(&ByteRecord::from(names)))
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
}
