//! Orders as Shopify's interfaces write them in JSON: the cells of one order, whichever interface.
//!
//! One record is a whole order, so it is the first and only row of its copy; everything behind that
//! (copies, channels, what counts) is the same as with the export. Where the cells stand is said by
//! the formats.

use super::common::{Common, number};
use super::packed::{Cell, Packing};
use super::{Channel, FinancialStatus, OrderLine};
use crate::findings::OrderGaps;
use crate::input::columns::is_excel_number;
use crate::input::format::shopify_orders::common::is_client_key;
use crate::input::format::tool_log::{Slot, ToolPlaces, walk};
use crate::input::json::Json;
use crate::ladder::dimension;
use crate::money::{Amount, Currency};
use crate::text::{is_yes, says_so};
use std::borrow::Cow;

impl OrderLine {
    /// Reads an order whose cells stand at these places. An error says what is missing.
    pub fn of_json(root: Json<'_>, places: &ToolPlaces) -> Result<OrderLine, String> {
        let cells = Cells { root, places };
        let mut packing = Packing::default();
        let id = cells.first(Slot::Id);
        let id = id.as_deref().and_then(number);
        let name = cells.first(Slot::Title);
        let name = name.as_deref().or(id).ok_or("the order has neither a name nor an id")?;
        packing.add(Cell::Name, name);
        packing.add_some(Cell::Id, id);
        for (cell, slot) in TEXTS {
            packing.add_some(cell, cells.first(slot));
        }
        packing.add_some(Cell::Total, cells.total());
        packing.add_some(Cell::Customer, cells.customer());
        packing.add_some(Cell::Refunded, cells.refunded().map(|amount| amount.to_string()));
        for phone in cells.each(Slot::Phone).filter(|phone| !is_excel_number(phone)) {
            if !packing.has(Cell::Phone, &phone) {
                packing.add(Cell::Phone, &phone);
            }
        }
        cells.each(Slot::Checkout).for_each(|token| packing.add(Cell::Token, &token));
        cells.client_ids().iter().for_each(|client| packing.add(Cell::Client, client));
        packing.add_some(Cell::Gateway, cells.gateways());
        let channel = if cells.is_draft() {
            Some(Channel::Draft)
        } else {
            packing.channel(cells.first(Slot::Source))
        };
        let currency = cells.first(Slot::Currency);
        Ok(OrderLine {
            common: Common { texts: packing.packed(), is_first: true, is_whole: true },
            status: cells.first(Slot::Status).map(|text| FinancialStatus::read(&text)),
            cancelled: cells.first(Slot::Cancelled).is_some_and(|text| says_so(&text)),
            test: cells.is_true(Slot::Test),
            currency: currency.map(|text| Currency::parse(&text)).unwrap_or_default(),
            device: cells.first(Slot::UserAgent).map(|agent| dimension::device(&agent)),
            channel,
            total: None,
            refunded: None,
            gaps: cells.gaps(),
        })
    }
}

/// The cells that are kept as they are written.
const TEXTS: [(Cell, Slot); 3] =
    [(Cell::CreatedAt, Slot::Time), (Cell::UpdatedAt, Slot::Updated), (Cell::Email, Slot::Email)];

/// What says who the buyer was.
const BUYERS: [Slot; 4] = [Slot::User, Slot::Email, Slot::Phone, Slot::Checkout];

/// The cells of one record.
#[derive(Clone, Copy)]
struct Cells<'r> {
    root: Json<'r>,
    places: &'r ToolPlaces,
}

impl<'r> Cells<'r> {
    fn each(self, slot: Slot) -> impl Iterator<Item = Cow<'r, str>> {
        let places = self.places.of_slot(slot).iter();
        places.filter_map(move |&place| self.root.at(place).scalar())
    }

    fn first(self, slot: Slot) -> Option<Cow<'r, str>> {
        self.each(slot).next()
    }

    fn is_true(self, slot: Slot) -> bool {
        let mut places = self.places.of_slot(slot).iter();
        places.any(|&place| {
            let value = self.root.at(place).property();
            value.is_some_and(|value| is_yes(&value.into_text()) == Some(true))
        })
    }

    /// Whether it is no order yet, by its global id: what staff prepares becomes an order of its own.
    fn is_draft(self) -> bool {
        let global = self.root.member("admin_graphql_api_id").and_then(Json::scalar);
        let mut ids = global.into_iter().chain(self.each(Slot::Id));
        ids.any(|id| id.starts_with("gid://") && id.contains("/DraftOrder/"))
    }

    /// Who made it; what is above an order in a list of customers is one.
    fn customer(self) -> Option<Cow<'r, str>> {
        let is_person = |id: &str| !id.starts_with("gid://") || id.contains("/Customer/");
        self.each(Slot::User).find(|id| is_person(id))
    }

    /// What went back: the total that is told, or all refunds together; the larger, where both are there.
    fn refunded(self) -> Option<Amount> {
        let told = self.first(Slot::Refunded);
        let told = told.and_then(|text| Amount::parse(&text, false));
        let lists = self.places.of_slot(Slot::Refunded).iter().map(|&place| self.root.at(place));
        let currency = self.first(Slot::Currency);
        let summed = lists.filter(|list| list.is_array()).filter_map(|list| {
            list.elements().map(|refund| of_refund(refund, currency.as_deref())).sum()
        });
        summed.chain(told).max()
    }

    /// What the order was worth when it was made: where only the present total is there, with what went back since.
    fn total(self) -> Option<Cow<'r, str>> {
        self.first(Slot::Value).or_else(|| {
            let net = Amount::parse(&self.first(Slot::Net)?, false)?;
            let back = self.refunded().unwrap_or_default();
            Some(Cow::Owned(Amount(net.0 + back.0.saturating_abs()).to_string()))
        })
    }

    /// What the record has no key for.
    fn gaps(self) -> OrderGaps {
        let lacks = |slot| self.places.of_slot(slot).is_empty();
        OrderGaps {
            cancelled: lacks(Slot::Cancelled),
            refunds: lacks(Slot::Status) && lacks(Slot::Refunded),
            channels: lacks(Slot::Source) && !self.is_draft(),
            amounts: lacks(Slot::Value) && lacks(Slot::Net),
            buyers: BUYERS.into_iter().all(lacks),
            tests: lacks(Slot::Payment) && lacks(Slot::Test),
        }
    }

    /// What the order was paid through; several are joined as the export joins them.
    fn gateways(self) -> Option<Cow<'r, str>> {
        let place = *self.places.of_slot(Slot::Payment).first()?;
        let json = self.root.at(place);
        let of_list = json.elements().filter_map(Json::scalar);
        let mut names: Vec<Cow<'r, str>> = json.scalar().into_iter().chain(of_list).collect();
        names.retain(|name| !name.is_empty());
        if names.len() < 2 { names.pop() } else { Some(Cow::Owned(names.join(" + "))) }
    }

    /// The browsers that apps noted at the order.
    fn client_ids(self) -> Vec<Cow<'r, str>> {
        let noted = self.places.parameters(self.root).filter(|(key, _)| is_client_key(key));
        let mut ids: Vec<Cow<'r, str>> = noted.map(|(_, value)| value).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// What one refund gave back in the shop's currency, if it says so.
fn of_refund(refund: Json<'_>, currency: Option<&str>) -> Option<Amount> {
    let told = walk(refund, "totalRefundedSet.shopMoney.amount").and_then(Json::scalar);
    if let Some(text) = told {
        return Amount::parse(&text, false);
    }
    let payments = refund.member("transactions").filter(|list| list.is_array())?;
    let text = |payment: Json<'_>, key: &str| {
        payment.member(key).and_then(Json::scalar).map(|text| text.to_lowercase())
    };
    let is = |payment: Json<'_>, key: &str, word: &str| text(payment, key).as_deref() == Some(word);
    let back = payments
        .elements()
        .filter(|&payment| is(payment, "kind", "refund") && is(payment, "status", "success"));
    back.map(|payment| {
        let own = payment.member("currency").and_then(Json::scalar);
        let is_same = own.zip(currency).is_none_or(|(own, theirs)| own == theirs);
        Amount::parse(&text(payment, "amount").filter(|_| is_same)?, false)
    })
    .sum()
}
