use super::*;
use crate::engine::claims::Strength;
use crate::event::RowRef;
use proptest::prelude::*;

const LOG: Sources = 1;
const PIXEL: Sources = 2;
const MINUTE: i64 = 60 * 1_000_000;

/// An order of a source: its number, when in minutes, what it cost, and who paid.
fn order(source: Sources, number: u64, minute: i64, total: i128, person: u64) -> Sighting {
    Sighting {
        total: Some(Amount(total)),
        at: Instant(minute * MINUTE),
        number: Key(number),
        source,
        person: Key(person),
        unit: Precision::Exact.unit(),
        currency: Currency::default(),
        is_left_out: false,
        is_one: true,
        is_bare: false,
    }
}

fn joined(sightings: &[Sighting]) -> SameOrders {
    let mut same = SameOrders::default();
    same.join_by_customer(sightings.to_vec(), People::default);
    same
}

#[test]
fn an_order_is_joined_with_one_order_of_another_source_at_most() {
    let same =
        joined(&[order(EXPORTS, 1, 0, 50, 7), order(LOG, 2, 3, 50, 7), order(LOG, 3, 5, 50, 7)]);
    assert_eq!((same.of(Key(2)), same.of(Key(3))), (Key(1), Key(3)));
    assert_eq!(same.by_customer, 1);
}

#[test]
fn an_order_without_a_total_is_the_only_other_one_about_its_time() {
    let bare = |number, minute| Sighting {
        total: None,
        is_bare: true,
        ..order(LOG, number, minute, 0, 7)
    };
    let numbered = Sighting { is_bare: false, ..bare(2, 3) };
    assert_eq!(joined(&[order(EXPORTS, 1, 0, 50, 7), numbered]).by_customer, 0);
    let left_out = Sighting { is_left_out: true, ..order(EXPORTS, 1, 0, 50, 7) };
    assert_eq!(joined(&[left_out, bare(2, 3)]).by_customer, 0);
    let same = joined(&[order(EXPORTS, 1, 0, 50, 7), bare(2, 3)]);
    assert_eq!((same.of(Key(2)), same.by_customer), (Key(1), 1));
    for others in [
        // Two that it may be, another one beside it, somebody else's, and one of another time.
        vec![order(EXPORTS, 1, 0, 50, 7), order(EXPORTS, 4, 5, 60, 7)],
        vec![order(EXPORTS, 1, 0, 50, 7), bare(3, 5)],
        vec![order(EXPORTS, 1, 0, 50, 8)],
        vec![order(EXPORTS, 1, 30, 50, 7)],
    ] {
        let same = joined(&[&others[..], &[bare(2, 3)]].concat());
        assert_eq!((same.of(Key(2)), same.by_customer), (Key(2), 0), "{others:?}");
    }
    // What is joined by its total is one order, and leaves room for nothing else.
    let same = joined(&[order(EXPORTS, 1, 0, 50, 7), order(PIXEL, 3, 1, 50, 7), bare(2, 3)]);
    assert_eq!([2, 3].map(|number| same.of(Key(number))), [Key(1); 2]);
}

#[test]
fn several_sources_without_totals_are_one_order_if_none_has_two() {
    const OTHER: Sources = 4;
    let bare = |source, number, minute| Sighting {
        total: None,
        is_bare: true,
        ..order(source, number, minute, 0, 7)
    };
    let export = order(EXPORTS, 1, 0, 50, 7);
    for (sightings, expected, case) in [
        (vec![export, bare(LOG, 2, 3), bare(PIXEL, 3, 4)], [1, 1, 1], "an export and two"),
        (vec![bare(LOG, 2, 3), bare(PIXEL, 3, 4)], [1, 2, 2], "two alone"),
        (
            vec![order(OTHER, 1, 3, 30, 7), bare(LOG, 2, 0), order(PIXEL, 3, 4, 60, 7)],
            [1, 2, 3],
            "two that differ in what they cost",
        ),
        (
            // The same number in another log says what it cost.
            vec![bare(LOG, 2, 0), order(PIXEL, 2, 0, 20, 7), order(OTHER, 3, 3, 30, 7)],
            [1, 2, 3],
            "one that another source knows",
        ),
        (vec![export, bare(LOG, 2, 3), bare(PIXEL, 3, 12)], [1, 2, 3], "a chain"),
    ] {
        let same = joined(&sightings);
        assert_eq!([1, 2, 3].map(|number| same.of(Key(number))), expected.map(Key), "{case}");
    }
}

#[test]
fn what_is_known_by_number_follows_to_the_number_that_counts() {
    let mut same = SameOrders::default();
    same.numbers.insert(Key(6), Key(2));
    let sightings =
        vec![order(EXPORTS, 1, 0, 50, 7), order(LOG, 2, 3, 50, 7), order(PIXEL, 6, 3, 50, 7)];
    same.join_by_customer(sightings, People::default);
    assert_eq!([2, 6].map(|number| same.of(Key(number))), [Key(1); 2]);
}

#[test]
fn three_sources_are_one_order_and_the_exports_number_stands_for_it() {
    let same =
        joined(&[order(EXPORTS, 9, 8, 50, 7), order(LOG, 2, 0, 50, 7), order(PIXEL, 3, 4, 50, 7)]);
    assert_eq!([2, 3, 9].map(|number| same.of(Key(number))), [Key(9); 3]);
    assert_eq!(same.by_customer, 2);
}

#[test]
fn without_an_export_the_earliest_number_stands_for_the_order() {
    let same = joined(&[order(LOG, 5, 2, 50, 7), order(PIXEL, 3, 1, 50, 7)]);
    assert_eq!(same.of(Key(5)), Key(3));
}

#[test]
fn an_order_that_counts_is_taken_before_one_that_does_not() {
    let left_out = Sighting { is_left_out: true, ..order(EXPORTS, 8, 1, 50, 7) };
    let event = order(LOG, 2, 1, 50, 7);
    assert_eq!(joined(&[left_out, event]).of(Key(2)), Key(8));
    assert_eq!(joined(&[left_out, event, order(EXPORTS, 9, 5, 50, 7)]).of(Key(2)), Key(9));
}

#[test]
fn another_customer_total_currency_or_time_is_another_order() {
    let one = order(EXPORTS, 1, 0, 50, 7);
    let euro = Sighting { currency: Currency::parse("EUR"), ..one };
    let dollar = Sighting { currency: Currency::parse("USD"), ..order(LOG, 2, 0, 50, 7) };
    let others = [
        [one, order(LOG, 2, 0, 50, 8)],
        [one, order(LOG, 2, 0, 51, 7)],
        [one, order(LOG, 2, 11, 50, 7)],
        [euro, dollar],
        [order(LOG, 1, 0, 50, 7), order(LOG, 2, 0, 50, 7)],
    ];
    for pair in others {
        assert_eq!(joined(&pair).by_customer, 0, "{pair:?}");
    }
    assert_eq!(joined(&[one, dollar]).by_customer, 1, "a currency that is not known may be any");
}

#[test]
fn a_time_known_to_the_minute_may_be_its_last_instant() {
    let coarse = Sighting { unit: Precision::Minute.unit(), ..order(EXPORTS, 1, 0, 50, 7) };
    let later = |micros| Sighting { at: Instant(micros), ..order(LOG, 2, 0, 50, 7) };
    assert_eq!(joined(&[coarse, later(11 * MINUTE - 1)]).by_customer, 1);
    assert_eq!(joined(&[coarse, later(11 * MINUTE)]).by_customer, 0);
}

#[test]
fn the_order_of_sightings_does_not_matter() {
    let all = [
        order(EXPORTS, 1, 0, 50, 7),
        order(EXPORTS, 2, 6, 50, 7),
        order(LOG, 3, 3, 50, 7),
        order(LOG, 4, 9, 50, 7),
        order(PIXEL, 5, 5, 50, 7),
    ];
    let numbers = |sightings: &[Sighting]| {
        let same = joined(sightings);
        [1, 2, 3, 4, 5].map(|number| same.of(Key(number)))
    };
    let mut turned = all;
    for _ in 0..all.len() {
        turned.rotate_left(1);
        assert_eq!(numbers(&turned), numbers(&all));
    }
    turned.reverse();
    assert_eq!(numbers(&turned), numbers(&all));
}

/// A row of a log: whose it is, its number, the token of its checkout, and when in minutes.
fn row(source: Sources, number: u64, token: u64, minute: i64) -> (OrderSeen, Sources) {
    let seen = OrderSeen {
        key: Key(number),
        at: Instant(minute * MINUTE),
        row: RowRef::new(0, u32::try_from(minute).unwrap(), 0),
        fingerprint: Key(number << 20 | token),
        numbered: true,
        is_line: false,
        token: Key(token),
        amount: None,
        currency: Currency::default(),
        input: 0,
        person: Key(1),
        precision: Precision::Exact,
        strength: Strength::Told,
        edition: 0,
    };
    (seen, source)
}

#[test]
fn rows_of_one_checkout_are_one_order_unless_a_log_tells_several_apart() {
    const TOKEN: u64 = 99;
    type Rows<'r> = &'r [(Sources, u64, i64)];
    type Joined<'j> = &'j [(u64, u64)];
    let cases: [(Rows<'_>, Joined<'_>); 5] = [
        // A second delivery has the token alone.
        (&[(PIXEL, 5, 0), (PIXEL, TOKEN, 1)], &[(TOKEN, 5)]),
        // Two logs have numbers of their own: the earlier stands for the order.
        (&[(PIXEL, 5, 3), (LOG, 7, 2), (LOG, TOKEN, 1)], &[(5, 7), (TOKEN, 7)]),
        (&[(PIXEL, 5, 0), (LOG, 5, 1)], &[]),
        (&[(PIXEL, TOKEN, 0), (LOG, TOKEN, 1)], &[]),
        (&[(PIXEL, 5, 0), (PIXEL, 6, 1), (PIXEL, TOKEN, 2)], &[]),
    ];
    for (rows, expected) in cases {
        let rows: Vec<(OrderSeen, Sources)> =
            rows.iter().map(|&(source, number, at)| row(source, number, TOKEN, at)).collect();
        let mut seen: Vec<OrderSeen> = rows.iter().map(|(seen, _)| *seen).collect();
        let source = |seen: &OrderSeen| rows.iter().find(|(own, _)| own == seen).unwrap().1;
        let same = SameOrders::named(&mut seen, &[], &mut Links::default(), source);
        for number in seen.iter().map(|seen| seen.key) {
            let own = expected.iter().find(|(other, _)| Key(*other) == number);
            assert_eq!(same.of(number), own.map_or(number, |(_, head)| Key(*head)), "{rows:?}");
        }
        assert_eq!(same.by_number, expected.len() as u64);
    }
}

#[test]
fn logs_that_may_have_the_same_orders_are_told() {
    let both = |orders: u8| {
        let minute = |number: u8| 60 * i64::from(number);
        let log = |number: u8| order(LOG, number.into(), minute(number), 50, 7);
        let pixel = |number: u8| order(PIXEL, 100 + u64::from(number), minute(number) + 1, 50, 8);
        (0..orders).flat_map(|number| [log(number), pixel(number)]).collect::<Vec<_>>()
    };
    assert_eq!(joined(&both(5)).not_matched, Some(5));
    assert_eq!(joined(&both(4)).not_matched, None, "too few");
    let others = (0..20_u8)
        .map(|number| order(LOG, 900 + u64::from(number), 9_000 + 60 * i64::from(number), 1, 7));
    let all: Vec<Sighting> = both(5).into_iter().chain(others).collect();
    assert_eq!(joined(&all).not_matched, None, "most have no fellow");
}

/// The slow twin of [`same_total::join`]: all pairs, in their order.
fn join_pair_by_pair(sightings: &[Sighting], heads: &mut Heads) -> u64 {
    let mut pairs = Vec::new();
    for one in sightings {
        for other in
            sightings.iter().filter(|other| (one.at, one.number) < (other.at, other.number))
        {
            let unknown = Currency::default();
            let is_same_money =
                one.currency == other.currency || [one.currency, other.currency].contains(&unknown);
            let is_same = (one.total, one.person) == (other.total, other.person);
            let apart = other.at.since(one.at);
            if is_same && is_same_money && apart.0 < WITHIN.0 + one.unit.0 {
                let (a, b) = (one.number.min(other.number), one.number.max(other.number));
                pairs.push((one.is_left_out || other.is_left_out, apart, a, b));
            }
        }
    }
    pairs.sort_unstable();
    pairs.iter().map(|(.., a, b)| u64::from(heads.join(*a, *b))).sum()
}

/// An order of few sources, numbers, times, currencies, totals and persons.
fn any_order() -> impl Strategy<Value = Sighting> {
    let source = prop::sample::select(vec![LOG, PIXEL, 4, EXPORTS]);
    let unit = prop::sample::select(vec![Precision::Exact, Precision::Minute]);
    let currency = prop::sample::select(vec!["", "", "EUR", "USD"]);
    let numbers = (0..25_u64, prop_oneof![0..3_i64, 0..40_i64], 0..2_i128, 0..2_u64);
    let parts = (source, numbers, currency, unit, 0..4_u8);
    parts.prop_map(|(source, (number, minute, total, person), currency, unit, left_out)| Sighting {
        currency: Currency::parse(currency),
        unit: unit.unit(),
        is_left_out: source == EXPORTS && left_out == 0,
        ..order(source, number, minute, total, person)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn orders_are_joined_as_if_all_pairs_were_looked_at(
        mut sightings in prop::collection::vec(any_order(), 2..40),
    ) {
        let [mut swift, mut slow] = [0; 2].map(|_| Heads::of(&sightings));
        let joined = join_pair_by_pair(&sightings, &mut slow);
        let is_any = same_total::count(&mut sightings.clone(), &swift, |_| true) > 0;
        prop_assert!(is_any || joined == 0);
        prop_assert_eq!(same_total::join(&mut sightings, &mut swift), joined);
        prop_assert_eq!((swift.above, swift.heads), (slow.above, slow.heads));
    }
}
