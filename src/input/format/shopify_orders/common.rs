//! The cells that the exports of orders and of abandoned checkouts have in common.
//!
//! Both exports have the same layout: what names the record, who the buyer is, when it was made. Tables that
//! warehouses and other programs make of orders say the same under names of their own ([`CommonColumns`]). A
//! row becomes an owned value here, because the rows of one record may be in different blocks and
//! files. Identifiers stay as they are written; to normalise them is the business of `identity`.

use super::columns::{
    CUSTOMERS, EMAILS, NOTES, ORDER_IDS, ORDER_NAMES, ORDER_TIMES, PHONES, ROW_IDS, TOKENS,
};
use super::packed::{Cell, Packed, Packing};
use crate::input::columns::{Header, Row, is_excel_number, is_null};
use crate::input::json::{Json, look_into};
use crate::input::timestamp::{self, ZoneRule};
use crate::key::Key;
use crate::text::is_null_word;
use crate::time::Instant;
use std::borrow::Cow;

/// Where the common cells are: in the export's columns, or in those of a warehouse's table.
#[derive(Clone, Debug, Default)]
pub struct CommonColumns {
    name: Option<usize>,
    id: Option<usize>,
    /// Whether ids may be other texts than numbers: those of a column that is named for orders.
    any_id: bool,
    customer: Option<usize>,
    /// The buyer as JSON, as pipelines have it.
    buyer: Option<usize>,
    tokens: [Option<usize>; 3],
    email: Option<usize>,
    phones: [Option<usize>; 3],
    note_attributes: Option<usize>,
    created_at: Option<usize>,
    /// Whether a record without a name is called by its number.
    named_by_number: bool,
}

impl CommonColumns {
    /// Finds the columns.
    pub fn new(header: &Header) -> CommonColumns {
        // Where a table has both, the other is the id of its row.
        let order_id = header.find(ORDER_IDS);
        let id = order_id.or_else(|| header.find(ROW_IDS));
        CommonColumns {
            name: header.find(ORDER_NAMES).or(id),
            id,
            any_id: order_id.is_some(),
            customer: header.find(CUSTOMERS),
            buyer: header.find(&["customer"]),
            tokens: TOKENS.map(|names| header.find(names)),
            email: header.find(EMAILS),
            phones: PHONES.map(|names| header.find(names)),
            note_attributes: header.find(NOTES),
            created_at: header.find(ORDER_TIMES),
            named_by_number: false,
        }
    }

    /// The same for records that need no name beside their number.
    #[must_use]
    pub fn named_by_number(self) -> CommonColumns {
        CommonColumns { named_by_number: true, ..self }
    }

    /// Whether any column says who the buyer was.
    pub fn name_buyers(&self) -> bool {
        let persons = [self.customer, self.buyer, self.email, self.note_attributes];
        let columns = persons.iter().chain(&self.phones).chain(&self.tokens);
        columns.flatten().next().is_some()
    }

    /// The column of the record's number.
    pub fn id(&self) -> Option<usize> {
        self.id
    }
}

/// The buyer in a cell of JSON.
#[derive(Default)]
struct Buyer {
    customer: Option<String>,
    email: Option<String>,
    phone: Option<String>,
}

impl Buyer {
    /// Nobody if the cell is no object: names of people say nothing.
    fn of(cell: Option<&str>) -> Buyer {
        let text = |customer: Json<'_>, key: &str| {
            let text = customer.member(key).and_then(Json::scalar)?;
            (!is_null_word(text.trim())).then(|| text.into_owned())
        };
        let buyer = |customer: Json<'_>| {
            let [customer, email, phone] = ["id", "email", "phone"].map(|key| text(customer, key));
            Some(Buyer { customer, email, phone })
        };
        let object = cell.filter(|cell| cell.starts_with('{'));
        let found = object.and_then(|cell| look_into(cell, buyer));
        found.unwrap_or_default()
    }
}

/// The common cells of one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Common {
    /// The name; the number, where it is not blank and no spreadsheet lost its digits; the buyer's address,
    /// number and telephones, none twice; browsers that apps noted; the checkout's tokens; when it was made.
    pub texts: Packed,
    /// Whether the row has what only the first row of a record has.
    pub is_first: bool,
    /// Whether the row is all of the record, which then has no further ones.
    pub is_whole: bool,
}

impl Common {
    /// Reads a row. `first` is the column that only first rows fill; `packing` may have other texts of
    /// the row. An error says what is missing.
    pub fn read(
        columns: &CommonColumns,
        first: Option<usize>,
        row: &Row<'_>,
        mut packing: Packing,
    ) -> Result<Common, String> {
        let mut name = row.text(columns.name);
        if is_null_word(&name) && columns.named_by_number {
            name = row.text(columns.id);
        }
        if is_null_word(&name) {
            return Err("there is nothing in the column that names the order".to_owned());
        }
        packing.add(Cell::Name, &name);
        let id = row.mark(columns.id);
        let id = id.as_deref().and_then(|text| match number(text) {
            None if columns.any_id => any_id(text),
            number => number,
        });
        packing.add_some(Cell::Id, id);
        let buyer = Buyer::of(row.mark(columns.buyer).as_deref());
        packing.add_some(Cell::Email, row.mark(columns.email).or(buyer.email.map(Cow::Owned)));
        let customer = row.mark(columns.customer).or(buyer.customer.map(Cow::Owned));
        packing.add_some(Cell::Customer, customer);
        packing.add_some(Cell::CreatedAt, row.mark(columns.created_at));
        let phones = columns.phones.iter().filter_map(|&column| row.mark(column));
        for phone in phones.chain(buyer.phone.map(Cow::Owned)) {
            if !is_excel_number(&phone) && !packing.has(Cell::Phone, &phone) {
                packing.add(Cell::Phone, &phone);
            }
        }
        for token in columns.tokens.iter().filter_map(|&column| row.mark(column)) {
            if !is_excel_number(&token) {
                packing.add(Cell::Token, &token);
            }
        }
        for client in client_ids(&row.text(columns.note_attributes)) {
            packing.add(Cell::Client, client);
        }
        let is_first = row.mark(first).is_some();
        Ok(Common { texts: packing.packed(), is_first, is_whole: false })
    }

    /// The name that the shop gave: `#1001`.
    pub fn name(&self) -> &str {
        self.texts.get(Cell::Name).unwrap_or_default()
    }

    /// The number.
    pub fn id(&self) -> Option<&str> {
        self.texts.get(Cell::Id)
    }

    /// Whether anything says who the buyer was. An address that somebody has taken out or hashed does not.
    pub fn names_somebody(&self) -> bool {
        let others = [Cell::Customer, Cell::Phone, Cell::Token, Cell::Client];
        let email = self.texts.get(Cell::Email);
        email.is_some_and(|email| email.contains('@'))
            || others.into_iter().any(|cell| self.texts.get(cell).is_some())
    }

    /// When it was made, as it is written.
    pub fn created_at(&self) -> Option<&str> {
        self.texts.get(Cell::CreatedAt)
    }

    /// When it was changed last, if that is written.
    pub fn updated_at(&self) -> Option<Instant> {
        let text = self.texts.get(Cell::UpdatedAt)?;
        Some(timestamp::parse(text, ZoneRule::default())?.at)
    }

    /// Fills what is blank here with what another row of the same record says.
    pub fn fill(&mut self, other: &Common) {
        self.texts.fill(&other.texts);
        self.is_first |= other.is_first;
        self.is_whole |= other.is_whole;
    }

    /// The same with another copy of the record, which may name its buyer by an address that was changed since.
    pub fn take_over(&mut self, other: &Common) {
        const NAMING: [Cell; 4] = [Cell::Email, Cell::Phone, Cell::Client, Cell::Token];
        self.fill(other);
        self.texts.add_new(&NAMING, &other.texts);
    }
}

/// Puts a value where there is none.
pub fn fill<T>(blank: &mut Option<T>, value: Option<T>) {
    if blank.is_none() {
        *blank = value;
    }
}

/// The key of an order's (or checkout's) number or name, equal however a source writes it:
/// `gid://shopify/Order/123?key=x` is `123`, `#AB-7` is `ab-7`.
pub fn order_key(id_or_name: &str) -> Key {
    let bare = tail(id_or_name.trim());
    let plain = bare.strip_prefix('#').unwrap_or(bare);
    // Almost all are.
    if plain.bytes().all(|b| b.is_ascii() && b != b'#' && !b.is_ascii_uppercase()) {
        return Key::of(plain.as_bytes());
    }
    Key::of(bare.replace('#', "").to_lowercase().as_bytes())
}

/// The digits of a number: `123`, `gid://shopify/Order/123`, `123.0` as data tools write it.
pub fn number(text: &str) -> Option<&str> {
    let digits = tail(text).trim_end_matches(".0");
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then_some(digits)
}

/// The id of a system that numbers orders in its own way: `o_5001`.
fn any_id(text: &str) -> Option<&str> {
    let text = tail(text);
    (!text.is_empty() && !is_excel_number(text)).then_some(text)
}

/// What names a thing within its kind: the last part of a global id, other texts as they are.
fn tail(text: &str) -> &str {
    if !text.starts_with("gid://") {
        return text;
    }
    let path = text.split('?').next().unwrap_or(text);
    path.rsplit('/').next().unwrap_or(path)
}

/// The browsers named in a cell of `key: value` lines, or of `key=value` between bars.
fn client_ids(note_attributes: &str) -> Vec<&str> {
    let mut ids = Vec::new();
    let notes = note_attributes.lines().flat_map(|line| line.split('|'));
    for (key, value) in notes.filter_map(|note| note.split_once([':', '='])) {
        let value = value.trim();
        if is_client_key(key) && !is_null(value) && !is_excel_number(value) {
            ids.push(value);
        }
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Whether apps put a browser's id under this key: `_clientId`, `ga_client_id`, `_ga`, `_shopify_y`.
pub fn is_client_key(key: &str) -> bool {
    let letters = key.chars().filter(|c| !matches!(c, '_' | '-') && !c.is_whitespace());
    let key: String = letters.flat_map(char::to_lowercase).collect();
    ["shopifyy", "ga"].contains(&key.as_str()) || key.ends_with("clientid")
}
