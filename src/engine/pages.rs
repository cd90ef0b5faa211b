//! What pages are by their addresses, settled when everything was read.
//!
//! A page's address proves a step only where the tool does not record such steps by itself: beside real events
//! the page of a checkout would count for what was never entered, and the page of thanks for a second order.
//! Whether a tool does is a matter of all its rows, in whichever files and order they stand. So a row is
//! stamped both ways while it is read, and one of the two is taken when all rows have said what they are.

use super::haul::Haul;
use super::input_seen::InputSeen;
use crate::event::{Proof, StepSet, mark};
use crate::ladder::stamp::Stamp;
use crate::ladder::vocabulary::CHECKOUT_STEPS;
use std::collections::BTreeMap;

/// What was read from the addresses of an input's pages.
pub(super) const BY_ADDRESS: &str = "what pages are is read from their addresses";

/// What is said of a page by its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Page {
    /// The system whose log it stands in.
    pub(super) space: u16,
    pub(super) proof: Proof,
    /// The canonical name of what it is.
    pub(super) name: &'static str,
}

/// What a row is if its page's address says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Instead {
    pub(super) steps: StepSet,
    pub(super) actions: StepSet,
    pub(super) exclusions: u8,
    /// The marks that only the address gives.
    pub(super) marks: u8,
}

impl Instead {
    /// The stamp and the marks of a name alone, beside the marks that the address gives as well.
    pub(super) fn of((stamp, alone): (Stamp, u8), together: u8) -> Instead {
        let own = together & !alone;
        let order = if own & mark::ORDER == 0 { 0 } else { mark::NUMBERED };
        let Stamp { steps, actions, exclusions, .. } = stamp;
        Instead { steps, actions, exclusions, marks: own | order }
    }
}

/// Which parts of the shop the rows of an input speak of, and how.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spoken {
    /// By the names of events, as bits of [`part_of`].
    by_name: u8,
    /// Whether a page thanks for an order.
    thanks: bool,
}

impl Spoken {
    /// Notes what a row says by its name and its cells.
    #[inline]
    pub(super) fn note_name(&mut self, part: u8) {
        self.by_name |= part;
    }

    /// Notes what the address of a page says.
    pub(super) fn note_page(&mut self, page: Page) {
        self.thanks |= page.proof == Proof::Address && part_of(page.name) == ORDER;
    }

    /// The same for two parts of a log.
    pub(super) fn merge(&mut self, other: Spoken) {
        self.by_name |= other.by_name;
        self.thanks |= other.thanks;
    }
}

/// Of each system, what its rows speak of.
#[derive(Debug, Default)]
pub(super) struct Pages(BTreeMap<u16, Spoken>);

impl Pages {
    /// What all inputs say.
    pub(super) fn of(inputs: &[InputSeen]) -> Pages {
        let mut all = Pages::default();
        for input in inputs {
            all.0.entry(input.space).or_default().merge(input.spoken);
        }
        all
    }

    /// Whether a page is what its address says: the tool's events do not speak of that part of the shop. An
    /// order's own page is opened again and again, so it is the order only where no page thanks for one.
    pub(super) fn counts(&self, page: Page) -> bool {
        let spoken = self.0.get(&page.space).copied().unwrap_or_default();
        let is_told = spoken.by_name & part_of(page.name) != 0;
        let is_there_again = page.proof == Proof::OrderPage && spoken.thanks;
        !(is_told || is_there_again)
    }

    /// Lets what pages are count where it does, and forgets it where it does not.
    pub(super) fn settle(&self, haul: &mut Haul<'_>) {
        let Haul { inputs, derived, orders_seen, checkouts, .. } = haul;
        for input in inputs.iter_mut() {
            let counting: Vec<Page> =
                input.pages.iter().copied().filter(|&page| self.counts(page)).collect();
            if counting.iter().any(|page| part_of(page.name) != 0) {
                input.decisions.push(BY_ADDRESS.to_string());
            }
            derived.extend(counting.iter().map(|page| page.name));
        }
        orders_seen.retain(|order| {
            let space = inputs.get(order.input).map_or(0, |input| input.space);
            let page = Page { space, proof: order.proof, name: "checkout_completed" };
            order.proof == Proof::Cells || self.counts(page)
        });
        checkouts.settle_pages(|page| self.counts(page));
    }
}

const ORDER: u8 = 1;

/// The part of the shop that a canonical name speaks of, as a bit; nought for what events may say beside pages.
pub(super) fn part_of(name: &str) -> u8 {
    match name {
        "checkout_completed" => ORDER,
        "collection_viewed" | "subcollection_viewed" => 1 << 1,
        "product_viewed" => 1 << 2,
        "cart_viewed" => 1 << 3,
        "site_searched" => 1 << 4,
        other if CHECKOUT_STEPS.contains(&other) => 1 << 5,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(proof: Proof, name: &'static str) -> Page {
        Page { space: 8, proof, name }
    }

    #[test]
    fn pages_say_what_the_events_do_not_speak_of() {
        let mut spoken = Spoken::default();
        spoken.note_name(part_of("product_added_to_cart") | part_of("checkout_completed"));
        let pages = Pages([(8, spoken)].into());
        for (name, expected) in [
            ("product_viewed", true),
            ("cart_viewed", true),
            ("payment_info_submitted", true),
            ("checkout_completed", false),
        ] {
            assert_eq!(pages.counts(page(Proof::Address, name)), expected, "{name}");
        }
        let elsewhere = Page { space: 9, ..page(Proof::Address, "checkout_completed") };
        assert!(pages.counts(elsewhere));
    }

    #[test]
    fn an_orders_own_page_is_the_order_where_no_page_thanks_for_one() {
        let own = page(Proof::OrderPage, "checkout_completed");
        let thanks = page(Proof::Address, "checkout_completed");
        let mut spoken = Spoken::default();
        spoken.note_page(own);
        assert!(Pages([(8, spoken)].into()).counts(own));
        spoken.note_page(thanks);
        let pages = Pages([(8, spoken)].into());
        assert!(!pages.counts(own) && pages.counts(thanks));
    }
}
