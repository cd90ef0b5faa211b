//! One column of some rows of a group: its values as they are in the file, each to be made a cell of a table when
//! somebody asks for it.
//!
//! Texts are read by `texts` where that can, everything else by the crate, whose reader is the slow twin of `texts`.

use super::Read;
use super::cells::{Kind, write_shown, write_time};
use super::texts::{NONE, TextRows, Texts};
use crate::input::rows::without_return;
use parquet::basic::Type as Physical;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{AsBytes, DataType, Int96};
use parquet::errors::ParquetError;
use parquet::file::reader::RowGroupReader;

/// The values of some rows.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) kind: Kind,
    pub(super) values: Values,
    /// For each row, the number of its value, or [`NONE`]; nothing if each has the value of its own number. Texts
    /// have this by themselves.
    which: Vec<u32>,
}

/// Values as they are in the file.
#[derive(Debug)]
pub(super) enum Values {
    /// Text, unless the kind says otherwise.
    Texts(TextRows),
    /// Bytes that are no text.
    Bytes(TextRows),
    Bools(Vec<bool>),
    Ints(Vec<i32>),
    Longs(Vec<i64>),
    Moments(Vec<Int96>),
    Floats(Vec<f32>),
    Doubles(Vec<f64>),
}

/// The first rows that are passed over, and how many are read.
type Place = (usize, usize);

impl Column {
    /// Reads `count` values behind the first `skip`.
    pub(super) fn read(group: &dyn RowGroupReader, column: usize, place: Place) -> Read<Column> {
        let descriptor = group.metadata().schema_descr().column(column);
        let levels = descriptor.max_def_level();
        if descriptor.physical_type() == Physical::BYTE_ARRAY && levels <= 1 {
            let pages = group.get_column_page_reader(column)?;
            // What is damaged is read once more: the crate says what is wrong with it.
            if let Ok(Some(rows)) = TextRows::read(pages, place, levels == 1) {
                let kind = Kind::of(&descriptor);
                return Ok(Column { kind, values: Values::Texts(rows), which: Vec::new() });
            }
        }
        Column::read_by_crate(group, column, place)
    }

    fn read_by_crate(group: &dyn RowGroupReader, column: usize, place: Place) -> Read<Column> {
        let (mut own, levels) = Column::read_levels(group, column, place)?;
        let present = group.metadata().schema_descr().column(column).max_def_level();
        let which = levels.which(place.1, present, own.count());
        match &mut own.values {
            Values::Texts(rows) | Values::Bytes(rows) => rows.which = which,
            Values::Bools(_)
            | Values::Ints(_)
            | Values::Longs(_)
            | Values::Moments(_)
            | Values::Floats(_)
            | Values::Doubles(_) => own.which = which,
        }
        Ok(own)
    }

    /// Reads all values of `count` rows behind the first `skip`, each a row of its own, and what says where they
    /// belong.
    pub(super) fn read_levels(
        group: &dyn RowGroupReader,
        column: usize,
        place: Place,
    ) -> Read<(Column, Levels)> {
        let kind = Kind::of(&group.metadata().schema_descr().column(column));
        let texts = |texts: Option<Texts>| {
            Ok::<_, ParquetError>(TextRows {
                texts: texts.ok_or_else(too_large)?,
                which: Vec::new(),
            })
        };
        let (values, levels) = match group.get_column_reader(column)? {
            ColumnReader::BoolColumnReader(reader) => read(reader, place, Values::Bools)?,
            ColumnReader::Int32ColumnReader(reader) => read(reader, place, Values::Ints)?,
            ColumnReader::Int64ColumnReader(reader) => read(reader, place, Values::Longs)?,
            ColumnReader::Int96ColumnReader(reader) => read(reader, place, Values::Moments)?,
            ColumnReader::FloatColumnReader(reader) => read(reader, place, Values::Floats)?,
            ColumnReader::DoubleColumnReader(reader) => read(reader, place, Values::Doubles)?,
            ColumnReader::ByteArrayColumnReader(reader) => {
                let (values, levels) = read(reader, place, |values| values)?;
                let values = values.iter().map(AsBytes::as_bytes);
                (Values::Texts(texts(Texts::of(values))?), levels)
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                let (values, levels) = read(reader, place, |values| values)?;
                let values = values.iter().map(AsBytes::as_bytes);
                (Values::Bytes(texts(Texts::of(values))?), levels)
            }
        };
        Ok((Column { kind, values, which: Vec::new() }, levels))
    }

    /// How many values there are.
    pub(super) fn count(&self) -> usize {
        match &self.values {
            Values::Texts(rows) | Values::Bytes(rows) => rows.texts.len(),
            Values::Bools(own) => own.len(),
            Values::Ints(own) => own.len(),
            Values::Longs(own) => own.len(),
            Values::Moments(own) => own.len(),
            Values::Floats(own) => own.len(),
            Values::Doubles(own) => own.len(),
        }
    }

    /// The texts of the rows, if they are cells of a table as they are.
    pub(super) fn texts(&self) -> Option<&TextRows> {
        match (&self.values, self.kind) {
            (
                Values::Texts(rows),
                Kind::Plain | Kind::Unsigned | Kind::Date | Kind::Time { .. } | Kind::Clock(_),
            ) => Some(rows),
            _ => None,
        }
    }

    /// The values of the first rows, if they are whole numbers of 64 bits.
    pub(super) fn longs(&self, rows: usize) -> Option<impl Iterator<Item = Option<i64>>> {
        let Values::Longs(values) = &self.values else { return None };
        let value = |row| self.number(row).and_then(|number| values.get(number)).copied();
        Some((0..rows).map(value))
    }

    /// The number of a row's value among values that are no texts.
    #[inline]
    pub(super) fn number(&self, row: usize) -> Option<usize> {
        if self.which.is_empty() {
            return Some(row);
        }
        let number = *self.which.get(row)?;
        (number != NONE).then_some(number as usize)
    }

    /// Whether the cells of two rows are the same: where many rows are delivered twice, all columns of each are
    /// looked at, so cells are made only of what can be the same without looking so.
    pub(super) fn are_same(&self, one: usize, other: usize) -> bool {
        let (are_same, are_plain) = match &self.values {
            Values::Texts(rows) | Values::Bytes(rows) => {
                (rows.are_same(one, other), self.texts().is_some())
            }
            Values::Longs(own) => {
                let value = |row| self.number(row).and_then(|number| own.get(number));
                (value(one) == value(other), matches!(self.kind, Kind::Plain | Kind::Unsigned))
            }
            Values::Bools(_)
            | Values::Ints(_)
            | Values::Moments(_)
            | Values::Floats(_)
            | Values::Doubles(_) => (false, false),
        };
        if are_same || are_plain {
            return are_same;
        }
        self.written(one) == self.written(other)
    }

    /// The same at the end of a line, where a carriage return is none of the cell.
    #[cold]
    pub(super) fn end_in_same(&self, one: usize, other: usize) -> bool {
        without_return(&self.written(one)) == without_return(&self.written(other))
    }

    fn written(&self, row: usize) -> Vec<u8> {
        let mut cell = Vec::new();
        self.write(row, &mut cell);
        cell
    }

    /// The bytes of a row's text, or of what is none; nothing for other values.
    #[inline]
    pub(super) fn bytes(&self, row: usize) -> Option<&[u8]> {
        match &self.values {
            Values::Texts(rows) | Values::Bytes(rows) => rows.get(row),
            Values::Bools(_)
            | Values::Ints(_)
            | Values::Longs(_)
            | Values::Moments(_)
            | Values::Floats(_)
            | Values::Doubles(_) => None,
        }
    }

    /// Writes the cell of a row as a table has it; nothing if the row has no value.
    pub(super) fn write(&self, row: usize, out: &mut Vec<u8>) {
        self.write_found(row, self.bytes(row), out);
    }

    /// The same, for a row whose bytes were found.
    pub(super) fn write_found(&self, row: usize, bytes: Option<&[u8]>, out: &mut Vec<u8>) {
        let (kind, number) = (self.kind, self.number(row).unwrap_or(usize::MAX));
        match &self.values {
            Values::Texts(_) => {
                if let Some(text) = bytes {
                    kind.write_bytes(text, true, out);
                }
            }
            Values::Bytes(_) => {
                if let Some(bytes) = bytes {
                    kind.write_bytes(bytes, false, out);
                }
            }
            Values::Ints(own) => {
                if let Some(&own) = own.get(number) {
                    kind.write_int(own, out);
                }
            }
            Values::Longs(own) => {
                if let Some(&own) = own.get(number) {
                    kind.write_integer(own, out);
                }
            }
            Values::Moments(own) => {
                if let Some(own) = own.get(number) {
                    write_time(own.to_micros(), true, out);
                }
            }
            Values::Bools(own) => write_if(own.get(number), out),
            Values::Floats(own) => write_if(own.get(number), out),
            Values::Doubles(own) => write_if(own.get(number), out),
        }
    }
}

fn write_if(value: Option<&impl std::fmt::Display>, out: &mut Vec<u8>) {
    if let Some(value) = value {
        write_shown(value, out);
    }
}

fn too_large() -> ParquetError {
    ParquetError::General("its texts are too large".to_string())
}

/// What says to which rows values belong, and where in them.
#[derive(Debug, Default)]
pub(super) struct Levels {
    /// How many rows were read.
    pub(super) rows: usize,
    /// For each value or missing value, how much of its path is there; nothing where all of it must be.
    pub(super) definitions: Vec<i16>,
    /// For each of them, in which list on its path it is a further element; nothing where there is no list.
    pub(super) repetitions: Vec<i16>,
}

impl Levels {
    /// For each of `count` rows without lists, the number of its value; nothing if each has that of its own number.
    fn which(&self, count: usize, present: i16, values: usize) -> Vec<u32> {
        if self.rows >= count && self.definitions.iter().all(|&level| level == present) {
            return Vec::new();
        }
        let mut numbers = 0..u32::try_from(values).unwrap_or(NONE);
        let mut of_row = |row: usize| {
            let level = self.definitions.get(row);
            let is_present = row < self.rows && level.is_none_or(|&level| level == present);
            if is_present { numbers.next().unwrap_or(NONE) } else { NONE }
        };
        (0..count).map(&mut of_row).collect()
    }
}

/// Reads values, and what says where they belong.
fn read<T: DataType, V>(
    mut reader: ColumnReaderImpl<T>,
    (skip, count): Place,
    made: impl FnOnce(Vec<T::T>) -> V,
) -> Read<(V, Levels)> {
    reader.skip_records(skip)?;
    let (mut values, mut levels) = (Vec::new(), Levels::default());
    while levels.rows < count {
        let wanted = count - levels.rows;
        let Levels { definitions, repetitions, .. } = &mut levels;
        // The reader leaves alone what a column has no use for.
        let (records, _, read) =
            reader.read_records(wanted, Some(definitions), Some(repetitions), &mut values)?;
        if records == 0 && read == 0 {
            break;
        }
        levels.rows += records;
    }
    Ok((made(values), levels))
}

#[cfg(test)]
mod tests {
    use super::super::pages::Groups;
    use super::*;
    use bytes::Bytes;
    use parquet::basic::{Compression, Encoding};
    use parquet::data_type::{ByteArray, ByteArrayType};
    use parquet::file::properties::{WriterProperties, WriterVersion};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    use proptest::prelude::*;
    use std::sync::Arc;

    /// How a file is written.
    fn properties() -> impl Strategy<Value = WriterProperties> {
        let limits = (1..9usize, 1..60usize, prop_oneof![Just(8usize), Just(40), Just(1 << 20)]);
        let encoding = prop_oneof![
            3 => Just(Encoding::PLAIN),
            1 => Just(Encoding::DELTA_BYTE_ARRAY),
            1 => Just(Encoding::DELTA_LENGTH_BYTE_ARRAY)
        ];
        (limits, encoding, any::<[bool; 3]>()).prop_map(
            |((batch, rows, size), encoding, [is_new, is_packed, has_dictionary])| {
                let (new, old) = (WriterVersion::PARQUET_2_0, WriterVersion::PARQUET_1_0);
                WriterProperties::builder()
                    .set_writer_version(if is_new { new } else { old })
                    .set_compression(if is_packed {
                        Compression::SNAPPY
                    } else {
                        Compression::UNCOMPRESSED
                    })
                    .set_dictionary_enabled(has_dictionary)
                    .set_dictionary_page_size_limit(size)
                    .set_encoding(encoding)
                    .set_data_page_row_count_limit(rows)
                    .set_write_batch_size(batch)
                    .build()
            },
        )
    }

    /// A file with one column of texts, some of which may be missing.
    fn file(texts: &[Option<String>], is_optional: bool, properties: WriterProperties) -> Bytes {
        let level = if is_optional { "OPTIONAL" } else { "REQUIRED" };
        let schema = format!("message rows {{ {level} BINARY text (UTF8); }}");
        let schema = Arc::new(parse_message_type(&schema).unwrap());
        let mut writer =
            SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let levels: Vec<i16> = texts.iter().map(|text| i16::from(text.is_some())).collect();
        let values: Vec<ByteArray> =
            texts.iter().flatten().map(|text| text.as_str().into()).collect();
        let typed = column.typed::<ByteArrayType>();
        typed.write_batch(&values, is_optional.then_some(&levels), None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        writer.into_inner().unwrap().into()
    }

    fn cells(column: &Column, count: usize) -> Vec<Vec<u8>> {
        let cell = |row| {
            let mut cell = Vec::new();
            column.write(row, &mut cell);
            cell
        };
        (0..count).map(cell).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        /// Pages that are read here hold what the crate reads in them, wherever one begins.
        #[test]
        fn texts_are_those_of_the_crate(
            texts in prop::collection::vec(prop::option::weighted(0.8, "[ab\"\x1e]{0,3}|[a-z]{30}"), 1..120),
            is_optional: bool,
            properties in properties(),
            (skip, count) in (0..130usize, 0..130usize),
        ) {
            let texts: Vec<_> = texts.into_iter().filter(|text| is_optional || text.is_some()).collect();
            let bytes = file(&texts, is_optional, properties);
            let fresh = Groups::open(bytes.clone()).unwrap();
            let groups = Groups::open(bytes).unwrap();
            prop_assume!(!texts.is_empty());
            // Whoever reads next finds the dictionary that this one has left.
            let group = groups.group(0).unwrap();
            Column::read(&group, 0, (0, 1)).unwrap();
            let own = Column::read(&group, 0, (skip, count)).unwrap();
            let again = Column::read_by_crate(&group, 0, (skip, count)).unwrap();
            let twin = Column::read_by_crate(&fresh.group(0).unwrap(), 0, (skip, count)).unwrap();
            prop_assert_eq!(cells(&again, count), cells(&twin, count));
            prop_assert_eq!(cells(&own, count), cells(&twin, count));
            let mut gathered = vec![None; count];
            own.texts().unwrap().gather(&mut gathered, None, |text| Some(Some(text.len())));
            let expected = texts.iter().skip(skip).take(count).map(|text| text.as_ref().map(String::len));
            let expected: Vec<_> = expected.chain(std::iter::repeat(None)).take(count).collect();
            prop_assert_eq!(gathered, expected);
        }
    }
}
