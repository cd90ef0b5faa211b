//! Robots that order: no robot pays, so a session in which one that says it is a robot has completed an order
//! that an export of the shop has is somebody's after all, and counts.
//!
//! Robots' rows are set aside while rows are read; only those that complete an order are remembered
//! ([`Robot`]). When the exports are put together, it is known which of these orders are real
//! ([`Pardons::settle`]), and when a person's rows are, which others belong to the session ([`Pardons::pardon`]).

use super::haul::Haul;
use super::order_seen::OrderSeen;
use super::same_orders::Exported;
use super::skew::Skew;
use crate::event::{Identifier, RowRef, Touch};
use crate::key::FastSet;
use crate::ladder::session_rule::SESSION_GAP;
use crate::quality::Reason;

/// A row of a robot that completes an order.
#[derive(Clone, Debug)]
pub(super) struct Robot {
    pub(super) seen: OrderSeen,
    /// Whom the row names.
    pub(super) identifiers: Box<[Identifier]>,
}

/// The rows of robots that complete an order of an export.
#[derive(Debug, Default)]
pub(super) struct Pardons {
    rows: FastSet<RowRef>,
}

impl Pardons {
    /// Finds the rows, and notes what else is noted of rows that count; says how many orders it is about.
    pub(super) fn settle(haul: &mut Haul<'_>, exported: &Exported, skew: &Skew) -> (Pardons, u64) {
        let mut pardons = Pardons::default();
        let mut orders = FastSet::default();
        for Robot { mut seen, identifiers } in std::mem::take(&mut haul.robots) {
            seen.at = skew.time(seen.row, seen.at);
            let number = exported.number(&seen).filter(|_| !skew.is_future(seen.at));
            let Some(number) = number else { continue };
            orders.insert(number);
            pardons.rows.insert(seen.row);
            haul.saw(seen.at);
            if identifiers.len() > 1 {
                haul.link(&identifiers, seen.at, seen.row);
            }
            haul.orders_seen.push(seen);
        }
        (pardons, orders.len() as u64)
    }

    /// Lets the sessions with such a row count; the touches are one person's, in order. `knows` says whether
    /// anybody knows a name.
    pub(super) fn pardon(&self, touches: &mut [Touch], knows: impl Fn(u32) -> bool) {
        if self.rows.is_empty() || !touches.iter().any(|touch| self.rows.contains(&touch.row)) {
            return;
        }
        let of_robots = touches.iter_mut().filter(|touch| touch.aside == Reason::Bot.mark());
        let mut of_robots: Vec<&mut Touch> = of_robots.collect();
        let goes_on = |one: &&mut Touch, next: &&mut Touch| next.at.since(one.at) <= SESSION_GAP;
        for session in of_robots.chunk_by_mut(goes_on) {
            if !session.iter().any(|touch| self.rows.contains(&touch.row)) {
                continue;
            }
            for touch in session {
                let is_known = touch.is_something() || knows(touch.name);
                touch.aside = Reason::UnmappedEvent.mark() * u8::from(!is_known);
            }
        }
    }
}
