//! The pages of a row group. Whoever begins in the middle of one has to read its dictionaries before any page, and a group
//! of a million rows is read in several parts: so of each column the last dictionary is kept.
//!
//! What pages are, and how they are packed, is the business of the crate.

use super::Read;
use parquet::bloom_filter::Sbbf;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, RowGroupReader};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;
use std::sync::{Arc, Mutex, PoisonError};

/// The row groups of a file.
pub(super) struct Groups<C> {
    metadata: ParquetMetaData,
    chunks: Arc<C>,
    /// For each column, the dictionary that was read last.
    dictionaries: Vec<Arc<Latest>>,
}

/// A dictionary, and the number of its group.
type Latest = Mutex<Option<(usize, Page)>>;

/// One of them.
pub(super) struct Group<'f, C> {
    groups: &'f Groups<C>,
    number: usize,
    metadata: &'f RowGroupMetaData,
}

impl<C: ChunkReader + 'static> Groups<C> {
    /// Reads what a file says of itself.
    pub(super) fn open(chunks: C) -> Read<Groups<C>> {
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&chunks)?;
        let columns = metadata.file_metadata().schema_descr().num_columns();
        let dictionaries = (0..columns).map(|_| Arc::default()).collect();
        Ok(Groups { metadata, chunks: Arc::new(chunks), dictionaries })
    }

    /// What the file says of itself.
    pub(super) fn metadata(&self) -> &ParquetMetaData {
        &self.metadata
    }

    /// A group by its number.
    pub(super) fn group(&self, number: usize) -> Read<Group<'_, C>> {
        let metadata = self.metadata.row_groups().get(number);
        let metadata = metadata.ok_or_else(|| ParquetError::EOF(format!("row group {number}")))?;
        Ok(Group { groups: self, number, metadata })
    }
}

impl<C: ChunkReader + 'static> RowGroupReader for Group<'_, C> {
    fn metadata(&self) -> &RowGroupMetaData {
        self.metadata
    }

    fn num_columns(&self) -> usize {
        self.metadata.num_columns()
    }

    fn get_column_page_reader(&self, column: usize) -> Read<Box<dyn PageReader>> {
        let missing = || ParquetError::EOF(format!("column {column}"));
        let chunk = self.metadata.columns().get(column).ok_or_else(missing)?;
        let rows = usize::try_from(self.metadata.num_rows())?;
        let chunks = Arc::clone(&self.groups.chunks);
        let inner = SerializedPageReader::new(chunks, chunk, rows, None)?;
        let latest = self.groups.dictionaries.get(column).map(Arc::clone).unwrap_or_default();
        Ok(Box::new(Pages { inner, group: self.number, latest }))
    }

    fn get_column_bloom_filter(&self, _: usize) -> Option<&Sbbf> {
        None
    }

    fn get_row_iter(&self, _: Option<Type>) -> Read<RowIter<'_>> {
        Err(ParquetError::NYI("rows of a group".to_string()))
    }
}

/// The pages of a column.
struct Pages<C: ChunkReader> {
    inner: SerializedPageReader<C>,
    group: usize,
    latest: Arc<Latest>,
}

impl<C: ChunkReader> Pages<C> {
    /// The dictionary, which comes next; others who want it wait until it is there.
    fn dictionary(&mut self) -> Read<Option<Page>> {
        let latest = Arc::clone(&self.latest);
        let mut latest = latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((group, page)) = &*latest
            && *group == self.group
        {
            self.inner.skip_next_page()?;
            return Ok(Some(page.clone()));
        }
        let page = self.inner.get_next_page()?;
        *latest = page.clone().map(|page| (self.group, page));
        Ok(page)
    }
}

impl<C: ChunkReader> PageReader for Pages<C> {
    fn get_next_page(&mut self) -> Read<Option<Page>> {
        match self.inner.peek_next_page()? {
            Some(ahead) if ahead.is_dict => self.dictionary(),
            _ => self.inner.get_next_page(),
        }
    }

    fn peek_next_page(&mut self) -> Read<Option<PageMetadata>> {
        self.inner.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Read<()> {
        self.inner.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Read<bool> {
        self.inner.at_record_boundary()
    }
}

impl<C: ChunkReader> Iterator for Pages<C> {
    type Item = Read<Page>;

    fn next(&mut self) -> Option<Read<Page>> {
        self.get_next_page().transpose()
    }
}
