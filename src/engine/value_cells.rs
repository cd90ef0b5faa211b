//! The values of dimensions of usual rows, by the cells that decide on them.
//!
//! What a value is depends on one or two cells, and the same cells come again and again: user agents, sites
//! that referred, countries. So a value is worked out once for each text of its cells, and most rows
//! get the key of their values without anything of them being read. Where several cells decide, their texts are
//! known by their keys, as values are everywhere. The keys are those that [`Values::note`] gives, which is
//! the slow twin.

use super::values::{Values, key_of_keys};
use crate::input::block::Block;
use crate::input::format::Show;
use crate::input::usual::UsualRows;
use crate::key::Key;
use crate::ladder::dimension::SourcePart;
use crate::names::Recent;
use std::iter::empty;

/// What one thread knows of values by the texts of their cells.
#[derive(Debug, Default)]
pub(super) struct ValueCells {
    /// The input that the memory is of, and how its columns lie.
    input: usize,
    sources: Vec<Vec<(usize, SourcePart)>>,
    /// One a dimension.
    known: Vec<Known>,
    /// Keys of values of whole rows that are noted, by their lowest bits.
    noted: Vec<Key>,
    /// One a row that is asked about.
    sums: Vec<Sum>,
}

/// The rows that are asked about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) rows: &'a UsualRows,
    pub(super) block: &'a Block,
    /// Which of the rows.
    pub(super) which: &'a [usize],
    /// For each of the block's rows the number of its user agent, if the log has user agents.
    pub(super) agents: &'a [u32],
}

/// What is known of one dimension.
#[derive(Debug, Default)]
struct Known {
    /// If a single cell decides: the key of the value by its text,
    values: Recent<Key>,
    /// or by its number, if the cell is that of the user agent.
    by_agent: Vec<Option<Key>>,
    /// If several do: for each of them the key of its text,
    texts: Vec<Recent<Key>>,
    /// and by the lowest bits of the key of all texts, that key and the key of the value.
    pairs: Vec<(Key, Key)>,
}

/// The key of a row's values, as far as it has got.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sum {
    key: Key,
    /// Whether any of the values is known.
    is_known: bool,
}

impl Sum {
    /// The key; [`Key::NONE`] if no value is known.
    #[inline]
    pub(super) fn key(self) -> Key {
        if self.is_known { self.key } else { Key::NONE }
    }
}

impl ValueCells {
    /// So many that what comes again and again keeps its place.
    const NOTED: usize = 256;

    /// Forgets what is not of this input: in another one the same text may be that of another column.
    pub(super) fn begin(&mut self, input: usize, rows: &UsualRows) {
        if self.input != input || self.sources != rows.sources {
            self.input = input;
            self.sources.clone_from(&rows.sources);
            self.known = rows.sources.iter().map(|sources| Known::of(sources.len())).collect();
        }
        self.noted.resize(ValueCells::NOTED, Key::NONE);
    }

    /// Forgets what the numbers of user agents stand for.
    pub(super) fn forget_agents(&mut self) {
        self.known.iter_mut().for_each(|known| known.by_agent.clear());
    }

    /// The keys of the values of some rows, in their order.
    pub(super) fn keys(&mut self, asked: Asked<'_>, values: &mut Values, show: Show<'_>) -> &[Sum] {
        let ValueCells { sources, known, noted, sums, .. } = self;
        sums.clear();
        sums.resize(asked.which.len(), Sum { key: key_of_keys(empty()), is_known: false });
        // Dimension by dimension: what is random in one row then holds up no other.
        for ((sources, known), property) in sources.iter().zip(known).zip(values.properties()) {
            known.add_to(sums, sources, asked, |row| {
                let mut key = Key::NONE;
                show(row, &mut |row| key = Values::key_of_value(property, row));
                key
            });
        }
        for (sum, &row) in sums.iter().zip(asked.which).filter(|(sum, _)| sum.is_known) {
            let place = place_of(sum.key, ValueCells::NOTED);
            if noted.get(place) != Some(&sum.key) {
                values.note_known(sum.key, |look| show(row, look));
                noted[place] = sum.key;
            }
        }
        sums
    }
}

impl Known {
    const PAIRS: usize = 1024;

    /// Nothing, of a dimension that so many cells decide on.
    fn of(cells: usize) -> Known {
        let pairs = if cells > 1 { Known::PAIRS } else { 0 };
        Known {
            texts: vec![Recent::default(); cells],
            pairs: vec![(Key::NONE, Key::NONE); pairs],
            ..Known::default()
        }
    }

    /// Adds the key of each row's value of the dimension.
    fn add_to(
        &mut self,
        sums: &mut [Sum],
        sources: &[(usize, SourcePart)],
        asked: Asked<'_>,
        work_out: impl Fn(usize) -> Key,
    ) {
        let Asked { rows, block, agents, .. } = asked;
        let part = |row: usize, &(source, part): &(usize, SourcePart)| {
            part.of(block.part(&rows.source_cell(source, row)))
        };
        match sources {
            [] => add(sums, asked.which, |_| Key::NONE),
            [(source, _)] if UsualRows::is_agent(*source) => {
                add(sums, asked.which, |row| {
                    self.by_agent(agents.get(row).copied(), || work_out(row))
                });
            }
            [only] => {
                add(sums, asked.which, |row| self.by_text(part(row, only), || work_out(row)));
            }
            several => add(sums, asked.which, |row| {
                self.by_texts(several.iter().map(|source| part(row, source)), || work_out(row))
            }),
        }
    }

    /// The key of the value that the user agent of this number decides on.
    #[inline]
    fn by_agent(&mut self, agent: Option<u32>, work_out: impl FnOnce() -> Key) -> Key {
        let Some(agent) = agent.map(|agent| agent as usize) else { return work_out() };
        if self.by_agent.len() <= agent {
            self.by_agent.resize(agent + 1, None);
        }
        *self.by_agent[agent].get_or_insert_with(work_out)
    }

    /// The key of the value that a text decides on.
    #[inline]
    fn by_text(&mut self, text: &[u8], work_out: impl FnOnce() -> Key) -> Key {
        self.values.get(text).unwrap_or_else(|| {
            let key = work_out();
            self.values.put(text, key);
            key
        })
    }

    /// The key of the value that several texts decide on together.
    #[inline]
    fn by_texts<'t>(
        &mut self,
        texts: impl Iterator<Item = &'t [u8]>,
        work_out: impl FnOnce() -> Key,
    ) -> Key {
        let keys = texts.zip(&mut self.texts).map(|(text, known)| {
            known.get(text).unwrap_or_else(|| {
                let key = Key::of(text);
                known.put(text, key);
                key
            })
        });
        let all = keys.fold(Key::NONE, Key::and);
        let Some(pair) = self.pairs.get_mut(place_of(all, Known::PAIRS)) else { return work_out() };
        if pair.0 != all {
            *pair = (all, work_out());
        }
        pair.1
    }
}

/// Adds the key of each row's value of one more dimension.
fn add(sums: &mut [Sum], which: &[usize], mut key_of: impl FnMut(usize) -> Key) {
    for (sum, &row) in sums.iter_mut().zip(which) {
        let key = key_of(row);
        sum.key = sum.key.and(key);
        sum.is_known |= !key.is_none();
    }
}

/// The place of a key among so many: chosen by its lowest bits.
#[expect(clippy::cast_possible_truncation, reason = "the lowest bits are wanted")]
fn place_of(key: Key, places: usize) -> usize {
    key.0 as usize % places
}
