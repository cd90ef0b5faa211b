//! Of whom a log sees less than of others: of those who paid through one gateway, or who used one kind of device.
//!
//! The group that stands out most is taken, its orders are taken out, and the rest is searched again: so what is
//! lost of one gateway is not said again of the device that its customers happen to use.

use super::book::{Book, Sought};
use super::wallets;
use crate::analysis::rate::Rate;
use crate::findings::TrackedOrder;
use crate::ladder::vocabulary::CHECKOUT_STEPS;
use crate::stats::change::{self, Counts};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Orders that share something, and of which the log saw less than of the others.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LossOfGroup {
    /// What was seen less often: `checkout_completed`, or a step.
    pub name: &'static str,
    /// What the orders share: `gateway` or `device`.
    pub by: &'static str,
    /// The gateway or the device.
    pub value: String,
    /// What was seen of these orders.
    pub within: Rate,
    /// What was seen of the orders of all groups that are not listed.
    pub outside: Rate,
}

/// More groups than this are not listed: then nothing is usual.
const MOST: usize = 3;

/// What groups of orders share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Gateway,
    Device,
}

impl By {
    fn name(self) -> &'static str {
        match self {
            By::Gateway => "gateway",
            By::Device => "device",
        }
    }

    /// The group of an order; `None` if it is not known, or not fit to say how much of what is sought the log sees.
    fn group(self, order: &TrackedOrder, sought: Sought, has_devices: bool) -> Option<&str> {
        match (self, sought) {
            (By::Gateway, Sought::Order) => order.gateway.as_deref(),
            // Which steps there are may depend on the gateway.
            (By::Gateway, Sought::Step(_)) => None,
            (By::Device, _) if has_devices && !order.device_of_order => None,
            // What only the log says of a device is known only where it saw something: that must not be what is
            // sought itself.
            (By::Device, Sought::Order) => {
                order.device.as_deref().filter(|_| has_devices || order.steps != 0)
            }
            // Some wallets are those of one kind of devices.
            (By::Device, Sought::Step(step)) => order.device.as_deref().filter(|_| {
                !wallets::may_be_express(order)
                    && (has_devices || order.in_log || order.steps & !step != 0)
            }),
        }
    }
}

/// The groups of which the log surely saw less of what is sought, in the order in which they stand out.
pub(super) fn losses(
    (name, sought): (&'static str, Sought),
    orders: &[&TrackedOrder],
    book: &Book<'_>,
) -> Vec<LossOfGroup> {
    let has_devices = orders.iter().any(|order| order.device_of_order);
    let group =
        |by: By, order: &TrackedOrder| by.group(order, sought, has_devices).map(str::to_owned);
    let mut rest = orders.to_vec();
    let mut found: Vec<(By, String, Counts)> = Vec::new();
    while found.len() < MOST
        && let Some((by, value)) = most_telling(&rest, sought, &group)
    {
        let (own, others): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|order| group(by, order).as_ref() == Some(&value));
        found.push((by, value, sought.counts(own)));
        rest = others;
    }
    let loss = |(by, value, within): (By, String, Counts)| {
        let others = rest.iter().copied().filter(|order| group(by, order).is_some());
        LossOfGroup {
            name,
            by: by.name(),
            value,
            within: book.rate(within),
            outside: book.rate(sought.counts(others)),
        }
    };
    found.into_iter().map(loss).collect()
}

/// The group that stands out most, if any does by more than chance.
fn most_telling(
    orders: &[&TrackedOrder],
    sought: Sought,
    group: &impl Fn(By, &TrackedOrder) -> Option<String>,
) -> Option<(By, String)> {
    let mut groups: BTreeMap<(&str, String), (By, Counts, Counts)> = BTreeMap::new();
    for by in [By::Gateway, By::Device] {
        let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
        for &order in orders {
            if let Some(value) = group(by, order) {
                let own = counts.entry(value).or_default();
                *own = own.with(sought.counts([order]));
            }
        }
        let all = counts.values().fold(Counts::default(), |sum, own| sum.with(*own));
        for (value, own) in counts {
            groups.insert((by.name(), value), (by, own, all.without(own)));
        }
    }
    // The same is asked of the orders and of each step.
    let looked_at = (groups.len() * (1 + CHECKOUT_STEPS.len())) as f64;
    let surely_less = groups
        .into_iter()
        .filter(|(_, (_, own, others))| change::is_surely_less(*own, *others, looked_at));
    let ratio = |own: &Counts, others: &Counts| change::ratio(*own, *others);
    let most =
        surely_less.max_by(|(_, (_, a, b)), (_, (_, c, d))| ratio(a, b).total_cmp(&ratio(c, d)));
    most.map(|((_, value), (by, ..))| (by, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::TrackingFindings;
    use crate::time::Instant;

    type Shares = (u64, u64);

    /// The groups of which less was seen than of others, with what was seen of them and of the others.
    fn found(orders: &[TrackedOrder], sought: Sought) -> Vec<(String, Shares, Shares)> {
        let tracking = TrackingFindings::default();
        let book = Book { tracking: &tracking, confidence: 0.95 };
        let orders: Vec<&TrackedOrder> = orders.iter().collect();
        let counts = |rate: Rate| (rate.hits, rate.base);
        let loss = |loss: LossOfGroup| {
            (format!("{} {}", loss.by, loss.value), counts(loss.within), counts(loss.outside))
        };
        losses(("", sought), &orders, &book).into_iter().map(loss).collect()
    }

    /// Two hundred orders: every tenth is paid through Klarna, and half are made on a telephone.
    fn orders(change: impl Fn(i64, &mut TrackedOrder)) -> Vec<TrackedOrder> {
        let order = |number: i64| {
            let mut order = TrackedOrder {
                is_nameless: false,
                at: Instant(number),
                in_log: true,
                steps: 0b1_1111,
                device: Some(if number % 2 == 0 { "mobile" } else { "desktop" }.into()),
                device_of_order: true,
                gateway: Some(if number % 10 == 0 { "Klarna" } else { "card" }.into()),
                by_log: Vec::new(),
            };
            change(number, &mut order);
            order
        };
        (0..200).map(order).collect()
    }

    #[test]
    fn what_is_lost_of_a_gateway_is_not_said_of_a_device_too() {
        // All orders of Klarna are made on telephones.
        let lost = orders(|number, order| order.in_log = number % 10 != 0);
        let expected = [("gateway Klarna".to_owned(), (0, 20), (180, 180))];
        assert_eq!(found(&lost, Sought::Order), expected);
        let few = orders(|number, order| order.in_log = number % 50 != 0);
        assert_eq!(found(&few, Sought::Order), [], "four orders are strays");
        let some = orders(|number, order| order.in_log = number % 3 != 0);
        assert_eq!(found(&some, Sought::Order), [], "of all groups as much");
    }

    #[test]
    fn a_step_is_lost_of_devices_but_where_it_may_have_been_skipped() {
        let lost = |steps| {
            orders(move |number, order| {
                order.steps = [steps, order.steps][usize::from(number % 2 != 0)];
            })
        };
        let expected = [("device mobile".to_owned(), (0, 100), (100, 100))];
        assert_eq!(found(&lost(0b0_1111), Sought::Step(0b1_0000)), expected);
        // A wallet of these telephones skips all between the start and the end.
        assert_eq!(found(&lost(0b0_0001), Sought::Step(0b1_0000)), []);
        // Which steps there are may depend on the gateway.
        let by_gateway = orders(|number, order| {
            order.device = None;
            order.steps = if number % 10 == 0 { 0b1_0001 } else { 0b1_1111 };
        });
        assert_eq!(found(&by_gateway, Sought::Step(0b1000)), []);
    }

    #[test]
    fn a_device_that_only_the_log_knows_says_nothing_of_orders_it_did_not_see() {
        // Of telephones it sees some orders and none of their steps, so it knows no device of the others.
        let lost = orders(|number, order| {
            order.device_of_order = false;
            if number % 2 == 0 {
                (order.in_log, order.steps) = (number % 4 == 0, 0);
                order.device = order.device.take().filter(|_| order.in_log);
            }
        });
        assert_eq!(found(&lost, Sought::Order), []);
        let completions = orders(|number, order| {
            order.device_of_order = false;
            order.in_log = number % 4 != 0;
        });
        let expected = [("device mobile".to_owned(), (50, 100), (100, 100))];
        assert_eq!(found(&completions, Sought::Order)[0], expected[0]);
    }
}
