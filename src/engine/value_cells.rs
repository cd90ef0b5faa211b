//! The values of dimensions of usual rows, by the cells that decide on them.
//!
//! What a value is depends on one or two cells, and the same cells come again and again: user agents, sites
//! that referred, countries. So a value is worked out once for each text of its cells, and most rows
//! get the key of their values without anything of them being read. The keys are those that
//! [`Values::note`] gives, which is the slow twin.

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
    /// For each dimension, the keys of its values.
    known: Vec<Recent<Key>>,
    /// Room for the cells of a row and for the keys of its values.
    text: Vec<u8>,
    keys: Vec<Key>,
}

impl ValueCells {
    /// Forgets what is not of this input: in another one the same text may be that of another column.
    pub(super) fn begin(&mut self, input: usize, rows: &UsualRows) {
        if self.input != input || self.sources != rows.sources {
            self.input = input;
            self.sources.clone_from(&rows.sources);
            self.known.clear();
            self.known.resize_with(rows.sources.len(), Recent::default);
        }
    }

    /// The key of a row's values; [`Key::NONE`] if it has none.
    pub(super) fn key(
        &mut self,
        (rows, block, row): (&UsualRows, &Block, usize),
        values: &mut Values,
        show: Show<'_>,
    ) -> Key {
        let ValueCells { sources, known, text, keys, .. } = self;
        keys.clear();
        for ((sources, known), property) in sources.iter().zip(known).zip(values.properties()) {
            let part = |&(source, part): &(usize, SourcePart)| {
                let cell = rows.cells.get(source).map(|cells| cells.of(row));
                part.of(cell.map_or(&[], |cell| block.part(&cell)))
            };
            let cells = match sources.as_slice() {
                [] => {
                    keys.push(Key::NONE);
                    continue;
                }
                [only] => part(only),
                several => {
                    join(several.iter().map(part), text);
                    text.as_slice()
                }
            };
            keys.push(known.get(cells).unwrap_or_else(|| {
                let mut key = Key::NONE;
                show(row, &mut |row| key = Values::key_of_value(property, row));
                known.put(cells, key);
                key
            }));
        }
        if keys.iter().all(|key| key.is_none()) {
            return Key::NONE;
        }
        let key = key_of_keys(keys.iter().copied());
        values.note_known(key, |look| show(row, look));
        key
    }
}

/// Puts cells behind each other, so that no others give the same bytes: each behind its length.
fn join<'c>(cells: impl Iterator<Item = &'c [u8]>, text: &mut Vec<u8>) {
    text.clear();
    for cell in cells {
        text.extend_from_slice(&cell.len().to_le_bytes());
        text.extend_from_slice(cell);
    }
}
