//! The cells that the exports of orders and of abandoned checkouts have in common.
//!
//! Both exports have the same layout: what names the record, who the buyer is, when it was made. Tables that
//! warehouses and other programs make of orders say the same under names of their own ([`CommonColumns`]). A
//! row becomes an owned value here, because the rows of one record may be in different blocks and
//! files. Identifiers stay as they are written; to normalise them is the business of `identity`.

use crate::input::columns::{Header, Row, is_excel_number, is_null};
use crate::key::Key;
use std::borrow::Cow;

/// Where the common cells are: in the export's columns, or in those of a warehouse's table.
#[derive(Clone, Debug, Default)]
pub struct CommonColumns {
    name: Option<usize>,
    id: Option<usize>,
    /// Whether ids may be other texts than numbers: those of a column that is named for orders.
    any_id: bool,
    customer: Option<usize>,
    tokens: [Option<usize>; 2],
    email: Option<usize>,
    phones: [Option<usize>; 3],
    note_attributes: Option<usize>,
    created_at: Option<usize>,
    /// Whether a record without a name is called by its number.
    named_by_number: bool,
}

/// What a table calls the name that the shop gave an order.
const ORDER_NAMES: [&str; 3] = ["name", "order name", "order number"];

/// What a table calls the time at which an order was made.
pub const ORDER_TIMES: [&str; 3] = ["created at", "order created at", "processed at"];

impl CommonColumns {
    /// Finds the columns.
    pub fn new(header: &Header) -> CommonColumns {
        // Where a table has both, the other is the id of its row.
        let order_id = header.find(&["order id"]);
        let id = order_id.or_else(|| {
            header.find(&["id", "legacy resource id", "admin graphql api id", "shopify order id"])
        });
        let phones = [
            ["phone", "customer phone"],
            ["billing phone", "billing address phone"],
            ["shipping phone", "shipping address phone"],
        ];
        CommonColumns {
            name: header.find(&ORDER_NAMES).or(id),
            id,
            any_id: order_id.is_some(),
            customer: header.find(&["customer id"]),
            tokens: [["checkout token"], ["checkout id"]].map(|names| header.find(&names)),
            email: header.find(&["email", "customer email", "contact email"]),
            phones: phones.map(|names| header.find(&names)),
            note_attributes: header.find(&["note attributes", "custom attributes"]),
            created_at: header.find(&ORDER_TIMES),
            named_by_number: false,
        }
    }

    /// The same for records that need no name beside their number.
    #[must_use]
    pub fn named_by_number(self) -> CommonColumns {
        CommonColumns { named_by_number: true, ..self }
    }

    /// The column of the record's number.
    pub fn id(&self) -> Option<usize> {
        self.id
    }
}

/// The common cells of one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Common {
    /// The name that the shop gave: `#1001`.
    pub name: Box<str>,
    /// The number, digits only; `None` where it is blank or a spreadsheet lost its digits.
    pub id: Option<Box<str>>,
    /// The e-mail address.
    pub email: Option<Box<str>>,
    /// The telephone numbers: the buyer's, of the bill, of the parcel; none twice.
    pub phones: Vec<Box<str>>,
    /// Browsers that apps noted at the record.
    pub client_ids: Vec<Box<str>>,
    /// The number of the shop's customer.
    pub customer: Option<Box<str>>,
    /// The tokens and numbers of the checkout.
    pub tokens: Vec<Box<str>>,
    /// When it was made.
    pub created_at: Option<Box<str>>,
    /// Whether the row has what only the first row of a record has.
    pub is_first: bool,
}

impl Common {
    /// Reads a row. `first` is the column that only first rows fill. An error says what is missing.
    pub fn read(
        columns: &CommonColumns,
        first: Option<usize>,
        row: &Row<'_>,
    ) -> Result<Common, String> {
        let mut name = row.text(columns.name);
        if name.is_empty() && columns.named_by_number {
            name = row.text(columns.id);
        }
        if name.is_empty() {
            return Err("there is nothing in the column that names the order".to_owned());
        }
        let mut phones = Vec::new();
        for phone in columns.phones.iter().filter_map(|&column| owned(row.value(column))) {
            if !is_excel_number(&phone) && !phones.contains(&phone) {
                phones.push(phone);
            }
        }
        let id = row.value(columns.id).and_then(|text| match number(&text) {
            None if columns.any_id => any_id(&text),
            number => number,
        });
        let tokens = columns.tokens.iter().filter_map(|&column| owned(row.value(column)));
        Ok(Common {
            name: name.into(),
            id,
            email: owned(row.value(columns.email)),
            phones,
            client_ids: client_ids(&row.text(columns.note_attributes)),
            customer: owned(row.value(columns.customer)),
            tokens: tokens.filter(|token| !is_excel_number(token)).collect(),
            created_at: owned(row.value(columns.created_at)),
            is_first: row.value(first).is_some(),
        })
    }

    /// Fills what is blank here with what another row of the same record says.
    pub fn fill(&mut self, other: Common) {
        fill(&mut self.id, other.id);
        fill(&mut self.email, other.email);
        fill(&mut self.created_at, other.created_at);
        if self.phones.is_empty() {
            self.phones = other.phones;
        }
        if self.client_ids.is_empty() {
            self.client_ids = other.client_ids;
        }
        fill(&mut self.customer, other.customer);
        if self.tokens.is_empty() {
            self.tokens = other.tokens;
        }
        self.is_first |= other.is_first;
    }
}

/// Puts a value where there is none.
pub fn fill<T>(blank: &mut Option<T>, value: Option<T>) {
    if blank.is_none() {
        *blank = value;
    }
}

/// A cell as a value of its own.
pub fn owned(cell: Option<Cow<'_, str>>) -> Option<Box<str>> {
    cell.map(Into::into)
}

/// The key of an order's (or checkout's) number or name, equal however a source writes it:
/// `gid://shopify/Order/123?key=x` is `123`, `#AB-7` is `ab-7`.
pub fn order_key(id_or_name: &str) -> Key {
    let bare = tail(id_or_name.trim());
    if bare.bytes().all(|b| b.is_ascii_digit()) {
        return Key::of(bare.as_bytes());
    }
    Key::of(bare.replace('#', "").to_lowercase().as_bytes())
}

/// The digits of a number: `123`, `gid://shopify/Order/123`, `123.0` as data tools write it.
pub fn number(text: &str) -> Option<Box<str>> {
    let digits = tail(text).trim_end_matches(".0");
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.into())
}

/// The id of a system that numbers orders in its own way: `o_5001`.
fn any_id(text: &str) -> Option<Box<str>> {
    let text = tail(text);
    (!text.is_empty() && !is_excel_number(text)).then(|| text.into())
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
fn client_ids(note_attributes: &str) -> Vec<Box<str>> {
    let mut ids: Vec<Box<str>> = Vec::new();
    let notes = note_attributes.lines().flat_map(|line| line.split('|'));
    for (key, value) in notes.filter_map(|note| note.split_once([':', '='])) {
        let value = value.trim();
        if is_client_key(key) && !is_null(value) && !is_excel_number(value) {
            ids.push(value.into());
        }
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Whether apps put a browser's id under this key: `_clientId`, `ga_client_id`, `_shopify_y`.
pub fn is_client_key(key: &str) -> bool {
    let letters = key.chars().filter(|c| !matches!(c, '_' | '-') && !c.is_whitespace());
    let key: String = letters.flat_map(char::to_lowercase).collect();
    key == "shopifyy" || key.ends_with("clientid")
}
