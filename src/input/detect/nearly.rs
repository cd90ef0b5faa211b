//! What a table of events nearly is: a format of which it has columns that nobody else has, and lacks one that must be
//! there.
//!
//! Such a table can be read, by the usual names of its columns, but without what only the format knows: amounts within
//! JSON, sessions, robots. Its reader is told.

use super::meant::meant;
use super::offers;
use super::table::either;
use super::table_formats::{self, TableFormat};
use super::table_head::TableHead;
use crate::input::columns::Header;
use crate::input::format::Format;
use crate::input::json::{is_like_python, json_of_python};
use std::collections::BTreeSet;

/// The columns of a format that other logs have not, in words.
struct Own {
    format: Format,
    names: &'static [&'static str],
    /// What begins the names of further ones.
    starts: &'static [&'static str],
    /// How many of them tell the format.
    needed: usize,
}

const fn own(
    format: Format,
    needed: usize,
    names: &'static [&'static str],
    starts: &'static [&'static str],
) -> Own {
    Own { format, names, starts, needed }
}

static OWN: [Own; 7] = [
    own(
        Format::Ga4Flat,
        2,
        &["user pseudo id", "event bundle sequence id", "stream id", "user first touch timestamp"],
        &["event params", "traffic source", "collected traffic source", "ecommerce"],
    ),
    own(
        Format::PostHogTable,
        2,
        &["uuid", "distinct id", "person id", "properties", "elements chain"],
        &["properties "],
    ),
    own(
        Format::SegmentWarehouse,
        3,
        &["anonymous id", "received at", "sent at", "original timestamp", "message id"],
        &["context "],
    ),
    own(
        Format::SnowplowAtomic,
        3,
        &[
            "etl tstamp",
            "collector tstamp",
            "derived tstamp",
            "dvce created tstamp",
            "domain userid",
        ],
        &["domain ", "unstruct event", "contexts ", "se "],
    ),
    own(Format::MatomoTable, 3, &["visitor id", "first action timestamp"], &["action details "]),
    own(Format::RetailRocket, 3, &["visitorid", "itemid", "transactionid"], &[]),
    own(
        Format::Rees46,
        3,
        &["category code", "category id", "user session", "brand", "product id"],
        &[],
    ),
];

/// What a table of which nothing can be made nearly is.
pub(super) fn instead(table: &TableHead) -> Option<String> {
    of_table(table, false).map(|near| near.replace(NOT_READ, ""))
}

/// What is lost where events are read without what the format knows.
const NOT_READ: &str = ", so what that has beside times, names and people is not read";

/// What a table of events nearly is. `is_named` says whether its events are called by a column `name`, as orders and
/// checkouts are.
pub(super) fn of_table(table: &TableHead, is_named: bool) -> Option<String> {
    let header = &table.header;
    let of_orders = is_named && header.in_words().has(&["created at"]);
    let is_candidate = |known: &&TableFormat| {
        let of_events = OWN.iter().find(|own| own.format == known.format);
        let has_more = known.must.len() > 2;
        let is_told = of_events.map_or(of_orders && has_more, |own| own.is_told_by(header));
        is_told && known.may_be_near()
    };
    let lacking = table_formats::ALL.iter().filter(is_candidate).filter_map(|known| {
        let missing = known.missing(header);
        let [only] = missing.as_slice() else { return None };
        Some((known.format, *only))
    });
    // Of several tables of one format, those of warehouses come last and are meant.
    let mut told: Vec<(Format, &[&str])> = Vec::new();
    for (format, names) in lacking {
        told.retain(|(own, _)| *own != format);
        told.push((format, names));
    }
    let told: BTreeSet<String> =
        told.into_iter().map(|(format, names)| sentence(header, format, names)).collect();
    (!told.is_empty()).then(|| Vec::from_iter(told).join("; "))
}

/// Which columns have objects that Python has printed with values that JSON has not: `{'at': datetime.date(2025, 1, 1)}`.
pub(super) fn printed_by_python(table: &TableHead) -> Option<String> {
    let is_printed = |column: &usize| {
        let texts = offers::texts_of(table, Some(*column));
        texts.iter().any(|text| is_like_python(text) && json_of_python(text).is_none())
    };
    let names = table.header.names();
    let columns = (0..names.len()).filter(is_printed).filter_map(|column| names.get(column));
    let columns: Vec<String> = columns.map(|name| format!("`{name}`")).collect();
    (!columns.is_empty()).then(|| {
        format!(
            "what stands under {} is written as Python prints objects, with values that JSON has not, so it is not read: write these cells with json.dumps",
            columns.join(", ")
        )
    })
}

fn sentence(header: &Header, format: Format, names: &[&str]) -> String {
    let own = || header.names().iter().map(String::as_str);
    let near = names.iter().find_map(|name| meant(name, own()));
    let near = near.map(|near| format!(" (is `{near}` meant?)")).unwrap_or_default();
    format!(
        "nearly `{}`, but without `{}`{near}{NOT_READ}: call the column so in the first line of the file",
        format.id(),
        either(names)
    )
}

impl Own {
    fn is_told_by(&self, header: &Header) -> bool {
        let header = header.in_words();
        let is_own = |name: &&String| {
            self.names.contains(&name.as_str())
                || self.starts.iter().any(|start| name.starts_with(start))
        };
        header.normal_names().iter().filter(is_own).count() >= self.needed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_events_is_nearly_what_it_has_columns_of() {
        for (header, expected) in [
            (
                "event_time,event_name,user_pseudo_id,ecommerce.purchase_revenue",
                Some(
                    "nearly `ga4.bq.flat`, but without `event timestamp` (is `event_time` meant?)",
                ),
            ),
            (
                "uuid,event,timestamp,distinctId,properties",
                Some("nearly `posthog.csv`, but without `distinct id` (is `distinctId` meant?)"),
            ),
            ("event_timestamp,event_name,user_id,value", None),
            ("event_time,event_type,product_id,user_id,session_id,brand,price", None),
            ("timestamp,event,user_id,session_id", None),
        ] {
            let table = TableHead::read(format!("{header}\n").as_bytes()).unwrap();
            let found = of_table(&table, false);
            let begins =
                found.as_deref().map(|found| expected.is_some_and(|e| found.starts_with(e)));
            assert_eq!(begins, expected.map(|_| true), "{header}: {found:?}");
        }
    }
}
