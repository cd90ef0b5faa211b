//! Laws that hold for any store: what must not change a number, what must add up, and that tallies
//! may be merged in any way. Stores are small and crowded, so that ties, shared browsers, lost e-mail
//! addresses and orders without visits meet often.

use crate::inside::{auto, input, report, settings, told, unaccounted};
use crate::program::{Test, reached, set_aside};
use funnel::engine::{self, Asks, Plan, Request, Settings, Side};
use funnel::event::StepSet;
use funnel::findings::GroupName;
use funnel::key::{FastMap, Key};
use funnel::ladder::definition::{Count, Presence, Window};
use funnel::ladder::dimension::{Breakdown, Filter};
use funnel::ladder::draft;
use funnel::ladder::overrides::Overrides;
use funnel::money::Currency;
use funnel::stats::mean::Moments;
use funnel::stats::refunds::{Ratio, RefundsByCustomer, SoldOrder};
use funnel::tally::clustering::Clustering;
use funnel::tally::days::Days;
use funnel::tally::landmarks::{Landmarks, Pattern};
use funnel::tally::ways::{Leavers, Ways};
use funnel::tally::{
    ActionTally, Durations, GroupStep, GroupTally, LogCustomers, StepTally, Tally,
};
use funnel::time::{Instant, Span};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// A row of the pixel's log.
#[derive(Clone, Debug)]
struct Visit {
    browser: u8,
    person: Option<u8>,
    minute: i64,
    name: usize,
    order: u8,
}

/// An order of the export, with so many further rows.
#[derive(Clone, Debug)]
struct Sale {
    person: u8,
    minute: i64,
    channel: usize,
    further: usize,
}

#[derive(Clone, Debug)]
struct Store {
    visits: Vec<Visit>,
    sales: Vec<Sale>,
}

const NAMES: [&str; 8] = [
    "page_viewed",
    "collection_viewed",
    "product_viewed",
    "product_added_to_cart",
    "checkout_started",
    "checkout_completed",
    "search_submitted",
    "tile_seen",
];

const CHANNELS: [&str; 4] = ["web", "web", "web", "pos"];

fn store() -> impl Strategy<Value = Store> {
    let visit = (0..6u8, proptest::option::of(0..4u8), 0..90i64, 0..NAMES.len(), 0..6u8).prop_map(
        |(browser, person, minute, name, order)| Visit {
            browser,
            person,
            minute: minute * 17,
            name,
            order,
        },
    );
    let sale = (0..4u8, 0..90i64, 0..CHANNELS.len(), 0..3usize).prop_map(
        |(person, minute, channel, further)| Sale { person, minute: minute * 17, channel, further },
    );
    (proptest::collection::vec(visit, 1..40), proptest::collection::vec(sale, 1..8))
        .prop_map(|(visits, sales)| Store { visits, sales })
}

fn clock(minute: i64) -> (i64, i64, i64) {
    let day = 1 + minute / 1440;
    (day, minute % 1440 / 60, minute % 60)
}

impl Store {
    fn log(&self) -> Vec<String> {
        let row = |(number, visit): (usize, &Visit)| {
            let (day, hour, minute) = clock(visit.minute);
            let mut data = json!({});
            if visit.name >= 4 && visit.name <= 5 {
                let order = (visit.name == 5)
                    .then(|| json!({ "id": format!("59000000000{:02}", visit.order) }));
                let email = visit.person.map(|person| format!("person{person}@example.com"));
                data = json!({ "checkout": { "token": format!("token-{:04}", visit.order),
                    "email": email, "order": order,
                    "totalPrice": { "amount": 12.5, "currencyCode": "EUR" } } });
            }
            let event = json!({ "id": format!("e{number}"), "name": NAMES[visit.name],
                "clientId": format!("browser-{}", visit.browser), "data": data, "seq": number % 3,
                "timestamp": format!("2025-10-{day:02}T{hour:02}:{minute:02}:00Z") });
            format!("{event}\n")
        };
        self.visits.iter().enumerate().map(row).collect()
    }

    fn orders(&self) -> String {
        let mut text = String::from(
            "Name,Email,Financial Status,Currency,Total,Created at,Lineitem name,Id,Source\n",
        );
        for (number, sale) in self.sales.iter().enumerate() {
            let (day, hour, minute) = clock(sale.minute);
            let at = format!("2025-10-{day:02} {hour:02}:{minute:02}:00 +0000");
            let person = format!("person{}@example.com", sale.person);
            let channel = CHANNELS[sale.channel];
            let id = format!("59000000000{number:02}");
            writeln!(text, "#{number},{person},paid,EUR,10.00,{at},Soap,{id},{channel}").unwrap();
            for _ in 0..sale.further {
                writeln!(text, "#{number},{person},,,,{at},Brush,,").unwrap();
            }
        }
        text
    }

    /// The report on files that are written for it.
    fn report(files: &[(&str, String)], plan: &Plan, settings: &Settings) -> String {
        let folder = tempfile::tempdir().unwrap();
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        Store::report_on(folder.path(), &names, plan, settings)
            .replace(&*folder.path().to_string_lossy(), "")
    }

    fn report_on(folder: &Path, names: &[&str], plan: &Plan, settings: &Settings) -> String {
        let paths: Vec<String> =
            names.iter().map(|name| folder.join(name).to_string_lossy().into_owned()).collect();
        let inputs = funnel::input::open_all(&paths, &told()).unwrap();
        report(inputs, plan, settings).unwrap()
    }

    fn files(&self) -> Vec<(&'static str, String)> {
        vec![("orders.csv", self.orders()), ("pixel.jsonl", self.log().concat())]
    }
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A report without what names the files: inputs, and the places of rows.
fn without_places(text: &str) -> Value {
    let mut report = read(text);
    report["inputs"] = Value::Null;
    for aside in report["quality"]["set_aside"].as_array_mut().unwrap() {
        aside["examples"] = Value::Null;
    }
    report
}

/// All steps required, so that chains are long.
fn strict_ladder() -> Plan {
    let steps = ["Visit=*", "Product=product_viewed", "Cart=product_added_to_cart"];
    let steps: Vec<String> =
        steps.into_iter().chain(["Order=checkout_completed"]).map(str::to_string).collect();
    Plan::Given(draft::from_steps(&steps, &[]).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn threads_blocks_memory_and_order_of_files_change_no_byte(
        store in store(),
        threads in 1..5usize,
        partitions in 1..9usize,
        memory in 0..4096usize,
        block in 1..600usize,
    ) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in store.files() {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let other = Settings { threads, partitions, memory, block, ..settings() };
        for plan in [auto(), strict_ladder()] {
            let one = Store::report_on(folder.path(), &["orders.csv", "pixel.jsonl"], &plan, &settings());
            let two = Store::report_on(folder.path(), &["pixel.jsonl", "orders.csv"], &plan, &other);
            prop_assert_eq!(one, two);
        }
    }

    #[test]
    fn rows_add_up_and_no_step_is_reached_by_more_than_the_one_before(store in store()) {
        let report = read(&Store::report(&store.files(), &auto(), &settings()));
        prop_assert_eq!(unaccounted(&report), None);
        let steps = report["steps"].as_array().unwrap();
        let firm: Vec<u64> = steps
            .iter()
            .filter(|step| step["presence"] != "optional")
            .map(|step| step["reached"].as_u64().unwrap())
            .collect();
        prop_assert!(firm.is_sorted_by(|a, b| a >= b), "{:?}", firm);
        let number = |value: &Value| value.as_u64().unwrap();
        let journeys = &report["journeys"];
        let outcomes = ["converted", "lost", "open"].map(|key| number(&journeys[key]));
        prop_assert_eq!(outcomes.iter().sum::<u64>(), number(&journeys["entered"]));
        let open: u64 = steps.iter().map(|step| number(&step["open"])).sum();
        prop_assert_eq!(open, number(&journeys["open"]));
        for step in steps {
            let parts = number(&step["observed"]) + number(&step["implied"]);
            prop_assert_eq!(parts, number(&step["reached"]));
        }
        prop_assert_eq!(firm.last().copied(), Some(outcomes[0]));
    }

    #[test]
    fn a_log_in_two_parts_is_the_same_log(store in store(), part in 0.0..1.0f64) {
        let rows = store.log();
        let cut = part_of(rows.len(), part);
        let (first, second) = rows.split_at(cut);
        let whole = Store::report(&store.files(), &auto(), &settings());
        let mut files = vec![("orders.csv", store.orders())];
        let parts = [("pixel_1.jsonl", first), ("pixel_2.jsonl", second)];
        files.extend(
            parts.iter().filter(|(_, rows)| !rows.is_empty()).map(|(name, rows)| (*name, rows.concat())),
        );
        let split = Store::report(&files, &auto(), &settings());
        // One order in two rows of one file is continued, in two files it is there twice.
        let (mut whole, mut split) = (without_places(&whole), without_places(&split));
        for report in [&mut whole, &mut split] {
            report["quality"]["set_aside"] = Value::Null;
        }
        prop_assert_eq!(whole, split);
    }

    #[test]
    fn rows_that_come_again_change_the_accounts_alone(store in store(), part in 0.0..1.0f64) {
        let rows = store.log();
        let again = part_of(rows.len(), part);
        let once = read(&Store::report(&store.files(), &auto(), &settings()));
        let log = rows.concat() + &rows[..again].concat();
        let orders = store.orders();
        let files = [("orders.csv", orders.clone()), ("orders_again.csv", orders), ("pixel.jsonl", log)];
        let twice = read(&Store::report(&files, &auto(), &settings()));
        prop_assert_eq!(unaccounted(&twice), None);
        for key in ["ladder", "period", "journeys", "steps", "macro", "actions", "orders", "coverage", "notices"] {
            prop_assert_eq!(&once[key], &twice[key], "{}", key);
        }
        let used = |report: &Value| report["quality"]["rows_used"].as_u64().unwrap();
        prop_assert_eq!(used(&once), used(&twice));
        prop_assert!(set_aside(&twice, "duplicate") >= set_aside(&once, "duplicate") + again as u64);
    }

    #[test]
    fn tallies_merge_in_any_way(a in tally(), b in tally(), c in tally()) {
        let merged = |tallies: &[&Tally]| {
            let mut all = Tally::new(3, 2);
            for tally in tallies {
                all.merge((*tally).clone());
            }
            all
        };
        prop_assert_eq!(&merged(&[&a]), &a);
        let mut into_a = a.clone();
        into_a.merge(Tally::new(3, 2));
        prop_assert_eq!(&into_a, &a);
        into_a.merge(Tally::default());
        prop_assert_eq!(&into_a, &a);
        prop_assert_eq!(merged(&[&a, &b]), merged(&[&b, &a]));
        let left = merged(&[&merged(&[&a, &b]), &c]);
        let right = merged(&[&a, &merged(&[&b, &c])]);
        prop_assert_eq!(&left, &right);
        prop_assert_eq!(left, merged(&[&a, &b, &c]));
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a small number of rows"
)]
fn part_of(rows: usize, part: f64) -> usize {
    (rows as f64 * part) as usize
}

fn tally() -> impl Strategy<Value = Tally> {
    let step = (proptest::array::uniform5(0..9u64), proptest::collection::vec(0..50i64, 0..4))
        .prop_map(|([reached, observed, implied, open, converted], seconds)| {
            let mut step =
                StepTally { reached, observed, implied, open, converted, ..StepTally::default() };
            for second in seconds {
                step.from_previous.add(Span::seconds(second));
                step.from_entry.add(Span::seconds(2 * second));
            }
            step
        });
    let action = (0..9u64, 0..9u64).prop_map(|(did, converted)| ActionTally {
        did,
        converted,
        worth: BTreeMap::from([(
            Currency::parse("EUR"),
            Moments { count: did, sum: 7, squares: 9 },
        )]),
    });
    (
        proptest::array::uniform3(step),
        proptest::array::uniform2(action),
        proptest::array::uniform15(0..9u64),
        (groups(), clustering()),
        beside(),
    )
        .prop_map(
            |(steps, actions, counts, (groups, clustering), (days, ways, landmarks, spans))| {
                Tally {
                    steps: steps.into(),
                    actions: actions.into(),
                    entered: counts[0],
                    filtered: counts[14],
                    converted: counts[1],
                    lost: counts[2],
                    open: counts[3],
                    converted_by_tie: counts[4],
                    customers: counts[5],
                    on_all_sides: counts[4],
                    anonymous: counts[6],
                    first_seen_beyond: counts.iter().map(|&at| Instant(at.cast_signed())).collect(),
                    repeat_buyers: counts[8],
                    orders_with_visit: counts[9],
                    session_days: of_sessions(counts),
                    log_customers: of_logs(counts),
                    closed: counts[12],
                    closed_converted: counts[13],
                    clustering,
                    groups,
                    watched: spans.clone(),
                    ended: spans.clone(),
                    orders_of_buyers: Moments {
                        count: counts[7],
                        sum: i128::from(counts[8]),
                        squares: i128::from(counts[7] + counts[8]),
                    },
                    value_of_buyers: bought(counts),
                    refunds_of_buyers: refunded(counts),
                    to_second_order: spans.clone(),
                    since_only_order: spans.clone(),
                    between_orders: spans,
                    worth: BTreeMap::from([(
                        Currency::parse("USD"),
                        Moments { count: counts[1], sum: 5, squares: 25 },
                    )]),
                    days,
                    ways,
                    landmarks,
                }
            },
        )
}

/// The sessions of two logs, of a day each.
fn of_sessions(counts: [u64; 15]) -> Vec<BTreeMap<i64, [u64; 2]>> {
    let of = |day: i64, at: usize| BTreeMap::from([(day, [counts[at], counts[at + 1]])]);
    vec![of(0, 10), of(1, 12)]
}

/// What two buyers spent.
fn refunded(counts: [u64; 15]) -> BTreeMap<Currency, RefundsByCustomer> {
    let mut refunds = RefundsByCustomer::default();
    let order = |refunded: u64| SoldOrder {
        total: 9,
        refunded: i128::from(refunded),
        is_touched: refunded > 0,
    };
    refunds.add(counts.map(order));
    BTreeMap::from([(Currency::parse("EUR"), refunds)])
}

fn bought(counts: [u64; 15]) -> BTreeMap<Currency, Ratio> {
    let mut sums = Ratio::default();
    sums.add(i128::from(counts[5]), i128::from(counts[6]));
    sums.add(i128::from(counts[7]), 1);
    BTreeMap::from([(Currency::parse("EUR"), sums)])
}

/// The customers of two logs.
fn of_logs(counts: [u64; 15]) -> Vec<LogCustomers> {
    let customers =
        |log: usize| LogCustomers { customers: counts[log], in_several: counts[log + 2] };
    [3, 4].map(customers).into()
}

/// What is counted beside the ladder.
fn beside() -> impl Strategy<Value = (Days, Ways, Landmarks, Durations)> {
    let rows = proptest::collection::vec((0..3i64, 0..9u64, 0..3u32), 0..5);
    rows.prop_map(|rows| {
        let (mut days, mut ways) = (Days::default(), Ways::default());
        let (mut landmarks, mut spans) = (Landmarks::default(), Durations::default());
        for (day, count, name) in rows {
            let tally = days.of(day, 3);
            tally.same_day[0] += count;
            tally.seen[1] += count + 1;
            tally.exported += 1;
            ways.leavers.resize(3, Leavers::default());
            ways.leavers[1].left += count;
            *ways.leavers[1].next.entry(name).or_default() += count;
            ways.bursts += 1;
            let pattern = Pattern { actions: StepSet(name), ..Pattern::default() };
            let outcomes = landmarks.patterns.entry(pattern).or_default();
            outcomes.journeys += count;
            landmarks.after = vec![count, 0];
            spans.add(Span::seconds(day));
        }
        (days, ways, landmarks, spans)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn the_rows_of_a_breakdown_are_the_total(store in store(), at in 0..4usize, top in 0..4usize, session in any::<bool>()) {
        let at = ["entry", "first", "last", "Order"][at];
        let count = if session { Count::Session } else { Count::Customer };
        let request = Request {
            breakdowns: vec![Breakdown::parse(&format!("data.checkout.token@{at}")).unwrap()],
            top,
            ..Request::of(Plan::Auto(Overrides { count: Some(count), ..Overrides::default() }))
        };
        let inputs = store.files().iter().map(|(name, text)| input(name, text.as_bytes()).unwrap()).collect();
        let outcome = engine::run(inputs, &request, &settings(), &|_| ()).unwrap().findings;
        let groups = &outcome.breakdowns[0].groups;
        prop_assert!(groups.len() <= top + 2);
        for (step, total) in outcome.tally.steps.iter().enumerate() {
            let rows: u64 = groups.iter().map(|group| group.tally.steps[step].reached).sum();
            prop_assert_eq!(rows, total.reached, "step {}", step);
        }
        prop_assert_eq!(groups.iter().map(|group| group.tally.entered).sum::<u64>(), outcome.tally.entered);
        // What is added up over customers is what is counted, in the whole and in every row.
        let rows = groups.iter().map(|group| (group.tally.entered, group.tally.clustering.as_deref()));
        for (entered, sums) in rows.chain([(outcome.tally.entered, Some(&outcome.tally.clustering))]) {
            prop_assert_eq!(sums.map_or(0, |sums| sums.conversion.size), if session { entered } else { 0 });
        }
        for (sums, step) in outcome.tally.clustering.steps.iter().zip(&outcome.tally.steps) {
            prop_assert_eq!((sums.to_last.size, sums.to_last.hits), (step.reached, step.converted));
            prop_assert_eq!(sums.from_first.hits, step.reached);
        }
    }
}

/// Everything that can be asked for beside the ladder, of a store's files.
fn asked(store: &Store, settings: &Settings) -> (Vec<Tally>, Vec<Vec<(String, u64)>>) {
    let side = |since: &str, until: &str| Side {
        since: Some(since.to_string()),
        until: Some(until.to_string()),
        filters: Vec::new(),
    };
    let request = Request {
        asks: Asks { days: true, ways: true, landmarks: true, money: true },
        sides: vec![side("2025-10-01", "2025-10-01"), side("2025-10-02", "2025-10-02")],
        ..Request::of(auto())
    };
    let files = store.files();
    let inputs = files.iter().map(|(name, text)| input(name, text.as_bytes()).unwrap());
    let found = engine::run(inputs.collect(), &request, settings, &|_| ()).unwrap().findings;
    let sides = found.sides.into_iter().map(|side| side.tally);
    let mut tallies: Vec<Tally> = std::iter::once(found.tally).chain(sides).collect();
    // Names have other numbers in each run; their texts are compared instead.
    for leavers in tallies.iter_mut().flat_map(|tally| &mut tally.ways.leavers) {
        leavers.next.clear();
    }
    (tallies, found.next_events)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn what_is_counted_beside_the_ladder_does_not_depend_on_how(
        store in store(),
        threads in 1..5usize,
        partitions in 1..9usize,
        memory in 0..4096usize,
        block in 1..600usize,
    ) {
        let other = Settings { threads, partitions, memory, block, ..settings() };
        let (one, next) = asked(&store, &settings());
        let (two, further) = asked(&store, &other);
        prop_assert_eq!(&one, &two);
        prop_assert_eq!(&next, &further);
        // A journey that entered is in the days, and whoever left did something next or nothing.
        let entered: u64 = one[0].days.0.values().map(|day| day.journeys.entered).sum();
        prop_assert_eq!(entered, one[0].entered);
        for (leavers, events) in one[0].ways.leavers.iter().zip(&next) {
            prop_assert!(events.iter().map(|(_, journeys)| journeys).sum::<u64>() <= leavers.left);
        }
    }

    #[test]
    fn a_side_is_what_a_report_on_its_period_says(store in store()) {
        let (sides, _) = asked(&store, &settings());
        let request = Request {
            since: Some("2025-10-02".to_string()),
            until: Some("2025-10-02".to_string()),
            ..Request::of(auto())
        };
        let inputs = store.files().iter().map(|(name, text)| input(name, text.as_bytes()).unwrap()).collect();
        let alone = engine::run(inputs, &request, &settings(), &|_| ()).unwrap().findings.tally;
        prop_assert_eq!((sides[2].entered, sides[2].converted, sides[2].open), (alone.entered, alone.converted, alone.open));
        prop_assert_eq!(&sides[2].steps, &alone.steps);
        prop_assert_eq!(&sides[2].watched, &alone.watched);
    }
}

/// The sums over a few customers with some journeys each.
fn clustering() -> impl Strategy<Value = Clustering> {
    let customer = proptest::array::uniform3(0..9u64).prop_map(|[entered, reached, converted]| {
        let step = GroupStep { reached, converted, ..GroupStep::default() };
        GroupTally { entered, converted, steps: [step; 2].into(), clustering: None }
    });
    proptest::collection::vec(customer, 0..4).prop_map(|customers| {
        let mut sums = Clustering::default();
        for customer in &customers {
            sums.add(customer, &[None, Some(0)]);
        }
        sums
    })
}

/// The rows of one breakdown: a few values with their counts.
fn groups() -> impl Strategy<Value = Vec<FastMap<Key, GroupTally>>> {
    let group = proptest::array::uniform6(0..9u64).prop_map(|counts| GroupTally {
        entered: counts[0],
        converted: counts[1],
        steps: [GroupStep {
            reached: counts[2],
            observed: counts[3],
            open: counts[4],
            converted: counts[5],
        }]
        .into(),
        clustering: None,
    });
    let group = (group, proptest::option::of(clustering()))
        .prop_map(|(group, sums)| GroupTally { clustering: sums.map(Box::new), ..group });
    proptest::collection::vec((0..4u64, group), 0..4)
        .prop_map(|rows| vec![rows.into_iter().map(|(key, group)| (Key(key), group)).collect()])
}

#[test]
fn the_program_says_what_the_library_says() {
    let visits = [(0, None, 0, 0, 0), (0, Some(1), 17, 4, 0), (0, Some(1), 34, 5, 0)].map(
        |(browser, person, minute, name, order)| Visit { browser, person, minute, name, order },
    );
    let sales = vec![Sale { person: 1, minute: 34, channel: 0, further: 1 }];
    let store = Store { visits: visits.into(), sales };
    let inside = read(&Store::report(&store.files(), &auto(), &settings()));
    let mut test = Test::new().args(["report", "-", "orders.csv", "--format", "json"]);
    test = test.file("orders.csv", store.orders()).stdin(store.log().concat());
    let outside = test.json();
    assert_eq!(reached(&outside), [1, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
    for key in ["journeys", "steps", "macro", "orders", "coverage"] {
        assert_eq!(inside[key], outside[key], "{key}");
    }
}

/// A log in one table, mostly in order of time: seconds since the row before, person, name, and whether
/// the row is written twice.
fn table() -> impl Strategy<Value = String> {
    let late = prop_oneof![30 => Just(false), 1 => Just(true)];
    let row = (0..3i64, 0..5u8, 0..NAMES.len(), 0..6u8, late);
    proptest::collection::vec(row, 1..120).prop_map(|rows| {
        let mut text = String::from("time,event,user_id,note\n1760000000,page_viewed,0,first\n");
        let mut second = 1_760_000_000;
        for (number, (passed, person, name, copies, is_late)) in rows.into_iter().enumerate() {
            second += passed * 20;
            let at = if is_late { second - 90 } else { second };
            // Some rows differ in nothing but a cell that nobody needs.
            let note = if copies == 1 { number } else { 0 };
            let row = format!("{at},{},{person},\"{note}\n,\"\n", NAMES[name]);
            text += &row;
            if copies == 0 {
                text += &row;
            }
        }
        text
    })
}

/// A log in order of time in which several customers share devices, and few rows say who it was.
fn shared_table() -> impl Strategy<Value = String> {
    let row =
        (0..3i64, 0..3u8, prop_oneof![3 => Just(None), 1 => (1..5u8).prop_map(Some)], 0..6usize);
    proptest::collection::vec(row, 1..120).prop_map(|rows| {
        let mut text = String::from("time,event,client_id,customer_id\n");
        let mut second = 1_760_000_000;
        for (passed, device, customer, name) in rows {
            second += passed * 20;
            let customer = customer.map_or(String::new(), |number| format!("710000000000{number}"));
            writeln!(text, "{second},{},device-{device},{customer}", NAMES[name]).unwrap();
        }
        text
    })
}

/// Names of a plain log: `cart` and `thank_you` mean what no other name of the log does.
fn plain_names() -> Vec<&'static str> {
    // With all of them a log speaks of every part of a shop.
    let others = ["cart", "thank_you", "cart_viewed"];
    NAMES.into_iter().chain(others).collect()
}

/// One row of a log as most logs write it; now and then a time, a person or a browser is not as usual.
#[derive(Clone, Debug)]
struct PlainRow {
    passed: i64,
    person: u8,
    name: &'static str,
    agent: &'static str,
    page: &'static str,
    referrer: &'static str,
    country: &'static str,
    copies: u8,
    is_late: bool,
    is_odd: bool,
}

fn plain_rows() -> impl Strategy<Value = Vec<PlainRow>> {
    let rarely = || prop_oneof![40 => Just(false), 1 => Just(true)];
    let agent =
        prop_oneof![9 => Just("Mozilla/5.0 (X11; Linux x86_64)"), 1 => Just("Googlebot/2.1")];
    let page = prop::sample::select(vec![
        "https://shop.example.com/p/1?v=2",
        "https://shop.example.com/?utm_source=mail&utm_medium=post",
        "/p/1",
        "/products/1",
        "/cart",
        "https://shop.example.com/blogs/news/1",
        "\"https://shop.example.com/p/2,3\"",
        "",
        "-",
    ]);
    let referrer = prop::sample::select(vec![
        "",
        "https://search.example/q?a=1",
        "https://shop.example.com/p/1",
    ]);
    let country = prop::sample::select(vec!["CA", "FR", "", "null", "\"C\"\"A\""]);
    let cells = (agent, page, referrer, country);
    let some = proptest::sample::subsequence(plain_names(), 2..=plain_names().len());
    let row = move |names: Vec<&'static str>| {
        let name = prop::sample::select(names);
        (0..3i64, 0..5u8, name, cells.clone(), 1..3u8, rarely(), rarely())
    };
    some.prop_flat_map(move |names| {
        let row = row(names);
        let row = row.prop_map(|(passed, person, name, cells, copies, is_late, is_odd)| PlainRow {
            passed,
            person,
            name,
            agent: cells.0,
            page: cells.1,
            referrer: cells.2,
            country: cells.3,
            copies,
            is_late,
            is_odd,
        });
        proptest::collection::vec(row, 1..150)
    })
}

/// The rows as a table and as lines of JSON.
fn written(rows: &[PlainRow]) -> [(&'static str, String); 2] {
    let mut table = String::from("time,event,client_id,note,user_agent,url,referrer,country\n");
    let mut lines = String::new();
    let mut second = 0;
    for row in rows {
        second += row.passed * 7;
        let (h, m, s) = (second / 3600, second / 60 % 60, second % 60 - i64::from(row.is_late));
        let time = format!("2025-10-07T{h:02}:{m:02}:{:02}Z", s.max(0));
        let time = if row.is_odd { time.replace('Z', "+00:00") } else { time };
        let person = format!("1a27a8e7-598d-4e52-9edc-a99c39648d3{}", row.person);
        let (name, agent) = (row.name, row.agent);
        // The same person in quotes is the same person.
        let cell = if row.passed == 1 { format!("\"{person}\"") } else { person.clone() };
        for _ in 0..row.copies {
            let PlainRow { page, referrer, country, .. } = row;
            let cells = format!("\"{agent}\",{page},{referrer},{country}");
            writeln!(table, "{time},{name},{cell},x,{cells}").unwrap();
            let record = json!({
                "time": time, "event": name, "client_id": person, "user_agent": agent, "url": page, "country": country,
            });
            // Letters may be written as numbers.
            let letter = if row.person % 2 == 1 { "\\u0062" } else { "b" };
            let record = record.to_string().replace("blogs", &format!("{letter}logs"));
            writeln!(lines, "{record}").unwrap();
        }
    }
    [("log.csv", table), ("log.jsonl", lines)]
}

/// A short window, and steps that need not be seen.
fn short_ladder(window: i64) -> Plan {
    let Plan::Given(mut ladder) = strict_ladder() else { return strict_ladder() };
    ladder.window = Window::FromEntry(Span::seconds(window));
    ladder.steps[1].presence = Presence::Implied;
    Plan::Given(ladder)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    /// Small blocks of a log in order go through a sieve, and with little memory journeys are cut short
    /// while they go on; one large block never does either.
    #[test]
    fn a_sieve_changes_no_byte(
        text in prop_oneof![table(), shared_table()],
        threads in 1..4usize,
        block in 1..90usize,
        partitions in 1..5usize,
        memory in 0..20_000usize,
        window in 0..400i64,
    ) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("log.csv"), text).unwrap();
        for plan in [auto(), strict_ladder(), short_ladder(window)] {
            let plain = Store::report_on(folder.path(), &["log.csv"], &plan, &settings());
            let other = Settings { threads, partitions, block, memory, ..settings() };
            let sifted = Store::report_on(folder.path(), &["log.csv"], &plan, &other);
            prop_assert_eq!(plain, sifted);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    /// Usual rows take a short way through the sieve, those of a table and those of JSON.
    #[test]
    fn the_short_way_of_usual_rows_changes_no_byte(
        rows in plain_rows(),
        threads in 1..3usize,
        block in 1..6000usize,
        memory in prop_oneof![1 => 0..20_000usize, 4 => Just(1 << 30)],
        window in 0..400i64,
    ) {
        for (name, text) in written(&rows) {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join(name), text).unwrap();
            for plan in [strict_ladder(), short_ladder(window)] {
                let plain = Store::report_on(folder.path(), &[name], &plan, &settings());
                let other = Settings { threads, block, memory, ..settings() };
                let sifted = Store::report_on(folder.path(), &[name], &plan, &other);
                prop_assert_eq!(plain, sifted);
            }
        }
    }
}

/// What stands in the columns of a browser, a customer, a user and an e-mail address.
fn several_identifiers() -> impl Strategy<Value = [&'static str; 4]> {
    let browser = prop_oneof![
        12 => prop::sample::select(vec![
            "1a27a8e7-598d-4e52-9edc-a99c39648d31",
            "1a27a8e7-598d-4e52-9edc-a99c39648d32",
            "123456789.1700000000",
        ]),
        1 => prop::sample::select(vec!["", "unknown", "5.9E+12", "\"1a27a8e7-598d-4e52-9edc-a99c39648d31\""]),
    ];
    let mostly_nothing = |texts: Vec<&'static str>| prop_oneof![5 => Just(""), 1 => Just("\"\""), 3 => prop::sample::select(texts)];
    let customers =
        vec!["7000000000001", "7000000000002", "gid://shopify/Customer/7000000000001", "0", "'12"];
    let users = vec![
        "48151",
        "7000000000001",
        "a-user-with-a-rather-long-name",
        "guest",
        "48",
        "\"48151\"",
    ];
    let addresses = vec!["ada@shop.example", "ADA@shop.example"];
    (browser, mostly_nothing(customers), mostly_nothing(users), mostly_nothing(addresses))
        .prop_map(|(browser, customer, user, address)| [browser, customer, user, address])
}

/// Rows of several identifiers, as a table and as lines of JSON; `columns` says which of them the log has.
fn with_several_identifiers(
    rows: &[PlainRow],
    cells: &[[&str; 4]],
    columns: [bool; 4],
) -> [(&'static str, String); 2] {
    let names = ["client_id", "customer_id", "user_id", "email"];
    let own = |cells: [&'static str; 4]| {
        cells.into_iter().zip(columns).filter(|(_, is_there)| *is_there).map(|(cell, _)| cell)
    };
    let mut table = format!("time,event,{}\n", own(names).collect::<Vec<_>>().join(","));
    let mut lines = String::new();
    let mut second = 0;
    // A file of which no row can be read is refused.
    let first =
        ["1a27a8e7-598d-4e52-9edc-a99c39648d31", "7000000000001", "48151", "ada@shop.example"];
    let cells = std::iter::once(&first).chain(cells.iter().cycle());
    for (row, cells) in rows.iter().zip(cells) {
        second += row.passed * 7;
        let time =
            format!("2025-10-07T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60);
        let name = row.name;
        let line: Vec<&str> = cells
            .iter()
            .zip(columns)
            .filter(|(_, is_there)| *is_there)
            .map(|(cell, _)| *cell)
            .collect();
        let mut record = json!({ "time": time, "event": name });
        for (name, cell) in own(names).zip(&line) {
            let text = cell.trim_matches('"');
            // Nothing is written in three ways.
            if !text.is_empty() {
                record[name] = json!(text);
            } else if row.person == 1 {
                record[name] = json!("");
            } else if row.person == 2 {
                record[name] = json!(null);
            }
        }
        for _ in 0..row.copies {
            writeln!(table, "{time},{name},{}", line.join(",")).unwrap();
            // A record with more text behind it is none.
            let behind = if row.is_odd { " x" } else { "" };
            writeln!(lines, "{record}{behind}").unwrap();
        }
    }
    [("log.csv", table), ("log.jsonl", lines)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    /// Rows with several identifiers take the short way too, and tie the same people together.
    #[test]
    fn the_short_way_ties_the_same_people_together(
        rows in plain_rows(),
        cells in proptest::collection::vec(several_identifiers(), 1..40),
        columns in prop::sample::select(vec![
            [true, true, false, false],
            [true, false, true, false],
            [true, true, true, false],
            [true, false, false, true],
            [false, true, true, true],
            [true, true, true, true],
        ]),
        threads in 1..3usize,
        block in 1..6000usize,
        memory in prop_oneof![1 => 0..20_000usize, 4 => Just(1 << 30)],
    ) {
        for (name, text) in with_several_identifiers(&rows, &cells, columns) {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join(name), text).unwrap();
            let plain = Store::report_on(folder.path(), &[name], &strict_ladder(), &settings());
            let other = Settings { threads, block, memory, ..settings() };
            let sifted = Store::report_on(folder.path(), &[name], &strict_ladder(), &other);
            prop_assert_eq!(plain, sifted);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    /// What one device did in a visit goes through the exchange together, also where another file says that
    /// several people used it.
    #[test]
    fn visits_on_a_device_that_changes_hands_find_their_people(
        rows in plain_rows(),
        logins in proptest::collection::vec((0..300i64, 0..5u8, 0..3u8), 1..12),
        threads in 1..3usize,
        block in 1..6000usize,
        memory in prop_oneof![1 => 0..20_000usize, 4 => Just(1 << 30)],
    ) {
        let mut table = String::from("time,event,client_id,user_id\n");
        let mut logins = logins;
        logins.sort_unstable();
        for (second, device, user) in logins {
            let (m, s) = (second / 60, second % 60);
            let device = format!("1a27a8e7-598d-4e52-9edc-a99c39648d3{device}");
            writeln!(table, "2025-10-07T01:{m:02}:{s:02}Z,login,{device},{user}").unwrap();
        }
        let [(name, text), _] = written(&rows);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), text).unwrap();
        std::fs::write(folder.path().join("logins.csv"), table).unwrap();
        let names = [name, "logins.csv"];
        let plain = Store::report_on(folder.path(), &names, &strict_ladder(), &settings());
        let other = Settings { threads, block, memory, ..settings() };
        let parted = Store::report_on(folder.path(), &names, &strict_ladder(), &other);
        prop_assert_eq!(plain, parted);
    }
}

/// A report with breakdowns of all kinds, some of which let journeys be cut short, and one by the day.
fn broken_down(folder: &Path, name: &str, plan: &Plan, settings: &Settings) -> Vec<String> {
    let few = ["country", "device,source", "landing_page@Cart", "nothing"];
    let entry = ["country", "device,source", "returning"];
    let all = ["medium@first", "returning", "country,campaign@any", "source@last"];
    let path = folder.join(name).to_string_lossy().into_owned();
    [(&few[..], false), (&entry, false), (&all, false), (&few, true)]
        .map(|(by, days)| {
            let request = Request {
                asks: Asks { days, ..Asks::default() },
                breakdowns: by.iter().map(|own| Breakdown::parse(own).unwrap()).collect(),
                filters: vec![Filter::parse("country!=FR").unwrap()],
                ..Request::of(plan.clone())
            };
            let inputs = funnel::input::open_all(std::slice::from_ref(&path), &told()).unwrap();
            let found = engine::run(inputs, &request, settings, &|_| ()).unwrap().findings;
            format!(
                "{:?} {:?} {:?}",
                found.breakdowns,
                found.tally.days,
                found.tally.steps.iter().map(|step| step.reached).collect::<Vec<_>>()
            )
        })
        .to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    /// The values of dimensions are known by the cells they are read from.
    #[test]
    fn the_short_way_of_values_changes_no_row_of_a_breakdown(
        rows in plain_rows(),
        threads in 1..3usize,
        block in 1..6000usize,
        memory in prop_oneof![1 => 0..20_000usize, 4 => Just(1 << 30)],
    ) {
        for (name, text) in written(&rows) {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join(name), text).unwrap();
            for plan in [strict_ladder(), short_ladder(300)] {
                let plain = broken_down(folder.path(), name, &plan, &settings());
                let other = Settings { threads, block, memory, ..settings() };
                prop_assert_eq!(plain, broken_down(folder.path(), name, &plan, &other));
            }
        }
    }
}

/// In one file the device is told by the user agent, in the next by a column that has the very same text.
#[test]
fn values_of_one_file_say_nothing_of_another() {
    let rows = |from: i64, cell: &str| -> String {
        let row = |n: i64| {
            let (h, m, s) = (n / 3600, n / 60 % 60, n % 60);
            format!(
                "2025-10-07T{h:02}:{m:02}:{s:02}Z,page_viewed,1a27a8e7-598d-4e52-9edc-a99c396{n:05},{cell}\n"
            )
        };
        (from..from + 60).map(row).collect()
    };
    let folder = tempfile::tempdir().unwrap();
    for (name, column, from) in [("a.csv", "user_agent", 0), ("b.csv", "device", 60)] {
        let text = format!("time,event,client_id,{column}\n{}", rows(from, "phone"));
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let paths = ["a.csv", "b.csv"].map(|name| folder.path().join(name).display().to_string());
    let request = Request {
        breakdowns: vec![Breakdown::parse("device").unwrap()],
        ..Request::of(strict_ladder())
    };
    for block in [300, 1 << 20] {
        let inputs = funnel::input::open_all(&paths, &told()).unwrap();
        let other = Settings { threads: 1, block, ..settings() };
        let found = engine::run(inputs, &request, &other, &|_| ()).unwrap().findings;
        let groups = found.breakdowns[0].groups.iter();
        let entered: Vec<_> = groups.map(|own| (own.name.clone(), own.tally.entered)).collect();
        let value = |text: &str| GroupName::Value(text.to_string());
        assert_eq!(entered, [(value("desktop"), 60), (value("phone"), 60)], "{block}");
    }
}
