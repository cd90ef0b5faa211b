//! Rows with lists or records in their columns: which values stand side by side in a row.
//!
//! A file keeps each value of a record in a column of its own, with two numbers beside it: how much of its path is
//! there, and in which list on its path it is a further element. So all columns are gone over side by side, a row at
//! a time, along the schema. The crate has an iterator that does so too, but it knows times of no zone only as times
//! in UTC, stops at types that it has no name for, and goes over a whole group again for each part of it.

use super::Read;
use super::column::{Column, Levels};
use parquet::basic::{ConvertedType, LogicalType, Repetition};
use parquet::errors::ParquetError;
use parquet::file::reader::RowGroupReader;
use parquet::schema::types::Type;
use std::ops::Range;

/// A part of the schema.
#[derive(Debug)]
pub(super) struct Node {
    /// The columns of its values.
    leaves: Range<usize>,
    /// It is there if so much of a value's path is.
    defined: i16,
    pub(super) shape: Shape,
}

/// What a part of the schema is.
#[derive(Debug)]
pub(super) enum Shape {
    Value,
    /// Parts by their names.
    Record(Vec<(String, Node)>),
    List(Repeated, Box<Node>),
    /// Keys and values.
    Map(Repeated, Box<[Node; 2]>),
}

/// The elements of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repeated {
    /// There is one if so much of a value's path is there.
    defined: i16,
    /// What stands beside the values of a further one.
    level: i16,
}

/// The levels at a place in the schema, and the number of the next column.
#[derive(Clone, Copy, Debug, Default)]
struct Walk {
    definition: i16,
    repetition: i16,
    leaf: usize,
}

impl Node {
    /// The whole schema of a row.
    pub(super) fn of(schema: &Type) -> Node {
        Node::record(schema, &mut Walk::default())
    }

    fn new(start: usize, walk: &Walk, defined: i16, shape: Shape) -> Node {
        Node { leaves: start..walk.leaf, defined, shape }
    }

    /// A part with its own repetition.
    fn field(field: &Type, walk: &mut Walk) -> Node {
        let (outer, start) = (*walk, walk.leaf);
        let info = field.get_basic_info();
        match if info.has_repetition() { info.repetition() } else { Repetition::REQUIRED } {
            Repetition::REQUIRED => Node::content(field, walk),
            Repetition::OPTIONAL => {
                walk.definition += 1;
                let node = Node::content(field, walk);
                walk.definition = outer.definition;
                node
            }
            Repetition::REPEATED => {
                let (repeated, element) = Node::elements(walk, |walk| Node::content(field, walk));
                let shape = Shape::List(repeated, Box::new(element));
                Node::new(start, walk, outer.definition, shape)
            }
        }
    }

    /// Elements of a list, which begin one level deeper.
    fn elements<T>(walk: &mut Walk, element: impl FnOnce(&mut Walk) -> T) -> (Repeated, T) {
        walk.definition += 1;
        walk.repetition += 1;
        let repeated = Repeated { defined: walk.definition, level: walk.repetition };
        let element = element(walk);
        walk.definition -= 1;
        walk.repetition -= 1;
        (repeated, element)
    }

    /// A part whose repetition was looked at.
    fn content(field: &Type, walk: &mut Walk) -> Node {
        let start = walk.leaf;
        if field.is_primitive() {
            walk.leaf += 1;
            return Node::new(start, walk, walk.definition, Shape::Value);
        }
        let repeated = match field.get_fields() {
            [only] if is_repeated(only) => only,
            _ => return Node::record(field, walk),
        };
        let shape = match annotated(field) {
            Some(Annotated::List) => {
                let (repeated, element) = Node::elements(walk, |walk| element(repeated, walk));
                Shape::List(repeated, Box::new(element))
            }
            Some(Annotated::Map) if repeated.is_group() && repeated.get_fields().len() == 2 => {
                let both = |walk: &mut Walk| {
                    let [key, value] = [0, 1].map(|n| Node::field(&repeated.get_fields()[n], walk));
                    Box::new([key, value])
                };
                let (repeated, both) = Node::elements(walk, both);
                Shape::Map(repeated, both)
            }
            Some(Annotated::Map) | None => return Node::record(field, walk),
        };
        Node::new(start, walk, walk.definition, shape)
    }

    fn record(group: &Type, walk: &mut Walk) -> Node {
        let start = walk.leaf;
        let fields = group.get_fields().iter();
        let members = fields.map(|field| (field.name().to_owned(), Node::field(field, walk)));
        let shape = Shape::Record(members.collect());
        Node::new(start, walk, walk.definition, shape)
    }

    /// Whether the part is there in the row at which its columns are.
    pub(super) fn is_there(&self, leaves: &[Leaf]) -> bool {
        let first = leaves.get(self.leaves.clone()).unwrap_or_default().first();
        first.is_some_and(|first| first.definition() >= self.defined)
    }

    /// Goes on behind a part that is not there.
    pub(super) fn pass(&self, leaves: &mut [Leaf]) {
        leaves.get_mut(self.leaves.clone()).unwrap_or_default().iter_mut().for_each(Leaf::pass);
    }

    /// The column of a value.
    pub(super) fn leaf<'l>(&self, leaves: &'l mut [Leaf]) -> Option<&'l mut Leaf> {
        leaves.get_mut(self.leaves.start)
    }

    /// Calls `each` at every element of a list.
    pub(super) fn each_element(
        &self,
        repeated: Repeated,
        leaves: &mut [Leaf],
        mut each: impl FnMut(&mut [Leaf], usize),
    ) {
        let Some(first) = leaves.get(self.leaves.start) else { return };
        if first.definition() < repeated.defined {
            return self.pass(leaves);
        }
        for number in 0.. {
            each(leaves, number);
            let first = leaves.get(self.leaves.start);
            if first.is_none_or(|first| first.repetition() != repeated.level) {
                return;
            }
        }
    }
}

/// The element of an annotated list. Its one field holds the element, but not in files of older programs, where that
/// is the element itself: the rules are those of the format's description.
fn element(repeated: &Type, walk: &mut Walk) -> Node {
    match if repeated.is_group() { repeated.get_fields() } else { &[] } {
        [only] if holds_an_element(repeated, only) => Node::field(only, walk),
        _ => Node::content(repeated, walk),
    }
}

fn holds_an_element(repeated: &Type, only: &Type) -> bool {
    let is_of_old_programs = repeated.name() == "array" || repeated.name().ends_with("_tuple");
    annotated(repeated) != Some(Annotated::List) && (is_repeated(only) || !is_of_old_programs)
}

fn is_repeated(field: &Type) -> bool {
    let info = field.get_basic_info();
    info.has_repetition() && info.repetition() == Repetition::REPEATED
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Annotated {
    List,
    Map,
}

fn annotated(field: &Type) -> Option<Annotated> {
    let info = field.get_basic_info();
    match (info.logical_type_ref(), info.converted_type()) {
        (Some(LogicalType::List), _) | (None, ConvertedType::LIST) => Some(Annotated::List),
        (Some(LogicalType::Map), _) | (None, ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE) => {
            Some(Annotated::Map)
        }
        _ => None,
    }
}

/// A column, and how far it was gone over.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) column: Column,
    levels: Levels,
    /// A value is there if all of its path is.
    present: i16,
    at: usize,
    /// The number of the next value.
    pub(super) value: usize,
}

impl Leaf {
    /// All columns of `count` rows behind the first `skip`.
    pub(super) fn all(group: &dyn RowGroupReader, place: (usize, usize)) -> Read<Vec<Leaf>> {
        let schema = group.metadata().schema_descr_ptr();
        let leaf = |column: usize| {
            let (own, levels) = Column::read_levels(group, column, place)?;
            let descriptor = schema.column(column);
            let present = descriptor.max_def_level();
            let leaf = Leaf { column: own, levels, present, at: 0, value: 0 };
            leaf.levels_fit(descriptor.max_rep_level()).then_some(leaf).ok_or_else(amiss)
        };
        (0..schema.num_columns()).map(leaf).collect()
    }

    /// An error unless all columns stand before the same row.
    pub(super) fn check(leaves: &[Leaf], is_last: bool) -> Read<()> {
        let is_amiss = |leaf: &Leaf| leaf.repetition() != 0 || !is_last && leaf.is_at_end();
        if leaves.iter().any(is_amiss) {
            return Err(amiss());
        }
        Ok(())
    }

    /// Whether no level is one that the column does not have, and every value has its own.
    fn levels_fit(&self, most: i16) -> bool {
        let Levels { definitions, repetitions, .. } = &self.levels;
        let fit = |levels: &[i16], most: i16| levels.iter().all(|level| (0..=most).contains(level));
        let values = definitions.iter().filter(|&&level| level == self.present).count();
        fit(definitions, self.present)
            && fit(repetitions, most)
            && (self.present == 0 || values == self.column.count())
    }

    fn is_at_end(&self) -> bool {
        let all = if self.present > 0 { self.levels.definitions.len() } else { self.levels.rows };
        self.at >= all
    }

    fn definition(&self) -> i16 {
        match self.levels.definitions.get(self.at) {
            Some(&definition) => definition,
            None if self.is_at_end() => -1,
            None => self.present,
        }
    }

    fn repetition(&self) -> i16 {
        self.levels.repetitions.get(self.at).copied().unwrap_or(0)
    }

    /// Goes on behind a value or a missing one.
    pub(super) fn pass(&mut self) {
        self.value += usize::from(self.definition() == self.present);
        self.at += 1;
    }
}

fn amiss() -> ParquetError {
    ParquetError::General("its columns do not fit together".to_owned())
}
