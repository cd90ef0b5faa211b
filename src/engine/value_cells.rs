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
    /// Room for the keys of a row's values.
    keys: Vec<Key>,
}

/// What is known of one dimension.
#[derive(Debug, Default)]
struct Known {
    /// If a single cell decides: the key of the value by its text.
    values: Recent<Key>,
    /// If several do: for each of them the key of its text,
    texts: Vec<Recent<Key>>,
    /// and by the lowest bits of the key of all texts, that key and the key of the value.
    pairs: Vec<(Key, Key)>,
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

    /// The key of a row's values; [`Key::NONE`] if it has none.
    pub(super) fn key(
        &mut self,
        (rows, block, row): (&UsualRows, &Block, usize),
        values: &mut Values,
        show: Show<'_>,
    ) -> Key {
        let ValueCells { sources, known, noted, keys, .. } = self;
        keys.clear();
        for ((sources, known), property) in sources.iter().zip(known).zip(values.properties()) {
            let part = |&(source, part): &(usize, SourcePart)| {
                part.of(block.part(&rows.source_cell(source, row)))
            };
            let work_out = || {
                let mut key = Key::NONE;
                show(row, &mut |row| key = Values::key_of_value(property, row));
                key
            };
            keys.push(match sources.as_slice() {
                [] => Key::NONE,
                [only] => known.by_text(part(only), work_out),
                several => known.by_texts(several.iter().map(part), work_out),
            });
        }
        if keys.iter().all(|key| key.is_none()) {
            return Key::NONE;
        }
        let key = key_of_keys(keys.iter().copied());
        let place = place_of(key, ValueCells::NOTED);
        if noted.get(place) != Some(&key) {
            values.note_known(key, |look| show(row, look));
            noted[place] = key;
        }
        key
    }
}

impl Known {
    const PAIRS: usize = 1024;

    /// Nothing, of a dimension that so many cells decide on.
    fn of(cells: usize) -> Known {
        let pairs = if cells > 1 { Known::PAIRS } else { 0 };
        Known {
            values: Recent::default(),
            texts: vec![Recent::default(); cells],
            pairs: vec![(Key::NONE, Key::NONE); pairs],
        }
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
        let all = keys.fold(Key::of(b"texts"), Key::and);
        let Some(pair) = self.pairs.get_mut(place_of(all, Known::PAIRS)) else { return work_out() };
        if pair.0 != all {
            *pair = (all, work_out());
        }
        pair.1
    }
}

/// The place of a key among so many: chosen by its lowest bits.
#[expect(clippy::cast_possible_truncation, reason = "the lowest bits are wanted")]
fn place_of(key: Key, places: usize) -> usize {
    key.0 as usize % places
}
