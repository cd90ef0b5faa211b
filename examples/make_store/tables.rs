//! The three tables: orders, abandoned checkouts, sessions by day, in the layouts of the shop's exports.

use super::calendar::{DAY, START, local, local_day};
use super::shop::{CITIES, FREE_FROM, PRODUCTS, SHIPPING, email, money, name};
use super::visits::{Basket, Day, Store};
use std::collections::BTreeMap;

/// The columns of the orders export.
const ORDER_COLUMNS: &str = "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,Payment References";

/// The columns of the orders export that the checkouts export does not have.
const ORDERS_ONLY: [&str; 9] = [
    "Outstanding Balance",
    "Employee",
    "Location",
    "Device ID",
    "Duties",
    "Payment ID",
    "Payment Terms Name",
    "Next Payment Due At",
    "Payment References",
];

/// The name and the id of an order.
#[derive(Clone, Debug)]
pub(super) struct OrderNumber {
    pub(super) name: String,
    pub(super) id: String,
    /// The position among all orders, by time.
    position: usize,
}

/// The numbers of all orders, given in the order of time.
#[derive(Debug)]
pub(super) struct OrderNumbers(BTreeMap<usize, OrderNumber>);

impl OrderNumbers {
    pub(super) fn of(store: &Store) -> OrderNumbers {
        let mut ordered: Vec<(i64, usize)> = store
            .baskets
            .iter()
            .enumerate()
            .filter_map(|(basket, one)| Some((one.ordered?, basket)))
            .collect();
        ordered.sort_unstable();
        let number = |(position, (_, basket)): (usize, (i64, usize))| {
            let name = format!("#{}", 1208 + position);
            let id = format!("{}", 6_041_000_000_000_usize + 977 * position);
            (basket, OrderNumber { name, id, position })
        };
        OrderNumbers(ordered.into_iter().enumerate().map(number).collect())
    }

    pub(super) fn of_basket(&self, basket: usize) -> Option<&OrderNumber> {
        self.0.get(&basket)
    }
}

/// What the pieces of a basket cost, in cents.
pub(super) fn subtotal(basket: &Basket) -> u64 {
    basket.lines.iter().map(|&(product, pieces)| PRODUCTS[product].cents * pieces).sum()
}

/// The orders export, newest first as Shopify writes it.
pub(super) fn orders(store: &Store) -> String {
    let numbers = OrderNumbers::of(store);
    let mut orders: Vec<(&OrderNumber, &Basket)> =
        numbers.0.iter().map(|(&basket, number)| (number, &store.baskets[basket])).collect();
    orders.sort_by_key(|(number, _)| std::cmp::Reverse(number.position));
    let columns: Vec<&str> = ORDER_COLUMNS.split(',').collect();
    let mut table = format!("{ORDER_COLUMNS}\n");
    for (number, basket) in orders {
        let mut first = common_cells(basket, &number.name);
        order_cells(&mut first, number, basket);
        push_rows(&mut table, &columns, first, basket);
    }
    table
}

/// The export of abandoned checkouts.
pub(super) fn checkouts(store: &Store) -> String {
    let columns: Vec<&str> =
        ORDER_COLUMNS.split(',').filter(|name| !ORDERS_ONLY.contains(name)).collect();
    let mut table = columns.join(",") + "\n";
    let mut left: Vec<(usize, &Basket)> =
        store.baskets.iter().enumerate().filter(|(_, basket)| basket.ordered.is_none()).collect();
    left.sort_by_key(|(_, basket)| std::cmp::Reverse(basket.at));
    for (number, basket) in left {
        let id = format!("{}", 38_500_000_000_000_usize + 131 * number);
        let mut first = common_cells(basket, &format!("#{id}"));
        first.insert("Created at", local(basket.at));
        first.insert("Id", id);
        if basket.stage < 2 {
            first.retain(|column, _| !column.starts_with("Shipping "));
        }
        if basket.stage < 3 {
            first.remove("Shipping Method");
        }
        if basket.stage >= 4 {
            first.insert("Payment Method", basket.paid_by.to_owned());
        }
        push_rows(&mut table, &columns, first, basket);
    }
    table
}

/// The report of sessions by day.
pub(super) fn sessions(store: &Store) -> String {
    let header = "Day,Sessions,Sessions with cart additions,Sessions that reached checkout,Sessions that completed checkout,Conversion rate\n";
    let row = |(number, day): (i64, &Day)| {
        let Day { sessions, carts, checkouts, orders } = *day;
        let rate = orders as f64 / sessions.max(1) as f64;
        let date = local_day(START + number * DAY);
        format!("{date},{sessions},{carts},{checkouts},{orders},{rate:.4}\n")
    };
    std::iter::once(header.to_owned()).chain((0..).zip(&store.days).map(row)).collect()
}

/// The cells that both exports fill on the first row of a record.
fn common_cells(basket: &Basket, title: &str) -> BTreeMap<&'static str, String> {
    let subtotal = subtotal(basket);
    let parcel = if subtotal < FREE_FROM { SHIPPING } else { 0 };
    let (city, zip) = CITIES[basket.person % CITIES.len()];
    let street = format!("Rua Inventada {}", 1 + basket.person % 90);
    let mut cells = BTreeMap::from([
        ("Name", title.to_owned()),
        ("Email", email(basket.person)),
        ("Fulfillment Status", "unfulfilled".to_owned()),
        ("Accepts Marketing", "no".to_owned()),
        ("Currency", "EUR".to_owned()),
        ("Subtotal", money(subtotal)),
        ("Shipping", money(parcel)),
        ("Taxes", money((subtotal + parcel) * 23 / 123)),
        ("Total", money(subtotal + parcel)),
        ("Discount Amount", money(0)),
        ("Shipping Method", "CTT Expresso".to_owned()),
        ("Refunded Amount", money(0)),
        ("Risk Level", "Low".to_owned()),
        ("Source", basket.source.to_owned()),
        ("Tax 1 Name", "IVA 23%".to_owned()),
    ]);
    for side in [
        ["Billing Name", "Billing Street", "Billing Address1", "Billing City", "Billing Zip"],
        ["Shipping Name", "Shipping Street", "Shipping Address1", "Shipping City", "Shipping Zip"],
    ] {
        let texts = [name(basket.person), street.clone(), street.clone(), city.into(), zip.into()];
        cells.extend(side.into_iter().zip(texts));
    }
    cells.insert("Billing Country", "PT".to_owned());
    cells.insert("Shipping Country", "PT".to_owned());
    cells
}

/// The cells that only the orders export fills: what was paid, sent, cancelled and noted.
fn order_cells(cells: &mut BTreeMap<&'static str, String>, number: &OrderNumber, basket: &Basket) {
    let at = basket.ordered.unwrap_or(basket.at);
    let total = cells.get("Total").cloned().unwrap_or_default();
    cells.insert("Id", number.id.clone());
    cells.insert("Created at", local(at));
    cells.insert("Financial Status", "paid".to_owned());
    cells.insert("Paid at", local(at + 4000));
    cells.insert("Payment Method", basket.paid_by.to_owned());
    cells.insert("Outstanding Balance", money(0));
    match number.position {
        9 => {
            cells.insert("Financial Status", "refunded".to_owned());
            cells.insert("Refunded Amount", total);
        }
        17 => {
            cells.insert("Financial Status", "voided".to_owned());
            cells.insert("Cancelled at", local(at + 3 * 3_600_000));
            cells.remove("Paid at");
        }
        23 => {
            let note = "It is a present, please:\n- no invoice in the parcel\n- \"Parabéns, Avó!\" on the card";
            cells.insert("Notes", note.to_owned());
        }
        _ => {}
    }
    if basket.source == "pos" {
        cells.retain(|column, _| !column.starts_with("Shipping ") && *column != "Email");
        cells.insert("Location", "Rua da Loja".to_owned());
    }
}

/// A row for each product; only the first says what is true of the whole record.
fn push_rows(
    table: &mut String,
    columns: &[&str],
    first: BTreeMap<&'static str, String>,
    basket: &Basket,
) {
    let keys = ["Name", "Email", "Created at"];
    let further: BTreeMap<&str, String> =
        keys.into_iter().filter_map(|key| Some((key, first.get(key)?.clone()))).collect();
    let mut cells = first;
    for &(product, pieces) in &basket.lines {
        let one = &PRODUCTS[product];
        cells.insert("Lineitem quantity", pieces.to_string());
        cells.insert("Lineitem name", one.title.to_owned());
        cells.insert("Lineitem price", money(one.cents));
        cells.insert("Lineitem sku", one.sku.to_owned());
        cells.insert("Lineitem requires shipping", "true".to_owned());
        cells.insert("Lineitem taxable", "true".to_owned());
        cells.insert("Vendor", "Northlight Candles".to_owned());
        let row: Vec<String> =
            columns.iter().map(|name| quoted(cells.get(name).map_or("", String::as_str))).collect();
        *table += &row.join(",");
        table.push('\n');
        cells.clone_from(&further);
    }
}

/// A cell, in quotes where it needs them.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
