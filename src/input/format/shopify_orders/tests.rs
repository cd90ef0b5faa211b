//! Orders: small exports as text, and what becomes of them.

use super::*;
use crate::findings::Notice;
use crate::input::columns::Header;
use crate::input::timestamp::{DateOrder, ZoneRule};
use crate::time::{Instant, Precision};
use csv::ByteRecord;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Reads exports as the program does; the number of an input is its block.
fn lines(files: &[&str]) -> Vec<LineAt<OrderLine>> {
    let mut lines = Vec::new();
    for (input, file) in files.iter().enumerate() {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .delimiter(if file.contains(';') { b';' } else { b',' })
            .from_reader(file.as_bytes());
        let records: Vec<ByteRecord> = reader.byte_records().map(Result::unwrap).collect();
        let header = Header::new(&records[0]);
        let columns = OrderColumns::new(&header.in_words());
        for (record, number) in records[1..].iter().zip(0..) {
            if !header.is_repeat(Row::parsed(record)) {
                let row = RowRef::new(u32::try_from(input).unwrap(), number, number);
                let line = OrderLine::read(&columns, &Row::parsed(record)).unwrap();
                lines.push(LineAt { input, row, line });
            }
        }
    }
    lines
}

fn assembled(files: &[&str]) -> Found {
    assembled_of(lines(files), &Settings::default())
}

/// As if two threads had read them.
fn assembled_of(mut lines: Vec<LineAt<OrderLine>>, settings: &Settings) -> Found {
    lines.sort_by_key(LineAt::order_key);
    // Orders borrow from their rows, and here the rows are few.
    let lines = lines.leak();
    let mut lines: Vec<&mut LineAt<OrderLine>> = lines.iter_mut().collect();
    let middle = lines.len() / 2;
    let (one, other) = lines.split_at_mut(middle);
    let meant = vec![read_lines(one, settings), read_lines(other, settings)];
    let Assembly { orders, aside, notices, .. } = assemble(lines, meant, settings, 2);
    Found { orders: orders.iter().copied().collect(), aside, notices }
}

/// An assembly with its orders in one list.
struct Found {
    orders: Vec<Order<'static>>,
    aside: Vec<Aside>,
    notices: Vec<Notice>,
}

/// Each row set aside as `input.record reason`.
fn aside(assembly: &Found) -> Vec<String> {
    let of =
        |(input, row, reason, _): &Aside| format!("{input}.{} {}", row.record(), reason.code());
    assembly.aside.iter().map(of).collect()
}

/// Each order as `input.record name amount`.
fn orders(assembly: &Found) -> Vec<String> {
    let of = |order: &Order<'_>| {
        let amount = order.amount().map_or_else(|| "?".to_owned(), |amount| amount.to_string());
        format!("{}.{} {} {amount}", order.input, order.row.record(), order.name())
    };
    assembly.orders.iter().map(of).collect()
}

const FULL: &str = "\
Name,Email,Financial Status,Currency,Total,Created at,Lineitem name,Billing Phone,Shipping Phone,Note Attributes,Cancelled at,Payment Method,Refunded Amount,Id,Source,Phone
#7,kim@example.com,paid,EUR,30.50,2025-10-27 08:15:00 +0100,Hat,'+44 20 7946 0000,+442079460001,\"_clientId: c-1
color: red\r
_shopify_y: y-1\",,Cards,0.00,5550000000007,web,'+44 20 7946 0000
#7,kim@example.com,,,,2025-10-27 08:15:00 +0100,Scarf,,,,,,,,,'+44 20 7946 0000
#6,,paid,EUR,10.00,2025-10-20 11:00:00 +0200,Hat,,,,,Cash,0.00,5550000000006,pos,
#5,lou@example.com,refunded,EUR,12.00,2025-10-19 11:00:00 +0200,Hat,,,,2025-10-20 09:00:00 +0200,Cards,12.00,5550000000005,580111,
#4,lou@example.com,pending,EUR,9.00,2025-10-18 11:00:00 +0200,Hat,,,,,,0.00,5550000000004,shopify_draft_order,
#3,lou@example.com,paid,EUR,8.00,2025-10-17 11:00:00 +0200,Hat,,,,,Bogus Gateway,0.00,5550000000003,web,
#2,lou@example.com,paid,EUR,7.00,2025-10-16 11:00:00 +0200,Hat,,,,,Cards,0.00,5550000000002,3890849,
#1,lou@example.com,paid,EUR,6.00,yesterday,Hat,,,,,Cards,0.00,5550000000001,web,
#1,lou@example.com,,,,yesterday,Scarf,,,,,,,,,
";

#[test]
fn an_export_becomes_orders() {
    use Channel::{Draft, OnlineStore, Other, PointOfSale};
    let found = assembled(&[FULL]);
    let expected = [
        "0.0 #7 30.50",
        "0.2 #6 10.00",
        "0.3 #5 12.00",
        "0.4 #4 9.00",
        "0.5 #3 8.00",
        "0.6 #2 7.00",
    ];
    assert_eq!(orders(&found), expected);
    let expected = [
        "0.1 continuation",
        "0.2 not_online_store",
        "0.4 not_online_store",
        "0.5 test_order",
        "0.6 not_online_store",
        "0.7 bad_timestamp",
        "0.8 continuation",
    ];
    assert_eq!(aside(&found), expected);
    assert_eq!(found.notices, []);
    let channels: Vec<Channel> = found.orders.iter().map(|order| order.channel).collect();
    assert_eq!(channels, [OnlineStore, PointOfSale, OnlineStore, Draft, OnlineStore, Other]);
}

#[test]
fn the_first_row_says_everything() {
    let found = assembled(&[FULL]);
    let first = found.orders[0];
    let at = Stamp {
        at: Instant(1_761_549_300_000_000),
        precision: Precision::Second,
        offset: Some(3600),
    };
    assert_eq!((first.input, first.row, first.at), (0, RowRef::new(0, 0, 0), at));
    assert_eq!((first.number, first.channel), (Key::of(b"5550000000007"), Channel::OnlineStore));
    let money = (first.amount(), first.currency(), first.refund());
    assert_eq!(money, (Some(Amount(305_000)), Currency::parse("EUR"), Refund::Nothing));
    let facts = [first.is_cancelled(), first.is_refunded(), first.test];
    assert_eq!(facts, [false; 3]);
    assert_eq!((first.device(), first.has_id()), (None, true));
    for (cell, texts) in [
        (Cell::Name, &["#7"][..]),
        (Cell::Id, &["5550000000007"]),
        (Cell::Email, &["kim@example.com"]),
        (Cell::Phone, &["+44 20 7946 0000", "+442079460001"]),
        (Cell::Client, &["c-1", "y-1"]),
        (Cell::Customer, &[]),
        (Cell::Token, &[]),
        (Cell::Gateway, &["Cards"]),
    ] {
        assert_eq!(first.texts().all(cell).collect::<Vec<_>>(), texts, "{cell:?}");
    }
    let third = &found.orders[2];
    assert!(third.is_cancelled() && third.is_refunded());
}

#[test]
fn keys_are_equal_however_an_order_is_named() {
    let cases = [
        ("gid://shopify/Order/123?key=a/b", "123"),
        ("gid://shopify/OrderIdentity/123", "123"),
        (" 123 ", "123"),
        ("#1001-EU", "1001-eu"),
        ("AA1001", "aa1001"),
    ];
    for (written, bare) in cases {
        assert_eq!(order_key(written), Key::of(bare.as_bytes()), "{written}");
    }
}

#[test]
fn overlapping_parts_count_once_in_either_order() {
    let old = "\
Name,Financial Status,Total,Created at,Id,Email
#2,pending,20.00,2025-10-02 10:00:00 +0200,902,b@example.com
#2,,,2025-10-02 10:00:00 +0200,,b@example.com
#1,paid,10.00,2025-10-01 10:00:00 +0200,901,a@example.com
";
    let new = "\
Name,Financial Status,Total,Created at,Id
#3,paid,30.00,2025-10-03 10:00:00 +0200,903
#2,paid,20.00,2025-10-02 10:00:00 +0200,902
";
    let found = assembled(&[old, new]);
    assert_eq!(orders(&found), ["0.2 #1 10.00", "1.0 #3 30.00", "1.1 #2 20.00"]);
    assert_eq!(aside(&found), ["0.0 duplicate", "0.1 duplicate"]);
    assert_eq!(
        found.orders[2].texts().get(Cell::Email),
        Some("b@example.com"),
        "filled from the other copy"
    );
    let found = assembled(&[new, old]);
    assert_eq!(orders(&found), ["0.0 #3 30.00", "0.1 #2 20.00", "1.2 #1 10.00"]);
    assert_eq!(aside(&found), ["1.0 duplicate", "1.1 duplicate"]);
    let found = assembled(&[old, old]);
    assert_eq!(orders(&found), ["0.0 #2 20.00", "0.2 #1 10.00"]);
    let expected = ["0.1 continuation", "1.0 duplicate", "1.1 duplicate", "1.2 duplicate"];
    assert_eq!(aside(&found), expected);
}

#[test]
fn files_put_behind_each_other_count_once() {
    let header = "Name,Financial Status,Total,Created at,Id\n";
    let part = "\
#2,paid,20.00,2025-10-02 10:00:00 +0200,902
#2,,,2025-10-02 10:00:00 +0200,
#1,paid,10.00,2025-10-01 10:00:00 +0200,901
";
    let twice = format!("{header}{part}{header}{part}");
    let found = assembled(&[&twice]);
    assert_eq!(orders(&found), ["0.0 #2 20.00", "0.2 #1 10.00"]);
    let expected = ["0.1 continuation", "0.4 duplicate", "0.5 duplicate", "0.6 duplicate"];
    assert_eq!(aside(&found), expected);
}

#[test]
fn further_rows_are_found_wherever_they_are() {
    let cases: [(&str, &[&str], &[&str]); 6] = [
        (
            "blank but for the name",
            &[
                "Name,Created at,Total\n#1,2025-01-05 10:00:00 -0500,5\n#1,,\n#2,2025-01-06 10:00:00 -0500,6\n",
            ],
            &["0.1 continuation"],
        ),
        (
            "a tool that repeats every cell",
            &[
                "Name,Created at,Total,Id,Financial Status\n#1,2025-01-05,5,91,paid\n#1,2025-01-05,5,91,paid\n#2,2025-01-06,6,92,paid\n",
            ],
            &["0.1 continuation"],
        ),
        (
            "sorted by something else: the further row first",
            &[
                "Name,Created at,Total,Id,Financial Status\n#1,2025-01-05,,,\n#2,2025-01-06,6,92,paid\n#1,2025-01-05,5,91,paid\n",
            ],
            &["0.2 continuation"],
        ),
        (
            "an export cut between two rows of an order",
            &[
                "Name,Created at,Total,Id,Financial Status\n#2,2025-01-06,6,92,paid\n#1,2025-01-05,5,91,paid\n",
                "Name,Created at,Total,Id,Financial Status\n#1,2025-01-05,,,\n",
            ],
            &["1.0 continuation"],
        ),
        (
            "the order again, further on",
            &[
                "Name,Created at,Total,Id,Financial Status\n#1,2025-01-05,5,91,pending\n#1,2025-01-05,5,91,paid\n#2,2025-01-06,6,92,paid\n",
            ],
            &["0.0 duplicate"],
        ),
        (
            "numbers that a data tool made fractions of",
            &[
                "Name,Created at,Total,Id,Financial Status\n#1,2025-01-05,5,91.0,paid\n#2,2025-01-06,6,92.0,paid\n#1,2025-01-05,5,91,paid\n",
            ],
            &["0.2 duplicate"],
        ),
    ];
    for (case, files, expected) in cases {
        let found = assembled(files);
        assert_eq!(aside(&found), expected, "{case}");
        let mut amounts: Vec<_> = found.orders.iter().map(Order::amount).collect();
        amounts.sort();
        assert_eq!(amounts, [Some(Amount(50_000)), Some(Amount(60_000))], "{case}");
    }
}

#[test]
fn damaged_by_a_spreadsheet() {
    let damaged = "\
Name;Financial Status;Total;Created at;Id;Source;Phone
#9;paid;0,00;27/10/2025 08:15;5,9E+12;WEB;1,5E+10
#8;voided;39,80;09/10/2025 18:02;5,9E+12;web;
#8;;;09/10/2025 18:02;;;
#7;paid;5,00;45937,41;5,9E+12;pos;
";
    let whole = "\
Name,Financial Status,Total,Created at,Id
#8,paid,39.80,2025-10-09 18:02:11 +0200,5900000000008
";
    let rule = InputSettings {
        zone: ZoneRule::Named(chrono_tz::Europe::Paris),
        date_order: Some(DateOrder::DayFirst),
        decimal_comma: true,
    };
    let settings = Settings { inputs: BTreeMap::from([(0, rule)]), ..Settings::default() };
    let found = assembled_of(lines(&[damaged, whole]), &settings);
    assert_eq!(orders(&found), ["0.0 #9 0.00", "0.1 #8 39.80", "0.3 #7 5.00"]);
    assert_eq!(aside(&found), ["0.2 continuation", "0.3 not_online_store", "1.0 duplicate"]);
    let [nine, eight, seven] = &found.orders[..] else { panic!("three orders") };
    assert_eq!((nine.id(), nine.texts().get(Cell::Phone)), (None, None));
    assert_eq!(nine.number, order_key("9"));
    assert_eq!(nine.at.precision, Precision::Minute);
    assert_eq!(nine.at.at, Instant(1_761_549_300_000_000), "winter time");
    assert_eq!(eight.id(), Some("5900000000008"), "from the whole copy");
    assert_eq!(eight.at.at, Instant(1_760_025_731_000_000), "to the second, as in the whole copy");
    assert_eq!(seven.at.at, Instant(1_759_823_424_000_000));
    let codes: Vec<_> = found.notices.iter().map(|notice| notice.code).collect();
    assert_eq!(codes, ["orders_without_id"]);
}

#[test]
fn odd_exports_are_told_of() {
    let found = assembled(&["\
Name,Financial Status,Created at,Id
#1,paid,2025-10-01 10:00:00 +0200,901
#1,deferred,2025-10-05 10:00:00 +0200,902
#1,paid,2025-10-01 10:00:00 +0200,901
"]);
    assert_eq!(orders(&found), ["0.0 #1 ?", "0.1 #1 ?"]);
    assert_eq!(aside(&found), ["0.2 duplicate"]);
    let notices: Vec<_> = found.notices.iter().map(|n| (n.code, n.message.as_str())).collect();
    let expected = [
        (
            "order_names_repeat",
            "1 order name stands for several orders with different ids; the orders are counted by their ids",
        ),
        (
            "unknown_financial_status",
            "1 order has a financial status that is not known; none of the money counts as refunded unless an amount says so",
        ),
    ];
    assert_eq!(notices, expected);
}

#[test]
fn an_export_without_a_status_tells_refunds_by_amounts() {
    let found = assembled(&["\
Name,Created at,Total,Refunded Amount
#1,2025-10-01,10.00,10.00
#2,2025-10-01,10.00,2.00
#3,2025-10-01,0.00,0.00
"]);
    let refunded: Vec<bool> = found.orders.iter().map(Order::is_refunded).collect();
    assert_eq!(refunded, [true, false, false]);
    let refunds: Vec<Refund> = found.orders.iter().map(Order::refund).collect();
    let some = |amount| Refund::Some(Some(amount));
    assert_eq!(refunds, [some(100_000), some(20_000), Refund::Nothing]);
}

#[test]
fn what_went_back_is_told_by_the_amount_or_else_by_the_status() {
    let found = assembled(&["\
Name,Created at,Total,Refunded Amount,Financial Status
#1,2025-10-01,10.00,,refunded
#2,2025-10-01,10.00,,partially_refunded
#3,2025-10-01,10.00,,paid
#4,2025-10-01,10.00,,
"]);
    let refunds: Vec<Refund> = found.orders.iter().map(Order::refund).collect();
    let all = Refund::Some(Some(100_000));
    assert_eq!(refunds, [all, Refund::Some(None), Refund::Nothing, Refund::Unknown]);
}

#[test]
fn a_row_without_a_name_is_no_order() {
    let header = Header::new(&ByteRecord::from(vec!["Name", "Id"]));
    let record = ByteRecord::from(vec!["", "901"]);
    let line = OrderLine::read(&OrderColumns::new(&header), &Row::parsed(&record));
    assert_eq!(line.unwrap_err(), "there is nothing in the column that names the order");
}

#[test]
fn keys_of_browsers_are_known() {
    let cases = [
        ("_clientId", true),
        ("GA client-id", true),
        ("_shopify_y", true),
        ("client", false),
        ("clientid_old", false),
        ("shopify_s", false),
    ];
    for (key, expected) in cases {
        let file = format!("Name,Created at,Note Attributes\n#1,2025-10-01,{key}: x:1\n");
        let found = assembled(&[&file]);
        let expected: &[&str] = if expected { &["x:1"] } else { &[] };
        let ids: Vec<&str> = found.orders[0].texts().all(Cell::Client).collect();
        assert_eq!(ids, expected, "{key}");
    }
}

proptest! {
    /// Whatever order threads deliver the rows in, the orders are the same, and every row is
    /// accounted for exactly once.
    #[test]
    fn the_order_of_lines_does_not_matter(
        cells in prop::collection::vec((0..3_u8, 0..4_u8, 0..3_u8, 0..3_u8, 0..3_usize), 0..14),
        turns in prop::collection::vec(any::<prop::sample::Index>(), 14),
    ) {
        let mut files = vec!["Name,Financial Status,Created at,Id,Total\n".to_owned(); 3];
        for (name, status, time, id, file) in cells {
            let status = ["", "paid", "pending", "refunded"][usize::from(status)];
            let time = ["", "2025-10-01 10:00:00 +0200", "2025-10-02 10:00:00 +0200"][usize::from(time)];
            let id = ["", "901", "902"][usize::from(id)];
            files[file].extend(["#", &name.to_string(), ",", status, ",", time, ",", id, ",\n"]);
        }
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let straight = lines(&files);
        let mut shuffled = straight.clone();
        for (at, turn) in (0..shuffled.len()).zip(turns) {
            let other = turn.index(shuffled.len());
            shuffled.swap(at, other);
        }
        let rows = straight.len();
        let (a, b) = (
            assembled_of(straight, &Settings::default()),
            assembled_of(shuffled, &Settings::default()),
        );
        prop_assert_eq!(&a.orders, &b.orders);
        prop_assert_eq!(&a.aside, &b.aside);
        prop_assert_eq!(rows, a.orders.len() + a.aside.len());
    }
}

#[test]
fn further_rows_of_a_sheet_are_known_by_their_missing_total() {
    let sheet = |total: &str, back: &str| {
        format!(
            "\
ID,Name,Created At,Source,Price: Total Refund,Price: Total,Payment: Status,Line: Type,Transaction: Test
5550000000001,#1,2025-10-27 08:15:00 +0100,web,-5.00,20.00,partially_refunded,Line Item,
5550000000001,#1,2025-10-27 08:15:00 +0100,web,{back},{total},partially_refunded,Refund Line,
5550000000002,#2,2025-10-28 08:15:00 +0100,web,,9.00,paid,Line Item,
5550000000002,#2,2025-10-28 08:15:00 +0100,,,,paid,Transaction,TRUE
"
        )
    };
    // Some sheets repeat all cells of an order on each of its rows.
    for (total, back) in [("", ""), ("20.00", "-5.00")] {
        let found = assembled(&[&sheet(total, back)]);
        assert_eq!(orders(&found), ["0.0 #1 20.00", "0.2 #2 9.00"]);
        assert_eq!(aside(&found), ["0.1 continuation", "0.2 test_order", "0.3 continuation"]);
        assert_eq!(found.orders[0].refund(), Refund::Some(Some(50_000)), "{total}");
    }
}

#[test]
fn what_went_back_has_several_names() {
    for name in ["Refunded Amount", "Amount Refunded", "total_refunded"] {
        let text = format!(
            "Name,Created at,Financial Status,Total,{name}\n#1,2025-10-27 10:00:00 +0000,paid,20.00,5.00\n"
        );
        assert_eq!(assembled(&[&text]).orders[0].refund(), Refund::Some(Some(50_000)), "{name}");
    }
}

#[test]
fn what_another_copy_gave_back_is_no_amount_of_this_one() {
    let pending = "Name,Financial Status,Total,Refunded Amount,Created at,Id\n#1,pending,20.00,0.00,2025-10-01 10:00:00 +0200,901\n";
    let paid =
        "Name,Financial Status,Total,Created at,Id\n#1,paid,20.00,2025-10-01 10:00:00 +0200,901\n";
    let found = assembled(&[pending, paid]);
    assert_eq!(orders(&found), ["1.0 #1 20.00"]);
    assert_eq!(found.notices, []);
    let unreadable = paid.replace("20.00", "lots");
    let found = assembled(&[&unreadable]);
    assert!(found.notices.iter().any(|notice| notice.code == "unreadable_amounts"));
}

#[test]
fn a_day_and_a_name_are_not_enough_where_the_buyers_differ() {
    let of = |email: &str, time: &str, id: &str| {
        format!("Name,Email,Total,Created at,Id\n#1001,{email},29.00,{time},{id}\n")
    };
    let other = of("bob@example.com", "2025-10-01 10:00:00 +0200", "901");
    for (email, count) in [("ada@example.com", 2), ("BOB@example.com", 1), ("", 1)] {
        let day = of(email, "2025-10-01", "");
        assert_eq!(assembled(&[&day, &other]).orders.len(), count, "{email}");
    }
}

#[test]
fn an_order_of_several_totals_is_told() {
    let notices = |totals: [&str; 2]| {
        let [one, other] = totals;
        let file = format!(
            "Name,Created at,Financial Status,Total,Id\n#1,2025-10-07 09:00:00 +0200,paid,{one},11\n#1,2025-10-07 09:00:00 +0200,paid,{other},11\n"
        );
        let assembly = assembled(&[&file]);
        assert_eq!(assembly.orders.len(), 1);
        assembly.notices.iter().map(|notice| notice.code).collect::<Vec<_>>()
    };
    assert_eq!(notices(["50.00", "30.00"]), ["order_rows_differ"]);
    for same in [["50.00", "50.00"], ["50.00", ""]] {
        assert!(notices(same).is_empty(), "{same:?}");
    }
}
