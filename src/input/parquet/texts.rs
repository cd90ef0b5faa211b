//! The texts of a column, each where it stands in its page: most columns of a log hold few different texts, and
//! those are looked at once.
//!
//! The crate's reader gives every row a text of its own, counted in and out; that alone takes longer than a
//! whole table in CSV. So pages are read here: the crate unpacks them, and this file says where each text begins
//! and which of them each row has. Encodings other than the two that almost every text is in are left to the
//! crate's reader ([`TextRows::read`] gives `None`), and so is whatever looks damaged, which has words for it.

use super::{Read, hybrid};
use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageReader};

/// The row has no value.
pub(super) const NONE: u32 = u32::MAX;

/// Bytes of the length that stands before each text.
const LENGTH: usize = 4;

/// Texts, and where each is.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// Bytes of pages, each with the place at which it begins when all stand behind each other.
    pieces: Vec<(usize, Bytes)>,
    /// Where each text begins; its length stands before it.
    starts: Vec<u32>,
    /// The place behind the last piece.
    end: usize,
}

/// The texts of some rows.
#[derive(Debug, Default)]
pub(super) struct TextRows {
    pub(super) texts: Texts,
    /// For each row, the number of its text, or [`NONE`]; nothing if each has the text of its own number.
    pub(super) which: Vec<u32>,
}

impl Texts {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// A text by its number.
    #[inline]
    pub(super) fn get(&self, number: usize) -> &[u8] {
        self.starts.get(number).map_or(&[], |&start| self.at(start as usize))
    }

    /// All texts.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.starts.iter().map(|&start| self.at(start as usize))
    }

    /// Where each text begins when the pieces stand behind each other, and how long it is.
    pub(super) fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        self.starts.iter().map(|&start| (start as usize, self.at(start as usize).len()))
    }

    /// The pieces.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().map(|(_, piece)| piece.as_ref())
    }

    /// Texts that somebody else has read.
    pub(super) fn of<'t>(texts: impl Iterator<Item = &'t [u8]>) -> Option<Texts> {
        let mut bytes = Vec::new();
        let mut count = 0;
        for text in texts {
            bytes.extend(u32::try_from(text.len()).ok()?.to_le_bytes());
            bytes.extend_from_slice(text);
            count += 1;
        }
        let mut own = Texts::default();
        own.add(&Bytes::from(bytes), (0, count))?;
        Some(own)
    }

    #[inline]
    fn at(&self, start: usize) -> &[u8] {
        // An empty text may begin where its piece ends; its length stands within.
        let start = start.saturating_sub(LENGTH);
        let (begins, piece) = match self.pieces.as_slice() {
            [(begins, only)] => (*begins, only),
            several => {
                let behind = several.partition_point(|(begins, _)| *begins <= start);
                match behind.checked_sub(1).and_then(|own| several.get(own)) {
                    Some((begins, piece)) => (*begins, piece),
                    None => return &[],
                }
            }
        };
        let text = piece.get(start - begins..).unwrap_or_default();
        let Some((length, text)) = text.split_first_chunk() else { return &[] };
        text.get(..u32::from_le_bytes(*length) as usize).unwrap_or_default()
    }

    /// Adds `count` texts of some bytes, behind the first `skip`; `None` if there are not so many.
    fn add(&mut self, bytes: &Bytes, (skip, count): (usize, usize)) -> Option<()> {
        let from = walk(bytes, 0, skip, |_| ())?;
        if count > bytes.len() / LENGTH {
            return None;
        }
        let begins = self.end;
        // No place may be more than 32 bits can say.
        u32::try_from(begins + bytes.len()).ok()?;
        self.starts.reserve(count);
        let starts = &mut self.starts;
        #[expect(clippy::cast_possible_truncation, reason = "the last one was looked at")]
        let to = walk(bytes, from, count, |at| starts.push((begins + at - from) as u32))?;
        if count > 0 {
            let piece = bytes.slice(from..to);
            self.end += piece.len();
            self.pieces.push((begins, piece));
        }
        Some(())
    }
}

/// Goes over so many texts from a place on: says where each begins, and gives the place behind the last.
#[inline]
fn walk(bytes: &[u8], mut at: usize, count: usize, mut begins: impl FnMut(usize)) -> Option<usize> {
    for _ in 0..count {
        let length: &[u8; LENGTH] = bytes.get(at..)?.first_chunk()?;
        begins(at + LENGTH);
        at += LENGTH + u32::from_le_bytes(*length) as usize;
    }
    // None was passed over whose length leads beyond the end: the next would have begun there.
    (at <= bytes.len()).then_some(at)
}

impl TextRows {
    /// Reads the texts of `count` rows behind the first `skip` of a column; `is_optional` says whether values may
    /// be missing. Rows that the file does not have have no text.
    pub(super) fn read(
        mut pages: Box<dyn PageReader>,
        (skip, count): (usize, usize),
        is_optional: bool,
    ) -> Read<Option<TextRows>> {
        let mut reading = Reading { own: TextRows::default(), dictionary: None, rows: 0 };
        let mut passed = 0;
        while passed < skip + count {
            if passed < skip
                && let Some(ahead) = pages.peek_next_page()?
                && let Some(rows) = ahead.num_rows.or(ahead.num_levels)
                && passed + rows <= skip
            {
                pages.skip_next_page()?;
                passed += rows;
                continue;
            }
            let Some(page) = pages.get_next_page()? else { break };
            if let Page::DictionaryPage { buf, num_values, .. } = page {
                reading.dictionary = Some(Dictionary::Unread(buf, num_values as usize));
                continue;
            }
            let rows = page.num_values() as usize;
            let from = skip.saturating_sub(passed).min(rows);
            let to = (skip + count - passed).min(rows);
            let Some(data) = Data::of(&page, is_optional) else { return Ok(None) };
            if reading.take(data, from..to).is_none() {
                return Ok(None);
            }
            passed += rows;
        }
        Ok(reading.finish(count))
    }

    /// What is made of each row's text; of a text that several rows have it is made once.
    pub(super) fn gather<V: Copy>(
        &self,
        out: &mut [V],
        missing: V,
        mut value: impl FnMut(&[u8]) -> Option<V>,
    ) {
        let TextRows { texts, which } = self;
        if which.is_empty() {
            for (out, text) in out.iter_mut().zip(texts.iter()) {
                *out = value(text).unwrap_or(missing);
            }
        } else if texts.len() <= which.len() {
            let values = texts.iter().map(|text| value(text).unwrap_or(missing));
            let values: Vec<V> = values.collect();
            for (out, number) in out.iter_mut().zip(which) {
                *out = values.get(*number as usize).copied().unwrap_or(missing);
            }
        } else {
            for (row, out) in out.iter_mut().enumerate() {
                *out = self.get(row).and_then(&mut value).unwrap_or(missing);
            }
        }
    }

    /// The text of a row, if it has one.
    #[inline]
    pub(super) fn get(&self, row: usize) -> Option<&[u8]> {
        let number = self.number(row);
        (number != NONE).then(|| self.texts.get(number as usize))
    }

    /// Whether two rows have the same text; none is like an empty one.
    #[inline]
    pub(super) fn are_same(&self, one: usize, other: usize) -> bool {
        self.number(one) == self.number(other)
            || self.get(one).unwrap_or_default() == self.get(other).unwrap_or_default()
    }

    /// The number of a row's text.
    #[inline]
    fn number(&self, row: usize) -> u32 {
        if self.which.is_empty() {
            number(row)
        } else {
            self.which.get(row).copied().unwrap_or(NONE)
        }
    }
}

/// A page of data, taken apart.
struct Data {
    /// Which rows have a value, if not all have.
    levels: Option<Bytes>,
    encoding: Encoding,
    values: Bytes,
}

impl Data {
    fn of(page: &Page, is_optional: bool) -> Option<Data> {
        let (rows, encoding, buffer) =
            (page.num_values() as usize, page.encoding(), page.buffer().clone());
        let (levels, values) = match page {
            Page::DataPage { def_level_encoding: Encoding::RLE, .. } if is_optional => {
                let length = u32::from_le_bytes(*buffer.first_chunk()?) as usize;
                let end = LENGTH.checked_add(length).filter(|&end| end <= buffer.len())?;
                (Some(buffer.slice(LENGTH..end)), buffer.slice(end..))
            }
            Page::DataPage { .. } if is_optional => return None,
            Page::DataPage { .. } => (None, buffer),
            Page::DataPageV2 { def_levels_byte_len, rep_levels_byte_len, .. } => {
                let end = *def_levels_byte_len as usize;
                if *rep_levels_byte_len > 0 || end > buffer.len() {
                    return None;
                }
                (is_optional.then(|| buffer.slice(..end)), buffer.slice(end..))
            }
            Page::DictionaryPage { .. } => return None,
        };
        let levels = levels.filter(|levels| !hybrid::are_all_present(levels, rows));
        Some(Data { levels, encoding, values })
    }
}

/// The dictionary of a column.
enum Dictionary {
    /// Its texts were not needed yet.
    Unread(Bytes, usize),
    /// Its texts are among those that were read: the number of the first, and how many there are.
    Read(usize, usize),
}

/// Texts that are being read.
struct Reading {
    own: TextRows,
    dictionary: Option<Dictionary>,
    /// How many rows were read.
    rows: usize,
}

impl Reading {
    /// Takes in some rows of a page; `None` if they are to be read in another way.
    fn take(&mut self, data: Data, rows: std::ops::Range<usize>) -> Option<()> {
        let Data { levels, encoding, values } = data;
        let mut present = Vec::new();
        let (before, own) = match &levels {
            None => (rows.start, rows.len()),
            Some(levels) => {
                hybrid::read(levels, 1, (rows.start, rows.len()), &mut present)?;
                let own = present.iter().sum::<u32>() as usize;
                (hybrid::count_present(levels, rows.start)?, own)
            }
        };
        let first = self.own.which.len();
        if encoding == Encoding::PLAIN {
            let next = self.own.texts.len();
            self.own.texts.add(&values, (before, own))?;
            if next != self.rows || !present.is_empty() || first > 0 {
                self.number_rows();
                self.own.which.extend((next..next + own).map(number));
            }
        } else if matches!(encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY) {
            self.number_rows();
            self.look_up(&values, (before, own))?;
        } else {
            return None;
        }
        if !present.is_empty() {
            let from = self.own.which.len() - own;
            spread(&mut self.own.which, from, &present);
        }
        self.rows += rows.len();
        Some(())
    }

    /// From here on rows have no longer the texts of their own numbers.
    fn number_rows(&mut self) {
        if self.own.which.is_empty() {
            self.own.which.extend((0..self.rows).map(number));
        }
    }

    /// Adds the numbers of texts that a page has from the dictionary.
    fn look_up(&mut self, values: &[u8], place: (usize, usize)) -> Option<()> {
        let (first, count) = match self.dictionary.take()? {
            Dictionary::Read(first, count) => (first, count),
            Dictionary::Unread(bytes, count) => {
                let first = self.own.texts.len();
                self.own.texts.add(&bytes, (0, count))?;
                (first, count)
            }
        };
        self.dictionary = Some(Dictionary::Read(first, count));
        if place.1 == 0 {
            return Some(());
        }
        let (&width, numbers) = values.split_first()?;
        let which = &mut self.own.which;
        let from = which.len();
        hybrid::read(numbers, u32::from(width), place, which)?;
        let own = which.get_mut(from..)?;
        let largest = own.iter().fold(0, |largest, &number| largest.max(number));
        if first > 0 {
            for own in own.iter_mut() {
                *own = own.saturating_add(number(first));
            }
        }
        ((largest as usize) < count).then_some(())
    }

    fn finish(mut self, count: usize) -> Option<TextRows> {
        if self.rows < count {
            self.number_rows();
            self.own.which.resize(count, NONE);
        }
        (self.own.which.is_empty() || self.own.which.len() == count).then_some(self.own)
    }
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(NONE)
}

/// Puts the numbers from a place on to the rows that have a value, and [`NONE`] to the others. Which rows have one is
/// as good as random, so nothing is decided by a jump.
fn spread(which: &mut Vec<u32>, from: usize, present: &[u32]) {
    let mut own = which.split_off(from);
    own.push(NONE);
    let mut next = 0;
    which.extend(present.iter().map(|&is_present| {
        let number = own.get(next).copied().unwrap_or(NONE);
        next += is_present as usize;
        number | is_present.wrapping_sub(1)
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::column::page::PageMetadata;
    use parquet::errors::ParquetError;
    use proptest::prelude::*;
    use std::collections::VecDeque;

    /// Pages that nobody has written.
    struct Pages(VecDeque<Page>);

    impl Iterator for Pages {
        type Item = Read<Page>;

        fn next(&mut self) -> Option<Read<Page>> {
            self.0.pop_front().map(Ok)
        }
    }

    impl PageReader for Pages {
        fn get_next_page(&mut self) -> Read<Option<Page>> {
            Ok(self.0.pop_front())
        }

        fn peek_next_page(&mut self) -> Read<Option<PageMetadata>> {
            Err(ParquetError::NYI("it is not known".to_string()))
        }

        fn skip_next_page(&mut self) -> Read<()> {
            Ok(())
        }
    }

    fn page() -> impl Strategy<Value = Page> {
        let small = || prop_oneof![4 => 0..4u8, 1 => any::<u8>()];
        let bytes = || prop::collection::vec(small(), 0..40).prop_map(Bytes::from);
        let encodings = [Encoding::PLAIN, Encoding::RLE_DICTIONARY, Encoding::DELTA_BYTE_ARRAY];
        let encoding = prop::sample::select(encodings.to_vec());
        let count = || prop_oneof![4 => 0..12u32, 1 => any::<u32>()];
        let data = (bytes(), count(), encoding.clone()).prop_map(|(buf, num_values, encoding)| {
            let (def_level_encoding, rep_level_encoding) = (Encoding::RLE, Encoding::RLE);
            Page::DataPage {
                buf,
                num_values,
                encoding,
                def_level_encoding,
                rep_level_encoding,
                statistics: None,
            }
        });
        let new = (bytes(), count(), encoding, 0..9u32).prop_map(
            |(buf, num_values, encoding, def_levels_byte_len)| Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                num_nulls: 0,
                num_rows: num_values,
                def_levels_byte_len,
                rep_levels_byte_len: 0,
                is_compressed: false,
                statistics: None,
            },
        );
        let dictionary = (bytes(), count()).prop_map(|(buf, num_values)| Page::DictionaryPage {
            buf,
            num_values,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        });
        prop_oneof![2 => data, 2 => new, 1 => dictionary]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn no_page_stops_the_program(
            pages in prop::collection::vec(page(), 0..5),
            count in 0..30usize,
            is_optional: bool,
        ) {
            let pages = Box::new(Pages(pages.into()));
            if let Ok(Some(rows)) = TextRows::read(pages, (0, count), is_optional) {
                for row in 0..=count {
                    rows.get(row);
                    rows.are_same(row, 0);
                }
                rows.texts.places().for_each(drop);
            }
        }
    }
}
