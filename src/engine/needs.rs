//! What a request needs of the rows beside their steps, so that nothing is kept that nobody looks at.

use super::Request;
use super::several_pages;
use crate::climb::Climber;
use crate::event::StepSet;
use crate::input::format::web_pixel;
use crate::input::{Reading, Rows};
use crate::ladder::definition::{Count, Halt, Ladder, Order, Range, Window};
use crate::ladder::dimension::{At, RETURNING};
use crate::ladder::session_rule::SessionRule;

/// What is needed beside the counts of the ladder.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent wishes, asked for by name")]
pub(super) struct Needs {
    /// Rows that are nothing to the ladder too: who did anything at all, what lies between the steps.
    pub(super) everything: bool,
    /// All rows that are steps, until they are judged.
    pub(super) every_step: bool,
    /// Sessions.
    pub(super) sessions: bool,
    /// When they end.
    pub(super) session_rule: SessionRule,
    /// The steps whose rows the values of dimensions are wanted of; `None` if those of all rows are.
    pub(super) values_of: Option<StepSet>,
    /// Which pages rows show.
    pub(super) pages: bool,
    /// What logs saw of checkouts, to hold the orders of exports against it.
    pub(super) checkouts: bool,
    /// The times of browsers that nobody has confirmed: orders, or rows beside them, may show that they are wrong.
    pub(super) clocks: bool,
    /// To know which rows lie outside a period: they are set aside, whatever they are.
    pub(super) cuts_events: bool,
}

impl Needs {
    /// Whether the values of dimensions are wanted of a row that is these steps.
    #[inline]
    pub(super) fn wants_values(self, steps: StepSet) -> bool {
        self.values_of.is_none_or(|wanted| !steps.common(wanted).is_empty())
    }

    /// What a request needs of these inputs; `ladders` are those that may be used, each with its steps for each
    /// stamped position, `detail` says whether the inputs themselves are asked about.
    pub(super) fn of(
        request: &Request,
        readings: &[Reading],
        (ladders, tables): (&[Ladder], &[Vec<StepSet>]),
        detail: bool,
    ) -> Needs {
        let asks_for_more =
            request.person.is_some() || request.sightings || !request.rivals.is_empty();
        // Coverage holds orders and session reports against all that the log saw.
        let is_log = |reading: &Reading| match reading.rows {
            Rows::Table(..)
            | Rows::Json(_)
            | Rows::Pixel(_)
            | Rows::Tool(_)
            | Rows::Matomo
            | Rows::ToolTable(..) => true,
            Rows::Special(_, ref special) => special.is_log(),
            Rows::Orders(..)
            | Rows::Checkouts(..)
            | Rows::Totals(..)
            | Rows::RestOrders
            | Rows::RestCheckouts
            | Rows::Bulk => false,
        };
        let covers = !readings.iter().all(is_log);
        let pages = ladders.iter().any(several_pages::are_asked_for);
        let sessions = asks_for_more || covers || pages || ladders.iter().any(is_by_session);
        let has_period = request.since.is_some() || request.until.is_some();
        let cuts_events = has_period && ladders.iter().any(|ladder| ladder.range == Range::Events);
        let asks = &request.asks;
        let everything = sessions
            || asks.ways
            || asks.landmarks
            || !request.sides.is_empty()
            || detail
            || cuts_events
            || ladders.iter().any(looks_between_steps)
            || looks_before_the_entry(request);
        let every_step = everything || asks.days;
        let values_of = values_of(request, ladders.iter().zip(tables));
        let session_rule = ladders.first().map(|ladder| ladder.sessions).unwrap_or_default();
        // What webhooks have sent is known only when it was read.
        let may_hold_orders =
            |reading: &Reading| reading.format.holds_orders() || reading.format.holds_webhooks();
        let has_orders = readings.iter().any(may_hold_orders);
        let checkouts = has_orders && readings.iter().any(|reading| reading.format.is_log());
        let clocks = checkouts || readings.iter().any(notes_receipts);
        Needs {
            everything,
            every_step,
            sessions,
            session_rule,
            values_of,
            pages,
            checkouts,
            clocks,
            cuts_events,
        }
    }
}

/// Whether a logger has noted of some events when it received them.
fn notes_receipts(reading: &Reading) -> bool {
    reading.columns.iter().any(|(part, _)| *part == web_pixel::RECEIVED.0)
}

/// The stamped positions whose rows decide on breakdowns and filters; `None` if any row may.
fn values_of<'l>(
    request: &Request,
    ladders: impl Iterator<Item = (&'l Ladder, &'l Vec<StepSet>)>,
) -> Option<StepSet> {
    if request.person.is_some() || !decides_at_steps(request) {
        return None;
    }
    let mut wanted = StepSet::EMPTY;
    for (ladder, table) in ladders {
        // Other rules have other entries.
        let is_decided_at_entry = request.breakdowns.iter().all(|own| own.at == At::Entry)
            && request.rivals.is_empty()
            && !ladder.open;
        let entries = Climber::new(ladder).ok().filter(|_| is_decided_at_entry);
        let steps = entries.map_or(StepSet(u32::MAX), |climber| climber.entry_steps());
        let deciding = table.iter().enumerate().filter(|(_, own)| !own.common(steps).is_empty());
        deciding.for_each(|(position, _)| wanted.add(position));
    }
    Some(wanted)
}

fn is_by_session(ladder: &Ladder) -> bool {
    ladder.count == Count::Session || ladder.window == Window::Session
}

/// Whether a row that is no step can part two that are.
fn looks_between_steps(ladder: &Ladder) -> bool {
    ladder.order == Order::Adjacent || ladder.halt != Halt::default()
}

/// Whether a breakdown or a filter is decided by other rows than those of the steps.
fn looks_before_the_entry(request: &Request) -> bool {
    let breakdowns = request.breakdowns.iter().flat_map(|breakdown| &breakdown.properties);
    let mut properties = breakdowns.chain(request.all_filters().map(|filter| &filter.property));
    !decides_at_steps(request) || properties.any(|name| name == RETURNING)
}

/// Whether all breakdowns are decided by the row of a step; filters always are.
fn decides_at_steps(request: &Request) -> bool {
    request.breakdowns.iter().all(|own| matches!(own.at, At::Entry | At::Step(_)))
}
