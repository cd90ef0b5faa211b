//! What a run found out, put together from the scan, the settling and the judging.

use super::calendar::Calendar;
use super::claims::Claims;
use super::haul::Haul;
use super::judge::Beside;
use super::rows::{PEOPLE, RowIndex, UNCLOSED, short_identifiers};
use super::sequence::out_of_order;
use super::several_logs::visitors_apart;
use super::tracking::Logs;
use crate::findings::{
    Days, EventFinding, Findings, IdentifierFinding, InputFinding, Notice, SetAside, SideFinding,
    TIMES_UNKNOWN, TimeFindings, TrackingFindings,
};
use crate::input::timestamp::ZoneRule;
use crate::input::{Reading, Rows};
use crate::ladder::definition::Ladder;
use crate::ladder::draft;
use crate::ladder::own_names::OwnNames;
use crate::quality::{Quality, Reason};
use crate::tally::Tally;
use crate::tally::ways::{Leavers, Ways};
use crate::time::{Instant, Span};
use std::collections::BTreeMap;

/// What the findings say about the inputs and the rows.
pub(super) fn finish(
    findings: &mut Findings,
    (haul, claims): (&Haul<'_>, &Claims),
    (readings, logs): (&[Reading], &Logs),
    rows: &RowIndex,
) {
    findings.notices.extend(haul.unclosed.iter().map(|&input| Notice {
        code: "unclosed_quote",
        message: format!("{}: {UNCLOSED}", readings[input].path),
    }));
    findings.notices.extend(nearly(readings));
    findings.notices.extend(rows_of_nobody(readings, &haul.quality));
    findings.notices.extend(rows_unread(readings, &haul.quality));
    findings.notices.extend(sessions_of_nobody(readings));
    findings.notices.extend(times_unknown(readings));
    let short = short_identifiers(haul.too_short);
    findings.notices.extend(short.map(|message| Notice { code: "short_identifiers", message }));
    findings.notices.extend(crowded(findings.identity.crowd));
    findings.has_log = readings.iter().any(|reading| reading.format.is_log());
    findings.has_orders = haul.have_orders(readings);
    findings.identity.blocked_values = haul.blocked;
    findings.identity.given_by_time = haul.quality.given_by_time;
    findings.times = TimeFindings {
        clocks: haul.clocks,
        out_of_order: out_of_order(&haul.blocks, readings),
        late: haul.late,
    };
    findings.seen_until = haul.seen_until;
    findings.log_from = haul.log_from;
    findings.derived.clone_from(&haul.derived);
    findings.inputs = readings
        .iter()
        .enumerate()
        .map(|(number, reading)| input_finding(number, reading, (haul, claims)))
        .collect();
    if readings.iter().all(|reading| reading.rows.are_timeless()) {
        forget_days(findings);
    }
    mark_spans(&mut findings.tracking, logs, &findings.inputs);
    findings.notices.extend(visitors_apart(&findings.tally, logs, &findings.inputs));
    let twins = same_rows(readings, &findings.inputs);
    findings.notices.extend(twins);
    findings.set_aside = Reason::ALL
        .into_iter()
        .filter_map(|reason| set_aside(reason, &haul.quality, rows))
        .collect();
}

/// That somebody has more devices than a person has, whose name may be nobody's.
fn crowded(devices: u64) -> Option<Notice> {
    /// Whoever is always asked anew has one a week.
    const MOST: u64 = 50;
    (devices > MOST).then(|| Notice {
        code: "crowded_identifier",
        message: format!(
            "one user id, customer number or e-mail address stands beside {devices} browsers, and all of its rows count as one customer: if it is a word for nobody, leave it blank"
        ),
    })
}

/// Which inputs are nearly of another format, or of theirs.
fn nearly(readings: &[Reading]) -> impl Iterator<Item = Notice> {
    readings.iter().filter_map(|reading| {
        let message = format!("{}: {}", reading.path, reading.nearly.as_ref()?);
        Some(Notice { code: "nearly_another_format", message })
    })
}

/// Of which inputs most rows do not count because they name nobody, and where people were looked for.
fn rows_of_nobody(readings: &[Reading], quality: &Quality) -> impl Iterator<Item = Notice> {
    readings.iter().zip(&quality.accounts).filter_map(|(reading, account)| {
        let nobody = account.set_aside.get(&Reason::NoIdentifier).map_or(0, |aside| aside.rows);
        let looked = reading.columns.iter().filter(|(part, _)| PEOPLE.contains(part));
        let looked: Vec<String> = looked.map(|(_, name)| format!("`{name}`")).collect();
        let message = format!(
            "{}: {nobody} of {} rows name nobody and do not count: people are looked for under {}; if they stand elsewhere, call that so",
            reading.path,
            account.rows_read,
            looked.join(", ")
        );
        let are_most = nobody * 2 > account.rows_read && !looked.is_empty();
        are_most.then_some(Notice { code: "rows_of_nobody", message })
    })
}

/// Of which inputs most rows cannot be read, and why the first of these cannot.
fn rows_unread(readings: &[Reading], quality: &Quality) -> impl Iterator<Item = Notice> {
    /// Rows that name nobody, or whose times cannot be read, have notices of their own.
    const UNREAD: [Reason; 2] = [Reason::BadRow, Reason::Future];
    readings.iter().zip(&quality.accounts).filter_map(|(reading, account)| {
        let unread = || UNREAD.iter().filter_map(|reason| account.set_aside.get(reason));
        let rows: u64 = unread().map(|aside| aside.rows).sum();
        let first = unread().flat_map(|aside| &aside.examples).min();
        let why = first.map(|example| example.message.as_str())?;
        let message = format!(
            "{}: {rows} of {} rows cannot be read as {}: {why}",
            reading.path,
            account.rows_read,
            reading.format.id()
        );
        let are_most = rows * 2 > account.rows_read;
        are_most.then_some(Notice { code: "rows_unread", message })
    })
}

/// What sessions say of who it was, where they do.
fn sessions_of_nobody(readings: &[Reading]) -> impl Iterator<Item = Notice> {
    let those = |is: fn(&Rows) -> bool| {
        let those = readings.iter().filter(|reading| is(&reading.rows));
        those.map(|reading| reading.path.as_str()).collect::<Vec<_>>()
    };
    let alone = those(Rows::have_sessions_alone);
    let them = if alone.len() == 1 { "it" } else { "them" };
    let alone = (!alone.is_empty()).then(|| Notice {
        code: "sessions_stand_for_customers",
        message: format!(
            "{}: nothing in {them} says who it was, so every session counts as one customer, and whoever came back is counted anew",
            alone.join(", ")
        ),
    });
    let beside = those(Rows::have_sessions_beside);
    let beside = (!beside.is_empty()).then(|| Notice {
        code: "sessions_beside_names",
        message: format!(
            "{}: rows that name nobody are put to whoever is named in their session; a session in which nobody is counts as one customer, and whoever came back is counted anew",
            beside.join(", ")
        ),
    });
    alone.into_iter().chain(beside)
}

/// Which inputs say who got how far, and not when.
fn times_unknown(readings: &[Reading]) -> Option<Notice> {
    let timeless = readings.iter().filter(|reading| reading.rows.are_timeless());
    let paths: Vec<&str> = timeless.map(|reading| reading.path.as_str()).collect();
    if paths.is_empty() {
        return None;
    }
    if paths.len() == readings.len() {
        let message = "no row says when somebody was on a page or got to a stage: these tables show who got how far; days, times between steps and who came back mean nothing";
        return Some(Notice { code: TIMES_UNKNOWN, message: message.to_string() });
    }
    let them = if paths.len() == 1 { "it" } else { "them" };
    let message = format!(
        "{}: no row says when anything was, so journeys that go on in the other files are not joined to those here: what they show is true of {them} alone",
        paths.join(", ")
    );
    let have_days = readings.iter().any(|reading| reading.rows.are_days_of_users());
    (!have_days).then_some(Notice { code: "times_unknown_of_some", message })
}

/// Takes away the one day that all rows are put on where no table has the users' own.
fn forget_days(findings: &mut Findings) {
    if findings.seen_until == Some(Instant::UNKNOWN) {
        findings.seen_until = None;
        findings.inputs.iter_mut().for_each(|input| (input.from, input.to) = (None, None));
    }
}

/// Logs that seem to be the same rows in several files: each event as often, from the same first to the same last moment.
/// Rows without an id are the same only if they are written the same, so those of another kind of file count again.
fn same_rows(readings: &[Reading], inputs: &[InputFinding]) -> Vec<Notice> {
    /// Fewer rows may be alike by accident.
    const FEWEST: u64 = 3;
    let said = |input: &InputFinding| {
        let events = input.events.iter().map(|event| (event.name.clone(), event.rows));
        let people = input.identifiers.iter().map(|own| (own.kind, own.rows, own.distinct));
        (events.collect::<Vec<_>>(), people.collect::<Vec<_>>())
    };
    let mut alike: BTreeMap<_, Vec<&InputFinding>> = BTreeMap::new();
    for (reading, input) in readings.iter().zip(inputs) {
        if reading.format.is_log() && input.rows_used >= FEWEST && input.from < input.to {
            // Of a row whose order's number both have, only one is used.
            let key = (input.from, input.to, input.rows_read);
            alike.entry(key).or_default().push(input);
        }
    }
    let mut notices = Vec::new();
    for alike in alike.values_mut().filter(|alike| alike.len() > 1) {
        alike.sort_by_cached_key(|input| said(input));
        for same in alike.chunk_by(|one, other| said(one) == said(other)).filter(|s| s.len() > 1) {
            let mut paths: Vec<_> = same.iter().map(|input| input.path.as_str()).collect();
            paths.sort_unstable();
            let message = format!(
                "{}: as many rows of each event and of as many people, from the same moment to the same moment; if they are the same rows, name only one of these files, for they count in each",
                paths.join(", ")
            );
            notices.push(Notice { code: "same_rows_twice", message });
        }
    }
    notices
}

/// The names of events that no ladder and no vocabulary knows, with their rows: most first, then by name.
pub(super) fn unknown_names(haul: &Haul<'_>) -> Vec<(String, u64)> {
    let stamper = haul.names.stamper();
    let named = haul.rows_by_name().into_iter();
    let unknown = named.filter(|(name, _)| !stamper.knows(name));
    unknown.map(|(name, rows)| (name.to_string(), rows)).collect()
}

/// That the shop's names have one that no event has, and nearly that of one that has none of its own.
pub(super) fn misspelt_names(haul: &Haul<'_>, own: &OwnNames) -> Option<Notice> {
    let names: Vec<&str> = haul.rows_by_name().into_iter().map(|(name, _)| name).collect();
    let misspelt: Vec<String> = own
        .misspelt(&names)
        .into_iter()
        .map(|(written, near)| format!("`{written}` (did you mean `{near}`?)"))
        .collect();
    let message = format!(
        "[{}] says what no event of the data is called: {}",
        draft::NAMES,
        misspelt.join(", ")
    );
    (!misspelt.is_empty()).then_some(Notice { code: "mapped_name_never_seen", message })
}

/// What was found of each part that was counted by itself.
pub(super) fn sides<'s>(
    sides: impl Iterator<Item = (&'s Beside<'s>, Tally)>,
    (ladder, top): (&Ladder, usize),
) -> Vec<SideFinding> {
    let side = |(side, tally): (&Beside<'_>, Tally)| SideFinding {
        breakdowns: side.groups.findings(&tally, ladder, top),
        since: Some(side.period.since).filter(|&since| since != Instant::MIN),
        until: Some(side.period.until).filter(|&until| until != Instant::MAX),
        tally,
    };
    sides.map(side).collect()
}

/// The days on which the data and the period that is asked for end.
pub(super) fn mark_days(findings: &mut Findings, zone: ZoneRule) {
    let mut calendar = Calendar::new(zone);
    findings.last_day = findings.seen_until.map(|at| calendar.day(at));
    let last = findings.until.map(|behind| Instant(behind.0.saturating_sub(1)));
    findings.until_day = last.map(|at| calendar.day(at));
    // A day of which only a part is asked for is not counted by a report of days.
    let first = findings.since.map(|Instant(since)| calendar.day(Instant(since - 1)) + 1);
    let behind = findings.until.map(|until| calendar.day(until));
    let is_asked = first.is_some() || behind.is_some();
    findings.asked_days = is_asked.then(|| Days {
        first: first.unwrap_or(i64::MIN),
        last: behind.map_or(i64::MAX, |behind| behind - 1),
    });
}

/// For each step the names of the events that followed those who got no further: most first, then by name.
pub(super) fn next_events(ways: &Ways, haul: &Haul<'_>) -> Vec<Vec<(String, u64)>> {
    let named = |leavers: &Leavers| {
        let names = leavers.next.iter();
        let mut events: Vec<(String, u64)> = names
            .map(|(&name, &journeys)| (haul.all_names.text(name).to_string(), journeys))
            .collect();
        events.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        events
    };
    ways.leavers.iter().map(named).collect()
}

/// Notes the first and the last moment of each kind of log, and of all together.
fn mark_spans(tracking: &mut TrackingFindings, logs: &Logs, inputs: &[InputFinding]) {
    for (number, input) in inputs.iter().enumerate() {
        let Some(span) = input.from.zip(input.to) else { continue };
        let Some(place) = logs.of_input(number) else { continue };
        let all = tracking.log_span.map_or(span, |all| (all.0.min(span.0), all.1.max(span.1)));
        tracking.log_span = Some(all);
        if let Some(log) = tracking.logs.get_mut(place) {
            log.saw(span);
        }
    }
}

fn input_finding(
    number: usize,
    reading: &Reading,
    (haul, claims): (&Haul<'_>, &Claims),
) -> InputFinding {
    let space = reading.format.space();
    let stamper = haul.names.stamper();
    let account = haul.quality.accounts.get(number).cloned().unwrap_or_default();
    let counts = haul.inputs.get(number);
    let mut events: Vec<EventFinding> = counts
        .into_iter()
        .flat_map(|input| input.names.iter().enumerate())
        .filter(|(_, rows)| **rows > 0)
        .map(|(name, &rows)| {
            let name = haul.all_names.text(u32::try_from(name).unwrap_or(u32::MAX)).to_string();
            EventFinding {
                step: claims.canonical(space, &name, stamper).map(str::to_string),
                name,
                rows,
            }
        })
        .collect();
    events.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.name.cmp(&b.name)));
    let identifiers = counts.into_iter().flat_map(|input| &input.identifiers);
    InputFinding {
        path: reading.path.clone(),
        format: reading.format.id(),
        why: reading.why.clone(),
        compression: reading.compression,
        encoding: reading.encoding,
        delimiter: reading.delimiter.map(char::from),
        columns: reading.columns.clone(),
        decisions: reading
            .decisions
            .iter()
            .chain(counts.into_iter().flat_map(|input| &input.decisions))
            .cloned()
            .collect(),
        rows_read: account.rows_read,
        rows_used: account.rows_used(),
        rows_set_aside: account.rows_set_aside(),
        from: account.from,
        to: account.to,
        events,
        identifiers: identifiers
            .map(|(kind, seen)| IdentifierFinding {
                kind: kind.name(),
                rows: seen.rows,
                distinct: seen.distinct.len() as u64,
            })
            .collect(),
    }
}

fn set_aside(reason: Reason, quality: &Quality, rows: &RowIndex) -> Option<SetAside> {
    const SHOWN: usize = 5;
    let mut examples: Vec<_> = quality
        .accounts
        .iter()
        .filter_map(|account| account.set_aside.get(&reason))
        .flat_map(|aside| aside.examples.clone())
        .collect();
    examples.sort();
    examples.truncate(SHOWN);
    let total = quality.rows(reason);
    let examples =
        examples.into_iter().map(|example| (rows.place(example.row), example.message)).collect();
    (total > 0).then_some(SetAside { reason, rows: total, examples })
}

/// For so long Google Analytics adds to the days behind it.
const GROWS: Span = Span::days(3);

/// Exports of Google Analytics 4 that were made before their last days were complete.
pub(super) fn provisional(inputs: &[InputFinding], now: Option<Instant>) -> Vec<Notice> {
    let is_young = |input: &&InputFinding| {
        let age = now.zip(input.to).map(|(now, to)| now.since(to));
        input.format.starts_with("ga4.") && age.is_some_and(|age| age < GROWS)
    };
    let young = inputs.iter().filter(is_young);
    let notice = |input: &InputFinding| Notice {
        code: "last_days_provisional",
        message: format!(
            "{}: Google Analytics adds late events for three days, so its last three days may still grow",
            input.path
        ),
    };
    young.map(notice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_young_exports_of_google_analytics_are_provisional() {
        let end = Instant(1_000_000_000_000_000);
        let input = |format| InputFinding { format, to: Some(end), ..InputFinding::default() };
        let inputs =
            [input("ga4.bq"), input("segment"), InputFinding { to: None, ..input("ga4.ui") }];
        let told = |now: Option<Instant>| provisional(&inputs, now).len();
        assert_eq!(told(Some(end.plus(Span::days(2)))), 1);
        assert_eq!(told(Some(end.plus(Span::days(3)))), 0);
        assert_eq!(told(None), 0);
    }
}
