//! The two forms of an event: [`RawEvent`], borrowed from a row that was just read, and [`Touch`],
//! the small fixed-size value that everything after the ladder's stamp works with.
//!
//! Strings, properties, CSV and JSON end with the stamp (`ladder::stamp`). Nothing here reads or judges.

use crate::key::Key;
use crate::money::{Amount, Currency};
use crate::text::decode;
use crate::time::{Instant, Precision};
use std::borrow::Cow;
use std::hash::{Hash, Hasher};

/// The kinds of identifiers, strongest first: the order decides which one stands for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum IdentifierKind {
    /// The shop's own number of a customer; two values never belong to one person.
    CustomerId = 0,
    /// An order: links what names it, and is no person by itself.
    OrderId = 1,
    /// A checkout: links what names it.
    CheckoutToken = 2,
    /// The number or name of a logged-in person in another system.
    UserId = 3,
    /// An e-mail address.
    Email = 4,
    /// A telephone number of eight digits or more.
    Phone = 5,
    /// A browser or device.
    ClientId = 6,
}

impl IdentifierKind {
    /// All kinds, strongest first.
    pub const ALL: [IdentifierKind; 7] = [
        IdentifierKind::CustomerId,
        IdentifierKind::OrderId,
        IdentifierKind::CheckoutToken,
        IdentifierKind::UserId,
        IdentifierKind::Email,
        IdentifierKind::Phone,
        IdentifierKind::ClientId,
    ];

    /// Whether it names a person, not only a device, a checkout or an order.
    #[inline]
    pub const fn is_named(self) -> bool {
        matches!(
            self,
            IdentifierKind::CustomerId
                | IdentifierKind::UserId
                | IdentifierKind::Email
                | IdentifierKind::Phone
        )
    }

    /// The name in reports: `client_id`.
    pub const fn name(self) -> &'static str {
        match self {
            IdentifierKind::CustomerId => "customer_id",
            IdentifierKind::OrderId => "order_id",
            IdentifierKind::CheckoutToken => "checkout_token",
            IdentifierKind::UserId => "user_id",
            IdentifierKind::Email => "email",
            IdentifierKind::Phone => "phone",
            IdentifierKind::ClientId => "client_id",
        }
    }
}

/// One identifier of a row: its kind and the key of its normalised text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identifier {
    /// What it identifies.
    pub kind: IdentifierKind,
    /// The system that gave it; ids of two systems never contradict each other.
    pub space: u16,
    /// The key of kind, space and text.
    pub key: Key,
}

impl Identifier {
    /// The space of sessions that say who it was where nothing else does: in another file the same number may be a
    /// visitor's.
    pub const SESSIONS: u16 = 17;

    /// The space of what Google Analytics calls a browser: shops and other tools note it as their own.
    pub const GOOGLE: u16 = 5;

    /// Whether it is such a session.
    pub fn is_session(&self) -> bool {
        self.space == Identifier::SESSIONS
    }
}

impl Hash for Identifier {
    /// The key has everything in it already.
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

/// Where an event comes from, as far as its meaning depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An event log: something a visitor did on a page.
    Log,
    /// A session as the shop itself has counted it: it is what a log would have seen of it, and a session
    /// under every rule.
    Session,
    /// What a page reports of itself while somebody is on it: no visit, and nothing but what its name says.
    Background,
    /// A visit that the shop has noted at an order: a visit, but not one that a log saw.
    Journey,
    /// A row of an orders export.
    OrderRow,
    /// A row of an abandoned-checkouts export.
    CheckoutRow,
}

impl Origin {
    /// Whether it tells of a visit from beginning to end, so that it makes sessions and orders.
    #[inline]
    pub const fn is_visit(self) -> bool {
        matches!(self, Origin::Log | Origin::Session)
    }
}

/// The value of a property of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'r> {
    /// Text as it stands in the row, escapes resolved.
    Text(Cow<'r, str>),
    /// A JSON number as it is written.
    Number(&'r str),
    /// A JSON truth value.
    Bool(bool),
}

impl<'r> Value<'r> {
    /// The value as text: `true`, `12.50`, `mobile`.
    pub fn into_text(self) -> Cow<'r, str> {
        match self {
            Value::Text(text) => text,
            Value::Number(number) => Cow::Borrowed(number),
            Value::Bool(true) => Cow::Borrowed("true"),
            Value::Bool(false) => Cow::Borrowed("false"),
        }
    }
}

/// Where a row says what it proves beside its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proof {
    /// In its cells.
    #[default]
    Cells,
    /// In the address of the page that it is of.
    Address,
    /// In the address of the page that an order has for itself.
    OrderPage,
}

/// What a row knows beside who, when and what.
pub trait Properties {
    /// The value of a property by its name or dotted path. Absent, empty and `null` are `None`.
    fn get(&self, path: &str) -> Option<Value<'_>>;
}

/// What few rows are asked for, and what takes time to find out.
pub trait Details: Properties {
    /// Equal for deliveries of the same event.
    fn fingerprint(&self) -> Key;
    /// The source's own session, if it has one.
    fn session(&self) -> Option<Key>;
    /// The browser or device, where several identifiers of the row are of that kind; [`Key::NONE`] where it has none,
    /// whatever is of that kind.
    fn device(&self) -> Option<Key> {
        None
    }
    /// Whether the order's money is that of one of its items, each of which has a row.
    fn is_line(&self) -> bool {
        false
    }
    /// Of several deliveries of one event the one of the highest edition counts; nought where the source does not
    /// tell them apart.
    fn edition(&self) -> u32 {
        0
    }
    /// Where the row says what it proves beside its name.
    fn proof(&self) -> Proof {
        Proof::Cells
    }
    /// The address of the page that the row is of, where it says what a page is and the format has not looked.
    fn address(&self) -> Option<Cow<'_, str>> {
        None
    }
    /// The order that the row completes or names.
    fn order(&self) -> Option<OrderNote>;
}

/// Details of a row that was put together from others: no properties, no session.
#[derive(Clone, Copy, Debug)]
pub struct PlainDetails {
    /// Equal for deliveries of the same event.
    pub fingerprint: Key,
    /// The order that the row completes.
    pub order: Option<OrderNote>,
}

impl Properties for PlainDetails {
    fn get(&self, _path: &str) -> Option<Value<'_>> {
        None
    }
}

impl Details for PlainDetails {
    fn fingerprint(&self) -> Key {
        self.fingerprint
    }

    fn session(&self) -> Option<Key> {
        None
    }

    fn order(&self) -> Option<OrderNote> {
        self.order
    }
}

/// The order that a row speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderNote {
    /// The key of the order's number, or of the basket where a log has no order numbers.
    pub key: Key,
    /// Whether `key` is an order number (one conversion, however many rows name it) or only a basket
    /// (rows whose money belongs together, each an event of its own).
    pub numbered: bool,
    /// The money that this row brings.
    pub amount: Option<Amount>,
    /// The currency of `amount`.
    pub currency: Currency,
}

/// One row of an input, normalised, borrowing from the row's bytes.
#[derive(Clone, Copy)]
pub struct RawEvent<'r> {
    /// When: UTC.
    pub at: Instant,
    /// How finely the source writes times.
    pub precision: Precision,
    /// The name as the source writes it.
    pub name: &'r [u8],
    /// A further canonical name that the row's other cells prove (a newsletter form, a sub-category's page).
    pub derived: Option<&'static str>,
    /// Who: strongest first is not required.
    pub identifiers: &'r [Identifier],
    /// The source's own order of events of one instant.
    pub sequence: u32,
    /// What kind of file it is from.
    pub origin: Origin,
    /// Everything else.
    pub details: &'r dyn Details,
}

impl std::fmt::Debug for RawEvent<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawEvent")
            .field("at", &self.at)
            .field("name", &decode(self.name))
            .finish_non_exhaustive()
    }
}

/// A set of up to 32 steps (or actions), by position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepSet(pub u32);

impl StepSet {
    /// The set of nothing.
    pub const EMPTY: StepSet = StepSet(0);

    /// The set of one position (0 to 31).
    pub const fn only(step: usize) -> StepSet {
        StepSet(1 << step)
    }

    /// Whether the position is in the set.
    pub const fn has(self, step: usize) -> bool {
        self.0 & (1 << step) != 0
    }

    /// Adds a position.
    pub fn add(&mut self, step: usize) {
        self.0 |= 1 << step;
    }

    /// Adds all positions of another set.
    #[must_use]
    pub const fn with(self, other: StepSet) -> StepSet {
        StepSet(self.0 | other.0)
    }

    /// What both sets have.
    #[must_use]
    pub const fn common(self, other: StepSet) -> StepSet {
        StepSet(self.0 & other.0)
    }

    /// Takes away all positions of another set.
    #[must_use]
    pub const fn without(self, other: StepSet) -> StepSet {
        StepSet(self.0 & !other.0)
    }

    /// How many positions there are.
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The positions, lowest first.
    pub fn positions(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let lowest = left.trailing_zeros();
            left &= left.checked_sub(1)?;
            usize::try_from(lowest).ok()
        })
    }
}

/// What ties a touch to a session beside its browser: the checkout that it belongs to, and the
/// campaign that brought the visitor. One word: its lowest bits say which of the two it has, the others are
/// parts of their keys. They are only compared within one customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trail(pub u64);

impl Trail {
    /// Nothing.
    pub const NONE: Trail = Trail(0);
    const HAS_CAMPAIGN: u64 = 1;
    const HAS_CHECKOUT: u64 = 2;
    /// Where the part of the campaign's key begins, and how many bits it has.
    const CAMPAIGN: (u32, u32) = (2, 28);
    /// Where that of the checkout's begins: it has all bits behind.
    const CHECKOUT: u32 = Self::CAMPAIGN.0 + Self::CAMPAIGN.1;

    /// A step of a checkout, on a page that was opened from a campaign, as far as it is either.
    pub fn new(checkout: Option<Key>, campaign: Option<Key>) -> Trail {
        let (start, bits) = Self::CAMPAIGN;
        let own = |key: Key| key.0 & ((1 << bits) - 1);
        let campaign = campaign.map_or(0, |key| own(key) << start | Self::HAS_CAMPAIGN);
        let checkout = checkout.map_or(0, |key| key.0 << Self::CHECKOUT | Self::HAS_CHECKOUT);
        Trail(campaign | checkout)
    }

    /// The checkout, if it is of one.
    pub fn checkout(self) -> Option<Trail> {
        let is_of_one = self.0 & Self::HAS_CHECKOUT != 0;
        is_of_one.then_some(Trail(self.0 >> Self::CHECKOUT << Self::CHECKOUT | Self::HAS_CHECKOUT))
    }

    /// The campaign, if one brought it.
    pub fn campaign(self) -> Option<Trail> {
        let own = ((1 << Self::CHECKOUT) - 1) & !Self::HAS_CHECKOUT;
        (self.0 & Self::HAS_CAMPAIGN != 0).then_some(Trail(self.0 & own))
    }
}

/// A row's place in the whole input: block, record in the block, line in the block, packed so that
/// the order of values is the order of rows. Resolved to a [`crate::place::Place`] after the scan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowRef(pub u64);

impl RowRef {
    const BITS: u32 = 20;
    const MASK: u64 = (1 << Self::BITS) - 1;

    /// Packs a place. Numbers beyond 2^20 - 1 within one block are held at that.
    pub fn new(block: u32, record: u32, line: u32) -> RowRef {
        let part = |n: u32| u64::from(n).min(Self::MASK);
        RowRef(u64::from(block) << (2 * Self::BITS) | part(record) << Self::BITS | part(line))
    }

    /// The place so many records, each of one line, further on in the block. Where that is none, another one:
    /// whoever packs places compares.
    #[must_use]
    pub const fn further(self, records: u64) -> RowRef {
        RowRef(self.0.wrapping_add(records << Self::BITS | records))
    }

    /// The block, counted over all inputs.
    pub fn block(self) -> usize {
        usize::try_from(self.0 >> (2 * Self::BITS)).unwrap_or(usize::MAX)
    }

    /// The record within the block, from 0.
    pub fn record(self) -> u64 {
        self.0 >> Self::BITS & Self::MASK
    }

    /// The line within the block, from 0.
    pub fn line(self) -> u64 {
        self.0 & Self::MASK
    }
}

/// Marks of a touch, as bits.
pub mod mark {
    /// The touch is from an event log: it makes a visit and sessions.
    pub const LOG: u8 = 1;
    /// The touch is a completed order.
    pub const ORDER: u8 = 2;
    /// The subject is an order number: its touches are one conversion.
    pub const NUMBERED: u8 = 4;
    /// A further touch of a row that has one already: it counts for no row.
    pub const FURTHER: u8 = 8;
    /// The touch puts something into the cart.
    pub const CART: u8 = 16;
    /// Nothing names the person behind the touch: only devices, checkouts or order numbers.
    pub const ANONYMOUS: u8 = 32;
    /// `visit` is the source's own session, not the device.
    pub const SESSION: u8 = 64;
    /// The touch is a row of an orders export.
    pub const EXPORT: u8 = 128;
}

/// An event as the matcher and everything after it sees it: integers of a fixed size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Touch {
    /// The row's strongest identifier; after the exchange, the person.
    pub person: Key,
    /// The source's session, or the device, or [`Key::NONE`].
    pub visit: Key,
    /// When.
    pub at: Instant,
    /// Equal for deliveries of the same event.
    pub fingerprint: Key,
    /// What it is about: the order that it completes or, of a page that it shows, that page if somebody asks for
    /// visits of several; else [`Key::NONE`]. Which of the two it is, [`mark::ORDER`] says.
    pub subject: Key,
    /// The value of the property that the ladder holds constant, or [`Key::NONE`].
    pub held: Key,
    /// The values of the dimensions that are asked for, a key of the run's dictionary.
    pub values: Key,
    /// What ties it to a session beside `visit`, if sessions are asked for.
    pub trail: Trail,
    /// The row.
    pub row: RowRef,
    /// The steps whose condition the row meets.
    pub steps: StepSet,
    /// The secondary actions whose condition the row meets.
    pub actions: StepSet,
    /// The event's name, a number of the run's names.
    pub name: u32,
    /// The source's own order of events of one instant.
    pub sequence: u32,
    /// Of several deliveries of one event the one of the highest edition counts.
    pub edition: u32,
    /// How finely `at` is known.
    pub precision: Precision,
    /// Why the row is set aside: 0, or the reason's number plus one.
    pub aside: u8,
    /// See [`mark`].
    pub marks: u8,
    /// The exclusions whose condition the row meets, as bits.
    pub exclusions: u8,
}

impl Touch {
    /// Whether all bits of `marks` are set.
    pub const fn is(&self, marks: u8) -> bool {
        self.marks & marks == marks
    }

    /// Whether a row of its own is anything to the ladder.
    pub const fn is_something(&self) -> bool {
        let is_named = !self.steps.is_empty() || !self.actions.is_empty() || self.exclusions != 0;
        (is_named || self.is(mark::ORDER)) && !self.is(mark::FURTHER)
    }

    /// The total order of touches: person, time, the source's sequence, then the row.
    pub fn order_key(&self) -> (Key, Instant, u32, RowRef, u8) {
        (self.person, self.at, self.sequence, self.row, self.marks & mark::FURTHER)
    }

    /// The first moment after the interval that `at` stands for.
    pub fn end(&self) -> Instant {
        self.at.plus(self.precision.unit())
    }
}
