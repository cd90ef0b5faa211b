//! Rule sets: the policies that reproduce another tool's count, as data.
//!
//! A rule set only turns the policies of a ladder; there is one matcher for all of them. Its name is the
//! tool's, with variants behind a colon: `clickhouse:strict_order+strict_increase`. A policy that the
//! ladder file or the command line names itself stays as it is, also where it contradicts the rules: then
//! the ladder cannot be followed, and whoever reads it is told so.

use super::definition::{
    Attribution, Between, Count, Ends, Entry, Halt, Ladder, Linkage, Order, Range, Reuse, Start,
    Ties, Times, Window,
};
use super::session_rule::SessionRule;
use super::vocabulary;
use crate::error::{Error, Result};
use crate::time::Span;
use std::collections::BTreeSet;
use toml::de::DeTable;

/// The rule sets, each with its variants; the first is the program's own.
const SETS: [(&str, &[&str]); 7] = [
    ("funnel", &[]),
    (
        "clickhouse",
        &[
            "strict_order",
            "strict_increase",
            "strict_once",
            "strict_deduplication",
            "allow_reentry",
        ],
    ),
    ("posthog", &["strict", "unordered"]),
    ("mixpanel", &["totals"]),
    ("amplitude", &["any", "exact"]),
    ("ga4", &["open"]),
    ("shopify", &[]),
];

/// A policy that a ladder or a command line may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Policy {
    /// `count`.
    Count,
    /// `order`.
    Order,
    /// `window`.
    Window,
    /// `entry`.
    Entry,
    /// `start`.
    Start,
    /// `ties`.
    Ties,
    /// `sessions`.
    Sessions,
    /// `ends` of any exclusion.
    Ends,
}

/// The policies that a ladder file names itself. A text that is no ladder names none.
pub fn named_policies(text: &str) -> BTreeSet<Policy> {
    let (document, _) = DeTable::parse_recoverable(text);
    policies_of(document.get_ref())
}

/// The policies that a ladder file, as it was parsed, names itself.
pub(super) fn policies_of(document: &DeTable<'_>) -> BTreeSet<Policy> {
    let keys = [
        ("count", Policy::Count),
        ("order", Policy::Order),
        ("window", Policy::Window),
        ("entry", Policy::Entry),
        ("start", Policy::Start),
        ("ties", Policy::Ties),
        ("sessions", Policy::Sessions),
    ];
    let named = keys.into_iter().filter(|(key, _)| document.get(*key).is_some());
    let mut named: BTreeSet<Policy> = named.map(|(_, policy)| policy).collect();
    let exclusions = document.get("exclude").and_then(|value| value.get_ref().as_array());
    let mut exclusions = exclusions.into_iter().flat_map(|exclusions| exclusions.iter());
    if exclusions.any(|one| one.get_ref().as_table().is_some_and(|one| one.get("ends").is_some())) {
        named.insert(Policy::Ends);
    }
    named
}

/// A rule set with its variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    set: &'static str,
    variants: Vec<&'static str>,
}

impl Rules {
    /// The names of all rule sets without variants, the program's own first.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SETS.iter().map(|(name, _)| *name)
    }

    /// The rule set of a name: `posthog`, `clickhouse:strict_order+strict_increase`.
    ///
    /// # Errors
    /// The name of a set or a variant that is not known, with the ones that are.
    pub fn parse(name: &str) -> Result<Rules> {
        Rules::read(name)
            .map_err(|wrong| Error::new(format!("--rules: {}", wrong.message)).hint(wrong.hint))
    }

    /// The same for whoever says where the name stands.
    ///
    /// # Errors
    /// What is wrong, and the remedy.
    pub fn read(name: &str) -> Result<Rules, Wrong> {
        let (set, variants) = match name.split_once(':') {
            Some((set, variants)) => (set, Some(variants)),
            None => (name, None),
        };
        let (set, known) =
            SETS.iter().copied().find(|(known, _)| *known == set).ok_or_else(|| {
                Wrong::unknown(format!("no rules are named `{set}`"), set, Rules::names())
            })?;
        let mut rules = Rules { set, variants: Vec::new() };
        for wanted in variants.into_iter().flat_map(|variants| variants.split('+')) {
            let variant = known.iter().copied().find(|variant| *variant == wanted);
            rules.variants.push(variant.ok_or_else(|| {
                let message = format!("`{set}` has no variant `{wanted}`");
                Wrong::unknown(message, wanted, known.iter().copied())
            })?);
        }
        rules.agree()
    }

    /// Variants that change the same policy contradict each other, and some only change another variant.
    fn agree(self) -> Result<Rules, Wrong> {
        if self.set != "clickhouse" && self.variants.len() > 1 {
            let message = format!("`{}` takes one variant, not {}", self.set, self.variants.len());
            return Err(Wrong {
                message,
                hint: format!("write {}:{}", self.set, self.variants[0]),
            });
        }
        if self.has("allow_reentry") && !self.has("strict_order") {
            return Err(Wrong {
                message: "`allow_reentry` changes what `strict_order` does, and nothing without it"
                    .to_owned(),
                hint: "write clickhouse:strict_order+allow_reentry".to_owned(),
            });
        }
        Ok(self)
    }

    /// The name, as it is written on a command line.
    pub fn name(&self) -> String {
        if self.variants.is_empty() {
            return self.set.to_owned();
        }
        format!("{}:{}", self.set, self.variants.join("+"))
    }

    fn has(&self, variant: &str) -> bool {
        self.variants.contains(&variant)
    }

    /// Gives a ladder the policies of the rule set, but for those that are `named` elsewhere.
    pub fn apply(&self, ladder: &mut Ladder, named: &BTreeSet<Policy>) {
        let own = ladder.clone();
        ladder.rules = None;
        match self.set {
            "clickhouse" => self.clickhouse(ladder),
            "posthog" => self.posthog(ladder),
            "mixpanel" => self.mixpanel(ladder),
            "amplitude" => self.amplitude(ladder),
            "ga4" => self.ga4(ladder),
            "shopify" => shopify(ladder),
            _ => return,
        }
        ladder.rules = Some(self.clone());
        keep_named(ladder, own, named);
        if !named.contains(&Policy::Ends) {
            self.set_ends(ladder);
        }
    }

    /// Lets exclusions end what they end by the rule set, in the order that the ladder has now.
    fn set_ends(&self, ladder: &mut Ladder) {
        let order = ladder.order;
        for exclusion in &mut ladder.exclusions {
            exclusion.ends = match (self.set, order, exclusion.ends) {
                ("posthog", Order::Any, _) => Ends::Progress,
                ("posthog", Order::Loose | Order::Adjacent, _) => Ends::Journey,
                (_, Order::Loose | Order::Adjacent, Ends::Progress) => Ends::Attempt,
                (_, _, ends) => ends,
            };
        }
    }

    /// The longest chain in a window from the entry; one event may be several steps. Some variants end
    /// the search at the first wrong event, though a later clean run would get further.
    fn clickhouse(&self, ladder: &mut Ladder) {
        common(ladder);
        ladder.reuse = if self.has("strict_once") { Reuse::Never } else { Reuse::TwoSteps };
        if self.has("strict_increase") {
            ladder.ties = Ties::Strict;
        }
        let strict_order = self.has("strict_order");
        ladder.halt = Halt {
            foreign: strict_order,
            early: strict_order && !self.has("allow_reentry"),
            repeat: self.has("strict_deduplication"),
        };
    }

    /// The furthest chain, timed from its latest entry; times of zero seconds are no times. An exclusion
    /// in the furthest attempt takes the person out, except where steps come in any order: there it only
    /// undoes what the attempt has done before it, and the earliest entry counts. Nothing happens outside the period.
    fn posthog(&self, ladder: &mut Ladder) {
        common(ladder);
        ladder.window = Window::FromEntry(Span::days(14));
        ladder.start = Start::Latest;
        ladder.times = Times::AboveZero;
        ladder.attribution = Attribution::EachValue;
        ladder.range = Range::Events;
        if self.has("strict") {
            (ladder.order, ladder.between) = (Order::Adjacent, Between::Repeats);
        } else if self.has("unordered") {
            (ladder.order, ladder.start) = (Order::Any, Start::Earliest);
        }
    }

    /// Only the first entry counts; with `totals` every attempt, one after the other.
    fn mixpanel(&self, ladder: &mut Ladder) {
        common(ladder);
        ladder.window = Window::FromEntry(Span::days(7));
        ladder.ties = Ties::Tolerance(Span::seconds(2));
        (ladder.count, ladder.entry) = if self.has("totals") {
            (Count::Attempt, Entry::Every)
        } else {
            (Count::Customer, Entry::First)
        };
    }

    /// The longest chain, the earliest of equals; a second is one instant.
    fn amplitude(&self, ladder: &mut Ladder) {
        common(ladder);
        ladder.window = Window::FromEntry(Span::days(1));
        ladder.ties = Ties::Tolerance(Span::seconds(1));
        if self.has("any") {
            ladder.order = Order::Any;
        } else if self.has("exact") {
            ladder.order = Order::Adjacent;
        }
    }

    /// No window but those between steps. In an open funnel everyone may enter at any step, so each
    /// step counts by itself.
    fn ga4(&self, ladder: &mut Ladder) {
        common(ladder);
        ladder.window = Window::None;
        if self.has("open") {
            ladder.linkage = Linkage::Apart;
        }
    }
}

/// Customers, in a loose order, with the longest attempt of each.
fn common(ladder: &mut Ladder) {
    ladder.count = Count::Customer;
    ladder.order = Order::Loose;
    ladder.entry = Entry::Longest;
    ladder.start = Start::Earliest;
    ladder.ties = Ties::Forgiving;
    ladder.between = Between::default();
    ladder.reuse = Reuse::default();
    ladder.linkage = Linkage::default();
    ladder.halt = Halt::default();
    ladder.times = Times::default();
    ladder.range = Range::default();
    ladder.attribution = Attribution::default();
}

/// A row is a session as Shopify's analytics cut them; each step is a flag of it, whatever came before.
fn shopify(ladder: &mut Ladder) {
    common(ladder);
    ladder.count = Count::Session;
    ladder.sessions = SessionRule::Shopify;
    ladder.window = Window::None;
    ladder.linkage = Linkage::Apart;
}

/// Puts back what is named elsewhere, and what that implies.
fn keep_named(ladder: &mut Ladder, own: Ladder, named: &BTreeSet<Policy>) {
    let is = |policy| named.contains(&policy);
    if is(Policy::Window) {
        ladder.window = own.window;
    }
    if is(Policy::Order) {
        ladder.order = own.order;
    }
    if is(Policy::Start) {
        ladder.start = own.start;
    }
    if is(Policy::Ties) {
        ladder.ties = own.ties;
    }
    if is(Policy::Sessions) {
        ladder.sessions = own.sessions;
    }
    if is(Policy::Entry) || is(Policy::Count) {
        reconcile(ladder, &own, is(Policy::Entry), is(Policy::Count));
    }
    if is(Policy::Ends) {
        ladder.exclusions = own.exclusions;
    }
}

/// `count = "attempt"` and `entry = "every"` imply each other.
fn reconcile(ladder: &mut Ladder, own: &Ladder, entry: bool, count: bool) {
    if entry {
        ladder.entry = own.entry;
    }
    if count {
        ladder.count = own.count;
    }
    let (every, attempt) = (ladder.entry == Entry::Every, ladder.count == Count::Attempt);
    if every != attempt {
        if entry {
            ladder.count = if every { Count::Attempt } else { Count::Customer };
        } else {
            ladder.entry = if attempt { Entry::Every } else { Entry::Longest };
        }
    }
}

/// What is wrong with the name of a rule set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// What.
    pub message: String,
    /// The remedy.
    pub hint: String,
}

impl Wrong {
    fn unknown(message: String, name: &str, known: impl Iterator<Item = &'static str>) -> Wrong {
        let known: Vec<&str> = known.collect();
        let near = vocabulary::nearest(name, known.iter().copied());
        let near = near.map(|near| format!("did you mean {near}? ")).unwrap_or_default();
        let listed = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Wrong { message, hint: format!("{near}known: {listed}") }
    }
}

#[cfg(test)]
mod tests;
