//! Arbitrary bytes as an input: never a panic, and every row that was read is used or set aside.
#![no_main]

use funnel::engine::{self, Plan, Request, Settings};
use funnel::input::detect::recognise;
use funnel::input::source::Source;
use funnel::input::Told;
use funnel::ladder::overrides::Overrides;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let told = Told::default();
    let Ok(source) = Source::from_bytes("input", bytes.to_vec()) else { return };
    let Ok(input) = recognise(source, &told) else { return };
    let settings = Settings {
        threads: 1,
        partitions: 2,
        memory: 1 << 20,
        block: 64,
        now: None,
        strict: false,
        detail: true,
        date_order: None,
        online_sources: Vec::new(),
        own_names: funnel::ladder::own_names::OwnNames::default(),
    };
    let request = Request::of(Plan::Auto(Overrides::default()));
    let Ok(outcome) = engine::run(vec![input], &request, &settings, &|_| ()) else { return };
    for input in &outcome.findings.inputs {
        assert_eq!(input.rows_read, input.rows_used + input.rows_set_aside);
    }
});
