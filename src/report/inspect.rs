//! What each input was taken for and what it can bring: the contract `funnel.inspect/1`.
//!
//! Made from the same findings as the report, so that the two cannot disagree about a row.
//! Nothing here holds an identifier's value: only types and numbers.

use super::notices::NoticeReport;
use super::quality::QualityReport;
use super::zone::{Moment, Zone};
use crate::findings::{EventFinding, Findings, IdentifierFinding, InputFinding};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

/// The version of the keys.
pub const SCHEMA: &str = "funnel.inspect/1";

/// What the inputs are, key by key as other programs read it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct InspectReport {
    /// The version of the keys.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// One an input, by path.
    pub inputs: Vec<InspectedInput>,
    /// The people that the identifiers make.
    pub customers: CustomersReport,
    /// What no input brings.
    pub missing: Vec<MissingReport>,
    /// What became of the rows.
    pub quality: QualityReport,
    /// What a reader should know.
    pub notices: Vec<NoticeReport>,
}

/// One input in detail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InspectedInput {
    /// The path as the user gave it.
    pub path: String,
    /// The id of the format.
    pub format: &'static str,
    /// Why it was taken for that, in words.
    pub why: String,
    /// How it is packed: `gzip`, `zstd`, `zip`; `None` if it is not.
    pub compression: Option<&'static str>,
    /// `utf-8`, `utf-16le`, `windows-1252` …
    pub encoding: &'static str,
    /// The separator of a table; `None` for other formats.
    pub delimiter: Option<char>,
    /// Records read.
    pub rows_read: u64,
    /// Records that count.
    pub rows_used: u64,
    /// Records set aside.
    pub rows_set_aside: u64,
    /// The earliest time of a row that counts.
    pub from: Option<Moment>,
    /// The latest time of a row that counts.
    pub to: Option<Moment>,
    /// Which column or path each part of an event is read from; an object in JSON.
    #[serde(serialize_with = "as_object")]
    #[schemars(with = "std::collections::BTreeMap<String, String>")]
    pub columns: Vec<(&'static str, String)>,
    /// Event names, most rows first.
    pub events: Vec<InspectedEvent>,
    /// Identifier types, strongest first.
    pub identifiers: Vec<InspectedIdentifier>,
    /// Decisions that a reader should know.
    pub decisions: Vec<String>,
}

/// One event name of an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InspectedEvent {
    /// The name as the source writes it.
    pub name: String,
    /// The canonical name; `None` if none is known.
    pub step: Option<String>,
    /// Rows with this name.
    pub rows: u64,
}

/// One identifier type of an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InspectedIdentifier {
    /// `client_id`, `email` …
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Rows that carry one.
    pub rows: u64,
    /// Different values.
    pub distinct: u64,
}

/// The people that the identifiers make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CustomersReport {
    /// People with at least one row that is not set aside.
    pub total: u64,
    /// Of these, known by a device only.
    pub anonymous: u64,
    /// Links that were refused because they would have joined two people.
    pub refused_merges: u64,
    /// Identifiers shared by too many people to join any.
    pub hubs: u64,
    /// Devices that several customers used; their rows are parted by time.
    pub shared_devices: u64,
}

/// Something that a full ladder needs and no input brings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MissingReport {
    /// The step or number that it is for.
    #[serde(rename = "for")]
    pub what: String,
    /// The input that would bring it.
    pub needs: String,
}

impl InspectReport {
    /// The view of a run's inputs; `missing` as from [`missing`].
    pub fn new(findings: &Findings, missing: Vec<(String, String)>, zone: Zone) -> InspectReport {
        let tally = &findings.tally;
        InspectReport {
            schema: SCHEMA,
            inputs: findings.inputs.iter().map(|input| inspected(input, zone)).collect(),
            customers: CustomersReport {
                total: tally.customers,
                anonymous: tally.anonymous,
                refused_merges: findings.identity.refused_merges,
                hubs: findings.identity.hubs,
                shared_devices: findings.identity.shared_devices,
            },
            missing: missing
                .into_iter()
                .map(|(what, needs)| MissingReport { what, needs })
                .collect(),
            quality: QualityReport::new(findings),
            notices: findings.notices.iter().map(NoticeReport::found).collect(),
        }
    }
}

fn inspected(input: &InputFinding, zone: Zone) -> InspectedInput {
    let event = |event: &EventFinding| InspectedEvent {
        name: event.name.clone(),
        step: event.step.clone(),
        rows: event.rows,
    };
    let identifier = |found: &IdentifierFinding| InspectedIdentifier {
        kind: found.kind,
        rows: found.rows,
        distinct: found.distinct,
    };
    InspectedInput {
        path: input.path.clone(),
        format: input.format,
        why: input.why.clone(),
        compression: input.compression,
        encoding: input.encoding,
        delimiter: input.delimiter,
        rows_read: input.rows_read,
        rows_used: input.rows_used,
        rows_set_aside: input.rows_set_aside,
        from: input.from.and_then(|at| zone.moment(at)),
        to: input.to.and_then(|at| zone.moment(at)),
        columns: input.columns.clone(),
        events: input.events.iter().map(event).collect(),
        identifiers: input.identifiers.iter().map(identifier).collect(),
        decisions: input.decisions.clone(),
    }
}

fn as_object<S: Serializer>(
    columns: &[(&'static str, String)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(columns.iter().map(|(part, column)| (part, column)))
}

/// The format of the abandoned-checkouts export.
const CHECKOUTS: &str = "shopify.abandoned_checkouts";

/// The format of session reports that have a row for each session.
const SESSIONS: &str = "shopify.analytics.sessions";

/// Where a step can come from beside an event log.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Elsewhere {
    Nowhere,
    Checkouts,
    Orders,
}

/// The steps of a full ladder: name, the canonical event that proves it, other sources.
const STEPS: [(&str, &str, Elsewhere); 8] = [
    ("Category page", "collection_viewed", Elsewhere::Nowhere),
    ("Product page", "product_viewed", Elsewhere::Nowhere),
    ("Add to cart", "product_added_to_cart", Elsewhere::Nowhere),
    ("Checkout", "checkout_started", Elsewhere::Checkouts),
    ("Delivery address", "checkout_address_info_submitted", Elsewhere::Checkouts),
    ("Shipping", "checkout_shipping_info_submitted", Elsewhere::Checkouts),
    ("Payment", "payment_info_submitted", Elsewhere::Checkouts),
    ("Order", "checkout_completed", Elsewhere::Orders),
];

/// What a full ladder needs and no input brings: what it is for, and what would bring it.
pub fn missing(findings: &Findings) -> Vec<(String, String)> {
    let mut missing = Vec::new();
    let mut lacks = |what: &str, needs: &str| missing.push((what.to_owned(), needs.to_owned()));
    if !findings.has_log && !findings.inputs.iter().any(|input| input.format == SESSIONS) {
        lacks("Visit", "an event log: the web pixel's events or another tool's export");
    }
    for (step, event, elsewhere) in STEPS {
        if !is_brought(findings, event, elsewhere) {
            lacks(step, &remedy(findings.has_log, event, elsewhere));
        }
    }
    if !findings.has_orders {
        lacks(
            "Order value, cancelled orders and orders that the log did not see",
            "the orders export",
        );
    }
    if findings.session_reports.is_empty() {
        lacks("Share of sessions that the log saw", "a sessions report of the shop's analytics");
    }
    missing
}

fn is_brought(findings: &Findings, event: &str, elsewhere: Elsewhere) -> bool {
    let has_format = |format: &str| findings.inputs.iter().any(|input| input.format == format);
    let mut events = findings.inputs.iter().flat_map(|input| &input.events);
    let by_source = match elsewhere {
        Elsewhere::Nowhere => false,
        Elsewhere::Checkouts => has_format(CHECKOUTS),
        Elsewhere::Orders => findings.has_orders,
    };
    by_source
        || findings.derived.contains(event)
        || events.any(|found| found.step.as_deref() == Some(event))
}

fn remedy(has_log: bool, event: &str, elsewhere: Elsewhere) -> String {
    let log = if has_log {
        format!("events named {event}, or a mapping of the log's own name to it")
    } else {
        "an event log: the web pixel's events or another tool's export".to_owned()
    };
    match elsewhere {
        Elsewhere::Nowhere => log,
        Elsewhere::Checkouts => format!("{log}; or the abandoned-checkouts export"),
        Elsewhere::Orders => format!("{log}; or the orders export"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    fn steps_missing(findings: &Findings) -> Vec<String> {
        missing(findings).into_iter().map(|(what, _)| what).collect()
    }

    #[test]
    fn what_is_missing_depends_on_what_is_there() {
        let (findings, _) = example::storefront();
        assert_eq!(
            steps_missing(&findings),
            ["Category page", "Checkout", "Delivery address", "Shipping", "Payment"]
        );
        let orders_only = Findings { has_orders: true, ..Findings::default() };
        let expected = [
            "Visit",
            "Category page",
            "Product page",
            "Add to cart",
            "Checkout",
            "Delivery address",
            "Shipping",
            "Payment",
            "Share of sessions that the log saw",
        ];
        assert_eq!(steps_missing(&orders_only), expected);
        let (_, needs) = &missing(&orders_only)[4];
        assert_eq!(
            needs,
            "an event log: the web pixel's events or another tool's export; or the abandoned-checkouts export"
        );
    }
}
