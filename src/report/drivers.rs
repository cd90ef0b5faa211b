//! `funnel drivers` as an answer: which small actions come before an order, and what weight they deserve.

use super::answer::Answer;
use super::notices::NoticeReport;
use super::orders::{as_optional_text, as_text, rounded};
use super::sheet::{Cell, Measure, Sheet, left, right};
use super::{unknown_orders, words};
use crate::analysis::drivers::{self, Driver, Landmark, Role};
use crate::analysis::orders::{Worth, worths};
use crate::analysis::rate::Rate;
use crate::findings::Findings;
use crate::ladder::definition::{Ladder, Presence};
use crate::money::Amount;
use schemars::JsonSchema;
use serde::Serialize;

/// The version of the keys.
pub const SCHEMA: &str = "funnel.drivers/1";

/// Actions and what comes with them.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DriversReport {
    /// The version of the keys.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// What one journey is.
    pub unit: &'static str,
    /// The last step's name.
    pub outcome: String,
    /// Journeys that entered.
    pub entered: u64,
    /// Of these, converted.
    pub converted: u64,
    /// The moment at which actions are judged; `None` without orders.
    pub landmark: Option<LandmarkReport>,
    /// Secondary actions, those that deserve most weight first.
    pub actions: Vec<DriverReport>,
    /// The steps of the ladder before the last one: what having reached them is worth.
    pub steps: Vec<StepValueReport>,
    /// What a reader should know.
    pub notices: Vec<NoticeReport>,
    /// The level of all ranges.
    pub confidence: f64,
}

/// The moment at which actions are judged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LandmarkReport {
    /// After the entry.
    pub seconds: f64,
    /// Journeys that had not converted by then and were watched to the end.
    pub journeys: u64,
    /// Of these, converted later.
    pub converted: u64,
}

/// One action.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DriverReport {
    /// The action's name.
    pub name: String,
    /// `driver`, `against`, `unclear`, `prerequisite`, `consequence` or `too_few`.
    pub role: &'static str,
    /// Journeys that did it before the outcome.
    pub did: Rate,
    /// Of these, who converted.
    pub order_rate_with: Rate,
    /// Of the others, who converted.
    pub order_rate_without: Rate,
    /// Converted journeys that did it first after the outcome.
    pub did_after: u64,
    /// The adjusted association at the landmark; `None` where nothing can be said.
    pub odds_ratio: Option<OddsReport>,
    /// Orders beyond those that the same journeys would have had without it; an association.
    pub extra_orders: Option<ExtraReport>,
    /// Its weight beside the others: the largest has 1; `None` where nothing can be said.
    pub weight: Option<f64>,
    /// How much of a conversion is known from it, in bits.
    pub information_bits: f64,
    /// What it is worth, one entry a currency.
    pub order_value: Vec<ActionValueReport>,
    /// `observational`, and what else to keep in mind.
    pub flags: Vec<&'static str>,
}

/// An adjusted odds ratio.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct OddsReport {
    /// The ratio.
    pub value: f64,
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
    /// The share of false findings among those that are at least as likely.
    pub q_value: f64,
    /// What was held equal.
    pub adjusted_for: Vec<String>,
    /// Whether the raw difference has the same sign at all landmarks.
    pub stable: bool,
}

/// Extra orders with their range.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ExtraReport {
    /// The estimate.
    pub value: f64,
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

/// What an action is worth in one currency.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ActionValueReport {
    /// The three-letter code.
    pub currency: Option<String>,
    /// The average order of those who did it; `None` without one.
    #[serde(serialize_with = "as_optional_text")]
    #[schemars(with = "Option<String>")]
    pub average: Option<Amount>,
    /// What one who did it brings on average.
    #[serde(serialize_with = "as_optional_text")]
    #[schemars(with = "Option<String>")]
    pub predictive: Option<Amount>,
    /// What one who did it brings beyond what they would have brought anyway; an association.
    #[serde(serialize_with = "as_optional_text")]
    #[schemars(with = "Option<String>")]
    pub incremental: Option<Amount>,
}

/// What it is worth to have reached a step.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StepValueReport {
    /// The step's name.
    pub name: String,
    /// `prerequisite`, or `optional`.
    pub role: &'static str,
    /// Journeys that reached it.
    pub reached: u64,
    /// Of these, who converted.
    pub order_rate: Rate,
    /// That times what the orders of converted journeys bring by order, one entry a currency.
    pub value: Vec<MoneyReport>,
}

/// An amount with its currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MoneyReport {
    /// The three-letter code.
    pub currency: Option<String>,
    /// The amount.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String")]
    pub amount: Amount,
}

impl DriversReport {
    /// The answer.
    pub fn new(findings: &Findings, ladder: &Ladder, confidence: f64) -> DriversReport {
        let (found, landmark) = drivers::drivers(&findings.tally, ladder, confidence);
        let is_shown = |driver: &Driver| {
            !ladder.actions_are_default || driver.did.hits > 0 || driver.after > 0
        };
        let largest = found.iter().filter_map(certain).fold(0.0_f64, f64::max);
        let mut shown: Vec<&Driver> = found.iter().filter(|driver| is_shown(driver)).collect();
        shown.sort_by(|a, b| order(b).total_cmp(&order(a)));
        let action = |driver: &&Driver| action(driver, findings, ladder, largest);
        let mut report =
            DriversReport {
                schema: SCHEMA,
                unit: super::header::count_name(ladder.count),
                outcome: ladder.steps.last().map_or_else(String::new, |step| step.name.clone()),
                entered: findings.tally.entered,
                converted: findings.tally.converted,
                landmark: landmark.map(|Landmark { seconds, journeys, converted }| {
                    LandmarkReport { seconds, journeys, converted }
                }),
                actions: shown.iter().map(action).collect(),
                steps: steps(findings, ladder, confidence),
                notices: findings.notices.iter().map(NoticeReport::found).collect(),
                confidence,
            };
        if unknown_orders::are_unknown_to(findings, ladder) {
            unknown_orders::forget_of_drivers(&mut report);
        }
        report
    }
}

/// Extra orders that there are at least, where something is certain.
fn certain(driver: &Driver) -> Option<f64> {
    let odds = driver.odds.as_ref()?;
    Some(odds.effect.max(0.0) * driver.did.hits as f64)
}

/// The rank: by the lower bound of the extra orders, those without any last.
fn order(driver: &Driver) -> f64 {
    let lower = driver.odds.as_ref().map(|odds| odds.effect_low * driver.did.hits as f64);
    lower.unwrap_or(f64::NEG_INFINITY)
}

fn action(driver: &Driver, findings: &Findings, ladder: &Ladder, largest: f64) -> DriverReport {
    let did = driver.did.hits as f64;
    let odds = driver.odds.as_ref();
    let name = |&action: &usize| ladder.actions[action].name.clone();
    let mut flags = vec!["observational"];
    flags.extend(odds.filter(|odds| !odds.is_stable).map(|_| "unstable"));
    flags.extend(driver.did.flags.words());
    DriverReport {
        name: name(&driver.action),
        role: driver.role.name(),
        did: driver.did,
        order_rate_with: driver.with,
        order_rate_without: driver.without,
        did_after: driver.after,
        odds_ratio: odds.map(|odds| OddsReport {
            value: odds.value,
            low: odds.low,
            high: odds.high,
            q_value: odds.q,
            adjusted_for: odds
                .equal_actions
                .iter()
                .map(name)
                .chain(odds.equal_others.iter().map(|other| (*other).to_owned()))
                .collect(),
            stable: odds.is_stable,
        }),
        extra_orders: odds.map(|odds| ExtraReport {
            value: odds.effect * did,
            low: odds.effect_low * did,
            high: odds.effect_high * did,
        }),
        weight: certain(driver).filter(|_| largest > 0.0).map(|own| own / largest),
        information_bits: driver.information,
        order_value: values(driver, findings),
        flags,
    }
}

fn values(driver: &Driver, findings: &Findings) -> Vec<ActionValueReport> {
    let worth = findings.tally.actions.get(driver.action).map(|action| &action.worth);
    let worth = worth.map_or_else(Vec::new, |worth| worths(worth, 0.95));
    let value = |worth: &Worth| {
        let times = |share: Option<f64>| rounded(worth.by_order * share?);
        ActionValueReport {
            currency: worth.currency.code().map(str::to_owned),
            average: rounded(worth.sum / worth.orders as f64),
            predictive: times(driver.with.rate),
            incremental: times(driver.odds.as_ref().map(|odds| odds.effect.max(0.0))),
        }
    };
    worth.iter().map(value).collect()
}

fn steps(findings: &Findings, ladder: &Ladder, confidence: f64) -> Vec<StepValueReport> {
    let worths = worths(&findings.tally.worth, confidence);
    let before = ladder.steps.iter().enumerate().take(ladder.macro_step());
    let step = |(position, step): (usize, &crate::ladder::definition::Step)| {
        let counts = findings.tally.steps.get(position).cloned().unwrap_or_default();
        let order_rate = Rate::of(counts.converted, counts.reached, confidence);
        let value = worths.iter().filter_map(|worth| {
            let amount = rounded(worth.by_order * order_rate.rate?)?;
            Some(MoneyReport { currency: worth.currency.code().map(str::to_owned), amount })
        });
        StepValueReport {
            name: step.name.clone(),
            role: if step.presence == Presence::Optional { "optional" } else { "prerequisite" },
            reached: counts.reached,
            value: value.collect(),
            order_rate,
        }
    };
    before.map(step).collect()
}

impl Answer for DriversReport {
    fn sheets(&self) -> Vec<Sheet> {
        vec![self.action_sheet(), self.step_sheet()]
    }
}

impl DriversReport {
    pub(super) fn action_sheet(&self) -> Sheet {
        let range = words::range_name(self.confidence);
        let columns = vec![
            left("action", 0),
            right("did it", 0),
            right("rate with", 0)
                .means(format!("of those who did it, who reached {}", self.outcome)),
            right("rate without", 0).means("of the others"),
            right("odds", 0).means("odds ratio, what else is known held equal"),
            right(&range, 1).of_bounds(),
            right("extra", 2).means("orders beyond those without it, if it were the cause"),
            right("extra range", 0).called("extra").of_bounds().only_for_programs(),
            right("q", 0).only_for_programs(),
            right("weight", 0),
            left("", 0).called("role"),
        ];
        let mut sheet = Sheet::new("What comes before", columns);
        sheet.lead = self.sentences();
        for action in &self.actions {
            let odds = action.odds_ratio.as_ref();
            let number = |value: Option<f64>, measure: Measure| {
                value.map_or(Cell::Empty, |value| Cell::Number(Some(value), measure))
            };
            let bounds = |both: Option<(f64, f64)>, measure: Measure| {
                both.map_or(Cell::Empty, |both| Cell::Bounds(Some(both.0), Some(both.1), measure))
            };
            let extra = action.extra_orders;
            sheet.rows.push(vec![
                Cell::Text(action.name.clone()),
                Cell::Count(action.did.hits),
                Cell::Share(action.order_rate_with.rate),
                Cell::Share(action.order_rate_without.rate),
                number(odds.map(|odds| odds.value), Measure::Ratio),
                bounds(odds.map(|odds| (odds.low, odds.high)), Measure::Ratio),
                number(extra.map(|extra| extra.value), Measure::Mean),
                bounds(extra.map(|extra| (extra.low, extra.high)), Measure::Mean),
                number(odds.map(|odds| odds.q_value), Measure::Probability),
                number(action.weight, Measure::Ratio),
                Cell::Word { said: in_words(action.role).to_owned(), code: action.role },
            ]);
        }
        sheet.notes = vec![
            "Observed, not tried: making more visitors do something need not make more of them buy."
                .to_owned(),
        ];
        sheet
    }

    fn sentences(&self) -> Vec<String> {
        let Some(landmark) = self.landmark else {
            return vec!["Too few orders after a landmark to judge any action.".to_owned()];
        };
        let drivers = self.actions.iter().filter(|action| action.role == Role::Driver.name());
        let names: Vec<&str> = drivers.map(|action| action.name.as_str()).collect();
        let are_judged = self.actions.iter().any(|action| action.role != Role::TooFew.name());
        let who = match names.as_slice() {
            [] if !are_judged => "Too few to judge any of them.".to_owned(),
            [] => "No action stands out: none goes with more orders beyond chance.".to_owned(),
            names => format!("Whoever did one of these ordered more: {}.", names.join(", ")),
        };
        vec![
            who,
            format!(
                "Judged {} after the entry: of those whose window is over, {} {} had no order by then, and {} of them ordered later.",
                words::duration(Some(landmark.seconds)),
                words::count(landmark.journeys),
                words::people(self.unit, landmark.journeys),
                words::count(landmark.converted)
            ),
        ]
    }

    fn step_sheet(&self) -> Sheet {
        let columns = vec![
            left("having reached", 0),
            right("reached", 0),
            right("order rate", 0),
            right("is worth", 0).means("the average order times the chance of one"),
        ];
        let mut sheet = Sheet::new("What a step is worth", columns);
        for step in &self.steps {
            let value = step.value.iter().map(|value| (value.currency.clone(), value.amount));
            sheet.rows.push(vec![
                Cell::Text(step.name.clone()),
                Cell::Count(step.reached),
                Cell::Share(step.order_rate.rate),
                Cell::Amounts(value.collect()),
            ]);
        }
        sheet.notes =
            vec!["Steps lead to the order by definition; they are no drivers.".to_owned()];
        sheet
    }
}

fn in_words(role: &str) -> &'static str {
    match role {
        "driver" => "comes before orders",
        "against" => "goes with fewer orders",
        "prerequisite" => "every order has it",
        "consequence" => "follows the order",
        "too_few" => "too few to tell",
        _ => "unclear",
    }
}
