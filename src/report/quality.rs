//! The part of a report that accounts for the rows: read = used + set aside, by reason, with places.
//!
//! No row disappears silently. The same part stands in the report and in `inspect`.

use crate::findings::Findings;
use crate::place::Place;
use crate::quality::Reason;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

/// What became of the rows of all inputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct QualityReport {
    /// Records read; `rows_used + rows_set_aside`.
    pub rows_read: u64,
    /// Records that count.
    pub rows_used: u64,
    /// Records set aside.
    pub rows_set_aside: u64,
    /// One a reason, in the order of reasons.
    pub set_aside: Vec<SetAsideReport>,
    /// Names of events that nothing knows; none where the user names the events.
    pub unknown_names: UnknownNamesReport,
    /// Conversions that would not stand if events of one instant had to stay in stored order.
    pub conversions_by_tie: u64,
    /// Links between identifiers that were refused because they would have joined two people.
    pub refused_merges: u64,
    /// Identifiers shared by too many people to join any.
    pub hubs: u64,
    /// Devices that several customers used; their rows are parted by time.
    pub shared_devices: u64,
    /// Rows of shared devices that name nobody and are something to the ladder: each is whoever's was named last.
    pub given_by_time: u64,
    /// Values in identifier columns that name nobody.
    pub blocked_values: u64,
    /// Orders that more than one source has (the exports, a kind of log); each counts once.
    pub orders_in_several_sources: u64,
    /// Orders of logs that exports have under another number: known by the order's name or checkout.
    pub orders_joined_by_number: u64,
    /// Orders that sources have under different numbers: known by customer, total and ten minutes.
    pub orders_joined_by_customer: u64,
    /// Orders of exports that a log saw completed by what says it is a robot: their sessions count.
    pub orders_by_robots: u64,
    /// Rows whose device's clock was more than five minutes wrong, and whose time was put right.
    pub clock_corrected: u64,
    /// Rows of events that are earlier than the row before them: they are put in order.
    pub out_of_order: u64,
    /// Rows that reached the tool more than three days after what they tell of.
    pub late: u64,
}

/// Names of events that no ladder and no vocabulary knows: what they are can be said under `[map]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnknownNamesReport {
    /// How many names.
    pub names: u64,
    /// How many rows have one.
    pub rows: u64,
    /// Those with most rows.
    pub most: Vec<UnknownNameReport>,
}

/// A name that nothing knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnknownNameReport {
    /// The name as the source writes it.
    pub name: String,
    /// Rows with this name.
    pub rows: u64,
}

/// The rows of one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SetAsideReport {
    /// Why; written as its code.
    #[serde(serialize_with = "as_code")]
    #[schemars(with = "String")]
    pub reason: Reason,
    /// How many rows.
    pub rows: u64,
    /// The first few.
    pub examples: Vec<ExampleReport>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over by reference")]
fn as_code<S: Serializer>(reason: &Reason, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(reason.code())
}

/// One row that was set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExampleReport {
    /// Where: path, record, line, column.
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong, in words.
    pub message: String,
}

impl QualityReport {
    pub(super) fn new(findings: &Findings) -> QualityReport {
        let sum = |rows: fn(&crate::findings::InputFinding) -> u64| {
            findings.inputs.iter().map(rows).sum()
        };
        QualityReport {
            rows_read: sum(|input| input.rows_read),
            rows_used: sum(|input| input.rows_used),
            rows_set_aside: sum(|input| input.rows_set_aside),
            set_aside: findings
                .set_aside
                .iter()
                .filter(|aside| aside.rows > 0)
                .map(|aside| SetAsideReport {
                    reason: aside.reason,
                    rows: aside.rows,
                    examples: aside.examples.iter().map(ExampleReport::new).collect(),
                })
                .collect(),
            unknown_names: UnknownNamesReport::new(&findings.unknown_names),
            conversions_by_tie: findings.tally.converted_by_tie,
            refused_merges: findings.identity.refused_merges,
            hubs: findings.identity.hubs,
            shared_devices: findings.identity.shared_devices,
            given_by_time: findings.identity.given_by_time,
            blocked_values: findings.identity.blocked_values,
            orders_in_several_sources: findings.orders.in_several_sources,
            orders_joined_by_number: findings.orders.joined_by_number,
            orders_joined_by_customer: findings.orders.joined_by_customer,
            orders_by_robots: findings.orders.by_robots,
            clock_corrected: findings.times.clocks,
            out_of_order: findings.times.out_of_order,
            late: findings.times.late,
        }
    }
}

impl UnknownNamesReport {
    /// So many are listed.
    const LISTED: usize = 5;

    fn new(names: &[(String, u64)]) -> UnknownNamesReport {
        let listed =
            |(name, rows): &(String, u64)| UnknownNameReport { name: name.clone(), rows: *rows };
        UnknownNamesReport {
            names: names.len() as u64,
            rows: names.iter().map(|(_, rows)| rows).sum(),
            most: names.iter().take(Self::LISTED).map(listed).collect(),
        }
    }
}

impl ExampleReport {
    fn new((place, message): &(Place, String)) -> ExampleReport {
        ExampleReport { place: place.clone(), message: message.clone() }
    }
}
