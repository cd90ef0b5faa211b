//! One record out of all the rows and files that speak of it.
//!
//! An export has one row a line item, exports overlap, and merchants put them behind each other. Rows
//! are therefore first gathered to *copies* (the rows of a record in one place of one file) and copies
//! to records; of each record one copy is kept. The result does not depend on the order in which the
//! lines arrive. What the cells mean is the business of the formats.

use super::common::{Common, order_key};
use crate::event::RowRef;
use crate::input::format::event_table::unknown_kind_of_time;
use crate::input::timestamp::{DateOrder, Stamp, ZoneRule, parse_any};
use crate::key::{FastMap, Key};
use crate::money::Amount;
use crate::quality::Reason;
use crate::time::{Instant, SECOND};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A row that was read, and where.
#[derive(Clone, Debug)]
pub struct LineAt<L> {
    /// The input.
    pub input: usize,
    /// The row.
    pub row: RowRef,
    /// What it says.
    pub line: L,
}

/// How the texts of one input are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InputSettings {
    /// The zone of times that name none.
    pub zone: ZoneRule,
    /// What stands first in dates with slashes, if the input has any.
    pub date_order: Option<DateOrder>,
    /// Whether a lone comma in an amount is the decimal sign.
    pub decimal_comma: bool,
}

/// How the texts of all inputs are meant. An input that is not named is read with the defaults.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// By input.
    pub inputs: BTreeMap<usize, InputSettings>,
    /// Sources of orders that are the online store too.
    pub online_sources: Vec<String>,
}

impl Settings {
    /// The settings of an input.
    pub fn of(&self, input: usize) -> InputSettings {
        self.inputs.get(&input).copied().unwrap_or_default()
    }
}

/// A row that is set aside: its input, the row, why, and what is wrong in words.
pub type Aside = (usize, RowRef, Reason, Cow<'static, str>);

/// What gathering needs to know of a row.
pub trait Line {
    /// The cells that name the record.
    fn common(&self) -> &Common;
    /// How far the record has come; of two copies the further one is newer.
    fn progress(&self) -> Progress;
    /// Fills what is blank here with what another row of the same record says.
    fn fill(&mut self, other: Self);
}

/// How far a record has come: what comes later in this order is newer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Progress {
    /// What has become of it.
    pub stage: u8,
    /// When it was changed last, if that is written.
    pub updated_at: Option<Instant>,
    /// What of its money has gone back, which never becomes less.
    pub refunded: Option<Amount>,
}

/// All rows of one record.
#[derive(Debug)]
pub struct Record<L> {
    /// The input of the copy that is kept.
    pub input: usize,
    /// Its first row.
    pub row: RowRef,
    /// The cells of that row, blanks filled from the other rows.
    pub line: L,
    /// When the record was made, if any row says so readably.
    pub at: Option<Stamp>,
    /// The rows that do not stand for the record.
    pub aside: Vec<Aside>,
}

/// All records, and what their times say.
#[derive(Debug)]
pub struct Gathered<L> {
    /// By input and row.
    pub records: Vec<Record<L>>,
    /// By input, how many rows have a date that stands for no time; inputs with none are left out.
    pub placeholders: BTreeMap<usize, u64>,
}

/// Gathers rows to records.
pub fn gather<L: Line>(mut lines: Vec<LineAt<L>>, settings: &Settings) -> Gathered<L> {
    // Each thread's are in order; a stable sort takes them as they are.
    lines.sort_by_key(|at| (at.input, at.row));
    let mut copies = Copies { copies: Vec::with_capacity(lines.len()), index: Index::default() };
    let mut input = None;
    let mut previous = None;
    let times: Vec<Option<Stamp>> = lines.iter().map(|at| time_of(at, settings)).collect();
    let (placeholders, without) = placeholders_of(&lines, &times);
    let without_id: BTreeSet<usize> =
        lines.iter().filter(|at| at.line.common().id().is_none()).map(|at| at.input).collect();
    for (LineAt { input: here, row, line }, at) in lines.into_iter().zip(times) {
        if input.replace(here) != Some(here) {
            let ids_say_all = !without_id.contains(&here);
            (copies.index, previous) = (Index { ids_say_all, ..Index::default() }, None);
        }
        let at = at.filter(|stamp| !stamp.at.is_placeholder() || !without.contains(&here));
        let tags = Tags::new(line.common(), at, settings.of(here));
        let copy = Copy { input: here, row, line, at, tags, further: Vec::new() };
        previous = Some(copies.add(copy, previous));
    }
    Gathered { records: records(copies.copies), placeholders }
}

fn time_of<L: Line>(at: &LineAt<L>, settings: &Settings) -> Option<Stamp> {
    let rule = settings.of(at.input);
    parse_any(at.line.common().created_at()?, rule.date_order, rule.zone)
}

/// By input, how many rows have a date that stands for no time; and the inputs in which these are less than one in a
/// hundred, so that they have none.
fn placeholders_of<L>(
    lines: &[LineAt<L>],
    times: &[Option<Stamp>],
) -> (BTreeMap<usize, u64>, BTreeSet<usize>) {
    let mut rows: BTreeMap<usize, [u64; 2]> = BTreeMap::new();
    for (line, at) in lines.iter().zip(times) {
        let [all, placeholders] = rows.entry(line.input).or_default();
        *all += 1;
        *placeholders += u64::from(at.is_some_and(|stamp| stamp.at.is_placeholder()));
    }
    rows.retain(|_, [_, placeholders]| *placeholders > 0);
    let few = rows.iter().filter(|(_, [all, few])| 100 * few < *all);
    let few = few.map(|(&input, _)| input).collect();
    (rows.into_iter().map(|(input, [_, placeholders])| (input, placeholders)).collect(), few)
}

/// What a row can be recognised by.
#[derive(Clone, Copy, Debug)]
struct Tags {
    id: Option<Key>,
    name: Key,
    /// Name and minute: spreadsheets drop the seconds, and no shop gives a name twice in a minute.
    moment: Option<Key>,
    /// Name and minute as a clock in the shop showed it, and whether the time's zone is lost: then that is all that
    /// is known for sure.
    clock: Option<(Key, bool)>,
}

impl Tags {
    fn new(common: &Common, at: Option<Stamp>, rule: InputSettings) -> Tags {
        let name = order_key(common.name());
        let minute = |micros: i64| name.and(Key(micros.div_euclid(60 * SECOND).cast_unsigned()));
        let moment = match (at, common.created_at()) {
            (Some(stamp), _) => Some(minute(stamp.at.0)),
            (None, Some(text)) => Some(name.and(Key::of(text.as_bytes()))),
            (None, None) => None,
        };
        let shown = at.zip(common.created_at()).and_then(|(stamp, text)| match stamp.offset {
            Some(east) => Some((stamp.at.0 + i64::from(east) * SECOND, false)),
            None => Some((parse_any(text, rule.date_order, ZoneRule::default())?.at.0, true)),
        });
        let clock = shown.map(|(micros, is_lost)| (minute(micros), is_lost));
        Tags { id: common.id().map(order_key), name, moment, clock }
    }

    /// The key of the record where no other copy says more.
    fn own_key(&self) -> Key {
        self.id.or(self.moment).unwrap_or(self.name)
    }
}

/// The rows of a record in one place of one input.
struct Copy<L> {
    input: usize,
    row: RowRef,
    line: L,
    at: Option<Stamp>,
    tags: Tags,
    further: Vec<RowRef>,
}

/// The latest copy in the current input by each thing that it can be recognised by.
#[derive(Default)]
struct Index {
    /// Whether all rows have an id, so that nothing else is asked for.
    ids_say_all: bool,
    ids: FastMap<Key, usize>,
    moments: FastMap<Key, usize>,
    names: FastMap<Key, usize>,
}

impl Index {
    fn note(&mut self, tags: &Tags, copy: usize) {
        tags.id.map(|id| self.ids.insert(id, copy));
        if self.ids_say_all {
            return;
        }
        tags.moment.map(|moment| self.moments.insert(moment, copy));
        self.names.insert(tags.name, copy);
    }
}

struct Copies<L> {
    copies: Vec<Copy<L>>,
    index: Index,
}

impl<L: Line> Copies<L> {
    /// Adds a row to the copy that it belongs to, or as the first of a new one; returns which.
    fn add(&mut self, row: Copy<L>, previous: Option<usize>) -> usize {
        let known = self
            .find(&row.tags)
            .filter(|&copy| !self.copies[copy].is_repeated_by(&row, previous == Some(copy)));
        let place = known.unwrap_or(self.copies.len());
        match self.copies.get_mut(place) {
            Some(copy) => copy.join(row),
            None => self.copies.push(row),
        }
        self.index.note(&self.copies[place].tags, place);
        place
    }

    /// The copy that a row speaks of. Further rows have no number, and in trimmed exports no time.
    fn find(&self, tags: &Tags) -> Option<usize> {
        let Index { ids, moments, names, .. } = &self.index;
        let by_moment = tags.moment.and_then(|moment| moments.get(&moment)).copied();
        match (tags.id, tags.moment) {
            (Some(id), _) => ids
                .get(&id)
                .copied()
                .or_else(|| by_moment.filter(|&copy| self.copies[copy].tags.id.is_none())),
            (None, Some(_)) => by_moment,
            (None, None) => names.get(&tags.name).copied(),
        }
    }
}

impl<L: Line> Copy<L> {
    /// Whether a row starts the same record anew. Some tools repeat all cells on every row of a
    /// record: rows that follow each other do so only if the record has come to something else.
    fn is_repeated_by(&self, row: &Copy<L>, follows: bool) -> bool {
        let both_first = self.line.common().is_first && row.line.common().is_first;
        let is_new = || self.line.progress() != row.line.progress();
        both_first && (!follows || self.line.common().is_whole || is_new())
    }

    fn join(&mut self, row: Copy<L>) {
        self.further.push(row.row);
        self.at = self.at.or(row.at);
        self.tags.id = self.tags.id.or(row.tags.id);
        self.tags.moment = self.tags.moment.or(row.tags.moment);
        self.tags.clock = self.tags.clock.or(row.tags.clock);
        self.line.fill(row.line);
    }
}

/// Joins the copies of each record. `copies` are in the order of inputs and rows.
fn records<L: Line>(copies: Vec<Copy<L>>) -> Vec<Record<L>> {
    // Copies that lost their number are found by name and minute; the smallest number if several have it.
    let mut numbers: FastMap<Key, Key> = FastMap::default();
    let has_numberless = copies.iter().any(|copy| copy.tags.id.is_none());
    for Tags { id, moment, .. } in copies.iter().map(|copy| copy.tags).filter(|_| has_numberless) {
        if let (Some(id), Some(moment)) = (id, moment) {
            let number = numbers.entry(moment).or_insert(id);
            *number = id.min(*number);
        }
    }
    let known = |tags: &Tags| {
        let own = tags.own_key();
        if tags.id.is_some() { own } else { *numbers.get(&own).unwrap_or(&own) }
    };
    // Those that lost the zone of their times are found by what a clock in the shop showed.
    let mut shown: FastMap<Key, Key> = FastMap::default();
    let has_zoneless =
        copies.iter().any(|copy| copy.tags.clock.is_some_and(|(_, is_lost)| is_lost));
    for tags in copies.iter().map(|copy| copy.tags).filter(|_| has_zoneless) {
        if let Some((clock, false)) = tags.clock {
            let own = known(&tags);
            let key = shown.entry(clock).or_insert(own);
            *key = own.min(*key);
        }
    }
    let key = |tags: &Tags| match (tags.id, tags.clock) {
        (None, Some((clock, true))) => shown.get(&clock).copied().unwrap_or_else(|| known(tags)),
        _ => known(tags),
    };
    let mut places: Vec<(Key, usize)> =
        copies.iter().enumerate().map(|(place, copy)| (key(&copy.tags), place)).collect();
    places.sort_unstable();
    // A record stands where its copy that is kept stands, so all are in the order of inputs and rows.
    let same = places.chunk_by(|one, next| one.0 == next.0);
    let mut same: Vec<_> = same.filter_map(|same| Some((furthest(&copies, same)?, same))).collect();
    same.sort_unstable_by_key(|(kept, _)| *kept);
    let mut copies: Vec<Option<Copy<L>>> = copies.into_iter().map(Some).collect();
    same.into_iter()
        .filter_map(|(kept, same)| {
            let kept = copies.get_mut(kept)?.take()?;
            Some(record(kept, same.iter().filter_map(|&(_, place)| copies.get_mut(place)?.take())))
        })
        .collect()
}

/// One record of the copy that stands for it and all others.
fn record<L: Line>(kept: Copy<L>, others: impl Iterator<Item = Copy<L>>) -> Record<L> {
    let Copy { input, row, mut line, mut at, further, .. } = kept;
    let mut aside: Vec<Aside> = further
        .into_iter()
        .map(|row| (input, row, Reason::Continuation, CONTINUATION.into()))
        .collect();
    for copy in others {
        // An export that was cut between two rows of a record: the second part has no first row.
        let (reason, words) = if copy.line.common().is_first || !line.common().is_first {
            (Reason::Duplicate, "the same number is in another place, which is kept")
        } else {
            (Reason::Continuation, CONTINUATION)
        };
        let rows = std::iter::once(copy.row).chain(copy.further);
        aside.extend(rows.map(|row| (copy.input, row, reason, words.into())));
        // Of the minute that a spreadsheet left and the second that it was, the second.
        at = [at, copy.at].into_iter().flatten().min_by_key(|stamp| stamp.precision);
        line.fill(copy.line);
    }
    Record { input, row, line, at, aside }
}

/// What is wrong with a record whose time cannot be read.
pub fn without_time(common: &Common) -> Cow<'static, str> {
    match common.created_at().filter(|text| !text.trim().is_empty()) {
        Some(text) => unknown_kind_of_time(text).into(),
        None => "there is no time in it".into(),
    }
}

/// The place of the copy that stands for a record, of those at some places: the one that has come furthest.
fn furthest<L: Line>(copies: &[Copy<L>], same: &[(Key, usize)]) -> Option<usize> {
    if let [(_, only)] = same {
        return Some(*only);
    }
    let places = same.iter().map(|(_, place)| *place);
    places.max_by_key(|place| {
        let copy = copies.get(*place)?;
        let is_first = copy.line.common().is_first;
        Some((is_first, copy.at.is_some(), copy.line.progress(), Reverse(*place)))
    })
}

const CONTINUATION: &str = "a further line item";
