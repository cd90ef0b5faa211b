//! The short way of usual rows: from the columns of a block through the sieve into the exchange, without
//! a touch being made of each.
//!
//! A row takes it if the log's reader found nothing unusual in it, if its name alone says what it is to
//! the ladder, and if nothing else is wanted of it: then all that its record says is known at once.
//! Every other row is read by itself (`Haul::take`), and so are the rows of a block's first and last
//! instant, of which the sieve must know all. Which way a row takes is decided by its own bytes and
//! time, so deliveries of one event take the same way, and both ways come to
//! touches that differ in nothing that anybody looks at.

mod pages;

use super::by_person::{ByPerson, Chosen};
use super::claims::{Claim, Instead, part_of};
use super::haul::Haul;
use super::input_seen::Addresses;
use super::kinds::Kind;
use super::needs::Needs;
use super::record;
use super::scan::Gathering;
use super::value_cells::{Asked, ValueCells};
use crate::event::{RowRef, mark};
use crate::input::block::Block;
use crate::input::format::{Show, event_table::is_nothing, shopify_url};
use crate::input::usual::{Cells, Linked, UsualRows, plain};
use crate::key::{FastSet, Key};
use crate::names::Recent;
use crate::quality::Reason;
use crate::time::{Instant, Precision};
use pages::Page;
use std::ops::Range;

/// With more rows of one instant than this, they are no longer compared one by one.
const MANY: usize = 64;

/// What a name says of every usual row that has it.
#[derive(Clone, Copy, Debug, Default)]
struct NameFacts {
    /// The name's number in the run.
    name: u32,
    /// How many rows of the block have been of this name.
    rows: u64,
    /// The part of the shop that it speaks of, and what rows of the name may be if it is no more than that.
    part: u16,
    claim: Option<Claim>,
    /// Whether it is the view of a page that may be something by its address.
    page: Page,
    /// The head of the record of a row that names a person.
    head: u64,
    /// Whether the values of dimensions are wanted.
    wants_values: bool,
    /// Whether the row is anything to the ladder.
    matters: bool,
    /// Whether it is a step and nothing more, so that it is nothing to a verdict that stands.
    is_only_step: bool,
}

/// What one thread knows of the names and user agents of usual rows, by the bytes of their cells.
#[derive(Debug, Default)]
pub(super) struct Shortcuts {
    /// Where among the facts a name's are; nought for names whose rows are read by themselves.
    names: Recent<u32>,
    facts: Vec<NameFacts>,
    /// The system whose names they are, and what is known of the addresses of its pages.
    space: (u16, Addresses),
    agents: Agents,
    /// Where among the facts those of each row of a block are; nought for rows that are read by themselves.
    short: Vec<u32>,
    seen: Seen,
    /// The rows of a run that go into the exchange, and room for more.
    chosen: Vec<usize>,
    /// Those of them that the values of dimensions are wanted of.
    valued: Vec<usize>,
    values: ValueCells,
    by_person: ByPerson,
}

impl Shortcuts {
    /// Begins with a block of a system: what a name may be is a matter of the system.
    fn begin(&mut self, space: (u16, Addresses)) {
        if self.space != space {
            (self.names, self.space) = (Recent::default(), space);
            self.facts.clear();
        }
    }
}

/// The user agents that one thread knows, by numbers from 1.
#[derive(Debug, Default)]
struct Agents {
    numbers: Recent<u32>,
    /// By number, whether it is known to be no robot's.
    are_people: Vec<bool>,
    /// Of each row of the block that may take the short way, if the log has user agents.
    of_rows: Vec<u32>,
}

impl Agents {
    /// With more user agents than these all are forgotten: so many are made up, and none comes again.
    const MOST: usize = 1 << 16;

    /// Begins with another block; says whether all were forgotten.
    fn begin(&mut self) -> bool {
        let is_full = self.are_people.len() > Agents::MOST;
        if is_full {
            *self = Agents::default();
        }
        if self.are_people.is_empty() {
            self.are_people.push(false);
        }
        is_full
    }

    /// Notes the user agents of a block's rows; rows of those that are not known to be people do not take the
    /// short way.
    fn sort_out(
        &mut self,
        cells: &Cells,
        block: &Block,
        short: &mut [u32],
        mut is_person: impl FnMut(&[u8]) -> bool,
    ) {
        let Agents { numbers, are_people, of_rows } = self;
        of_rows.clear();
        if cells.is_empty() {
            return;
        }
        of_rows.extend(short.iter().map(|facts| u32::from(*facts != 0)));
        each_text(cells, of_rows, |cell| {
            let cell = block.part(cell);
            numbers.get(cell).unwrap_or_else(|| {
                let number = u32::try_from(are_people.len()).unwrap_or(0);
                are_people.push(is_person(cell));
                numbers.put(cell, number);
                number
            })
        });
        for (short, agent) in short.iter_mut().zip(&*of_rows) {
            *short *= u32::from(are_people[*agent as usize]);
        }
    }
}

/// Where one is among the rows of a block: the instant of the latest one that took the short way, and the
/// first row of that instant.
#[derive(Clone, Copy, Debug)]
struct Moment {
    at: Instant,
    first: usize,
}

impl Gathering<'_, '_, '_> {
    /// Takes in the rows of a block; `read` reads one by itself, `show` shows its properties.
    pub(super) fn take_usual(
        &mut self,
        rows: &UsualRows,
        read: &mut dyn FnMut(&mut Self, usize),
        show: Show<'_>,
    ) {
        let mut shortcuts = std::mem::take(&mut self.haul.shortcuts);
        let input = &self.haul.inputs[self.input];
        shortcuts.begin((input.space, input.addresses));
        self.sort_out(rows, &mut shortcuts);
        shortcuts.seen.begin();
        shortcuts.values.begin(self.input, rows);
        shortcuts.by_person.begin();
        let mut moment = Moment { at: Instant::MIN, first: 0 };
        let mut linked = rows.linked.as_slice();
        let mut row = 0;
        while let Some(&facts) = shortcuts.short.get(row) {
            if facts == 0 {
                read(self, row);
                row += 1;
                continue;
            }
            let most = rows.len().min(row + ByPerson::ENOUGH);
            let rest = shortcuts.short.get(row..most).unwrap_or_default();
            let end = row + rest.iter().position(|facts| *facts == 0).unwrap_or(rest.len());
            linked = self.link_rows(rows, linked, row..end);
            let count = self.choose_of_run(rows, row..end, &mut moment, &mut shortcuts);
            self.take_chosen(rows, count, &mut shortcuts, show);
            if shortcuts.by_person.has_enough() {
                shortcuts.by_person.send(self.stamping);
                shortcuts.by_person.begin();
            }
            row = end;
        }
        shortcuts.by_person.send(self.stamping);
        for of_name in shortcuts.facts.iter_mut().filter(|of_name| of_name.rows > 0) {
            let rows = std::mem::take(&mut of_name.rows);
            let input = &mut self.haul.inputs[self.input];
            input.count_name(of_name.name, rows);
            input.note_spoken(of_name.part, of_name.claim);
        }
        self.haul.shortcuts = shortcuts;
    }

    /// Takes in some rows that all take the short way: notes which of them go into the exchange, and says how
    /// many these are.
    ///
    /// This is the loop that most rows of most logs go through. Where a row differs from the one before is
    /// as good as random, so nothing is decided by a jump but what hardly ever happens. Its slow twin is to
    /// read every row; the laws in `tests/it` hold the two against each other, `benches/engine.rs` measures it.
    fn choose_of_run(
        &mut self,
        rows: &UsualRows,
        run: Range<usize>,
        moment: &mut Moment,
        shortcuts: &mut Shortcuts,
    ) -> usize {
        let Some(&first) = rows.at.get(run.start) else { return 0 };
        self.go_to(first);
        let Shortcuts { facts, short, seen, chosen, .. } = shortcuts;
        chosen.resize(chosen.len().max(run.len()), 0);
        let (mut count, mut latest, mut is_disordered) = (0, first, false);
        let columns = rows.at[run.clone()].iter().zip(&rows.who[run.clone()]);
        for (row, ((&at, &who), &place)) in run.clone().zip(columns.zip(&short[run.clone()])) {
            let of_name = &mut facts[place as usize];
            of_name.rows += 1;
            let NameFacts { matters, is_only_step, .. } = *of_name;
            is_disordered |= at < latest;
            latest = at;
            moment.first = if at == moment.at { moment.first } else { row };
            moment.at = at;
            let mut is_wanted = matters & !(is_only_step & self.stamping.decided.has(who));
            if seen.may_be_again(row, who, moment.first)
                && seen.is_again((rows, self.block), (moment.first, row), short)
            {
                self.set_duplicate_aside(row);
                is_wanted = false;
            }
            chosen[count] = row;
            count += usize::from(is_wanted);
        }
        self.go_to(latest);
        self.stamping.note_order(is_disordered);
        count
    }

    /// Puts the chosen rows of a run, of which there are so many, beside the others of their people, with the
    /// values of their dimensions.
    fn take_chosen(
        &mut self,
        rows: &UsualRows,
        count: usize,
        shortcuts: &mut Shortcuts,
        show: Show<'_>,
    ) {
        let Shortcuts { facts, short, chosen, valued, values, by_person, agents, .. } = shortcuts;
        let chosen = &chosen[..count];
        let has_values = !rows.sources.is_empty();
        let mut wanted = 0;
        if has_values {
            valued.resize(chosen.len(), 0);
            for &row in chosen {
                valued[wanted] = row;
                wanted += usize::from(facts[short[row] as usize].wants_values);
            }
        }
        let which = &valued[..wanted];
        let asked = Asked { rows, block: self.block, which, agents: &agents.of_rows };
        let keys = values.keys(asked, &mut self.haul.values, show);
        by_person.make_room(chosen.len());
        let mut next = 0;
        for &row in chosen {
            let NameFacts { head, wants_values, .. } = facts[short[row] as usize];
            let wants_values = has_values & wants_values;
            let key = keys.get(next).map_or(Key::NONE, |key| key.key());
            next += usize::from(wants_values);
            let head = record::given(head, rows.are_named[row]);
            let own = Chosen { head, at: rows.at[row], row: self.row_at(row) };
            by_person.take(rows.who[row], own, wants_values.then_some(key));
        }
    }

    #[cold]
    fn set_duplicate_aside(&mut self, row: usize) {
        let (place, reason) = (self.row_at(row), Reason::Duplicate);
        let account = &mut self.haul.quality.accounts[self.input];
        account.set_aside(reason, place, || reason.words().to_string());
    }

    /// Decides which rows take the short way.
    fn sort_out(&mut self, rows: &UsualRows, shortcuts: &mut Shortcuts) {
        let Shortcuts { short, facts, .. } = shortcuts;
        facts.resize(facts.len().max(1), NameFacts::default());
        let edges = edges_of(rows);
        short.clear();
        short.resize(rows.len(), 0);
        for (short, &at) in short.iter_mut().zip(&rows.at) {
            let is_edge = at == edges.0 || at == edges.1;
            // Whatever is not usual has the earliest time of all.
            let is_usual = at > Instant::LAST_PLACEHOLDER && !self.stamping.is_future(at);
            *short = u32::from(is_usual && !is_edge);
        }
        let mut short = std::mem::take(&mut shortcuts.short);
        let block = self.block;
        each_text(&rows.name, &mut short, |cell| self.number_of(block.part(cell), shortcuts));
        if shortcuts.agents.begin() {
            shortcuts.values.forget_agents();
        }
        let is_person = |cell: &[u8]| plain(cell).is_some_and(|agent| !self.stamping.is_bot(agent));
        shortcuts.agents.sort_out(&rows.agent, block, &mut short, is_person);
        let told = self.haul.inputs[self.input].spoken;
        pages::leave_out((rows, block), &shortcuts.facts, told, &mut short);
        shortcuts.short = short;
    }

    /// Notes what the rows of a run say of who belongs together; gives back what rows behind it link.
    fn link_rows<'r>(
        &mut self,
        rows: &UsualRows,
        linked: &'r [Linked],
        run: Range<usize>,
    ) -> &'r [Linked] {
        let (before, behind) = linked.split_at(linked.partition_point(|own| own.row < run.end));
        for Linked { row, identifiers } in before.iter().filter(|own| own.row >= run.start) {
            self.haul.link_usual(*identifiers, rows.at[*row], self.row_at(*row));
        }
        behind
    }

    /// Where among the facts those of a name are.
    #[inline]
    fn number_of(&mut self, cell: &[u8], shortcuts: &mut Shortcuts) -> u32 {
        match shortcuts.names.get(cell) {
            Some(number) => number,
            None => self.meet_name(cell, shortcuts),
        }
    }

    #[cold]
    fn meet_name(&mut self, cell: &[u8], shortcuts: &mut Shortcuts) -> u32 {
        let Shortcuts { names, facts, space, .. } = shortcuts;
        let own = self.haul.facts(cell, *space, self.stamping.needs);
        let number = u32::try_from(facts.len()).unwrap_or(0) * u32::from(own.is_some());
        facts.extend(own);
        names.put(cell, number);
        number
    }

    /// Rows of this instant take the short way.
    #[inline]
    fn go_to(&mut self, at: Instant) {
        self.haul.saw(at);
        self.stamping.go_to(at, self.block, &mut self.haul.quality.accounts[self.input]);
    }

    #[inline]
    fn row_at(&self, row: usize) -> RowRef {
        let row = u32::try_from(row).unwrap_or(u32::MAX);
        RowRef::new(self.number, row, row)
    }
}

/// What tells whether a row is a delivery of one before it in the same block.
#[derive(Debug, Default)]
struct Seen {
    /// By the lowest bits of a person, the latest row of anybody who has the same, counted from 1.
    latest: Vec<u32>,
    /// The first row of an instant that has many rows.
    first: usize,
    /// Up to which row of it they are in `keys`.
    end: usize,
    keys: FastSet<Key>,
}

impl Seen {
    /// So many that few people of one instant share a place, and that all fit into the nearest cache.
    const PLACES: usize = 2048;

    /// Begins with another block.
    fn begin(&mut self) {
        self.latest.clear();
        self.latest.resize(Seen::PLACES, 0);
        (self.first, self.end) = (usize::MAX, 0);
    }

    /// Whether a row of the same person may have been seen since the first row of the instant; notes the row.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the lowest bits are wanted; rows are few")]
    fn may_be_again(&mut self, row: usize, who: Key, first: usize) -> bool {
        let place = who.0 as usize % Seen::PLACES;
        let Some(latest) = self.latest.get_mut(place) else { return true };
        std::mem::replace(latest, row as u32 + 1) as usize > first
    }

    /// Whether a row is a delivery of one of the rows from the first of its instant on.
    fn is_again(
        &mut self,
        (rows, block): (&UsualRows, &Block),
        (first, row): (usize, usize),
        short: &[u32],
    ) -> bool {
        if row - first <= MANY {
            let own = (first..row).filter(|&before| rows.who[before] == rows.who[row]);
            let mut own = own.filter(|&before| short[before] != 0);
            return own.any(|before| rows.are_same(before, row, block));
        }
        if self.first != first {
            self.keys.clear();
            (self.first, self.end) = (first, first);
        }
        let key = |row: usize| rows.who[row].and(rows.fingerprint(row, block));
        self.keys.extend((self.end..row).filter(|&row| short[row] != 0).map(key));
        self.end = row;
        self.keys.contains(&key(row))
    }
}

impl Haul<'_> {
    /// What the cell of a name says of a usual row of a system; `None` if the row must be read.
    fn facts(
        &mut self,
        cell: &[u8],
        (space, addresses): (u16, Addresses),
        needs: Needs,
    ) -> Option<NameFacts> {
        let name = plain(cell).filter(|name| !is_nothing(name))?;
        let (_, read_more) = self.names.look_up(name, Some(shopify_url::READ_MORE));
        let as_read_more = (read_more.certain, read_more.marks);
        let (number, meaning) = self.names.look_up(name, None);
        if meaning.is_done_by_others {
            return None;
        }
        let page = match addresses {
            Addresses::Alone if meaning.is_page => Page::of(meaning, as_read_more),
            Addresses::Linked if meaning.is_page => return None,
            Addresses::None | Addresses::Alone | Addresses::Linked => Page::No,
        };
        let stamp =
            meaning.certain.filter(|_| meaning.known && meaning.marks & mark::ORDER == 0)?;
        let (marks, part) = (meaning.marks, meaning.step.map_or(0, part_of));
        let claim = Claim::of_name(space, meaning.weaker);
        let instead = match claim {
            Some(_) => {
                let otherwise = self.names.look_up_otherwise(name);
                Some(Instead::of((otherwise.certain?, otherwise.marks), marks))
            }
            None => None,
        };
        let of_row = Kind {
            name: number,
            steps: stamp.steps,
            actions: stamp.actions,
            exclusions: stamp.exclusions,
            precision: Precision::Exact,
            aside: 0,
            marks: marks | mark::LOG,
            claim: claim.zip(instead),
        };
        let head = record::head(self.kinds.number(of_row), false);
        let Instead { steps, actions, .. } = instead.unwrap_or_default();
        let is_nothing = stamp.is_empty() && instead.is_none_or(|instead| instead.is_empty());
        Some(NameFacts {
            name: number,
            rows: 0,
            part,
            claim,
            page,
            head,
            wants_values: needs.wants_values(stamp.steps.with(steps)),
            matters: needs.everything || !is_nothing,
            is_only_step: stamp.actions.with(actions).is_empty(),
        })
    }
}

/// Multiplies what is known of each row by what the row's cell says; nothing is asked of rows that are nought
/// already. Of a text that several rows share it is asked once.
fn each_text(cells: &Cells, short: &mut [u32], mut says: impl FnMut(&Range<u32>) -> u32) {
    if cells.which().is_empty() {
        for (short, cell) in short.iter_mut().zip(cells.places()).filter(|(short, _)| **short != 0)
        {
            *short *= says(cell);
        }
        return;
    }
    let mut known = vec![None; cells.places().len()];
    for (short, &which) in short.iter_mut().zip(cells.which()).filter(|(short, _)| **short != 0) {
        let own = match known.get_mut(which as usize) {
            Some(known) => *known.get_or_insert_with(|| says(&cells.places()[which as usize])),
            None => says(&(0..0)),
        };
        *short *= own;
    }
}

/// The instants of a block's first and last usual rows.
fn edges_of(rows: &UsualRows) -> (Instant, Instant) {
    let mut usual = rows.at.iter().filter(|at| **at != UsualRows::UNUSUAL);
    let first = usual.next().copied().unwrap_or(UsualRows::UNUSUAL);
    (first, usual.next_back().copied().unwrap_or(first))
}
