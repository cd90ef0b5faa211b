//! Arbitrary bytes, and valid files with something broken in them: nothing may panic, every row is
//! accounted for, and many threads over tiny blocks find what one thread over the whole finds.

use crate::inside::{auto, awkward, input, report, settings, unaccounted};
use proptest::prelude::*;
use std::path::Path;

/// A valid file of each format, out of the cases.
const SEEDS: [&str; 21] = [
    "orders-multi-line-notes/orders.csv",
    "orders-excel-day-first-semicolon/orders.csv",
    "checkouts-progress/checkouts.csv",
    "pixel-newsletter-form/pixel.jsonl",
    "pixel-json-array/pixel.json",
    "analytics-totals/Sessions by day.csv",
    "retailrocket-log/events.csv",
    "rees46-log/events.csv",
    "generic-json-lines-properties/events.jsonl",
    "orders-graphql-bulk/bulk.jsonl",
    "orders-rest-webhooks/hooks.jsonl",
    "tool-adobe/events.jsonl",
    "tool-amplitude/amplitude.jsonl",
    "tool-ga4/ga4.jsonl",
    "tool-klaviyo/page.json",
    "tool-matomo/visits.jsonl",
    "tool-mixpanel/mixpanel.jsonl",
    "tool-posthog/posthog.jsonl",
    "tool-rudderstack/rudder.jsonl",
    "tool-segment/segment.jsonl",
    "tool-snowplow/snowplow.jsonl",
];

/// Bytes that mean something to a reader.
const SPECIAL: &[u8] = b"\"',;\t|\n\r\\{}[]:0-\x00\x80\xEF\xBB\xBF\xFF \x1F";

/// Something that goes wrong with a file.
#[derive(Clone, Debug)]
enum Damage {
    Put(usize, u8),
    Overwrite(usize, u8),
    Cut(usize, usize),
    Repeat(usize, usize),
    End(usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let byte = || prop_oneof![proptest::sample::select(SPECIAL.to_vec()), any::<u8>()];
    prop_oneof![
        (0..4000usize, byte()).prop_map(|(at, byte)| Damage::Put(at, byte)),
        (0..4000usize, byte()).prop_map(|(at, byte)| Damage::Overwrite(at, byte)),
        (0..4000usize, 1..200usize).prop_map(|(at, length)| Damage::Cut(at, length)),
        (0..4000usize, 1..200usize).prop_map(|(at, length)| Damage::Repeat(at, length)),
        (0..4000usize).prop_map(Damage::End),
    ]
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let place = |at: usize| at % (bytes.len() + 1);
        match *self {
            Damage::Put(at, byte) => bytes.insert(place(at), byte),
            Damage::Overwrite(at, byte) => {
                let at = place(at);
                if let Some(old) = bytes.get_mut(at) {
                    *old = byte;
                }
            }
            Damage::Cut(at, length) => {
                let at = place(at);
                bytes.drain(at..bytes.len().min(at + length));
            }
            Damage::Repeat(at, length) => {
                let at = place(at);
                let copy = bytes[at..bytes.len().min(at + length)].to_vec();
                bytes.splice(at..at, copy);
            }
            Damage::End(at) => bytes.truncate(place(at)),
        }
    }
}

/// Runs the bytes in two ways; both must say the same and account for every row.
fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    let run = |settings| {
        let read = input("file", bytes).and_then(|input| report(vec![input], &auto(), &settings));
        read.map_err(|error| error.to_string())
    };
    let (one, many) = (run(settings()), run(awkward()));
    prop_assert!(one == many, "{}", difference(&one, &many));
    if let Ok(text) = one {
        prop_assert_eq!(unaccounted(&serde_json::from_str(&text).unwrap()), None);
    }
    Ok(())
}

/// The first lines that are not the same.
fn difference(one: &Result<String, String>, many: &Result<String, String>) -> String {
    let (one, many) = (format!("{one:?}"), format!("{many:?}"));
    let differs = one.split("\\n").zip(many.split("\\n")).filter(|(a, b)| a != b).take(5);
    differs.fold(String::new(), |all, (a, b)| all + "\n- " + a + "\n+ " + b)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn arbitrary_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        check(&bytes)?;
    }

    #[test]
    fn arbitrary_text_of_special_characters(
        head in prop_oneof![
            Just(""), Just("{"), Just("["), Just("a,b\n"), Just("Name,Created at,Lineitem name\n"),
            Just("timestamp,event,user_id\n"), Just("Day,Sessions\n"), Just("\u{feff}time;event;email\n"),
        ],
        body in "[a1\"',;\t\n\r\\\\{}\\[\\]: .@#-]{0,120}",
    ) {
        check((head.to_string() + &body).as_bytes())?;
    }

    #[test]
    fn valid_files_that_were_damaged(
        seed in proptest::sample::select(SEEDS.to_vec()),
        damages in proptest::collection::vec(damage(), 1..5),
    ) {
        let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
        let mut bytes = std::fs::read(cases.join(seed)).unwrap();
        for damage in &damages {
            damage.apply(&mut bytes);
        }
        check(&bytes)?;
    }

    #[test]
    fn ladder_files_that_were_damaged(damages in proptest::collection::vec(damage(), 1..6)) {
        let mut bytes = funnel::ladder::presets::text("storefront").unwrap().as_bytes().to_vec();
        for damage in &damages {
            damage.apply(&mut bytes);
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Err(error) = funnel::ladder::draft::from_toml("ladder.toml", &text) {
            prop_assert!(error.to_string().contains("ladder.toml"), "{}", error);
        }
    }
}
