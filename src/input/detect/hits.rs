//! Hits of Google's Universal Analytics, laid flat from its export to BigQuery.
//!
//! A hit says when it was by the second in which its visit began (`visitStartTime`) and the milliseconds since then, which
//! stand under `time`. By that name they would be taken for times themselves.

use super::table_head::TableHead;
use crate::input::aliases::{Mapping, Part, folded};
use crate::input::columns::{Header, Row, is_null};

/// The second in which the visit of a hit began.
const START: &str = "visitstarttime";

/// Which hit of its visit a row is.
const NUMBERS: [&str; 2] = ["hitnumber", "hitshitnumber"];

/// How many milliseconds after that the hit was.
const SINCE: [&str; 2] = ["time", "hitstime"];

/// What other programs take for the time of a row, and is coarser or none.
const NO_TIMES: [&str; 3] = ["time", "hitstime", "date"];

/// The money of a hit's order as Google's export has it: in millionths.
const MILLIONTHS: [&str; 6] = [
    "transactionrevenue",
    "totaltransactionrevenue",
    "hitstransactiontransactionrevenue",
    "hitstransactionrevenue",
    "totalstransactionrevenue",
    "totalstotaltransactionrevenue",
];

/// A visit ends at midnight, so none has milliseconds of more digits.
const LONGEST: usize = 8;

/// What a table of hits has where, beside what its names say.
#[derive(Debug, Default)]
pub(super) struct Hits {
    /// Which column is the time, beside what the user said.
    pub(super) map: Vec<(Part, String)>,
    /// The column of the milliseconds since then.
    pub(super) since: Option<usize>,
}

/// What is to be known of a table for its hits to have their times; nothing if it holds none.
pub(super) fn of(table: &TableHead, told: &[(Part, String)]) -> Hits {
    let header = &table.header;
    let mut map = told.to_vec();
    let is_told = told.iter().any(|(part, _)| *part == Part::Time);
    let (Some(start), Some(_)) = (called(header, &[START]), called(header, &NUMBERS)) else {
        return Hits { map, since: None };
    };
    let names = header.names();
    let mapping = Mapping::find(names, told);
    let has_time = mapping.of(Part::Time).is_some_and(|name| !NO_TIMES.contains(&&*folded(name)));
    let since = called(header, &SINCE);
    let is_since = since.is_some_and(|column| holds_milliseconds(table, column));
    if is_told || has_time || since.is_some() && !is_since {
        return Hits { map, since: None };
    }
    map.extend(names.get(start).map(|name| (Part::Time, name.clone())));
    Hits { map, since }
}

/// Whether a column of a table of hits has money in millionths: none of the first rows says otherwise.
pub(super) fn are_millionths(table: &TableHead, column: usize) -> bool {
    let header = &table.header;
    let are_hits = called(header, &[START]).is_some() && called(header, &NUMBERS).is_some();
    let is_called = called(header, &MILLIONTHS) == Some(column);
    let texts = table.rows.iter().map(|row| Row::parsed(row).text(Some(column)).into_owned());
    let mut texts = texts.filter(|text| !is_null(text));
    // Hundredths in millionths end so.
    let is_one =
        |text: &str| text.ends_with("0000") && text.bytes().all(|byte| byte.is_ascii_digit());
    are_hits && is_called && texts.all(|text| is_one(&text))
}

/// What to do with sessions of Universal Analytics, a row each, if a file has their columns or keys: what happened in
/// them stands in lists within the rows.
pub(super) fn hint(names: &[String]) -> Option<&'static str> {
    let has = |wanted: &[&str]| names.iter().any(|name| wanted.contains(&&*folded(name)));
    let is_one = has(&[START]) && has(&["hits", "totals"]) && !has(&NUMBERS);
    is_one.then_some(
        "these are sessions of Google's Universal Analytics, a row each: export a row for each of their hits, with fullVisitorId, visitId, visitStartTime, hitNumber, time and what happened, and say with --map event=COLUMN which column that is",
    )
}

/// The first column that has one of these names, by their letters.
fn called(header: &Header, names: &[&str]) -> Option<usize> {
    header.names().iter().position(|name| names.contains(&&*folded(name)))
}

fn holds_milliseconds(table: &TableHead, column: usize) -> bool {
    let texts = table.rows.iter().map(|row| Row::parsed(row).text(Some(column)).into_owned());
    let mut texts = texts.filter(|text| !is_null(text)).peekable();
    let is_number =
        |text: &str| text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_digit());
    texts.peek().is_some() && texts.all(|text| is_number(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_are_timed_from_the_start_of_their_visit() {
        for (text, time, since) in [
            (
                "visitStartTime,hitNumber,time,x\n1470508647,1,20000,y\n",
                Some("visitStartTime"),
                Some(2),
            ),
            (
                "visitStartTime,hits.hitNumber,hits.time\n1470508647,1,0\n",
                Some("visitStartTime"),
                Some(2),
            ),
            (
                "visitStartTime,hitNumber,date\n1470508647,1,20160806\n",
                Some("visitStartTime"),
                None,
            ),
            // The time of the hit is there itself.
            ("visitStartTime,hitNumber,time\n1470508647,1,2016-08-06 18:37:27\n", None, None),
            ("visitStartTime,hitNumber,timestamp\n1470508647,1,1470508667\n", None, None),
            // A row that is no hit.
            ("visitStartTime,time\n1470508647,20000\n", None, None),
        ] {
            let hits = of(&TableHead::read(text.as_bytes()).unwrap(), &[]);
            let found = hits.map.first().map(|(_, name)| name.as_str());
            assert_eq!((found, hits.since), (time, since), "{text}");
        }
        let text = "visitStartTime,hitNumber,time\n1470508647,1,20000\n";
        let told = [(Part::Time, "time".to_owned())];
        let hits = of(&TableHead::read(text.as_bytes()).unwrap(), &told);
        assert_eq!((hits.map, hits.since), (told.to_vec(), None));
    }

    #[test]
    fn money_of_hits_is_in_millionths_unless_it_has_decimals() {
        for (text, expected) in [
            (
                "visitStartTime,hitNumber,transactionRevenue\n1470508647,1,\n1470508647,2,55500000\n",
                true,
            ),
            ("visitStartTime,hitNumber,hits.transaction.transactionRevenue\n1470508647,1,\n", true),
            ("visitStartTime,hitNumber,transactionRevenue\n1470508647,2,55.50\n", false),
            ("visitStartTime,hitNumber,transactionRevenue\n1,2,20000\n1,3,12500\n", false),
            ("visitStartTime,hitNumber,revenue\n1470508647,2,55500000\n", false),
            ("time,hitNumber,transactionRevenue\n1470508647,2,55500000\n", false),
        ] {
            let table = TableHead::read(text.as_bytes()).unwrap();
            assert_eq!(are_millionths(&table, 2), expected, "{text}");
        }
    }

    #[test]
    fn sessions_without_a_row_for_each_hit_are_told() {
        for (names, expected) in [
            ("visitId,visitStartTime,totals,hits", true),
            ("visitStartTime,totals", true),
            ("visitStartTime,hits.hitNumber,totals", false),
            ("sessionId,hits", false),
        ] {
            let names: Vec<String> = names.split(',').map(str::to_owned).collect();
            assert_eq!(hint(&names).is_some(), expected, "{names:?}");
        }
    }
}
