//! What rows may be, settled when everything was read.
//!
//! Some evidence counts only where there is none that is better. A page's address proves a step only where the tool
//! does not record such steps by itself: beside real events the page of a checkout would count for what was never
//! entered, and the page of thanks for a second order. A weaker name (`cart`, `select_item`) means a step only
//! where no other name does. Whether there is better evidence is a matter of all rows of the tool, in whichever files
//! and order they stand. So a row is stamped both ways while it is read, and one of the two is taken when all
//! rows have said what they are.

use super::haul::Haul;
use super::input_seen::InputSeen;
use crate::event::{OrderNote, Proof, RawEvent, StepSet, mark};
use crate::input::format::shopify_url;
use crate::ladder::stamp::{Stamp, Stamper};
use crate::ladder::vocabulary::{CHECKOUT_STEPS, Evidence, Weaker};
use std::collections::BTreeMap;

/// What was read from the addresses of an input's pages.
pub(super) const BY_ADDRESS: &str = "what pages are is read from their addresses";

/// How good the evidence is that a row is what it may be: the best first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Strength {
    /// A name that is certain, or the row's cells.
    #[default]
    Told,
    /// The address of a page.
    Address,
    /// A name that means it if nothing else does.
    Likely,
    /// The same of a name of something that happens there.
    Possible,
    /// The page that an order has for itself: it is opened again and again.
    OrderPage,
}

impl Strength {
    const ALL: usize = 5;

    fn is_address(self) -> bool {
        matches!(self, Strength::Address | Strength::OrderPage)
    }
}

impl From<Proof> for Strength {
    fn from(proof: Proof) -> Strength {
        match proof {
            Proof::Cells => Strength::Told,
            Proof::Address => Strength::Address,
            Proof::OrderPage => Strength::OrderPage,
        }
    }
}

impl From<Evidence> for Strength {
    fn from(evidence: Evidence) -> Strength {
        match evidence {
            Evidence::Likely => Strength::Likely,
            Evidence::Possible => Strength::Possible,
        }
    }
}

/// What a row may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Claim {
    /// The system whose log it stands in.
    pub(super) space: u16,
    pub(super) strength: Strength,
    /// The canonical name of what it is.
    pub(super) name: &'static str,
}

impl Claim {
    /// What a row of a system may be that goes by a weaker name.
    pub(super) fn of_name(space: u16, weaker: Option<Weaker>) -> Option<Claim> {
        let Weaker { means, evidence, .. } = weaker?;
        Some(Claim { space, strength: evidence.into(), name: means })
    }
}

/// What a row is if what it may be does not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Instead {
    pub(super) steps: StepSet,
    pub(super) actions: StepSet,
    pub(super) exclusions: u8,
    /// The marks that the row has not then.
    pub(super) marks: u8,
}

impl Instead {
    /// The stamp and the marks of the other reading, beside the marks that the row has by both.
    pub(super) fn of((stamp, alone): (Stamp, u8), together: u8) -> Instead {
        let own = together & !alone;
        let order = if own & mark::ORDER == 0 { 0 } else { mark::NUMBERED };
        let Stamp { steps, actions, exclusions, .. } = stamp;
        Instead { steps, actions, exclusions, marks: own | order }
    }

    /// Whether it is nothing to the ladder.
    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.actions.is_empty() && self.exclusions == 0
    }
}

/// The steps of a row by both readings, and whether it is nothing to the ladder by either.
pub(super) fn by_either(stamp: Stamp, instead: Option<Instead>) -> (StepSet, bool) {
    let steps = instead.map_or(stamp.steps, |instead| stamp.steps.with(instead.steps));
    (steps, stamp.is_empty() && instead.is_none_or(|instead| instead.is_empty()))
}

/// Which parts of the shop the rows of an input speak of, as bits of [`part_of`], by the strength of the evidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spoken([u16; Strength::ALL]);

impl Spoken {
    /// Notes what a row says.
    #[inline]
    pub(super) fn note(&mut self, strength: Strength, part: u16) {
        self.0[strength as usize] |= part;
    }

    /// The same for two parts of a log.
    pub(super) fn merge(&mut self, other: Spoken) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own |= other;
        }
    }

    /// Whether events speak of every part of a shop that the addresses of pages speak of. They do so for good, and then
    /// an address says nothing more but that its page is one of a blog, which nothing else speaks of.
    pub(super) fn tells_all_parts(self) -> bool {
        let told = self.0[Strength::Told as usize];
        let parts = [
            "checkout_completed",
            "collection_viewed",
            "product_viewed",
            "cart_viewed",
            "site_searched",
        ];
        parts.iter().all(|part| told & part_of(part) != 0) && told & CHECKOUT != 0
    }

    /// Whether the address of a page may say anything that events do not.
    fn may_say_more(self, address: &str) -> bool {
        !self.tells_all_parts()
            || memchr::memmem::find(address.as_bytes(), shopify_url::BLOGS).is_some()
    }

    /// Whether anything better than this speaks of the parts.
    fn knows_better(self, strength: Strength, parts: u16) -> bool {
        self.0.iter().take(strength as usize).any(|spoken| spoken & parts != 0)
    }
}

/// Of each system, what its rows speak of.
#[derive(Clone, Debug, Default)]
pub(super) struct Claims(BTreeMap<u16, Spoken>);

impl Claims {
    /// What all inputs say.
    pub(super) fn of<'i>(inputs: impl Iterator<Item = &'i InputSeen>) -> Claims {
        let mut all = Claims::default();
        for input in inputs {
            all.0.entry(input.space).or_default().merge(input.spoken);
        }
        all
    }

    /// Whether a row is what it may be: nothing better speaks of that part of the shop.
    pub(super) fn counts(&self, claim: Claim) -> bool {
        let spoken = self.0.get(&claim.space).copied().unwrap_or_default();
        let part = part_of(claim.name);
        // Real events of a checkout are events of all of it: those of its pages would be seen by more browsers.
        let asked =
            if claim.strength.is_address() && part & CHECKOUT != 0 { CHECKOUT } else { part };
        !spoken.knows_better(claim.strength, asked)
    }

    /// The canonical name of what rows of a name are in the log of a system.
    pub(super) fn canonical(
        &self,
        space: u16,
        name: &str,
        stamper: &Stamper,
    ) -> Option<&'static str> {
        let weaker = stamper.weaker(name);
        match Claim::of_name(space, weaker) {
            Some(claim) if !self.counts(claim) => weaker.and_then(|own| own.otherwise),
            _ => stamper.canonical(name),
        }
    }

    /// How many rows the events of each canonical name have, over all inputs.
    pub(super) fn canonical_names(&self, haul: &Haul<'_>) -> BTreeMap<&'static str, u64> {
        self.canonical_names_of(haul, |_| true)
    }

    /// The same over some of the inputs, by their number.
    pub(super) fn canonical_names_of(
        &self,
        haul: &Haul<'_>,
        is_asked: impl Fn(usize) -> bool,
    ) -> BTreeMap<&'static str, u64> {
        let mut names = BTreeMap::new();
        let stamper = haul.names.stamper();
        for (_, input) in haul.inputs.iter().enumerate().filter(|(number, _)| is_asked(*number)) {
            let rows = haul.all_names.texts().zip(&input.names).filter(|(_, rows)| **rows > 0);
            let known = rows.filter_map(|(name, rows)| {
                Some((self.canonical(input.space, name, stamper)?, rows))
            });
            known.for_each(|(name, rows)| *names.entry(name).or_insert(0) += rows);
        }
        names
    }

    /// Lets what rows may be count where it does, and forgets it where it does not.
    pub(super) fn settle(&self, haul: &mut Haul<'_>) {
        let Haul { inputs, derived, orders_seen, checkouts, .. } = haul;
        for input in inputs.iter_mut() {
            let pages = input.claims.iter().copied().filter(|own| own.strength.is_address());
            let counting: Vec<Claim> = pages.filter(|&claim| self.counts(claim)).collect();
            if counting.iter().any(|claim| part_of(claim.name) != 0) {
                input.decisions.push(BY_ADDRESS.to_string());
            }
            derived.extend(counting.iter().map(|claim| claim.name));
        }
        orders_seen.retain(|order| {
            let space = inputs.get(order.input).map_or(0, |input| input.space);
            self.counts(Claim { space, strength: order.strength, name: "checkout_completed" })
        });
        checkouts.settle_claims(|claim| self.counts(claim));
    }
}

impl Haul<'_> {
    /// What an event may be, by the address of its page or by a weaker name, and what it is proven to be beside its
    /// name, if only by that.
    pub(super) fn claim_of(
        &mut self,
        event: &RawEvent<'_>,
        input: usize,
    ) -> (Option<Claim>, Option<&'static str>) {
        let space = self.inputs[input].space;
        if let Some(name) = event.derived {
            let strength = Strength::from(event.details.proof());
            if strength != Strength::Told {
                return (Some(Claim { space, strength, name }), event.derived);
            }
        }
        let (_, meaning) = self.names.look_up(event.name, None);
        if meaning.is_page
            && event.derived.is_none()
            && let Some(address) = event.details.address()
            && self.inputs[input].spoken.may_say_more(&address)
            && let Some((name, proof)) = shopify_url::proof(&address)
        {
            return (Some(Claim { space, strength: proof.into(), name }), Some(name));
        }
        (Claim::of_name(space, meaning.weaker), event.derived)
    }

    /// The stamp and the marks of an event that is not what it may be.
    pub(super) fn otherwise(&mut self, event: &RawEvent<'_>) -> (Stamp, u8) {
        let stamper = self.names.stamper();
        let meaning = self.names.look_up_otherwise(event.name);
        (stamper.stamp(meaning, event.origin, event.details), meaning.marks)
    }
}

/// The order that an event completes; where its page says so and nothing has a number, the page's token tells that
/// it is the same one when the page is loaded again.
pub(super) fn numbered(order: OrderNote, event: &RawEvent<'_>, claim: Option<Claim>) -> OrderNote {
    let is_page = claim.is_some_and(|claim| claim.strength.is_address());
    let address = if is_page && !order.numbered { event.details.address() } else { None };
    let known = address.as_deref().and_then(shopify_url::order);
    known.map_or(order, |known| OrderNote { key: known.key, numbered: true, ..order })
}

const ORDER: u16 = 1;
/// All steps of the checkout before the order, from the sixth bit on.
const CHECKOUT: u16 = 0b1_1111 << 6;

/// The part of the shop that a canonical name speaks of, as a bit; nought for what events may say beside pages.
/// A category and a sub-category are one: whatever tells lists tells both.
pub(super) fn part_of(name: &str) -> u16 {
    match name {
        "checkout_completed" => ORDER,
        "collection_viewed" | "subcollection_viewed" => 1 << 1,
        "product_viewed" => 1 << 2,
        "cart_viewed" => 1 << 3,
        "site_searched" => 1 << 4,
        "product_added_to_cart" => 1 << 5,
        other => match CHECKOUT_STEPS.iter().position(|step| *step == other) {
            Some(step) => 1 << (6 + step),
            None => 0,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(strength: Strength, name: &'static str) -> Claim {
        Claim { space: 8, strength, name }
    }

    fn claims(spoken: &[(Strength, &str)]) -> Claims {
        let mut all = Spoken::default();
        for (strength, name) in spoken {
            all.note(*strength, part_of(name));
        }
        Claims([(8, all)].into())
    }

    #[test]
    fn pages_say_what_the_events_do_not_speak_of() {
        let claims = claims(&[
            (Strength::Told, "product_added_to_cart"),
            (Strength::Told, "checkout_completed"),
        ]);
        for (name, expected) in [
            ("product_viewed", true),
            ("cart_viewed", true),
            ("payment_info_submitted", true),
            ("checkout_completed", false),
        ] {
            assert_eq!(claims.counts(claim(Strength::Address, name)), expected, "{name}");
        }
        let elsewhere = Claim { space: 9, ..claim(Strength::Address, "checkout_completed") };
        assert!(claims.counts(elsewhere));
    }

    #[test]
    fn one_event_of_a_checkout_speaks_of_all_its_pages_and_of_one_weaker_name() {
        let claims = claims(&[(Strength::Told, "checkout_started")]);
        for step in CHECKOUT_STEPS {
            assert_ne!(part_of(step) & CHECKOUT, 0, "{step}");
            assert!(!claims.counts(claim(Strength::Address, step)), "{step}");
            let is_other = step != "checkout_started";
            assert_eq!(claims.counts(claim(Strength::Likely, step)), is_other, "{step}");
        }
    }

    #[test]
    fn an_orders_own_page_is_the_order_where_no_page_thanks_for_one() {
        let own = claim(Strength::OrderPage, "checkout_completed");
        let thanks = claim(Strength::Address, "checkout_completed");
        assert!(claims(&[(Strength::OrderPage, "checkout_completed")]).counts(own));
        let claims = claims(&[
            (Strength::OrderPage, "checkout_completed"),
            (Strength::Address, "checkout_completed"),
        ]);
        assert!(!claims.counts(own) && claims.counts(thanks));
    }

    #[test]
    fn the_best_evidence_of_a_part_counts() {
        let all = [Strength::Address, Strength::Likely, Strength::Possible];
        let spoken = |from: usize| {
            let said = all[from..].iter().map(|own| (*own, "collection_viewed"));
            claims(&said.collect::<Vec<_>>())
        };
        for best in 0..all.len() {
            for (place, strength) in all.iter().enumerate().skip(best) {
                let counts = spoken(best).counts(claim(*strength, "collection_viewed"));
                assert_eq!(counts, place == best, "{strength:?} beside {:?}", all[best]);
            }
        }
    }

    #[test]
    fn where_events_speak_of_all_parts_addresses_say_blogs_alone() {
        let mut all = vec![
            (Strength::Told, "collection_viewed"),
            (Strength::Told, "product_viewed"),
            (Strength::Told, "cart_viewed"),
            (Strength::Told, "site_searched"),
            (Strength::Told, "checkout_completed"),
            (Strength::Address, "checkout_started"),
        ];
        let tells_all = |spoken: &[_]| claims(spoken).0[&8].tells_all_parts();
        assert!(!tells_all(&all));
        all.push((Strength::Told, "payment_info_submitted"));
        assert!(tells_all(&all));
        let claims = claims(&all);
        let counts = |name| claims.counts(claim(Strength::Address, name));
        let counting =
            ["subcollection_viewed", "checkout_started", "read_more_clicked"].map(counts);
        assert_eq!(counting, [false, false, true]);
    }

    #[test]
    fn a_name_is_what_counts() {
        let stamper = Stamper::for_ladders(&[]).0;
        let alone = claims(&[(Strength::Likely, "product_added_to_cart")]);
        assert_eq!(alone.canonical(8, "cart", &stamper), Some("product_added_to_cart"));
        let beside = claims(&[(Strength::Told, "product_added_to_cart")]);
        assert_eq!(beside.canonical(8, "cart", &stamper), Some("cart_viewed"));
        assert_eq!(beside.canonical(8, "add_to_cart", &stamper), Some("product_added_to_cart"));
        assert_eq!(beside.canonical(9, "cart", &stamper), Some("product_added_to_cart"));
        assert_eq!(beside.canonical(8, "home", &stamper), Some("page_viewed"));
        assert_eq!(beside.canonical(8, "zoomed", &stamper), None);
    }
}
