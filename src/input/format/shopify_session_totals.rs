//! Session reports, summed: what is one report in several files is added, and nothing else is.
//!
//! Shops export a report for one range of dates after the other. Files of the same dimensions and columns are
//! therefore one report, if a dimension says when; ranges may overlap, so each of its rows counts once. Reports by
//! different dimensions hold the same sessions and are never added to each other.
//!
//! `figures` finds columns that count something nobody knows, `times` reads dates, `overlapping` finds rows that count
//! the same sessions again.

mod figures;
mod overlapping;
mod times;

use super::shopify_analytics::{AnalyticsColumns, AnalyticsLine, Lasting};
use super::shopify_orders::copies::{Aside, LineAt};
use crate::findings::{Days, Notice, SessionReport};
use crate::input::columns::normalise;
use crate::input::timestamp::DateOrder;
use crate::key::{FastMap, Key};
use crate::quality::Reason;
use crate::time::Span;
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeMap;
use times::Dates;
pub use times::Undated;

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
    /// The totals of each report, also of one without rows, in the order of their first files.
    pub reports: Vec<SessionReport>,
    /// Rows that do not count, by input and row.
    pub aside: Vec<Aside>,
    /// What a reader should know of how they were put together.
    pub notices: Vec<Notice>,
    /// How rewritten dates were read, by the input.
    pub decisions: Vec<(usize, String)>,
}

/// One report, in one file or in several.
#[derive(Debug)]
struct Whole<'c> {
    files: Vec<ReportInput<'c>>,
    totals: Totals,
    /// How many rows stood in it with other numbers too, and the first of them.
    differing: u64,
    first_differing: String,
}

/// The totals of a report.
#[derive(Clone, Debug, Default)]
struct Totals {
    all: [u64; 4],
    /// By the days of a row, as they are written.
    by_days: BTreeMap<Days, [u64; 4]>,
    /// Whether a row does not say its days.
    has_dayless: bool,
}

impl Totals {
    fn add(&mut self, days: Option<Days>, counts: [Option<u64>; 4]) {
        let of_days = days.map(|days| self.by_days.entry(days).or_default());
        self.has_dayless |= of_days.is_none();
        for totals in std::iter::once(&mut self.all).chain(of_days) {
            for (total, count) in totals.iter_mut().zip(counts) {
                *total = total.saturating_add(count.unwrap_or(0));
            }
        }
    }
}

/// Sums the counts of each report; the result does not depend on the order of `lines`. `told` is how the user
/// says that dates are read which can be read two ways.
pub fn assemble(
    mut lines: Vec<LineAt<AnalyticsLine>>,
    inputs: &[ReportInput<'_>],
    told: Option<DateOrder>,
) -> Result<Assembly, Undated> {
    lines.sort_unstable_by_key(|at| (at.input, at.row));
    let (lines, columns, mut aside) = figures::take_out(lines, inputs);
    let inputs: Vec<ReportInput<'_>> =
        inputs.iter().zip(&columns).map(|(of, columns)| ReportInput { columns, ..*of }).collect();
    let dates = Dates::decide(&lines, &inputs, told)?;
    let (lines, overlapping) = overlapping::set_apart(lines, &inputs);
    let (mut wholes, places) = wholes(&lines, &inputs);
    let (lines, undated) = dates.set_undated_apart(lines, &inputs, &places);
    aside.extend(overlapping.aside);
    aside.extend(undated);
    aside.extend(add_up(&lines, &mut wholes, &places, &dates));
    aside.sort_unstable();
    let mut notices = overlapping.notices;
    notices.extend(wholes.iter().flat_map(Whole::notices).chain(apart(&wholes)));
    let reports = wholes.iter().filter_map(Whole::report).collect();
    Ok(Assembly { reports, aside, notices, decisions: dates.decisions })
}

/// Adds every row to its report, of those with the same dimensions one; gives back the others.
fn add_up(
    lines: &[LineAt<AnalyticsLine>],
    wholes: &mut [Whole<'_>],
    places: &FastMap<usize, usize>,
    dates: &Dates,
) -> Vec<Aside> {
    let mut repeated = Vec::new();
    let mut buckets: BTreeMap<Key, &LineAt<AnalyticsLine>> = BTreeMap::new();
    for at in lines {
        let Some((place, whole)) =
            places.get(&at.input).and_then(|&place| Some((place, wholes.get_mut(place)?)))
        else {
            continue;
        };
        if whole.counts_nothing() {
            let words = "no figure of its report is known";
            repeated.push((at.input, at.row, Reason::UnmappedEvent, words.into()));
            continue;
        }
        if at.line.dimensions.is_empty() {
            whole.add(at, dates);
            continue;
        }
        let key = whole.key(at, dates).and(Key(place as u64));
        let Some(kept) = buckets.get_mut(&key) else {
            buckets.insert(key, at);
            continue;
        };
        if kept.line.metrics == at.line.metrics {
            repeated.push(aside(at, "the same dimensions are in an earlier row"));
            continue;
        }
        whole.note_differing(&at.line);
        // A day that was not over when its row was exported has fewer sessions than it came to.
        let fewer =
            if kept.line.metrics < at.line.metrics { std::mem::replace(kept, at) } else { at };
        repeated.push(aside(fewer, "the same dimensions are in a row with more sessions"));
    }
    for at in buckets.values() {
        if let Some(whole) = places.get(&at.input).and_then(|&place| wholes.get_mut(place)) {
            whole.add(at, dates);
        }
    }
    repeated
}

/// The month of the calendar that a day is in.
fn month(day: i64) -> Option<Days> {
    let date = NaiveDate::from_epoch_days(i32::try_from(day).ok()?)?;
    let first = day - i64::from(date.day0());
    Some(Days { first, last: first + i64::from(date.num_days_in_month()) - 1 })
}

fn aside(at: &LineAt<AnalyticsLine>, words: &'static str) -> Aside {
    (at.input, at.row, Reason::Duplicate, words.into())
}

/// A row that sums up others.
fn aside_as_sum(at: &LineAt<AnalyticsLine>) -> Aside {
    (at.input, at.row, Reason::Continuation, "the sum of other rows".into())
}

/// The reports, by their first files, and the place of each input among them.
fn wholes<'c>(
    lines: &[LineAt<AnalyticsLine>],
    inputs: &[ReportInput<'c>],
) -> (Vec<Whole<'c>>, FastMap<usize, usize>) {
    let mut contents: BTreeMap<usize, Key> = BTreeMap::new();
    for LineAt { input, line, .. } in lines {
        let content = contents.entry(*input).or_default();
        *content = Key(content.0.wrapping_add(line.content().0));
    }
    let mut inputs = inputs.to_vec();
    inputs.sort_unstable_by_key(|of| of.input);
    let mut wholes: Vec<Whole<'c>> = Vec::new();
    let mut known: FastMap<Key, usize> = FastMap::default();
    let mut places = FastMap::default();
    for of in inputs {
        let next = wholes.len();
        let content = contents.get(&of.input).copied().unwrap_or_default();
        let place = *known.entry(scope(&of, content)).or_insert(next);
        match wholes.get_mut(place) {
            Some(whole) => whole.files.push(of),
            None => wholes.push(Whole::of(of)),
        }
        places.insert(of.input, place);
    }
    (wholes, places)
}

/// Which files are one report: with a time among the dimensions, all of the same dimensions and columns. Without
/// one, two may be of different periods and only show the same sources or pages, so only those of the very same
/// content are the same, and those without any dimension never.
fn scope(of: &ReportInput<'_>, content: Key) -> Key {
    let steps = of.columns.steps().map(|step| Key::of(step.as_bytes()));
    let names = of.columns.dimensions().iter().map(|name| Key::of(normalise(name).as_bytes()));
    let kind = steps.chain(names).fold(Key::NONE, Key::and);
    match (of.columns.time(), of.columns.dimensions()) {
        (Some(_), _) => kind,
        (None, []) => kind.and(Key(of.input as u64)),
        (None, _) => kind.and(content),
    }
}

impl<'c> Whole<'c> {
    fn of(file: ReportInput<'c>) -> Whole<'c> {
        Whole {
            files: vec![file],
            totals: Totals::default(),
            differing: 0,
            first_differing: String::new(),
        }
    }

    fn columns(&self) -> Option<&'c AnalyticsColumns> {
        self.files.first().map(|of| of.columns)
    }

    /// Whether none of its columns is a step.
    fn counts_nothing(&self) -> bool {
        self.columns().is_none_or(|columns| columns.steps().next().is_none())
    }

    fn time(&self) -> Option<usize> {
        self.columns().and_then(AnalyticsColumns::time)
    }

    /// The key of the dimensions' values; of times that are written in different ways, the same.
    fn key(&self, LineAt { input, line, .. }: &LineAt<AnalyticsLine>, dates: &Dates) -> Key {
        let is_time = |place| self.columns().is_some_and(|columns| columns.is_time(place));
        line.dimensions.iter().enumerate().fold(Key::NONE, |key, (place, text)| {
            let stamp = is_time(place).then(|| dates.read(*input, text)).flatten();
            key.and(match stamp {
                Some(stamp) => Key::of(&stamp.at.0.to_le_bytes()),
                None => Key::of(text.as_bytes()),
            })
        })
    }

    fn add(&mut self, at: &LineAt<AnalyticsLine>, dates: &Dates) {
        self.totals.add(self.days(at, dates), at.line.metrics);
    }

    /// The days of a row, as they are written: a week by its first day, a month by any.
    fn days(
        &self,
        LineAt { input, line, .. }: &LineAt<AnalyticsLine>,
        dates: &Dates,
    ) -> Option<Days> {
        let (place, lasting) = self.columns()?.days()?;
        let stamp = dates.read(*input, line.dimensions.get(place)?)?;
        let offset = Span::seconds(stamp.offset.map_or(0, i64::from));
        let day = stamp.at.plus(offset).0.div_euclid(Span::days(1).0);
        Some(match lasting {
            Lasting::Day => Days { first: day, last: day },
            Lasting::Week => Days { first: day, last: day + 6 },
            Lasting::Month => month(day)?,
        })
    }

    fn note_differing(&mut self, line: &AnalyticsLine) {
        if self.differing == 0 {
            self.first_differing = line.dimensions.join(", ");
        }
        self.differing += 1;
    }

    fn paths(&self) -> Vec<String> {
        self.files.iter().map(|of| of.path.to_owned()).collect()
    }

    fn report(&self) -> Option<SessionReport> {
        let columns = self.columns()?;
        let files = self.paths();
        let spans = self.totals.by_days.iter().filter(|_| !self.totals.has_dayless);
        let of_days = |own: &[u64; 4]| columns.totals(*own).map(|(_, total)| total).collect();
        Some(SessionReport {
            path: files.first()?.clone(),
            files,
            dimensions: columns.dimensions().to_vec(),
            steps: columns.totals(self.totals.all).collect(),
            spans: spans.map(|(&days, own)| (days, of_days(own))).collect(),
            says_when: columns.time().is_some(),
            rate_alone: columns.rate_alone().map(str::to_owned),
            unknown_figures: columns.unknown_figures().to_vec(),
        })
    }

    /// That files were added, and that rows of them disagree.
    fn notices(&self) -> Vec<Notice> {
        let mut notices = Vec::new();
        let paths = self.paths().join(", ");
        if let (true, Some(columns)) =
            (self.files.len() > 1 && self.time().is_some(), self.columns())
        {
            let by = columns.dimensions().join(", ");
            let message = format!(
                "{paths}: one session report (by {by}) in {} files, so their rows are added, those that stand in several once",
                self.files.len()
            );
            notices.push(Notice { code: "session_reports_joined", message });
        }
        if self.differing > 0 {
            let (rows, stand) =
                if self.differing == 1 { ("row", "stands") } else { ("rows", "stand") };
            let message = format!(
                "{paths}: {} {rows} of the session report {stand} there again with other numbers ({}): the one with more sessions counts, as the other may have been exported before its time was over",
                self.differing, self.first_differing
            );
            notices.push(Notice { code: "session_rows_differ", message });
        }
        notices
    }
}

/// Why reports stand by themselves, if there are several.
fn apart(wholes: &[Whole<'_>]) -> Option<Notice> {
    let kinds: Vec<(Vec<String>, bool)> = wholes
        .iter()
        .filter_map(Whole::columns)
        .map(|columns| {
            let mut names: Vec<_> = columns.dimensions().iter().map(|n| normalise(n)).collect();
            names.sort();
            (names, columns.time().is_some())
        })
        .collect();
    let (first, others) = kinds.split_first().filter(|(_, others)| !others.is_empty())?;
    let mut reasons = Vec::new();
    if others.iter().any(|(names, _)| *names != first.0) {
        reasons.push("reports by different dimensions must not be added");
    }
    let has_twin =
        |kind: &&(Vec<String>, bool)| kinds.iter().filter(|other| other == kind).count() > 1;
    if kinds.iter().filter(has_twin).any(|(_, has_time)| !has_time) {
        reasons
            .push("reports without a day, week or month do not say whether they are of one period");
    }
    if kinds.iter().filter(has_twin).any(|(_, has_time)| *has_time) {
        reasons.push("reports with other columns count something else");
    }
    let message = format!(
        "{} session reports: each stands by itself, because {}",
        wholes.len(),
        reasons.join(", and ")
    );
    Some(Notice { code: "several_session_reports", message })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::RowRef;
    use crate::input::columns::{Header, Row};
    use crate::input::format::shopify_analytics::Thousands;
    use crate::input::timestamp::Ambiguous;
    use csv::{ByteRecord, StringRecord};

    /// Reads reports (lines of cells between bars); an input is named by its position.
    fn assembled(files: &[&str]) -> Assembly {
        put_together(AnalyticsColumns::new, files, None).unwrap()
    }

    fn put_together(
        find: fn(&Header) -> AnalyticsColumns,
        files: &[&str],
        told: Option<DateOrder>,
    ) -> Result<Assembly, Undated> {
        let mut tables = Vec::new();
        let mut lines = Vec::new();
        for (input, file) in files.iter().enumerate() {
            let (header, rows) = file.split_once('\n').unwrap_or((file, ""));
            let names: Vec<&str> = header.split('|').collect();
            let columns = find(&Header::new(&ByteRecord::from(names)));
            for (cells, number) in rows.lines().zip(0..) {
                let record: StringRecord = cells.split('|').collect();
                let row = RowRef::new(u32::try_from(input).unwrap(), number, number);
                let record = record.into_byte_record();
                let line =
                    AnalyticsLine::read(&columns, &Row::parsed(&record), Thousands::Comma).unwrap();
                lines.push(LineAt { input, row, line });
            }
            tables.push(columns);
        }
        lines.reverse();
        let input = |(input, columns)| ReportInput { input, path: "report.csv", columns };
        let inputs: Vec<ReportInput<'_>> = tables.iter().enumerate().map(input).collect();
        assemble(lines, &inputs, told)
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

    /// What it is, the files, their totals, and the rows set aside.
    type Case<'c> = (&'c str, &'c [&'c str], &'c [&'c [u64]], &'c [&'c str]);

    fn check((case, files, expected, set_aside): Case<'_>) {
        let found = assembled(files);
        assert_eq!(totals(&found), expected, "{case}");
        assert_eq!(aside(&found), set_aside, "{case}");
    }

    #[test]
    fn parts_of_a_report_are_one() {
        let cases: [Case<'_>; 4] = [
            (
                "overlapping parts",
                &[
                    "Day|Sessions\n2025-10-06|10\n2025-10-07|5",
                    "day|sessions\n2025-10-07|5\n2025-10-08|2",
                ],
                &[&[17]],
                &["1.0 duplicate"],
            ),
            (
                "a day that was not over when the first part was exported",
                &[
                    "Day|Sessions|Sessions converted\n2025-10-06|10|1\n2025-10-07|5|1",
                    "Day|Sessions|Sessions converted\n2025-10-07|9|1\n2025-10-08|2|0",
                ],
                &[&[21, 2]],
                &["0.1 duplicate"],
            ),
            (
                "one that comes later, in a part that is read earlier",
                &["Day|Sessions\n2025-10-07|9", "Day|Sessions\n2025-10-07|5"],
                &[&[9]],
                &["1.0 duplicate"],
            ),
            (
                "a part that a spreadsheet has saved",
                &[
                    "Day|Sessions\n10/27/2025|10\n10/8/2025|5",
                    "Day|Sessions\n2025-10-08|5",
                    "Day|Sessions\n8.10.2025|5\n27.10.2025|10",
                ],
                &[&[15]],
                &["1.0 duplicate", "2.0 duplicate", "2.1 duplicate"],
            ),
        ];
        cases.into_iter().for_each(check);
    }

    #[test]
    fn a_row_whose_day_is_none_is_the_sum_or_nothing() {
        let cases: [Case<'_>; 7] = [
            (
                "a total in another language, and one that is empty",
                &[
                    "Day|Sessions|Sessions converted\n2025-10-06|10|1\n2025-10-07|5|\nGesamt|15|1\n|15|1",
                ],
                &[&[15, 1]],
                &["0.2 continuation", "0.3 continuation"],
            ),
            (
                "no day, and no total",
                &["Day|Sessions\n2025-10-06|10\nyesterday|5\nGesamt|15"],
                &[&[10]],
                &["0.1 bad_timestamp", "0.2 bad_timestamp"],
            ),
            (
                "days without their year, which others have",
                &["Day|Sessions\n2025-10-06|10", "Day|Sessions\n6-Oct|10"],
                &[&[10]],
                &["1.0 bad_timestamp"],
            ),
            (
                "months that are names in one file",
                &["Month|Sessions\n2025-09-01|10", "Month|Sessions\nSep-25|10"],
                &[&[10]],
                &["1.0 bad_timestamp"],
            ),
            ("quarters that are names", &["Quarter|Sessions\nQ3|10\nQ4|5"], &[&[15]], &[]),
            ("hours of every day", &["Hour|Sessions\n9|10\n10|5"], &[&[15]], &[]),
            (
                "first days of months",
                &["Month|Sessions\n9/1/2025|10\n10/1/2025|5", "Month|Sessions\n2025-09-01|10"],
                &[&[15]],
                &["1.0 duplicate"],
            ),
        ];
        cases.into_iter().for_each(check);
    }

    #[test]
    fn each_file_says_how_its_dates_are_read() {
        let month_first = "Day|Sessions\n10/8/2025|5\n10/13/2025|9";
        let day_first = "Day|Sessions\n13/10/2025|9\n08/10/2025|5";
        check((
            "the same days",
            &[month_first, day_first],
            &[&[14]],
            &["1.0 duplicate", "1.1 duplicate"],
        ));
        let undecided = "Day|Sessions\n10/8/2025|5";
        let both = "Day|Sessions\n10/13/2025|9\n13/10/2025|9";
        for (files, input, why) in [
            (&[month_first, undecided], 1, Ambiguous::Undecided),
            (&[both, day_first], 0, Ambiguous::Contradictory),
        ] {
            let column = "Day".to_owned();
            assert_eq!(
                put_together(AnalyticsColumns::new, files, None).unwrap_err(),
                Undated { input, column, why }
            );
        }
        let told = put_together(
            AnalyticsColumns::new,
            &[month_first, undecided],
            Some(DateOrder::MonthFirst),
        )
        .unwrap();
        assert_eq!(totals(&told), [[14]]);
        assert_eq!(told.decisions.len(), 2);
    }

    #[test]
    fn sums_of_a_part_are_not_added() {
        let cases: [Case<'_>; 4] = [
            (
                "of a day",
                &["Day|Device|Sessions\n2025-10-06|a|1\n2025-10-06|b|2\n2025-10-06|Total|3\n\
                   2025-10-07|a|5\n2025-10-07|Total|5"],
                &[&[8]],
                &["0.2 continuation", "0.4 continuation"],
            ),
            (
                "of a source, by its name",
                &["Source|Name|Sessions\nsearch|bing|1\nsearch|google|2\nsearch Total||3"],
                &[&[3]],
                &["0.2 continuation"],
            ),
            (
                "a name that is no sum",
                &["Day|Campaign|Sessions\n2025-10-06|a|1\n2025-10-06|b|2\n2025-10-06|total|4"],
                &[&[7]],
                &[],
            ),
            (
                "one that equals another by chance",
                &["Day|Campaign|Sessions\n2025-10-06|a|1\n2025-10-06|total|1"],
                &[&[2]],
                &[],
            ),
        ];
        cases.into_iter().for_each(check);
    }

    #[test]
    fn columns_of_numbers_are_figures_where_they_tell_no_rows_apart() {
        let cases: [Case<'_>; 5] = [
            (
                "a total, and a day that is in two files",
                &[
                    "Day|Sessions|Loyalty points\n2025-10-06|10|7\n2025-10-07|4|3\nTotal|14|10",
                    "Day|Sessions|Loyalty points\n2025-10-07|5|9",
                ],
                &[&[15]],
                &["0.1 duplicate", "0.2 continuation"],
            ),
            (
                "a total by its word",
                &["Page|Sessions|Loyalty points\n/|10|7\nTotal|10|7"],
                &[&[10]],
                &["0.1 continuation"],
            ),
            (
                "numbers that tell rows apart",
                &["Day|Stock|Sessions\n2025-10-06|1|10\n2025-10-06|2|10"],
                &[&[20]],
                &[],
            ),
            (
                "numbers that name something",
                &[
                    "Day|UTM campaign|Sessions\n2025-10-06|1|10",
                    "Day|UTM campaign|Sessions\n2025-10-06|2|10",
                ],
                &[&[20]],
                &[],
            ),
            ("numbers alone", &["Stock|Sessions\n1|10\n2|5"], &[&[15]], &[]),
        ];
        cases.into_iter().for_each(check);
        let report = assembled(&["Day|Sessions|Loyalty points\n2025-10-06|10|7"]).reports.remove(0);
        assert_eq!(
            (report.dimensions, report.unknown_figures),
            (vec!["Day".to_owned()], vec!["Loyalty points".to_owned()],)
        );
    }

    #[test]
    fn counts_are_summed_and_repeated_rows_are_not() {
        let january = "Page|Sessions\n/|7\n/hats|1";
        let february = "Page|Sessions\n/|8\n/hats|1";
        let cases: [Case<'_>; 8] = [
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
                &[&[8]],
                &["1.0 duplicate", "1.1 duplicate"],
            ),
            ("totals alone", &["Sessions\n5", "Sessions\n5"], &[&[5], &[5]], &[]),
        ];
        cases.into_iter().for_each(check);
    }

    #[test]
    fn rows_that_count_the_same_sessions_again_are_not_added() {
        let cases: [Case<'_>; 10] = [
            (
                "a sum by a name of its own",
                &["Page|Sessions|Added to cart\n/|70|1\n/hats|30|2\n/a|5|0\nGesamt|105|3"],
                &[&[105, 3]],
                &["0.3 continuation"],
            ),
            (
                "a page with as many as all others in one figure",
                &["Page|Sessions|Added to cart\n/|70|1\n/hats|30|2\n/a|5|0\n/b|105|2"],
                &[&[210, 5]],
                &[],
            ),
            (
                "a page that has few by chance",
                &["Page|Sessions|Added to cart\n/|7|1\n/hats|3|0\n/a|1|0\n/b|11|1"],
                &[&[22, 2]],
                &[],
            ),
            (
                "a sum that names nothing",
                &["Page|Sessions|Converted\n/|7|1\n/hats|3|\n|10|1"],
                &[&[10]],
                &["0.2 continuation"],
            ),
            (
                "sessions that came from nowhere",
                &["Source|Sessions|Added to cart\ngoogle|7|1\nmail|3|1\n|10|1"],
                &[&[20, 3]],
                &[],
            ),
            ("a sum of one row", &["Page|Sessions\n/|7\n|7"], &[&[14]], &[]),
            (
                "ranges of dates",
                &["Page|Date range|Sessions\n/|1 - 31 Oct|7\n/|1 - 30 Sep|5\n/hats|1 - 31 Oct|2"],
                &[&[9]],
                &["0.1 continuation"],
            ),
            (
                "segments, everybody's not first",
                &["Segment|Day|Sessions\nMobile|2025-10-06|7\nAll Users|2025-10-06|9"],
                &[&[9]],
                &["0.0 continuation"],
            ),
            ("one segment", &["Segment|Sessions\nMobile|7"], &[&[7]], &[]),
            (
                "no figure that is known",
                &["Item|Items viewed\nMug|7\nCup|8"],
                &[&[]],
                &["0.0 unmapped_event", "0.1 unmapped_event"],
            ),
        ];
        cases.into_iter().for_each(check);
    }

    #[test]
    fn a_total_below_the_rows_of_a_page_is_of_all_rows() {
        let cases: [(&str, &str, u64, &[&str]); 7] = [
            (
                "some rows and the total of all",
                "Page|Sessions\n/|30\n/hats|9\n|512",
                512,
                &["0.0", "0.1"],
            ),
            ("one row of many", "Page|Device|Sessions\n/|mobile|30\n|12.5%|512", 512, &["0.0"]),
            ("all rows and their sum", "Day Index|Sessions\n1|7\n2|8\n|15", 15, &["0.2"]),
            ("one row and its sum", "Day Index|Sessions\n1|7\n|7", 7, &["0.1"]),
            ("nobody knows the page", "Page|Sessions\n/|30\n(not set)|512", 542, &[]),
            ("fewer than the rows", "Page|Sessions\n/|30\n|9", 39, &[]),
            ("nothing", "Page|Sessions\n/|0\n|0", 0, &[]),
        ];
        for (case, file, total, set_aside) in cases {
            let found = put_together(AnalyticsColumns::of_a_page, &[file], None).unwrap();
            assert_eq!(totals(&found), [[total]], "{case}");
            let expected: Vec<String> =
                set_aside.iter().map(|row| format!("{row} continuation")).collect();
            assert_eq!(aside(&found), expected, "{case}");
            let is_told = found.notices.iter().any(|n| n.code == "session_report_is_a_part");
            assert_eq!(is_told, total == 512, "{case}");
        }
        // Elsewhere a row that names nothing is of those of whom nothing is known.
        assert_eq!(totals(&assembled(&["Page|Sessions\n/|30\n|512"])), [[542]]);
    }

    #[test]
    fn what_was_added_and_what_was_not_is_told() {
        let by_day = "Day|Sessions\n2025-10-06|10";
        let again = "Day|Sessions\n2025-10-06|11\n2025-10-07|1";
        let by_page = "Page|Sessions\n/|8";
        let other_pages = "Page|Sessions\n/|9";
        let carts = "Day|Added to cart\n2025-10-06|2";
        for (files, expected) in [
            (&[by_day][..], &[][..]),
            (
                &[by_day, by_page],
                &[
                    "2 session reports: each stands by itself, because reports by different dimensions must not be added",
                ][..],
            ),
            (
                &[by_page, other_pages],
                &["reports without a day, week or month do not say whether they are of one period"],
            ),
            (&[by_page, by_page], &[]),
            (&[by_day, carts], &["reports with other columns count something else"]),
            (
                &[by_day, again],
                &[
                    "one session report (by Day) in 2 files",
                    "1 row of the session report stands there again with other numbers (2025-10-06)",
                ],
            ),
            (
                &[by_day, by_day, by_page],
                &["one session report (by Day) in 2 files", "2 session reports"],
            ),
        ] {
            let notices = assembled(files).notices;
            assert_eq!(notices.len(), expected.len(), "{notices:?}");
            for (notice, words) in notices.iter().zip(expected) {
                assert!(notice.message.contains(words), "{notice:?}");
            }
        }
    }

    #[test]
    fn totals_are_by_days_where_all_rows_say_theirs() {
        let days = |file: &str| -> Vec<((i64, i64), Vec<u64>)> {
            let mut reports = assembled(&[file]).reports;
            let spans = reports.remove(0).spans.into_iter();
            spans.map(|(days, own)| ((days.first, days.last), own)).collect()
        };
        let of_pages = "Page|Day|Sessions|Reached checkout\n\
                        /|1970-01-02|7|1\n/hats|1970-01-02|1|\n/|1970-01-04|2|2";
        assert_eq!(days(of_pages), [((1, 1), vec![8, 1]), ((3, 3), vec![2, 2])]);
        let of_hours = "Hour|Sessions\n1970-01-02 23:00:00|7\n1970-01-03T00:00:00+02:00|1";
        assert_eq!(days(of_hours), [((1, 1), vec![7]), ((2, 2), vec![1])]);
        assert_eq!(days("Day|Sessions\n1970-01-02|7\nx|1"), [((1, 1), vec![7])]);
        // 5 January 1970 is a Monday.
        assert_eq!(days("Week|Sessions\n1970-01-05|7"), [((4, 10), vec![7])]);
        let of_months = "Month|Sessions\n1970-01-01|7\n1970-02-01|8";
        assert_eq!(days(of_months), [((0, 30), vec![7]), ((31, 58), vec![8])]);
        for file in ["Quarter|Sessions\n1970-01-01|7", "Page|Sessions\n/|7"] {
            assert_eq!(days(file), [], "{file}");
        }
    }
}
