//! Shopify's session reports: tables of counts by day, source, landing page or other dimensions.
//!
//! They hold no customer and no event, only totals by step, and are shown beside the journeys. Counts
//! are summed, rates never; a later step may exceed an earlier one, because some links go past the
//! cart. How several files are put together is in `shopify_session_totals`.

use super::shopify_session_rows::SessionDimensions;
use crate::input::columns::{Header, Row, is_null};
use crate::key::Key;
use std::collections::BTreeSet;

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
const OTHER_METRICS: [&str; 50] = [
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
    "customers",
    "new customers",
    "returning customers",
    "first time customers",
    "new visitors",
    "returning visitors",
    "product views",
    "cart additions",
    "quantity added to cart",
    "units sold",
    "discounts",
    "returns",
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
const DAYS: [&str; 5] = ["day", "date", "hour", "minute", "second"];

/// Those that say nothing else: an hour may be one of every day.
const DAYS_ALONE: usize = 2;

/// Those whose dates are the first days of months.
const WHOLE_MONTHS: [&str; 3] = ["month", "quarter", "year"];

/// How long what a row of a session report counts lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// A day or a part of it.
    Day,
    /// Seven days.
    Week,
    /// A month of the calendar.
    Month,
}

/// Where the cells of a session report are.
#[derive(Clone, Debug, Default)]
pub struct AnalyticsColumns {
    metrics: [Option<usize>; 4],
    dimensions: Vec<usize>,
    names: Vec<String>,
    /// What they are called: the user may have said what a column is.
    called: Vec<String>,
    /// Which of the dimensions says the days of a row, and which days.
    days: Option<(usize, Lasting)>,
    /// Columns that count something of which nothing is known.
    unknown_figures: Vec<String>,
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
        let (dimensions, names): (Vec<usize>, _) = named()
            .filter(|(_, name)| !(is_known_figure(name) || is_comparison(name)))
            .filter_map(|(column, _)| Some((column, header.names().get(column)?.clone())))
            .unzip();
        let (dimensions, names): (Vec<usize>, Vec<String>) = (dimensions, names);
        let called: Vec<String> = dimensions
            .iter()
            .filter_map(|&column| header.normal_names().get(column).cloned())
            .collect();
        let days = days_among(&called);
        let rate =
            header.find(&LAST_AS_RATE).filter(|_| metrics[0].is_some() && metrics[3].is_none());
        let rate_alone = rate.and_then(|column| header.names().get(column).cloned());
        let columns = AnalyticsColumns::default();
        AnalyticsColumns { metrics, dimensions, names, called, days, rate_alone, ..columns }
    }

    /// The same columns where these of the dimensions turned out to be figures.
    pub(super) fn without(&self, figures: &BTreeSet<usize>) -> AnalyticsColumns {
        let (mut dimensions, mut names, mut called) = (Vec::new(), Vec::new(), Vec::new());
        let mut unknown_figures = self.unknown_figures.clone();
        let own = self.dimensions.iter().zip(&self.names).zip(&self.called);
        for (place, ((column, name), own)) in own.enumerate() {
            if figures.contains(&place) {
                unknown_figures.push(name.clone());
            } else {
                dimensions.push(*column);
                names.push(name.clone());
                called.push(own.clone());
            }
        }
        let days = days_among(&called);
        AnalyticsColumns { dimensions, names, called, days, unknown_figures, ..self.clone() }
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

    /// Where a time stands among the dimensions, if one of them says when.
    pub fn time(&self) -> Option<usize> {
        (0..self.called.len()).find(|&place| self.is_time(place))
    }

    /// Whether a dimension says when.
    pub fn is_time(&self, place: usize) -> bool {
        self.is_one_of(place, &TIMES)
    }

    /// Where the dimension stands by whose dates rows are dated: the day or, without one, whatever says when.
    pub fn dated(&self) -> Option<usize> {
        self.days.map(|(place, _)| place).or_else(|| self.time())
    }

    /// Whether that must be a date.
    pub fn has_days(&self) -> bool {
        self.days.is_some_and(|(place, _)| self.is_one_of(place, &DAYS[..DAYS_ALONE]))
    }

    /// Whether its dates are the first days of months.
    pub fn has_whole_months(&self) -> bool {
        self.dated().is_some_and(|place| self.is_one_of(place, &WHOLE_MONTHS))
    }

    fn is_one_of(&self, place: usize, names: &[&str]) -> bool {
        self.called.get(place).is_some_and(|name| names.contains(&name.as_str()))
    }

    /// Columns that count something of which nothing is known.
    pub fn unknown_figures(&self) -> &[String] {
        &self.unknown_figures
    }

    /// Whether a row sums up others. Of single sessions one says which it is, or anything else.
    pub fn is_sum(&self, row: &Row<'_>) -> bool {
        let texts: Vec<_> = self.dimensions.iter().map(|&column| row.text(Some(column))).collect();
        says_sum(texts.iter().map(|text| &**text))
            || self.sessions.is_some() && texts.iter().all(|text| is_null(text))
    }

    /// The column that has the last step as a share of sessions, if none counts it.
    pub fn rate_alone(&self) -> Option<&str> {
        self.rate_alone.as_deref()
    }

    /// Which of the dimensions says the days of a row, and which days: the shortest.
    pub fn days(&self) -> Option<(usize, Lasting)> {
        self.days
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

/// Whether the values of all dimensions say that their row sums up others.
pub(super) fn says_sum<'t>(texts: impl Iterator<Item = &'t str>) -> bool {
    let is_sum =
        |text: &str| ["totals", "grand total"].iter().any(|s| text.eq_ignore_ascii_case(s));
    // What else could be the name of a campaign says it where nothing stands beside it.
    let is_word = |text: &str| ["total", "summary"].iter().any(|s| text.eq_ignore_ascii_case(s));
    let (mut any, mut all) = (false, true);
    for text in texts.filter(|text| !is_null(text)) {
        if is_sum(text) {
            return true;
        }
        (any, all) = (true, all && is_word(text));
    }
    any && all
}

/// Which of these dimensions says the day: best the one that says nothing else.
fn days_among(called: &[String]) -> Option<(usize, Lasting)> {
    let days = DAYS.iter().map(|day| (*day, Lasting::Day));
    let mut all = days.chain([("week", Lasting::Week), ("month", Lasting::Month)]);
    all.find_map(|(time, lasting)| Some((called.iter().position(|name| name == time)?, lasting)))
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
    let of_display =
        || ["(previous period)", "(previous year)", "(% change)"].iter().any(|s| name.ends_with(s));
    // ShopifyQL's names: `sessions__totals`, `comparison_sessions__previous_period`, `percent_change_sessions__…`.
    let of_query = || {
        name.starts_with("percent change ")
            || name.starts_with("comparison ") && name.contains(" previous ")
            || name.strip_suffix(" totals").is_some_and(is_known_figure)
    };
    name.is_empty() || of_display() || of_query()
}

fn is_known_figure(name: &str) -> bool {
    METRICS.iter().any(|(_, aliases)| aliases.contains(&name)) || is_other_metric(name)
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
    /// Reads a row, with the thousands sign of its table. An error names the column that holds no count.
    pub fn read(
        columns: &AnalyticsColumns,
        row: &Row<'_>,
        thousands: Thousands,
    ) -> Result<AnalyticsLine, String> {
        let mut metrics = [None; 4];
        for ((metric, column), (step, _)) in metrics.iter_mut().zip(columns.metrics).zip(METRICS) {
            let text = row.text(column);
            if !is_null(&text) {
                *metric = Some(
                    thousands.count(&text).ok_or_else(|| format!("{step} is no whole number"))?,
                );
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
    Thousands::Comma.count(text)
}

/// What stands between the thousands of a table's numbers; the other of the two is the decimal sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thousands {
    /// `1,234.0`
    Comma,
    /// `1.234,0`
    Point,
}

impl Thousands {
    /// Where semicolons separate cells, commas are free to be the decimal sign.
    pub fn of_table(delimiter: Option<u8>) -> Thousands {
        if delimiter == Some(b';') { Thousands::Point } else { Thousands::Comma }
    }

    /// Reads a count. In tables whose thousands are known by the point, it may be one (`1.812`).
    pub fn count(self, text: &str) -> Option<u64> {
        let (sign, decimal) = match self {
            Thousands::Comma => (',', '.'),
            // `812.0` is no number of thousands, and one that nobody rewrote.
            Thousands::Point if !text.contains(',') && !ends_in_thousands(text) => (',', '.'),
            Thousands::Point => ('.', ','),
        };
        let (whole, fraction) = text.split_once(decimal).unwrap_or((text, "0"));
        let is_whole = matches!(fraction.len(), 1 | 2 | 4..) && fraction.bytes().all(|b| b == b'0');
        let mut groups =
            whole.split(|c: char| c == sign || matches!(c, '\'' | '\u{2019}') || c.is_whitespace());
        let first = groups.next()?;
        let groups: Vec<&str> = groups.collect();
        let is_grouped =
            (1..=3).contains(&first.len()) && groups.iter().all(|group| group.len() == 3);
        let digits = first.to_owned() + &groups.concat();
        let is_number = digits.bytes().all(|b| b.is_ascii_digit());
        let is_count = is_number && is_whole && (groups.is_empty() || is_grouped);
        is_count.then(|| digits.parse().ok())?
    }
}

/// Whether three digits follow the last point, if there is one.
fn ends_in_thousands(text: &str) -> bool {
    text.rsplit_once('.').is_none_or(|(_, behind)| behind.len() == 3)
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
        let cases: [(&str, &[&str], &[&str]); 9] = [
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
            (
                "day|sessions|sessions__totals|comparison_sessions__previous_period|\
                 percent_change_sessions__previous_period|comparison_day__previous_period",
                &["day"],
                &[all[0]],
            ),
            ("Day|Sessions|New customers|Product views|Cart additions", &["Day"], &[all[0]]),
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
            ("1\u{2019}234\u{2019}567", Some(1_234_567)),
        ];
        for (text, expected) in cases {
            assert_eq!(count(text), expected, "{text}");
        }
        let cases = [
            ("900", Some(900)),
            ("1.812", Some(1812)),
            ("1.812.000", Some(1_812_000)),
            ("1.812,0", Some(1812)),
            ("812,0", Some(812)),
            ("812.0", Some(812)),
            ("1 812", Some(1812)),
            ("1,000", None),
            ("0,5", None),
            ("18.12", None),
            ("1.81.200", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Thousands::of_table(Some(b';')).count(text), expected, "{text}");
        }
        let columns = columns("Day|Sessions");
        let record = ByteRecord::from(vec!["2025-10-07", "0.4"]);
        let error =
            AnalyticsLine::read(&columns, &Row::parsed(&record), Thousands::Comma).unwrap_err();
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
        assert_eq!(
            AnalyticsLine::read(&columns, &Row::parsed(&record), Thousands::Comma).unwrap(),
            expected
        );
    }
}
