//! What is around the records of a source, if they are nothing by themselves: under a key, or in a column of a table.
//!
//! Mostly the record is all there is to know. What it lacks of an event (when it was, what happened, who it was) may stand
//! around it; then that is put into it.

use super::SAMPLE;
use super::json_records::each_record;
use super::json_sample::JsonSample;
use super::table_head::TableHead;
use crate::input::Told;
use crate::input::aliases::{Mapping, Part, folded};
use crate::input::columns::Row;
use crate::input::envelope::{Envelope, FURTHER, KEYS};
use crate::input::format::web_pixel::PixelKeys;
use crate::input::json::{Reader, Written};
use crate::input::split::Layout;

/// What is around records that are nothing by themselves, with what they are without it.
pub(super) fn of_records(
    (head, layout): (&[u8], Layout),
    own: &JsonSample,
    told: &Told,
    pixel: &PixelKeys,
) -> Option<(JsonSample, Envelope)> {
    if own.looks_like(told) {
        return None;
    }
    let opened = |envelope: Envelope| {
        let mut room = Reader::default();
        let open = |(line, record)| {
            let record = envelope.open(Written::new(record), &mut room).ok()?;
            Some((line, record))
        };
        let records = each_record(head, layout).take(SAMPLE).filter_map(open);
        let sample = JsonSample::of(records, pixel);
        (2 * sample.objects >= own.objects).then_some((sample, envelope))
    };
    let keys = KEYS.into_iter().chain(FURTHER).filter(|key| own.all_keys.contains(*key));
    let members = keys.map(|key| Envelope::Member(key, Vec::new()));
    let all: Vec<_> = std::iter::once(Envelope::Texts).chain(members).filter_map(opened).collect();
    let first = |is: &dyn Fn(&JsonSample) -> bool| all.iter().position(|(sample, _)| is(sample));
    let known = first(&|sample| sample.looks_like(told));
    if known.is_none() && own.are_events(told) {
        return None;
    }
    let chosen = known.or_else(|| first(&|sample| sample.are_events(told)));
    let Some(chosen) = chosen else {
        let around: Vec<String> = own.keys.iter().map(|(key, _)| key.clone()).collect();
        return all.iter().find_map(|(sample, envelope)| {
            let Envelope::Member(key, _) = *envelope else { return None };
            let around = lacking(&sample.scalars(), &around, told)?;
            opened(Envelope::Member(key, around)).filter(|(sample, _)| sample.are_events(told))
        });
    };
    all.into_iter().nth(chosen)
}

/// The records in a column of a table that has an envelope's name. Events of which no format is known are only taken from it
/// if the table is nothing without.
pub(super) fn of_column(
    table: &TableHead,
    told: &Told,
    pixel: &PixelKeys,
    is_nothing: bool,
) -> Option<(JsonSample, Envelope)> {
    let names = table.header.names();
    let opened = |column: usize, around: Vec<usize>| {
        let envelope = Envelope::Column(table.header.clone(), column, around);
        let cells = table.rows.iter().map(|row| envelope.of_row(Row::parsed(row)));
        let sample = JsonSample::of((1..).zip(cells), pixel);
        (2 * sample.objects >= table.rows.len()).then_some((sample, envelope))
    };
    KEYS.into_iter().chain(FURTHER).find_map(|key| {
        let column = names.iter().position(|name| folded(name) == folded(key))?;
        let (sample, envelope) = opened(column, Vec::new())?;
        if sample.looks_like(told) || is_nothing && sample.are_events(told) {
            return Some((sample, envelope));
        }
        let others: Vec<String> = names
            .iter()
            .enumerate()
            .filter(|(own, _)| *own != column)
            .map(|(_, name)| name.clone())
            .collect();
        let around = lacking(&sample.scalars(), &others, told).filter(|_| is_nothing)?;
        let column_of = |name: &String| names.iter().position(|own| own == name);
        let around = around.iter().filter_map(column_of).collect();
        opened(column, around).filter(|(sample, _)| sample.are_events(told))
    })
}

/// What stands around records under names of parts that they lack; an event has the best name that there is. `None` if
/// nothing does.
fn lacking(record: &[String], around: &[String], told: &Told) -> Option<Vec<String>> {
    let own = Mapping::of_events(record, &told.map);
    let others: Vec<String> =
        around.iter().filter(|name| !record.contains(name)).cloned().collect();
    let around = Mapping::of_events(&others, &told.map);
    let all: Vec<String> = record.iter().chain(&others).cloned().collect();
    let both = Mapping::find(&all, &told.map);
    let fills = |part: Part| match part {
        Part::Time | Part::Session => own.of(part).is_none(),
        Part::Event => both.of(part) == around.of(part),
        Part::Who(_) => own.who().next().is_none(),
        Part::Order
        | Part::Value
        | Part::Currency
        | Part::UserAgent
        | Part::Address
        | Part::Id
        | Part::Sequence
        | Part::Figure(_) => false,
    };
    let found =
        around.parts().filter(|(part, name)| fills(*part) && others.iter().any(|own| own == name));
    let found: Vec<String> = found.map(|(_, name)| name.to_string()).collect();
    (!found.is_empty()).then_some(found)
}
