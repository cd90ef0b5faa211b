//! Shopify's export of abandoned checkouts: the layout of the orders export, one row a line item.
//!
//! Which cells are filled shows how far the buyer came: a lower bound, because a known address fills
//! itself. Whether a checkout was later completed is found out by whoever stitches customers.

use super::shopify_orders::common::{Common, CommonColumns, number};
use super::shopify_orders::copies::{
    Aside, Gathered, InputSettings, Line, LineAt, Meant, Progress, Settings, gather, without_time,
};
use super::shopify_orders::order_key;
use super::shopify_orders::packed::{Cell, Packed, Packing};
use crate::event::RowRef;
use crate::input::columns::{Header, Row};
use crate::input::json::{Json, look_into};
use crate::input::timestamp::Stamp;
use crate::key::Key;
use crate::quality::Reason;
use crate::text::{is_null_word, says_so};
use std::collections::BTreeMap;

/// The steps of a checkout by their canonical names. Shopify's export lists no checkout without contact
/// details, so there the first two are always reached.
const STEPS: [&str; 5] = [
    "checkout_started",
    "checkout_contact_info_submitted",
    "checkout_address_info_submitted",
    "checkout_shipping_info_submitted",
    "payment_info_submitted",
];

/// What the export and the tables of warehouses call the first line of the address.
const ADDRESSES: [&str; 3] =
    ["shipping address1", "shipping address address1", "shipping address address 1"];

/// Where the cells of a checkouts export are, or of a table that a warehouse has made of checkouts.
#[derive(Clone, Debug, Default)]
pub struct CheckoutColumns {
    common: CommonColumns,
    total: Option<usize>,
    token: Option<usize>,
    completed_at: Option<usize>,
    /// For each of the last three steps, the columns of which one is filled when it is reached.
    proofs: [[Option<usize>; 3]; 3],
}

impl CheckoutColumns {
    /// Finds the columns.
    pub fn new(header: &Header) -> CheckoutColumns {
        let find = |name| header.find(&[name]);
        CheckoutColumns {
            common: CommonColumns::new(header).named_by_number(),
            total: header.find(&["total", "total price", "total price set shop amount"]),
            token: find("token"),
            completed_at: find("completed at"),
            proofs: [
                [header.find(&ADDRESSES), find("shipping street"), find("shipping address")],
                [
                    header.find(&["shipping method", "shipping line title"]),
                    find("shipping line"),
                    find("shipping lines"),
                ],
                [header.find(&["payment method", "gateway"]), None, None],
            ],
        }
    }

    /// Which of the last three steps no column can show, in words.
    pub fn unseen(&self) -> Vec<&'static str> {
        let steps = ["the delivery address", "the way of shipping", "the payment"];
        let unseen = steps.into_iter().zip(self.proofs);
        let unseen = unseen.filter(|(_, columns)| columns.iter().all(Option::is_none));
        unseen.map(|(step, _)| step).collect()
    }
}

/// Whether a cell proves its step. Pipelines put the address and the way of shipping there as JSON: an address has a
/// first line, a way of shipping a title or some key, and a list something in it.
fn says_something(cell: &str) -> bool {
    let is_filled = |value: Json<'_>| {
        let text = value.scalar();
        text.is_some_and(|text| !text.trim().is_empty() && !is_null_word(text.trim()))
    };
    let told = look_into(cell, |object| {
        let told = ["address1", "title", "handle", "code"].map(|key| object.member(key));
        Some(told.into_iter().flatten().any(is_filled))
    });
    told.unwrap_or_else(|| {
        let list = cell.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        list.is_none_or(|inside| !inside.trim().is_empty())
    })
}

/// Who is at a checkout.
#[derive(Clone, Debug, Default)]
pub struct Buyer {
    /// The e-mail address.
    pub email: Option<Box<str>>,
    /// Telephone numbers.
    pub phones: Vec<Box<str>>,
    /// The number of the shop's customer.
    pub customer: Option<Box<str>>,
}

/// One row of a checkouts export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckoutLine {
    common: Common,
    /// How many of [`STEPS`] the row proves.
    reached: u8,
}

impl CheckoutLine {
    /// Reads a row. An error says what is wrong with it.
    pub fn read(columns: &CheckoutColumns, row: &Row<'_>) -> Result<CheckoutLine, String> {
        let first = columns.common.id().or(columns.total);
        let mut common = Common::read(&columns.common, first, row, Packing::default())?;
        // The name is `#` and the number; spreadsheets leave it alone.
        if common.id().is_none() {
            let name = common.name().trim_start_matches('#').to_owned();
            common.texts.extend(number(&name).map(|number| (Cell::Id, number)).into_iter());
        }
        let is_filled = |columns: [Option<usize>; 3]| {
            let mut cells = columns.into_iter().filter_map(|column| row.mark(column));
            cells.any(|cell| says_something(&cell))
        };
        let mut reached = 2;
        for (steps, proof) in (3..).zip(columns.proofs) {
            if is_filled(proof) {
                reached = steps;
            }
        }
        // Warehouses list the checkouts that were completed after all.
        if row.mark(columns.completed_at).is_some_and(|text| says_so(&text)) {
            reached = 5;
        }
        if let Some(token) = row.mark(columns.token) {
            common.texts.extend(std::iter::once((Cell::Token, &*token)));
        }
        Ok(CheckoutLine { common, reached })
    }

    /// A checkout of another source: what names it, the buyer, its tokens, when it was made, and whether it came to contact details, an address, a way of shipping and a payment.
    /// `None` without a time.
    pub fn of_parts(
        name: &str,
        Buyer { email, phones, customer }: Buyer,
        tokens: &[Box<str>],
        created_at: Option<&str>,
        proofs: [bool; 4],
    ) -> Option<CheckoutLine> {
        let proven = (2..).zip(proofs).filter(|(_, proof)| *proof);
        let reached = proven.map(|(steps, _)| steps).max().unwrap_or(1);
        let mut packing = Packing::default();
        packing.add(Cell::CreatedAt, created_at?);
        packing.add(Cell::Name, name);
        packing.add_some(Cell::Id, number(name));
        packing.add_some(Cell::Email, email);
        packing.add_some(Cell::Customer, customer);
        let phones = phones.iter().map(|phone| (Cell::Phone, phone));
        for (cell, text) in phones.chain(tokens.iter().map(|token| (Cell::Token, token))) {
            packing.add(cell, text);
        }
        let common = Common { texts: packing.packed(), is_first: true, is_whole: true };
        Some(CheckoutLine { common, reached })
    }

    /// The text in Created at: evidence of how the file writes dates.
    pub fn created_at(&self) -> Option<&str> {
        self.common.created_at()
    }
}

impl Line for CheckoutLine {
    fn common(&self) -> &Common {
        &self.common
    }

    fn settle(&mut self, _: InputSettings) {}

    fn progress(&self) -> Progress {
        Progress { stage: self.reached, ..Progress::default() }
    }

    fn fill(&mut self, other: &CheckoutLine) {
        self.reached = self.reached.max(other.reached);
        self.common.fill(&other.common);
    }

    fn take_over(&mut self, other: &CheckoutLine) {
        self.reached = self.reached.max(other.reached);
        self.common.take_over(&other.common);
    }
}

/// A checkout that was not completed when it was exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// The input of its first row.
    pub input: usize,
    /// Its first row.
    pub row: RowRef,
    /// The [`order_key`] of its number or name.
    pub id: Key,
    /// When it was started.
    pub at: Stamp,
    /// Its name, its number if that is known, who is at it, and its tokens.
    pub texts: Packed,
    /// The canonical names of the steps that were reached, in their order; a later step proves the
    /// earlier ones.
    pub steps: Vec<&'static str>,
}

impl Checkout {
    /// The number, or the name where that is lost.
    pub fn number(&self) -> &str {
        self.texts.get(Cell::Id).or(self.texts.get(Cell::Name)).unwrap_or_default()
    }
}

/// What a set of checkouts exports holds.
#[derive(Clone, Debug, Default)]
pub struct Assembly {
    /// Checkouts with a readable time, by input and row.
    pub checkouts: Vec<Checkout>,
    /// Rows that do not count, by input and row.
    pub aside: Vec<Aside>,
    /// By input, how many rows have a date that stands for no time.
    pub placeholders: BTreeMap<usize, u64>,
}

/// Makes checkouts of all rows of all checkouts exports, which are in order; `meant` is what was read of each.
pub fn assemble(
    mut lines: Vec<&mut LineAt<CheckoutLine>>,
    meant: Vec<Vec<Meant>>,
    settings: &Settings,
) -> Assembly {
    let Gathered { records, aside, placeholders, .. } = gather(&mut lines, meant, settings);
    let mut assembly = Assembly { aside, placeholders, ..Assembly::default() };
    for record in records.into_list() {
        let Some(at) = lines.get_mut(record.place) else { continue };
        if record.at.is_none() {
            let words = without_time(&at.line.common);
            assembly.aside.push((at.input, at.row, Reason::BadTimestamp, words));
        }
        assembly.checkouts.extend(record.at.map(|started| checkout(at, started)));
    }
    assembly.aside.sort_unstable();
    assembly
}

/// The checkout of a record; takes its texts out of the row that stands for it.
fn checkout(row: &mut LineAt<CheckoutLine>, at: Stamp) -> Checkout {
    let LineAt { input, row, line } = row;
    let common = &mut line.common;
    Checkout {
        input: *input,
        row: *row,
        id: order_key(common.id().unwrap_or(common.name())),
        at,
        texts: std::mem::take(&mut common.texts),
        steps: STEPS.into_iter().take(line.reached.into()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::shopify_orders::copies::read;
    use super::*;
    use csv::ByteRecord;

    fn lines(files: &[&str]) -> Vec<LineAt<CheckoutLine>> {
        let mut lines = Vec::new();
        for (input, file) in files.iter().enumerate() {
            let mut reader = csv::Reader::from_reader(file.as_bytes());
            let columns = CheckoutColumns::new(&Header::new(reader.byte_headers().unwrap()));
            let records: Vec<ByteRecord> = reader.byte_records().map(Result::unwrap).collect();
            for (record, number) in records.iter().zip(0..) {
                let row = RowRef::new(u32::try_from(input).unwrap(), number, number);
                let line = CheckoutLine::read(&columns, &Row::parsed(record)).unwrap();
                lines.push(LineAt { input, row, line });
            }
        }
        lines
    }

    fn assembled(mut lines: Vec<LineAt<CheckoutLine>>) -> Assembly {
        lines.sort_by_key(LineAt::order_key);
        let mut lines: Vec<&mut LineAt<CheckoutLine>> = lines.iter_mut().collect();
        let meant = read(&mut lines, &Settings::default());
        assemble(lines, vec![meant], &Settings::default())
    }

    fn aside(assembly: &Assembly) -> Vec<String> {
        let of =
            |(input, row, reason, _): &Aside| format!("{input}.{} {}", row.record(), reason.code());
        assembly.aside.iter().map(of).collect()
    }

    const EXPORT: &str = "\
Name,Email,Total,Created at,Shipping Address1,Shipping Street,Shipping Method,Payment Method,Id,Phone,Note Attributes
#44,kim@example.com,9.00,2025-10-11 20:05:09 +0200,,,,Cards,44,,clientId: c-4
#43,,9.00,2025-10-11 12:00:00 +0200,,,,,43,'+44 20 7946 0000,
#42,lou@example.com,9.00,2025-10-07 10:40:12 +0200,,8 Made-up Road,,,42,,
#42,lou@example.com,,2025-10-07 10:40:12 +0200,,,,,,,
#41,lou@example.com,9.00,2025-10-06 10:40:12 +0200,8 Made-up Road,,Post,,41,,
#40,lou@example.com,9.00,,,,,,40,,
";

    #[test]
    fn filled_cells_show_how_far_a_checkout_came() {
        let found = assembled(lines(&[EXPORT]));
        let reached: Vec<(u64, usize)> =
            found.checkouts.iter().map(|c| (c.row.record(), c.steps.len())).collect();
        assert_eq!(reached, [(0, 5), (1, 2), (2, 3), (4, 4)]);
        assert_eq!(found.checkouts[2].steps, STEPS[..3]);
        assert_eq!(found.checkouts[1].texts.get(Cell::Phone), Some("+44 20 7946 0000"));
        assert_eq!(found.checkouts[0].texts.get(Cell::Client), Some("c-4"));
        assert_eq!(found.checkouts[0].id, order_key("44"));
        assert_eq!(aside(&found), ["0.3 continuation", "0.5 bad_timestamp"]);
    }

    #[test]
    fn the_copy_that_came_furthest_is_kept() {
        let early =
            "Name,Created at,Shipping Method,Id\n#42,2025-10-07 10:40:12 +0200,Post,4.2E+13\n";
        let damaged = "Name,Created at,Id\n#42,2025-10-07 10:40,42\n";
        for (files, kept) in [([early, damaged], 0), ([damaged, early], 1)] {
            let mut lines = lines(&files);
            lines.reverse();
            let found = assembled(lines);
            let [checkout] = &found.checkouts[..] else { panic!("one checkout") };
            assert_eq!((checkout.input, checkout.steps.len()), (kept, 4));
            assert_eq!(checkout.id, order_key("42"));
            assert_eq!(aside(&found), [format!("{}.0 duplicate", 1 - kept)]);
        }
    }
}
