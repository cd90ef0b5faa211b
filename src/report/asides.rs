//! What a page shows beside the report's own numbers: the answers of `funnel trend`, `drivers`, `segments` and
//! `exits`, counted in the same pass.
//!
//! They cost a pass over all rows, so only a page has them, and the report's JSON has them not. The numbers are
//! those of the commands; here is only what a page makes of them.

use super::document::{Effect, Effects, Figure, Scale, Section, Trend, TrendPeriod};
use super::drivers::DriversReport;
use super::exits::ExitsReport;
use super::segments::SegmentsReport;
use super::sheet::{Cell, Sheet, left, right};
use super::trend::{PeriodCounts, TrendReport};
use super::{words, zone};
use crate::analysis::contrast::FALSE_DISCOVERIES;
use crate::analysis::trend::{ENTERED, Every};
use crate::findings::Findings;
use crate::ladder::definition::Ladder;

/// So many groups are shown; all are tested.
const GROUPS: usize = 20;

/// So many sentences on what was odd are enough.
const SENTENCES: usize = 5;

/// So many events are named that came after leaving a step.
const NEXT: usize = 3;

/// The answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Asides {
    trend: Option<TrendReport>,
    drivers: DriversReport,
    exits: ExitsReport,
    segments: SegmentsReport,
}

impl Asides {
    /// The answers from findings that counted days, ways and landmarks.
    pub fn new(findings: &Findings, ladder: &Ladder, confidence: f64) -> Asides {
        let days = &findings.tally.days.0;
        let first = days.iter().find(|(_, day)| day.journeys.entered > 0).map(|(day, _)| *day);
        let last = findings.last_day.or(days.keys().next_back().copied());
        let span = first.zip(last).and_then(|(first, last)| usize::try_from(last - first + 1).ok());
        let every = span.and_then(Every::fitting);
        Asides {
            trend: every.map(|every| TrendReport::new(findings, ladder, every, confidence)),
            drivers: DriversReport::new(findings, ladder, confidence),
            exits: ExitsReport::new(findings, ladder, NEXT, confidence),
            segments: SegmentsReport::new(findings, ladder, GROUPS, confidence),
        }
    }

    /// What those who left a step did instead.
    pub(super) fn after_leaving(&self) -> Section {
        let columns = vec![
            left("left after", 0),
            left("without", 0),
            left("next", 0),
            right(&format!("{}s", self.exits.unit), 0),
            right("of those who left", 0),
        ];
        let mut sheet = Sheet::new("What they did instead", columns);
        sheet.lead.extend(self.most_after_leaving());
        for step in &self.exits.steps {
            for next in &step.next {
                sheet.rows.push(vec![
                    Cell::Text(step.name.clone()),
                    Cell::Text(step.next_step.clone()),
                    Cell::Text(next.event.clone()),
                    Cell::Count(next.journeys),
                    Cell::Share(Some(next.journeys as f64 / step.left as f64)),
                ]);
            }
        }
        Section::from(sheet).only_in_pages()
    }

    /// What most of those did who left where most leave.
    fn most_after_leaving(&self) -> Option<String> {
        let most = self.exits.steps.iter().max_by_key(|step| step.left)?;
        let named = most.next.iter().filter(|next| next.event != "(other)");
        let next = named.max_by_key(|next| next.journeys)?;
        let share = words::percent(Some(next.journeys as f64 / most.left as f64));
        let what = match next.event.as_str() {
            "(nothing)" => "did nothing more".to_owned(),
            event => format!("went on with {event}"),
        };
        Some(format!("Of those who left after {}, {share} {what}.", most.name))
    }

    /// Which groups convert more; nothing where there are no groups large enough to be held against the others.
    pub(super) fn segments(&self) -> Section {
        let mut sheet = self.segments.sheet();
        if sheet.rows.is_empty() {
            return Section::from(Sheet::new("", Vec::new()));
        }
        "Segments".clone_into(&mut sheet.title);
        let further = "`funnel segments` looks at pairs of these dimensions as well, and at whatever --by names; with more tests less stands out.";
        sheet.notes.push(further.to_owned());
        let effect = |group: &super::segments::SegmentReport| {
            Some(Effect {
                name: words::value_name(group.value.as_deref()),
                kind: Some(group.by.clone()),
                value: group.difference.value?,
                low: group.difference.low?,
                high: group.difference.high?,
                is_clear: group.q_value.is_some_and(|q| q < FALSE_DISCOVERIES),
            })
        };
        let effects = Effects {
            sentence: format!(
                "Dots: the share of a group that reached {}, less that of all others, in points",
                self.segments.outcome
            ),
            scale: Scale::Differences,
            effects: self.segments.segments.iter().filter_map(effect).collect(),
        };
        Section::from(sheet).drawn(drawn(effects)).only_in_pages()
    }

    /// Which small actions come before an order.
    pub(super) fn drivers(&self) -> Section {
        if self.drivers.actions.is_empty() {
            return Section::from(Sheet::new("", Vec::new()));
        }
        let effect = |action: &super::drivers::DriverReport| {
            let odds = action.odds_ratio.as_ref()?;
            Some(Effect {
                name: action.name.clone(),
                kind: None,
                value: odds.value,
                low: odds.low,
                high: odds.high,
                is_clear: matches!(action.role, "driver" | "against"),
            })
        };
        let effects = Effects {
            sentence: format!(
                "Dots: the odds of {} with the action over those without, what else is known held equal",
                self.drivers.outcome
            ),
            scale: Scale::Ratios,
            effects: self.drivers.actions.iter().filter_map(effect).collect(),
        };
        let mut sheet = self.drivers.action_sheet();
        sheet.title = format!("Small actions before {}", self.drivers.outcome);
        if effects.effects.is_empty() {
            // The rates with and without are in the section on secondary actions already.
            sheet.rows.clear();
        }
        Section::from(sheet).drawn(drawn(effects)).only_in_pages()
    }

    /// Rates over time with what was to be expected.
    pub(super) fn trend(&self) -> Option<Section> {
        let trend = self.trend.as_ref()?;
        let mut sheet = trend.period_sheet();
        sheet.title = format!("Over time, by {}", trend.every);
        sheet.lead = trend.alert_sheet().lead;
        if let Some(more) = sheet.lead.len().checked_sub(SENTENCES).filter(|&more| more > 1) {
            sheet.lead.truncate(SENTENCES);
            sheet.lead.push(format!("{more} more: funnel trend names them all."));
        }
        let is_odd = |period: &PeriodCounts, of_entries: bool| {
            let own = trend.alerts.iter().filter(|alert| alert.day == period.from);
            own.into_iter().any(|alert| (alert.metric == ENTERED) == of_entries)
        };
        let period = |period: &PeriodCounts| TrendPeriod {
            name: below_the_axis(&period.from, trend.every),
            share: period.same_day_rate.rate,
            limits: period.limits.map(|limits| (limits.low, limits.high)),
            base: period.entered,
            is_odd: is_odd(period, false),
            is_few: is_odd(period, true),
            is_complete: period.complete,
        };
        let figure = Trend {
            sentence: sentence(trend),
            periods: trend.periods.iter().map(period).collect(),
            steps: match trend.every {
                "day" => &[1, 2, 7, 14, 28],
                "week" => &[1, 2, 4, 8, 13, 26],
                _ => &[1, 2, 3, 6, 12, 24, 60],
            },
        };
        Some(Section::from(sheet).drawn(Some(Figure::Trend(figure))).only_in_pages())
    }
}

/// The figure, if there is anything to draw.
fn drawn(effects: Effects) -> Option<Figure> {
    (!effects.effects.is_empty()).then_some(Figure::Effects(effects))
}

/// What the marks of a trend mean; only of those that occur.
fn sentence(trend: &TrendReport) -> String {
    let last = trend.periods.first().and_then(|period| period.steps.last());
    let mut marks = vec![format!(
        "Dots: the share that reached {} on the day of the entry",
        last.map_or("the last step", |step| step.name.as_str())
    )];
    if trend.periods.iter().any(|period| period.limits.is_some()) {
        marks.push(format!("band: what the {}s before let expect", trend.every));
    }
    if !trend.alerts.is_empty() {
        marks.push("other colour: odd".to_owned());
    }
    if trend.periods.iter().any(|period| !period.complete) {
        marks.push("hollow: not over yet".to_owned());
    }
    format!("{}. Bars: {} that entered.", marks.join("; "), words::people(trend.unit, 0))
}

/// The begin of a period in few letters: `6 Oct`, or `Oct 2025` for a month.
fn below_the_axis(from: &str, every: &str) -> String {
    let day = zone::day_of_date(from);
    let mut parts = day.splitn(3, ' ');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(_), Some(month), Some(year)) if every == "month" => format!("{month} {year}"),
        (Some(day), Some(month), Some(_)) => format!("{day} {month}"),
        _ => day,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_named_in_few_letters() {
        let cases = [
            ("2025-10-06", "day", "6 Oct"),
            ("2025-10-06", "week", "6 Oct"),
            ("2025-10-01", "month", "Oct 2025"),
            ("someday", "day", "someday"),
        ];
        for (from, every, expected) in cases {
            assert_eq!(below_the_axis(from, every), expected);
        }
    }
}
