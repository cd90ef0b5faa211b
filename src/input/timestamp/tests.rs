//! Times: tables of shapes, and random instants against `chrono`.

use super::*;
use chrono::{Datelike, NaiveDate, Timelike, Utc};
use proptest::prelude::*;

const UTC: ZoneRule = ZoneRule::Fixed(0);

/// The instant of a time as RFC 3339 writes it, read by `chrono`.
fn at(text: &str) -> Instant {
    Instant(DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros())
}

#[test]
fn every_unambiguous_shape_is_read() {
    use Precision::{Day, Exact, Minute, Second};
    let (east, utc) = (Some(7200), Some(0));
    let cases = [
        ("2025-10-07 09:50:26 +0200", "2025-10-07T07:50:26Z", Second, east),
        ("2025-10-07 09:50:26 -0730", "2025-10-07T17:20:26Z", Second, Some(-27_000)),
        ("2025-10-07T09:50:26+02:00", "2025-10-07T07:50:26Z", Second, east),
        ("2025-10-07T09:50:26+02", "2025-10-07T07:50:26Z", Second, east),
        ("2025-10-07T07:50:26Z", "2025-10-07T07:50:26Z", Second, utc),
        ("2025-10-07t07:50:26.123z", "2025-10-07T07:50:26.123Z", Exact, utc),
        ("2025-10-07T07:50:26.1Z", "2025-10-07T07:50:26.1Z", Exact, utc),
        ("2025-10-07 07:50:26.123456789", "2025-10-07T07:50:26.123456Z", Exact, None),
        ("2019-10-01 00:00:00 UTC", "2019-10-01T00:00:00Z", Second, utc),
        ("2019-10-01 00:00:00.5 UTC", "2019-10-01T00:00:00.5Z", Exact, utc),
        ("2021-03-01 17:04:01", "2021-03-01T17:04:01Z", Second, None),
        ("  2021-03-01 17:04:01 ", "2021-03-01T17:04:01Z", Second, None),
        ("2025-10-07T09:50", "2025-10-07T09:50:00Z", Minute, None),
        ("2025-10-07 09:50 +0200", "2025-10-07T07:50:00Z", Minute, east),
        ("2025-10-07", "2025-10-07T00:00:00Z", Day, None),
        ("20251007", "2025-10-07T00:00:00Z", Day, None),
        ("2024-02-29", "2024-02-29T00:00:00Z", Day, None),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999Z", Second, utc),
        ("2025-10-07 09", "2025-10-07T09:00:00Z", Precision::Hour, None),
        ("7 Oct 2025", "2025-10-07T00:00:00Z", Day, None),
        ("07-Oct-2025 9:50 PM", "2025-10-07T21:50:00Z", Minute, None),
        ("Oct 7, 2025", "2025-10-07T00:00:00Z", Day, None),
        ("October 7, 2025, 9:50:26 AM", "2025-10-07T09:50:26Z", Second, None),
        ("Sept 7 2025 09:50", "2025-09-07T09:50:00Z", Minute, None),
        ("Tue, 07 Oct 2025 09:50:26 +0200", "2025-10-07T07:50:26Z", Second, east),
        ("Tuesday, May 6, 2025", "2025-05-06T00:00:00Z", Day, None),
        ("07/Oct/2025:09:50:26 -0730", "2025-10-07T17:20:26Z", Second, Some(-27_000)),
        ("[07/Oct/2025:09:50:26", "2025-10-07T09:50:26Z", Second, None),
        ("2025-10-07 07:50:26 +0000 UTC", "2025-10-07T07:50:26Z", Second, utc),
        ("2025-10-07 09:50:26.123 Europe/Berlin", "2025-10-07T07:50:26.123Z", Exact, east),
        ("2025-01-07 09:50 America/New_York", "2025-01-07T14:50:00Z", Minute, Some(-18_000)),
        ("2025-10-07 09:50:26 Etc/UTC", "2025-10-07T09:50:26Z", Second, utc),
        ("2025-10-07 09:50:26 +0200 CEST", "2025-10-07T07:50:26Z", Second, east),
        ("2025-10-07T09:50:26+02:00[Europe/Berlin]", "2025-10-07T07:50:26Z", Second, east),
        ("Tue Oct 07 2025 09:50:26 GMT+0200", "2025-10-07T07:50:26Z", Second, east),
        (
            "Tue Oct 07 2025 09:50:26 GMT+0200 (Central European Summer Time)",
            "2025-10-07T07:50:26Z",
            Second,
            east,
        ),
        ("Tue Oct  7 07:50:26 UTC 2025", "2025-10-07T07:50:26Z", Second, utc),
        ("Oct 7, 2025 @ 09:50:26.123", "2025-10-07T09:50:26.123Z", Exact, None),
        ("20251007095026", "2025-10-07T09:50:26Z", Second, None),
        ("1759823426123.0", "2025-10-07T07:50:26.123Z", Exact, None),
        ("1759823426123.5", "2025-10-07T07:50:26.1235Z", Exact, None),
        ("1759823426", "2025-10-07T07:50:26Z", Second, None),
        ("1759823426.25", "2025-10-07T07:50:26.25Z", Exact, None),
        ("1759823426123", "2025-10-07T07:50:26.123Z", Exact, None),
        ("1759823426123456", "2025-10-07T07:50:26.123456Z", Exact, None),
        ("1759823426123456789", "2025-10-07T07:50:26.123456Z", Exact, None),
        ("1900-01-01", "1900-01-01T00:00:00Z", Day, None),
        ("2200-12-31T23:59:59Z", "2200-12-31T23:59:59Z", Second, utc),
    ];
    for (text, expected, precision, offset) in cases {
        let expected = Some(Stamp { at: at(expected), precision, offset });
        assert_eq!(parse(text, UTC), expected, "{text}");
    }
}

#[test]
fn shapes_of_programs_are_read() {
    use Precision::{Exact, Minute, Second};
    let (east, utc) = (Some(7200), Some(0));
    let cases = [
        ("1.759823426E9", "2025-10-07T07:50:26Z", Second, None),
        ("1.75982342E9", "2025-10-07T07:50:20Z", Second, None),
        ("1.75982342625E9", "2025-10-07T07:50:26.25Z", Exact, None),
        ("1.759823426123E12", "2025-10-07T07:50:26.123Z", Exact, None),
        ("1.759823426123456E15", "2025-10-07T07:50:26.123456Z", Exact, None),
        ("1.7598234261234568E18", "2025-10-07T07:50:26.123456Z", Exact, None),
        ("20251007T095026Z", "2025-10-07T09:50:26Z", Second, utc),
        ("20251007 09:50:26", "2025-10-07T09:50:26Z", Second, None),
        ("20251007T095026.25+0200", "2025-10-07T07:50:26.25Z", Exact, east),
        ("20251007T0950", "2025-10-07T09:50:00Z", Minute, None),
        ("202510070950", "2025-10-07T09:50:00Z", Minute, None),
        ("2025-10-07T07:50:26.5Z[UTC]", "2025-10-07T07:50:26.5Z", Exact, utc),
        ("2025-10-07 09:50:26 CEST", "2025-10-07T07:50:26Z", Second, east),
        ("Tue Oct 07 00:50:26 PDT 2025", "2025-10-07T07:50:26Z", Second, Some(-25_200)),
        ("Oct 7, 2025 1:50:26 PM PDT", "2025-10-07T20:50:26Z", Second, Some(-25_200)),
    ];
    for (text, expected, precision, offset) in cases {
        let expected = Some(Stamp { at: at(expected), precision, offset });
        assert_eq!(parse(text, UTC), expected, "{text}");
    }
}

#[test]
fn what_is_no_time_is_refused() {
    let cases = [
        "",
        "now",
        "2025",
        "2025-10-07 09:50:26 Europe/Nowhere",
        "2025-10-07 09:50:26 Europe/",
        "2025-13-01",
        "2025-10-07 24",
        "31 Feb 2025",
        "7 Oc 2025",
        "7 Octo ber 2025",
        "7/Oct-2025",
        "Oct 2025",
        "Oct 7, 25",
        "7 October 2025 at noon",
        "Order 7, 2025",
        "2025-00-01",
        "2025-02-30",
        "2023-02-29",
        "2100-02-29",
        "2025-10-00",
        "1899-12-31",
        "2201-01-01",
        "2025-10-07 24:00:00",
        "2025-10-07 09:60:00",
        "2025-10-07 09:50:61",
        "2025-10-07 09:50:26.",
        "2025-10-07 09:50:26.1234567890",
        "2025-10-07 09:50:26 +2",
        "2025-10-07 09:50:26 +0260",
        "2025-10-07 09:50:26 +1900",
        "2025-10-07 09:50:26 CST",
        "2025-10-07 09:50:26 Central",
        "Oct 7, 2025 1:50:26 PM IST",
        "1.75982E+09",
        "1.75982E+9",
        "1.759823426E8",
        "1.E9",
        "E9",
        "1.759823426E",
        "9.999999999E18",
        "20251007T",
        "202510072450",
        "202513070950",
        "20251007T09",
        "20251007T0950266",
        "20251307T095026Z",
        "2025T095026Z",
        "2025-10-07 09:50:26  +0200",
        "2025-10-07 9:50:26",
        "2025-10-07x09:50:26",
        "2025/10/07",
        "10/7/2025 9:50",
        "45937.41",
        "20251307",
        "123456789",
        "99999999999",
        "17598234261234567",
        "9999999999999999999",
        "1759823426.",
        "1759823426.x",
        "1759823426,5",
        "١٧٥٩٨٢٣٤٢٦",
    ];
    for text in cases {
        assert_eq!(parse(text, UTC), None, "{text}");
    }
}

#[test]
fn times_without_a_zone_are_of_the_zone_told() {
    let paris = ZoneRule::Named(chrono_tz::Europe::Paris);
    let cases = [
        (paris, "2025-07-01 12:00:00", "2025-07-01T10:00:00Z"),
        (paris, "2025-12-01 12:00:00", "2025-12-01T11:00:00Z"),
        (paris, "2025-07-01 12:00:00 +0000", "2025-07-01T12:00:00Z"),
        // Left out in spring: counted on from winter time.
        (paris, "2025-03-30 01:59:59", "2025-03-30T00:59:59Z"),
        (paris, "2025-03-30 02:30:00", "2025-03-30T01:30:00Z"),
        (paris, "2025-03-30 03:00:00", "2025-03-30T01:00:00Z"),
        // Shown twice in autumn: the earlier one.
        (paris, "2025-10-26 02:30:00", "2025-10-26T00:30:00Z"),
        (ZoneRule::Fixed(-18_000), "2025-07-01 12:00:00", "2025-07-01T17:00:00Z"),
        (ZoneRule::Fixed(3600), "1759823426", "2025-10-07T07:50:26Z"),
    ];
    for (zone, text, expected) in cases {
        assert_eq!(parse(text, zone).unwrap().at, at(expected), "{text} {zone:?}");
    }
}

#[test]
fn dates_of_programs_are_read() {
    for (text, expected) in [
        ("27.10.2025 08:15 Uhr", "2025-10-27T08:15:00Z"),
        ("27.10.2025 8:15:30.25 PM", "2025-10-27T20:15:30.25Z"),
        ("2025年10月27日 08:15:30", "2025-10-27T08:15:30Z"),
        ("2025年10月27日", "2025-10-27T00:00:00Z"),
    ] {
        let found = parse_any(text, Some(DateOrder::DayFirst), ZoneRule::default());
        let expected = parse(expected, ZoneRule::default()).unwrap().at;
        assert_eq!(found.map(|stamp| stamp.at), Some(expected), "{text}");
    }
}

#[test]
fn dates_of_spreadsheets_are_read() {
    use DateOrder::{DayFirst, MonthFirst};
    use Precision::{Day, Minute, Second};
    let cases = [
        ("10/27/2025 8:15", MonthFirst, "2025-10-27T08:15:00Z", Minute),
        ("27/10/2025 08:15", DayFirst, "2025-10-27T08:15:00Z", Minute),
        ("27.10.2025 08:15:30", DayFirst, "2025-10-27T08:15:30Z", Second),
        ("27-10-2025", DayFirst, "2025-10-27T00:00:00Z", Day),
        ("3/4/2025 0:05", MonthFirst, "2025-03-04T00:05:00Z", Minute),
        ("3/4/2025 0:05", DayFirst, "2025-04-03T00:05:00Z", Minute),
        ("3/4/2025 8:15 PM", MonthFirst, "2025-03-04T20:15:00Z", Minute),
        ("3/4/2025 12:15:01 am", MonthFirst, "2025-03-04T00:15:01Z", Second),
        ("10/27/25 8:15", MonthFirst, "2025-10-27T08:15:00Z", Minute),
        ("27-10-25 8:15", DayFirst, "2025-10-27T08:15:00Z", Minute),
        ("10/27/2025, 8:15:30\u{202f}PM", MonthFirst, "2025-10-27T20:15:30Z", Second),
        ("27/10/25", DayFirst, "2025-10-27T00:00:00Z", Day),
        ("27.10.25 08:15", DayFirst, "2025-10-27T08:15:00Z", Minute),
        ("10/27/25, 8:15 PM", MonthFirst, "2025-10-27T20:15:00Z", Minute),
        ("27/10/2025, 08:15", DayFirst, "2025-10-27T08:15:00Z", Minute),
        ("10/27/2025 8:15pm", MonthFirst, "2025-10-27T20:15:00Z", Minute),
        ("27/10/2025 8:15 p.m.", DayFirst, "2025-10-27T20:15:00Z", Minute),
        ("27/10/2025 8:15:30 a. m.", DayFirst, "2025-10-27T08:15:30Z", Second),
        ("27/10/2025 8:15\u{a0}p.\u{a0}m.", DayFirst, "2025-10-27T20:15:00Z", Minute),
        ("10/27/2025 8:15\u{202f}PM", MonthFirst, "2025-10-27T20:15:00Z", Minute),
        ("27/10/2025\u{a0}8:15", DayFirst, "2025-10-27T08:15:00Z", Minute),
        ("27/10/2025 14h51", DayFirst, "2025-10-27T14:51:00Z", Minute),
        ("27.10.2025 um 14:51", DayFirst, "2025-10-27T14:51:00Z", Minute),
        ("2025/10/7 9:50", DayFirst, "2025-10-07T09:50:00Z", Minute),
        ("2025/10/27", MonthFirst, "2025-10-27T00:00:00Z", Day),
        ("2025-10-07 9:50", MonthFirst, "2025-10-07T09:50:00Z", Minute),
        ("2025-10-7 9:50:26 PM", MonthFirst, "2025-10-07T21:50:26Z", Second),
        ("45937.41", MonthFirst, "2025-10-07T09:50:24Z", Minute),
        ("45937,5", DayFirst, "2025-10-07T12:00:00Z", Minute),
        ("45937", DayFirst, "2025-10-07T00:00:00Z", Minute),
        ("45937.410023148148148", DayFirst, "2025-10-07T09:50:26Z", Minute),
    ];
    for (text, order, expected, precision) in cases {
        let expected = Some(Stamp { at: at(expected), precision, offset: None });
        assert_eq!(parse_slash(text, Some(order), UTC), expected, "{text}");
        assert_eq!(parse_any(text, Some(order), UTC), expected, "{text}");
    }
    let refused = [
        "27/10/2025 8:15", // not month first
        "10/27/5",
        "10/27/2025 9:50 xm",
        "10/27/2025 9:50 pmm",
        "10/27/2025 9:50:26:1",
        "10/27/025",
        "2025/13/7",
        "2025/10/7 9",
        "2025/10-7",
        "2025/10",
        "2025/10/7/1",
        "10/27-2025",
        "10/27/2025 25:00",
        "10/27/2025 13:00 PM",
        "10/27/2025 8",
        "1/2/2025/3",
        "29999.5",
        "60001",
        "45937.",
        "45937.4x",
        "",
        "a/b/2025",
    ];
    for text in refused {
        assert_eq!(parse_slash(text, Some(MonthFirst), UTC), None, "{text}");
    }
    assert_eq!(parse_slash("1/2/2025", None, UTC), None);
    assert!(parse_slash("45937.41", None, UTC).is_some());
    assert!(parse_slash("2025/10/7 9:50", None, UTC).is_some());
}

#[test]
fn months_have_names_in_several_languages() {
    let cases = [
        ("30-sep-2025 09:30", "2025-09-30T09:30:00Z"),
        ("1-okt-2025 09:30", "2025-10-01T09:30:00Z"),
        ("3-Dez-2025", "2025-12-03T00:00:00Z"),
        ("7. Oktober 2025 14:51", "2025-10-07T14:51:00Z"),
        ("7. M\u{e4}rz 2025", "2025-03-07T00:00:00Z"),
        ("3 mrt. 2025", "2025-03-03T00:00:00Z"),
        ("Di., 7. Okt. 2025 um 14:51", "2025-10-07T14:51:00Z"),
        ("07-OCT-25 02.51.09.405000 PM", "2025-10-07T14:51:09.405Z"),
        ("07OCT2025:14:51:09", "2025-10-07T14:51:09Z"),
        ("7 f\u{e9}vr. 2025 \u{e0} 14h51", "2025-02-07T14:51:00Z"),
        ("17 ao\u{fb}t 2025", "2025-08-17T00:00:00Z"),
        ("7 D\u{c9}C 2025", "2025-12-07T00:00:00Z"),
        ("mar, 7 oct 2025", "2025-10-07T00:00:00Z"),
        ("7 de octubre de 2025, 2:51 p.\u{a0}m.", "2025-10-07T14:51:00Z"),
        ("7 ott 2025", "2025-10-07T00:00:00Z"),
        ("7/set/2025", "2025-09-07T00:00:00Z"),
        ("22-Sep-25 14:51", "2025-09-22T14:51:00Z"),
        ("22 Sep 2025 at 14:51", "2025-09-22T14:51:00Z"),
        ("Sept. 22, 2025 2:51\u{202f}PM", "2025-09-22T14:51:00Z"),
    ];
    for (text, expected) in cases {
        assert_eq!(parse(text, UTC).map(|stamp| stamp.at), Some(at(expected)), "{text}");
    }
    let refused = [
        "7 jui 2025", // juin or juillet
        "7 oktobre 2025",
        "6-Oct",
        "7-okt/2025",
        "31 sep 2025",
        "7 ok 2025",
        "22 Sep 025",
        "7 Oct 2025 9",
    ];
    for text in refused {
        assert_eq!(parse(text, UTC), None, "{text}");
    }
}

#[test]
fn a_column_decides_the_order_of_its_dates() {
    use DateOrder::{DayFirst, MonthFirst};
    type Case<'c> = (&'c [&'c str], Option<DateOrder>, Result<Option<DateOrder>, Ambiguous>);
    let cases: [Case<'_>; 13] = [
        (&["10/9/25 8:15", "10/27/25 8:15"], None, Ok(Some(MonthFirst))),
        (&["1/2/25"], None, Err(Ambiguous::Undecided)),
        (&["2025/10/7 9:50", "2025/1/2"], None, Ok(None)),
        (&["10/9/2025 8:15", "10/27/2025 8:15"], None, Ok(Some(MonthFirst))),
        (&["27.10.2025", "", "9.10.2025"], None, Ok(Some(DayFirst))),
        (&["1/2/2025", "3/4/2025"], None, Err(Ambiguous::Undecided)),
        (&["1/2/2025"], Some(DayFirst), Ok(Some(DayFirst))),
        (&["13/1/2025", "1/13/2025"], None, Err(Ambiguous::Contradictory)),
        (&["13/1/2025", "1/13/2025"], Some(MonthFirst), Ok(Some(MonthFirst))),
        (&["1/2/2025", "1/13/2025"], Some(DayFirst), Ok(Some(MonthFirst))),
        (&["2025-10-07 09:50:26 +0200", "45937.41"], None, Ok(None)),
        (&["2025-10-07"], Some(MonthFirst), Ok(None)),
        (&["13/14/2025"], None, Ok(None)),
    ];
    for (cells, told, expected) in cases {
        let mut whole = DateEvidence::default();
        for cell in cells {
            let mut part = DateEvidence::default();
            part.observe(cell);
            whole.merge(part);
        }
        assert_eq!(whole.decide(told), expected, "{cells:?}");
    }
}

#[test]
fn a_column_decides_where_years_of_two_digits_stand() {
    use DateOrder::{DayFirst, MonthFirst};
    let decided = |dates: &[String], told| {
        let mut whole = DateEvidence::default();
        for date in dates {
            whole.observe(date);
        }
        whole.decide(told)
    };
    let days = |of: fn(u32) -> String| -> Vec<String> { (1..=28).map(of).collect() };
    assert_eq!(decided(&days(|day| format!("{day:02}-02-25 8:15")), None), Ok(Some(DayFirst)));
    assert_eq!(decided(&days(|day| format!("02-{day:02}-25")), None), Ok(Some(MonthFirst)));
    // Years may stand first, and a few days decide nothing.
    let year_first = days(|day| format!("25-02-{day:02}"));
    let few = ["24-02-25".to_owned(), "25-02-25".to_owned()];
    for dates in [&year_first[..], &few] {
        assert_eq!(decided(dates, None), Err(Ambiguous::ShortYears), "{dates:?}");
        assert_eq!(decided(dates, Some(DayFirst)), Ok(Some(DayFirst)), "{dates:?}");
    }
}

#[test]
fn what_a_spreadsheet_changed_is_told() {
    for (cells, expected) in [
        (&["2025-10-07", "2025-10-07 09:50", "2025-10-07 09:50:26 +0200"][..], None),
        (&["2025/10/7 9:50"], Some("read as year/month/day,")),
        (
            &["2025-10-07 9:50", "45937.41"],
            Some("year/month/day and as numbers of days since 1900, as spreadsheets keep them,"),
        ),
        (&["10/27/25"], Some("because none is written; none of them has a time of day")),
        (&["45937", "45938.0"], Some("none of them has a time of day")),
        (&["10/27/25 0:00", "10/28/25 0:01"], Some("read as month/day/year, in the zone UTC")),
    ] {
        let mut evidence = DateEvidence::default();
        for cell in cells {
            evidence.observe(cell);
        }
        let told = evidence.decision("Day", evidence.decide(None).unwrap(), UTC);
        assert_eq!(told.is_some(), expected.is_some(), "{told:?}");
        assert!(told.unwrap_or_default().contains(expected.unwrap_or_default()), "{cells:?}");
    }
}

/// Any microsecond of the years that are read.
fn any_instant() -> impl Strategy<Value = i64> {
    epoch_range()
}

proptest! {
    #[test]
    fn the_calendar_agrees_with_chrono(micros in any_instant(), quarters in -48_i32..=56) {
        let utc = DateTime::<Utc>::from_timestamp_micros(micros).unwrap();
        let zone = chrono::FixedOffset::east_opt(quarters * 900).unwrap();
        let local = utc.with_timezone(&zone);
        prop_assume!(YEARS.contains(&i64::from(local.year())));
        for shape in ["%Y-%m-%dT%H:%M:%S%.6f%:z", "%Y-%m-%d %H:%M:%S%.9f %z"] {
            let text = local.format(shape).to_string();
            let stamp = parse(&text, UTC).unwrap();
            prop_assert_eq!(stamp.at.0, micros, "{}", text);
            prop_assert_eq!(stamp.offset, Some(quarters * 900));
        }
        let text = local.format("%Y-%m-%d %H:%M:%S").to_string();
        let stamp = parse(&text, ZoneRule::Fixed(quarters * 900)).unwrap();
        prop_assert_eq!(stamp.at.0, micros - i64::from(utc.nanosecond() / 1000));
    }

    #[test]
    fn what_is_read_at_once_is_read_part_by_part_too(
        text in "20[0-9]{2}-[01][0-9]-[0-3][0-9][T t][0-2][0-9]:[0-6][0-9]:[0-6][0-9]([.,][0-9]{1,7})?( ?(Z|UTC|z)|\\+02)?",
        change in proptest::option::of((0_usize..32, any::<char>())),
        zone in prop_oneof![Just(UTC), Just(ZoneRule::Fixed(-19_800)), Just(ZoneRule::Named(chrono_tz::Europe::Paris))],
    ) {
        let mut text: Vec<char> = text.chars().collect();
        if let Some((at, other)) = change {
            let at = at % text.len();
            text[at] = other;
        }
        let text: String = text.into_iter().collect();
        let at_once = usual::parse(text.as_bytes(), zone);
        prop_assert!(at_once.is_none() || at_once == parse_trimmed(text.as_bytes(), zone), "{}", text);
    }

    #[test]
    fn usual_times_are_read_at_once(micros in any_instant()) {
        let time = DateTime::<Utc>::from_timestamp_micros(micros).unwrap();
        for shape in [
            "%Y-%m-%dT%H:%M:%S%.3fZ",
            "%Y-%m-%dT%H:%M:%SZ",
            "%Y-%m-%d %H:%M:%S UTC",
            "%Y-%m-%d %H:%M:%S",
            "%Y-%m-%dT%H:%M:%S%.3f",
        ] {
            let text = time.format(shape).to_string();
            let whole = parse_trimmed(text.as_bytes(), UTC);
            prop_assert!(whole.is_some());
            prop_assert_eq!(usual::parse(text.as_bytes(), UTC), whole, "{}", text);
        }
    }

    #[test]
    fn named_zones_agree_with_chrono(seconds in 0_i64..4_000_000_000) {
        let zone = chrono_tz::America::New_York;
        let utc = DateTime::<Utc>::from_timestamp(seconds, 0).unwrap();
        let local = utc.with_timezone(&zone);
        let text = local.format("%Y-%m-%d %H:%M:%S").to_string();
        let stamp = parse(&text, ZoneRule::Named(zone)).unwrap();
        let earliest = zone.from_local_datetime(&local.naive_local()).earliest().unwrap();
        prop_assert_eq!(stamp.at.0, earliest.timestamp_micros());
    }

    #[test]
    fn dates_are_read_exactly_when_they_exist(year in 1890_i32..2210, month in 0_u32..14, day in 0_u32..33) {
        let text = format!("{year:04}-{month:02}-{day:02}");
        let known = NaiveDate::from_ymd_opt(year, month, day)
            .filter(|date| YEARS.contains(&i64::from(date.year())))
            .map(|date| date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros());
        prop_assert_eq!(parse(&text, UTC).map(|stamp| stamp.at.0), known);
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,40}", zone in prop_oneof![
        Just(UTC), Just(ZoneRule::Fixed(i32::MAX)), Just(ZoneRule::Named(chrono_tz::Asia::Kathmandu)),
    ]) {
        let mut evidence = DateEvidence::default();
        evidence.observe(&text);
        let _ = evidence.decide(None);
        let _ = parse_any(&text, Some(DateOrder::DayFirst), zone);
    }

    #[test]
    fn nothing_like_a_time_makes_it_panic(text in "[0-9TZ:.,/+ APM-]{0,36}") {
        for zone in [UTC, ZoneRule::Named(chrono_tz::Pacific::Apia)] {
            let _ = parse_any(&text, Some(DateOrder::MonthFirst), zone);
        }
    }
}

#[test]
fn a_number_says_where_a_clock_stood() {
    let cases = [
        ("2025-10-07 09:50:26 +0200", Some(7200)),
        ("2025-10-07T09:50:26-03:30", Some(-12_600)),
        ("2025-10-07 09:50 +02", Some(7200)),
        ("2025-10-07T09:50:26Z", None),
        ("2025-10-07 09:50:26 UTC", None),
        ("2025-10-07 09:50:26", None),
        ("2025-10-07", None),
        ("10/27/2025 8:15", None),
        ("27-10-2025 8:15", None),
        ("", None),
    ];
    for (text, expected) in cases {
        assert_eq!(written_offset(text), expected, "{text}");
    }
}
