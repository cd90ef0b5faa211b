//! One record out of all the rows and files that speak of it.
//!
//! An export has one row a line item, exports overlap, and merchants put them behind each other. Rows
//! are therefore first gathered to *copies* (the rows of a record in one place of one file) and copies
//! to records; of each record one copy is kept. The result does not depend on the order in which the
//! lines arrive. What the cells mean is the business of the formats.

mod newest;
mod placeholders;
mod vague;

use super::common::{Common, order_key};
use crate::event::RowRef;
use crate::input::format::event_table::unknown_kind_of_time;
use crate::input::timestamp::{DateOrder, Stamp, ZoneRule, parse_any};
use crate::key::{FastMap, FastSet, Key};
use crate::money::{Amount, Currency};
use crate::quality::Reason;
use crate::time::{Instant, SECOND};
use placeholders::take_placeholders;
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
    /// Reads what depends on how the texts of its input are meant.
    fn settle(&mut self, rule: InputSettings);
    /// How far the record has come; of two copies the further one is newer.
    fn progress(&self) -> Progress;
    /// What the record is worth, where that tells it from others of its name.
    fn total(&self) -> Option<(Amount, Currency)> {
        None
    }
    /// Fills what is blank here with what another row of the same copy says.
    fn fill(&mut self, other: &Self);
    /// Fills what is blank here with what another copy of the record says, and takes over whom that names.
    fn take_over(&mut self, other: &Self);
}

/// How far a record has come: what comes later in this order is newer, unless the times of the last changes say otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Progress {
    /// What has become of it.
    pub stage: u8,
    /// What of its money has gone back, which never becomes less.
    pub refunded: Option<Amount>,
    /// When it was changed last, if that is written.
    pub updated_at: Option<Instant>,
}

/// All rows of one record.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// Where the first row of the copy that is kept stands among all. Its blanks are filled from the other rows.
    pub place: usize,
    /// When the record was made, if any row says so readably.
    pub at: Option<Stamp>,
    /// The [`order_key`] of the id, if any row has one.
    pub id: Option<Key>,
    /// The [`order_key`] of the name.
    pub name: Key,
    /// Whether another copy has another total, and nothing says which of the two is newer.
    pub differs: bool,
    /// Whether its rows have several totals, as if each were that of an item.
    pub is_uneven: bool,
}

impl Record {
    /// The record of a row by itself, at its place among all.
    pub fn of_row(place: usize, &Meant { at, tags }: &Meant) -> Record {
        Record { place, at, id: tags.id, name: tags.name, differs: false, is_uneven: false }
    }
}

/// By input whose times have lost their zone, the offsets (minutes east of UTC) that copies of its records elsewhere show,
/// each with how many.
pub type Zones = BTreeMap<usize, BTreeMap<i64, u64>>;

/// Records, in the order of the rows that stand for them.
#[derive(Debug)]
pub enum Records {
    /// Each row is one by itself: what was read of each, in parts of the rows.
    OfRows(Vec<Vec<Meant>>),
    /// Rows were gathered.
    List(Vec<Record>),
}

impl Records {
    /// All of them one by one.
    pub fn into_list(self) -> Vec<Record> {
        match self {
            Records::OfRows(meant) => {
                let each = meant.iter().flatten().enumerate();
                each.map(|(place, own)| Record::of_row(place, own)).collect()
            }
            Records::List(records) => records,
        }
    }
}

/// All records, and what their times say.
#[derive(Debug)]
pub struct Gathered {
    /// The records.
    pub records: Records,
    /// The rows that do not stand for a record.
    pub aside: Vec<Aside>,
    /// By input, how many rows have a date that stands for no time; inputs with none are left out.
    pub placeholders: BTreeMap<usize, u64>,
    /// What is known of zones that are lost.
    pub zones: Zones,
}

/// When a record was made and what its row can be recognised by, now that it is known how its input's texts are meant.
#[derive(Clone, Copy, Debug)]
pub struct Meant {
    at: Option<Stamp>,
    tags: Tags,
}

impl<L> LineAt<L> {
    /// What rows are put in order by.
    pub fn order_key(&self) -> (usize, RowRef) {
        (self.input, self.row)
    }
}

/// Reads what rows mean, each by itself: several threads may do that, each with a part of the rows.
pub fn read<L: Line>(lines: &mut [&mut LineAt<L>], settings: &Settings) -> Vec<Meant> {
    let mut meant = Vec::with_capacity(lines.len());
    for LineAt { input, line, .. } in lines.iter_mut().map(|at| &mut **at) {
        let rule = settings.of(*input);
        line.settle(rule);
        let written = line.common().created_at();
        let at = written.and_then(|text| parse_any(text, rule.date_order, rule.zone));
        meant.push(Meant { at, tags: Tags::new(line.common(), at, rule) });
    }
    meant
}

/// Gathers rows to records. They are in order ([`LineAt::order_key`]), and `meant` is what was [read] of each,
/// in parts.
pub fn gather<L: Line>(
    lines: &mut [&mut LineAt<L>],
    mut meant: Vec<Vec<Meant>>,
    settings: &Settings,
) -> Gathered {
    let placeholders = take_placeholders(lines, &mut meant, settings);
    if all_have_own_ids(&meant) {
        let records = Records::OfRows(meant);
        return Gathered { records, aside: Vec::new(), placeholders, zones: Zones::new() };
    }
    let meant = meant.concat();
    let each = lines.iter().zip(&meant);
    let without_id: BTreeSet<usize> =
        each.filter(|(_, meant)| meant.tags.id.is_none()).map(|(at, _)| at.input).collect();
    let list = Vec::with_capacity(lines.len());
    let mut copies = Copies { lines, meant, list, index: Index::default() };
    let mut input = None;
    let mut previous = None;
    for line in 0..copies.lines.len() {
        let here = copies.lines[line].input;
        if input.replace(here) != Some(here) {
            let ids_say_all = !without_id.contains(&here);
            (copies.index, previous) = (Index { ids_say_all, ..Index::default() }, None);
        }
        previous = Some(copies.add(line, previous));
    }
    let (records, aside, zones) = copies.records();
    Gathered { records: Records::List(records), aside, placeholders, zones }
}

/// Whether all rows have ids and no two the same: then there is nothing to gather.
fn all_have_own_ids(meant: &[Vec<Meant>]) -> bool {
    let mut ids = meant.iter().flatten().map(|own| own.tags.id);
    let Some(first) = ids.next() else { return true };
    let mut known: FastSet<Key> = FastSet::default();
    // Where the first row has no id, mostly no other has.
    known.reserve(first.map_or(0, |_| meant.iter().map(Vec::len).sum()));
    std::iter::once(first).chain(ids).all(|id| id.is_some_and(|id| known.insert(id)))
}

impl Meant {
    /// Takes over what another row of the same record says of which nothing is said here.
    fn fill(&mut self, other: &Meant) {
        self.at = self.at.or(other.at);
        self.tags.id = self.tags.id.or(other.tags.id);
        self.tags.moment = self.tags.moment.or(other.tags.moment);
        self.tags.shown = self.tags.shown.or(other.tags.shown);
    }
}

/// What a row can be recognised by.
#[derive(Clone, Copy, Debug)]
struct Tags {
    id: Option<Key>,
    name: Key,
    /// Name and minute: spreadsheets drop the seconds, and no shop gives a name twice in a minute.
    moment: Option<Key>,
    /// What a clock in the shop showed, and whether the time's zone is lost: then that is all that is known for sure.
    shown: Option<(Instant, bool)>,
}

impl Tags {
    fn new(common: &Common, at: Option<Stamp>, rule: InputSettings) -> Tags {
        let name = order_key(common.name());
        let moment = match (at, common.created_at()) {
            (Some(stamp), _) => Some(minute(name, stamp.at)),
            (None, Some(text)) => Some(name.and(Key::of(text.as_bytes()))),
            (None, None) => None,
        };
        let shown = at.zip(common.created_at()).and_then(|(stamp, text)| match stamp.offset {
            Some(east) => Some((Instant(stamp.at.0 + i64::from(east) * SECOND), false)),
            None => Some((parse_any(text, rule.date_order, ZoneRule::default())?.at, true)),
        });
        Tags { id: common.id().map(order_key), name, moment, shown }
    }

    /// Name and minute as a clock in the shop showed it, and whether the time's zone is lost.
    fn clock(&self) -> Option<(Key, bool)> {
        self.shown.map(|(shown, is_lost)| (minute(self.name, shown), is_lost))
    }

    /// The key of the record where no other copy says more.
    fn own_key(&self) -> Key {
        self.id.or(self.moment).unwrap_or(self.name)
    }
}

/// A name and a minute.
fn minute(name: Key, at: Instant) -> Key {
    name.and(Key(at.0.div_euclid(60 * SECOND).cast_unsigned()))
}

/// The rows of a record in one place of one input.
struct Copy {
    /// The place of its first row, which takes over what the others say.
    first: usize,
    further: Vec<RowRef>,
    /// Whether a further row has another total.
    is_uneven: bool,
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

struct Copies<'c, 'l, L> {
    lines: &'c mut [&'l mut LineAt<L>],
    /// What each row means.
    meant: Vec<Meant>,
    /// In the order of their first rows.
    list: Vec<Copy>,
    index: Index,
}

impl<L: Line> Copies<'_, '_, L> {
    /// Adds a row to the copy that it belongs to, or as the first of a new one; returns which.
    fn add(&mut self, line: usize, previous: Option<usize>) -> usize {
        let known = self
            .find(&self.meant[line].tags)
            .filter(|&copy| !self.is_repeated(copy, line, previous == Some(copy)));
        let place = known.unwrap_or(self.list.len());
        match self.list.get_mut(place) {
            Some(Copy { first, further, is_uneven }) => {
                further.push(self.lines[line].row);
                let first = *first;
                let totals = [first, line].map(|line| self.lines[line].line.total());
                *is_uneven |= matches!(totals, [Some((one, _)), Some((other, _))] if one != other);
                self.fill(first, line, L::fill);
            }
            None => {
                self.list.push(Copy { first: line, further: Vec::new(), is_uneven: false });
            }
        }
        self.index.note(&self.meant[self.list[place].first].tags, place);
        place
    }

    /// The copy that a row speaks of. Further rows have no number, and in trimmed exports no time.
    fn find(&self, tags: &Tags) -> Option<usize> {
        let Index { ids, moments, names, .. } = &self.index;
        let by_moment = tags.moment.and_then(|moment| moments.get(&moment)).copied();
        let has_id = |copy: usize| self.meant[self.list[copy].first].tags.id.is_some();
        match (tags.id, tags.moment) {
            (Some(id), _) => {
                ids.get(&id).copied().or_else(|| by_moment.filter(|&copy| !has_id(copy)))
            }
            (None, Some(_)) => by_moment,
            (None, None) => names.get(&tags.name).copied(),
        }
    }

    /// Whether a row starts the record of a copy anew. Some tools repeat all cells on every row of a
    /// record: rows that follow each other do so only if the record has come to something else.
    fn is_repeated(&self, copy: usize, row: usize, follows: bool) -> bool {
        let (known, row) = (&self.lines[self.list[copy].first].line, &self.lines[row].line);
        let both_first = known.common().is_first && row.common().is_first;
        let is_new = || known.progress() != row.progress();
        both_first && (!follows || known.common().is_whole || is_new())
    }

    /// Fills what is blank in a row with what another one says, in a way of its format.
    fn fill(&mut self, row: usize, other: usize, fill: fn(&mut L, &L)) {
        if let Ok([own, other]) = self.lines.get_disjoint_mut([row, other]) {
            fill(&mut own.line, &other.line);
        }
        if let Ok([own, other]) = self.meant.get_disjoint_mut([row, other]) {
            own.fill(other);
        }
    }

    /// Joins the copies of each record; gives back too which rows stand for none, and what they show of zones that are lost.
    fn records(&mut self) -> (Vec<Record>, Vec<Aside>, Zones) {
        let mut keys = self.keys();
        let zones = self.match_vague(&mut keys);
        let mut places: Vec<(Key, usize)> = keys.into_iter().zip(0..).collect();
        places.sort_unstable();
        let several = places.chunk_by(|one, next| one.0 == next.0).filter(|same| same.len() > 1);
        let mut is_kept = vec![true; self.list.len()];
        let mut aside = Vec::new();
        let mut joined: BTreeMap<usize, bool> = BTreeMap::new();
        for same in several {
            let Some(stands) = self.furthest(same) else { continue };
            let mut others: Vec<usize> =
                same.iter().map(|(_, place)| *place).filter(|place| *place != stands).collect();
            // What is blank is taken from the copy that has come furthest, wherever that stands.
            others.sort_by_cached_key(|place| Reverse(self.rank(*place)));
            let differs = others.iter().any(|other| self.differ(stands, *other));
            for other in &others {
                is_kept[*other] = false;
            }
            self.join(stands, &others, &mut aside);
            joined.insert(stands, differs);
        }
        // Copies are in the order of their first rows, so records are in that of inputs and rows.
        let mut records = Vec::with_capacity(self.list.len());
        for (copy, _) in is_kept.into_iter().enumerate().filter(|(_, is_kept)| *is_kept) {
            let differs = joined.remove(&copy).unwrap_or_else(|| {
                self.join(copy, &[], &mut aside);
                false
            });
            let Copy { first: place, is_uneven, .. } = self.list[copy];
            let record = Record::of_row(place, &self.meant[place]);
            records.push(Record { differs, is_uneven, ..record });
        }
        (records, aside, zones)
    }

    /// The key of each copy's record.
    fn keys(&self) -> Vec<Key> {
        let tags = || self.list.iter().map(|copy| &self.meant[copy.first].tags);
        // Copies that lost their number are found by name and minute; the smallest number if several have it.
        let mut numbers: FastMap<Key, Key> = FastMap::default();
        let has_numberless = tags().any(|tags| tags.id.is_none());
        for Tags { id, moment, .. } in tags().filter(|_| has_numberless) {
            if let (Some(id), Some(moment)) = (id, moment) {
                let number = numbers.entry(*moment).or_insert(*id);
                *number = (*id).min(*number);
            }
        }
        let known = |tags: &Tags| {
            let own = tags.own_key();
            if tags.id.is_some() { own } else { *numbers.get(&own).unwrap_or(&own) }
        };
        // Those that lost the zone of their times are found by what a clock in the shop showed.
        let mut shown: FastMap<Key, Key> = FastMap::default();
        let has_zoneless = tags().any(|tags| tags.shown.is_some_and(|(_, is_lost)| is_lost));
        for tags in tags().filter(|_| has_zoneless) {
            if let Some((clock, false)) = tags.clock() {
                let own = known(tags);
                let key = shown.entry(clock).or_insert(own);
                *key = own.min(*key);
            }
        }
        let key = |tags: &Tags| match (tags.id, tags.shown) {
            (None, Some((at, true))) => {
                let clock = minute(tags.name, at);
                shown.get(&clock).copied().unwrap_or_else(|| known(tags))
            }
            _ => known(tags),
        };
        tags().map(key).collect()
    }

    /// Gives the copy that stands for a record what the others say; notes what became of all rows but its first.
    fn join(&mut self, stands: usize, others: &[usize], aside: &mut Vec<Aside>) {
        let kept = self.list[stands].first;
        let input = self.lines[kept].input;
        let further = std::mem::take(&mut self.list[stands].further).into_iter();
        aside.extend(further.map(|row| (input, row, Reason::Continuation, CONTINUATION.into())));
        for &copy in others {
            let further = std::mem::take(&mut self.list[copy].further);
            let first = self.list[copy].first;
            let (own, other) = (&self.lines[kept], &self.lines[first]);
            // An export that was cut between two rows of a record: the second part has no first row.
            let (reason, words) = if other.line.common().is_first || !own.line.common().is_first {
                (Reason::Duplicate, "the same number is in another place, which is kept")
            } else {
                (Reason::Continuation, CONTINUATION)
            };
            let rows = std::iter::once(other.row).chain(further);
            aside.extend(rows.map(|row| (other.input, row, reason, words.into())));
            // Of the minute that a spreadsheet left and the second that it was, the second.
            let times = [self.meant[kept].at, self.meant[first].at];
            let times = times.into_iter().flatten();
            let at = times.min_by_key(|stamp| (stamp.precision, stamp.offset.is_none()));
            self.fill(kept, first, L::take_over);
            self.meant[kept].at = at;
        }
    }
}

/// What is wrong with a record whose time cannot be read.
pub fn without_time(common: &Common) -> Cow<'static, str> {
    match common.created_at().filter(|text| !text.trim().is_empty()) {
        Some(text) => unknown_kind_of_time(text).into(),
        None => "there is no time in it".into(),
    }
}

const CONTINUATION: &str = "a further line item";
