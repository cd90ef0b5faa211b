//! What `funnel ladder suggest` says: the contract `funnel.ladder_suggest/1`, and the same as a table.
//!
//! The order of events that first occurrences suggest, with the evidence for it and against it. Numbers
//! come from `analysis::suggestion`; names are those of the events that were looked for.

use super::answer::Answer;
use super::document::{Document, Section};
use super::sheet::{Cell, Sheet, left, right};
use super::words;
use crate::analysis::escalation::PairSeen;
use crate::analysis::suggestion::Suggestion;
use crate::ladder::definition::Ladder;
use crate::stats::precedence::PairCount;
use schemars::JsonSchema;
use serde::Serialize;

/// The version of the keys.
pub const SCHEMA: &str = "funnel.ladder_suggest/1";

/// The suggested order, key by key as other programs read it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LadderSuggest {
    /// The version of the keys.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// Customers who did any of the events.
    pub customers: u64,
    /// The events, the first one first.
    pub order: Vec<SuggestedStep>,
    /// Pairs of events of which neither usually comes first.
    pub undetermined: Vec<SuggestedPair>,
    /// Groups of events that come before each other in a circle.
    pub cycles: Vec<Vec<String>>,
    /// Events that have no place because there are more than 31.
    pub left_out: Vec<String>,
}

/// One event of the order.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SuggestedStep {
    /// The event's name, canonical where one is known.
    pub event: String,
    /// What it is called in words.
    pub label: String,
    /// Customers who ever did it.
    pub customers: u64,
    /// The sum over the other events of the chance to come before it.
    pub score: f64,
    /// How it stands to the next event; `None` for the last.
    pub next: Option<SuggestedPair>,
}

/// Two events, the one that the order has first first.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SuggestedPair {
    /// The first event.
    pub before: String,
    /// The second event.
    pub after: String,
    /// Customers who did both, each by an event of its own.
    pub both: u64,
    /// Of these, who did `before` first.
    pub before_first: u64,
    /// Of these, who did both at one instant.
    pub tied: u64,
    /// The smoothed chance that `before` comes first.
    pub precedence: f64,
    /// `as_declared` (as here), `reversed`, `undetermined`, `too_few` or `one_event`.
    pub order: &'static str,
}

impl SuggestedPair {
    /// Of those who did both, the share that did the first one first, as it was counted; `None` where nobody did.
    fn share_first(&self) -> Option<f64> {
        let SuggestedPair { both, before_first: first, tied, .. } = *self;
        PairCount { both, first, tied, together: 0 }.counted()
    }
}

impl LadderSuggest {
    /// The suggestion among the steps of the ladder that the data were looked at with: its steps are
    /// named by their labels and stand for one event each.
    pub fn new(suggestion: &Suggestion, looked: &Ladder, left_out: Vec<String>) -> LadderSuggest {
        let event = |position: usize| event_of(looked, position);
        let pair = |pair: &PairSeen| SuggestedPair {
            before: event(pair.before),
            after: event(pair.after),
            both: pair.count.both,
            before_first: pair.count.first,
            tied: pair.count.tied,
            precedence: pair.count.share(),
            order: pair.order.name(),
        };
        LadderSuggest {
            schema: SCHEMA,
            customers: suggestion.customers,
            order: suggestion
                .events
                .iter()
                .map(|found| SuggestedStep {
                    event: event(found.position),
                    label: looked.steps[found.position].name.clone(),
                    customers: found.customers,
                    score: found.score,
                    next: found.next.as_ref().map(pair),
                })
                .collect(),
            undetermined: suggestion.undetermined.iter().map(pair).collect(),
            cycles: suggestion
                .circles
                .iter()
                .map(|circle| circle.iter().map(|&position| event(position)).collect())
                .collect(),
            left_out,
        }
    }
}

impl Answer for LadderSuggest {
    fn document(&self) -> Document {
        let doubts = Sheet { lead: suggest_doubts(self), ..Sheet::new("Doubts", Vec::new()) };
        let sections = [suggest_sheet(self), doubts].map(Section::from);
        Document {
            title: "The order that the data suggest".to_owned(),
            sections: sections.into_iter().filter(|section| !section.is_empty()).collect(),
            ..Document::default()
        }
    }
}

fn event_of(looked: &Ladder, position: usize) -> String {
    let names = &looked.steps[position].condition.event.names;
    names.first().map(|name| name.text().to_owned()).unwrap_or_default()
}

/// The sentences below the table.
pub fn suggest_doubts(suggest: &LadderSuggest) -> Vec<String> {
    let undetermined = suggest.undetermined.iter().map(|pair| {
        format!(
            "Order undetermined: of the {} customers who did both, {} did `{}` before `{}`.",
            words::count(pair.both),
            words::count(pair.before_first),
            pair.before,
            pair.after
        )
    });
    let cycles = suggest.cycles.iter().map(|cycle| {
        let names: Vec<String> = cycle.iter().map(|name| format!("`{name}`")).collect();
        format!("A circle: each of {} usually comes before another of them.", names.join(", "))
    });
    let left_out = (!suggest.left_out.is_empty()).then(|| {
        let names: Vec<String> = suggest.left_out.iter().map(|name| format!("`{name}`")).collect();
        format!("Left out, because a ladder has no more room: {}.", names.join(", "))
    });
    undetermined.chain(cycles).chain(left_out).collect()
}

/// One row an event, the first one first.
pub fn suggest_sheet(suggest: &LadderSuggest) -> Sheet {
    let columns = vec![
        left("event", 0),
        right("customers", 0),
        right("before the next", 0).means(
            "of the customers who did both, the share that did this event before the next one; both at one instant count half",
        ),
        right("did both", 1),
        left("", 2).called("order"),
    ];
    let rows = suggest.order.iter().map(|step| {
        let next = step.next.as_ref();
        vec![
            Cell::Text(step.event.clone()),
            Cell::Count(step.customers),
            Cell::Share(next.and_then(SuggestedPair::share_first)),
            next.map_or(Cell::Empty, |pair| Cell::Count(pair.both)),
            next.map_or(Cell::Word { said: String::new(), code: "" }, |pair| Cell::Word {
                said: doubt(pair.order).to_owned(),
                code: pair.order,
            }),
        ]
    });
    Sheet {
        title: "Suggested order".to_owned(),
        columns,
        lead: vec![format!(
            "By what came first with each of {} {}:",
            words::count(suggest.customers),
            words::people("customer", suggest.customers)
        )],
        rows: rows.collect(),
        notes: Vec::new(),
    }
}

fn doubt(order: &str) -> &'static str {
    match order {
        "undetermined" => "order undetermined",
        "too_few" => "too few to tell",
        "one_event" => "one event for both",
        "reversed" => "the other way round",
        _ => "",
    }
}
