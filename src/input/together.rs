//! Rows that must not be parted: where an event takes several rows of a table, a block ends between two
//! events.

use super::columns::Row;
use super::quoting::Signs;

/// Whether a row says nothing of what the rows of one event have in common, and so goes on with the one before: what shows
/// the result of a query writes that once.
pub fn goes_on(row: Row<'_>, in_common: &[usize]) -> bool {
    in_common.iter().all(|&column| row.value(Some(column)).is_none())
}

/// Which rows belong together: those behind each other that have the same in these columns, or nothing.
#[derive(Clone, Debug)]
pub struct Together {
    columns: Vec<usize>,
    signs: Signs,
}

impl Together {
    /// Rows of a table that have the same in `columns`.
    pub fn new(columns: &[usize], signs: Signs) -> Together {
        Together { columns: columns.to_vec(), signs }
    }

    /// Where the last rows that belong together begin; rows that follow the block may belong to them.
    pub fn last_begins(&self, block: &[u8]) -> usize {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.signs.delimiter)
            .terminator(csv::Terminator::Any(self.signs.line_end))
            .from_reader(block);
        let (mut record, mut before) = (csv::ByteRecord::new(), csv::ByteRecord::new());
        let mut begins = 0;
        let mut start = 0;
        while reader.read_byte_record(&mut record).unwrap_or(false) {
            let cell = |record: &csv::ByteRecord, column: &usize| {
                Row::parsed(record).text(Some(*column)).into_owned()
            };
            let is_same = self.columns.iter().all(|c| cell(&record, c) == cell(&before, c));
            let goes_on = start > 0 && goes_on(Row::parsed(&record), &self.columns);
            if (!is_same && !goes_on) || start == 0 {
                begins = start;
            }
            start = usize::try_from(reader.position().byte()).unwrap_or(block.len());
            if !goes_on {
                std::mem::swap(&mut record, &mut before);
            }
        }
        begins
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_rows_of_one_event_are_kept_for_the_next_block() {
        let together = Together::new(&[0, 2], Signs { delimiter: b',', line_end: b'\n' });
        for (block, begins) in [
            ("a,1,x\na,2,x\n", 0),
            ("a,1,x\na,2,y\n", 6),
            ("a,1,x\nb,1,x\nb,\"2\n\",x\n", 6),
            ("a,1,x\nb,1,x\nc,1,x\n", 12),
            ("a,1,x\n,2,\n", 0),
            ("a,1,x\n,2,\nb,1,x\n,2,\n,3,\n", 10),
            (",2,\n,3,\na,1,x\n", 8),
            ("", 0),
        ] {
            assert_eq!(together.last_begins(block.as_bytes()), begins, "{block}");
        }
    }
}
