//! What a thread needs to make touches of events, and the way that touches take from there: straight into
//! the exchange, or through the sieve.

use super::Settings;
use super::decided::Decided;
use super::exchange::{Entrance, Exchange};
use super::needs::Needs;
use super::record::Brief;
use super::scan::Scan;
use super::sieve::{Edges, Sieve, Sifted, Way};
use crate::error::{Error, Result};
use crate::event::{
    Identifier, IdentifierKind, Origin, RawEvent, RowRef, Touch, Trail, Value, mark,
};
use crate::identity::{Strictness, identify};
use crate::input::block::Block;
use crate::input::bots::Bots;
use crate::input::format::shopify_url;
use crate::key::Key;
use crate::ladder::dimension::campaign;
use crate::ladder::session_rule::SessionRule;
use crate::quality::{Account, Reason};
use crate::time::{Instant, Span};
use std::ops::Range;
use std::sync::Arc;

/// Clocks may be this much ahead before a row is one of the future.
const AHEAD: Span = Span::days(1);

/// Where an event stands.
#[derive(Clone, Debug)]
pub(super) struct RowPlace<'b> {
    pub(super) input: usize,
    pub(super) row: RowRef,
    /// The block that is being read, if the event is a row of one, and the row's bytes in it.
    pub(super) block: Option<&'b Block>,
    pub(super) written: Range<u32>,
}

impl RowPlace<'_> {
    /// The place of an event that was put together from rows of an input, of which this is the first.
    pub(super) fn settled(input: usize, row: RowRef) -> RowPlace<'static> {
        RowPlace { input, row, block: None, written: 0..0 }
    }
}

/// What is known of a row before it is stamped.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Verdict {
    pub(super) aside: Option<Reason>,
    pub(super) marks: u8,
    /// Marks that its name would give it, and that it has not.
    pub(super) denied: u8,
    /// Whether a robot's user agent is that of a program by which shops send events: orders of such are no robot's.
    pub(super) is_program: bool,
}

impl Verdict {
    /// Whether the event is one of several that a row stands for, and not the first.
    pub(super) fn is_further(self) -> bool {
        self.marks & mark::FURTHER != 0
    }
}

/// What a thread needs to stamp rows.
#[derive(Debug)]
pub(super) struct Stamping<'e> {
    bots: Bots,
    entrance: Entrance<'e>,
    sieve: Option<Sieve>,
    /// Whoever need not be told of what is nothing but a step.
    pub(super) decided: Arc<Decided>,
    pub(super) settings: &'e Settings,
    pub(super) needs: Needs,
    /// What is later than this is of the future.
    latest: Instant,
    /// The first failure of the exchange; rows are read from inside the formats, which know no failures.
    failed: Option<Error>,
}

impl<'e> Stamping<'e> {
    /// Every touch goes straight into the exchange.
    pub(super) fn new(
        settings: &'e Settings,
        exchange: &'e Exchange,
        needs: Needs,
    ) -> Stamping<'e> {
        Stamping {
            bots: Bots::default(),
            entrance: exchange.entrance(),
            sieve: None,
            decided: Arc::default(),
            settings,
            needs,
            latest: settings.now.map_or(Instant::MAX, |now| now.plus(AHEAD)),
            failed: None,
        }
    }

    /// Touches go as the scan has it.
    pub(super) fn of(scan: &Scan<'e, '_>) -> Stamping<'e> {
        let sieve = scan.sifts.then(Sieve::default);
        Stamping { sieve, ..Stamping::new(scan.settings, scan.exchange, scan.needs) }
    }

    /// Begins with a block of an input.
    pub(super) fn begin(&mut self, input: usize) {
        if let Some(sieve) = &mut self.sieve {
            sieve.begin(input);
        }
    }

    /// Ends the block with this number; tells of the first failure of the exchange.
    pub(super) fn end(
        &mut self,
        number: usize,
        block: &Block,
        account: &mut Account,
    ) -> Result<()> {
        if let Some(sieve) = &mut self.sieve {
            sieve.end(number, block, account);
        }
        self.failed.take().map_or(Ok(()), Err)
    }

    /// Whether a row was earlier than the one before, where that matters.
    pub(super) fn is_disordered(&self) -> bool {
        self.sieve.as_ref().is_some_and(Sieve::is_disordered)
    }

    /// Lets the rows before an instant through that a sieve could not decide by itself.
    pub(super) fn let_through(
        &mut self,
        edges: &mut Edges,
        before: Instant,
        accounts: &mut [Account],
    ) -> Result<()> {
        edges.let_through(before, &mut self.entrance, accounts)
    }

    /// What a sieve has left undecided so far.
    pub(super) fn take_edges(&mut self) -> Edges {
        self.sieve.as_mut().map(Sieve::take_edges).unwrap_or_default()
    }

    /// Leaves undecided what others have.
    pub(super) fn give_edges(&mut self, edges: Edges) {
        if let Some(sieve) = &mut self.sieve {
            sieve.give_edges(edges);
        }
    }

    /// Hands over to the exchange what still waits.
    pub(super) fn hand_over(&mut self) -> Result<()> {
        self.entrance.close()
    }

    /// Hands over what still waits; gives back what a sieve has left undecided.
    pub(super) fn close(mut self) -> Result<Edges> {
        self.failed.take().map_or(Ok(()), Err)?;
        self.entrance.close()?;
        Ok(self.take_edges())
    }

    /// Whether a user agent says that it is a robot.
    pub(super) fn is_bot(&mut self, user_agent: &[u8]) -> bool {
        self.bots.is_bot(user_agent)
    }

    /// Whether rows go through a sieve.
    pub(super) fn sifts(&self) -> bool {
        self.sieve.is_some()
    }

    /// Whether usual rows may take the short way: the sieve takes them, and nobody asks for more of them.
    pub(super) fn takes_usual(&self) -> bool {
        let Needs { sessions, cuts_events, .. } = self.needs;
        self.sifts() && !sessions && !cuts_events && !self.settings.detail
    }

    /// Usual rows of this instant come: the sieve lets those of earlier ones through.
    #[inline]
    pub(super) fn go_to(&mut self, at: Instant, block: &Block, account: &mut Account) {
        let Stamping { sieve: Some(sieve), entrance, failed, .. } = self else { return };
        if let Err(error) = sieve.go_to(at, Way { block, entrance, account }) {
            failed.get_or_insert(error);
        }
        sieve.note_used(at);
    }

    /// Notes whether some usual rows were out of order.
    pub(super) fn note_order(&mut self, is_disordered: bool) {
        if let Some(sieve) = &mut self.sieve {
            sieve.note_order(is_disordered);
        }
    }

    /// Sends plain rows of a person into the exchange.
    #[inline]
    pub(super) fn push_rows(&mut self, person: Key, rows: impl Iterator<Item = Brief>) {
        if let Err(error) = self.entrance.push_rows(person, rows) {
            self.failed.get_or_insert(error);
        }
    }

    /// Sends a touch of a kind through the sieve.
    pub(super) fn sift_touch(
        &mut self,
        row: Sifted,
        touch: (&Touch, u32),
        block: &Block,
        account: &mut Account,
    ) {
        let Stamping { sieve: Some(sieve), entrance, failed, .. } = self else { return };
        if let Err(error) = sieve.take(row, touch, Way { block, entrance, account }) {
            failed.get_or_insert(error);
        }
    }

    /// Sends the touch of an event straight into the exchange.
    pub(super) fn push(&mut self, mut touch: Touch, kind: u32, event: &RawEvent<'_>) {
        touch.fingerprint = event.details.fingerprint();
        if let Err(error) = self.entrance.push(&touch, kind) {
            self.failed.get_or_insert(error);
        }
    }

    /// What is later than this is of the future.
    pub(super) fn latest(&self) -> Instant {
        self.latest
    }

    /// Why an event is set aside, as far as it says so itself.
    pub(super) fn aside(&self, event: &RawEvent<'_>) -> Option<Reason> {
        if event.identifiers.is_empty() {
            return Some(Reason::NoIdentifier);
        }
        self.is_future(event.at).then_some(Reason::Future)
    }

    /// Whether a time lies more than a day after the moment of the run.
    #[inline]
    pub(super) fn is_future(&self, at: Instant) -> bool {
        at > self.latest
    }
}

/// Whom a touch is keyed by until people are known.
pub(super) struct Who {
    pub(super) person: Key,
    /// The session or device, if sessions are needed and the row has either.
    pub(super) visit: Key,
    /// What else ties the touch to a session, likewise.
    pub(super) trail: Trail,
    /// Whether `visit` is the source's own session.
    pub(super) marks: u8,
}

impl Who {
    /// The strongest identifier stands for the person; a row that names nobody stands for itself, so that its
    /// deliveries still meet. The source's session, else the device, stands for the visit: both hold for all rows of
    /// the person that is found in the end, while the strongest identifier may be another on each row.
    /// `sessions` is the rule that ends them, if they are needed.
    pub(super) fn of(event: &RawEvent<'_>, sessions: Option<SessionRule>) -> Who {
        let strongest = match event.identifiers.first() {
            Some(identifier) => identifier.key,
            None => event.details.fingerprint(),
        };
        let Some(rule) = sessions else {
            return Who { person: strongest, visit: Key::NONE, trail: Trail::NONE, marks: 0 };
        };
        let any_device = || first_of(event, IdentifierKind::ClientId);
        let device = event.details.device().or_else(any_device).unwrap_or(Key::NONE);
        let is_believed = rule.believes_source() || event.origin == Origin::Session;
        let own_session = event.details.session().filter(|_| is_believed);
        let (visit, marks) = match own_session {
            Some(session) => (session, mark::SESSION),
            None => (device, 0),
        };
        Who { person: strongest, visit, trail: trail(event, rule), marks }
    }
}

/// The checkout that an event belongs to, and the campaign that opened the page, if the rule minds it.
fn trail(event: &RawEvent<'_>, rule: SessionRule) -> Trail {
    let minds_campaign = rule.minds_campaigns() && event.origin == Origin::Log;
    let checkout = checkout_of(event);
    let campaign = if minds_campaign { campaign(event.details, checkout.is_some()) } else { None };
    Trail::new(checkout, campaign)
}

/// The checkout that an event belongs to, by its columns or the page's address.
fn checkout_of(event: &RawEvent<'_>) -> Option<Key> {
    checkout_told(event).or_else(|| Some(checkout_of_page(event)?.key))
}

/// The checkout that an event belongs to, by its columns.
pub(super) fn checkout_told(event: &RawEvent<'_>) -> Option<Key> {
    first_of(event, IdentifierKind::CheckoutToken)
}

/// The checkout that the address of an event's page names, if it is a log's.
pub(super) fn checkout_of_page(event: &RawEvent<'_>) -> Option<Identifier> {
    let is_log = event.origin == Origin::Log;
    let address = event.details.get("url").filter(|_| is_log).map(Value::into_text)?;
    let token = shopify_url::token(&address)?;
    identify(IdentifierKind::CheckoutToken, 0, token, Strictness::Several)
}

fn first_of(event: &RawEvent<'_>, kind: IdentifierKind) -> Option<Key> {
    event.identifiers.iter().find(|identifier| identifier.kind == kind).map(|found| found.key)
}

/// The marks that an event has by itself.
pub(super) fn marks_of(event: &RawEvent<'_>) -> u8 {
    let log = if event.origin.is_visit() { mark::LOG } else { 0 };
    log | if event.identifiers.iter().any(|identifier| identifier.kind.is_named()) {
        0
    } else {
        mark::ANONYMOUS
    }
}
