//! Orders as Shopify's interfaces write them in JSON: the cells of one order, whichever interface.
//!
//! One record is a whole order, so it is the first and only row of its copy; everything behind that
//! (copies, channels, what counts) is the same as with the export. Where the cells stand is said by
//! the formats.

use super::common::{Common, number};
use super::{FinancialStatus, Money, OrderLine};
use crate::input::columns::is_excel_number;
use crate::input::format::shopify_orders::common::is_client_key;
use crate::input::format::tool_log::{Slot, ToolPlaces};
use crate::input::json::Json;
use crate::money::Currency;
use std::borrow::Cow;

impl OrderLine {
    /// Reads an order whose cells stand at these places. An error says what is missing.
    pub fn of_json(root: Json<'_>, places: &ToolPlaces) -> Result<OrderLine, String> {
        let cells = Cells { root, places };
        let id = cells.owned(Slot::Id).and_then(|text| number(&text));
        let name = cells.owned(Slot::Title).or_else(|| id.clone());
        let name = name.ok_or("the order has neither a name nor an id")?;
        let mut phones: Vec<Box<str>> = Vec::new();
        for phone in cells.each(Slot::Phone).filter(|phone| !is_excel_number(phone)) {
            if !phones.iter().any(|known| **known == *phone) {
                phones.push(phone.into());
            }
        }
        let common = Common {
            name,
            id,
            email: cells.owned(Slot::Email),
            phones,
            client_ids: cells.client_ids(),
            customer: cells.owned(Slot::User),
            tokens: cells.each(Slot::Checkout).map(Into::into).collect(),
            created_at: cells.owned(Slot::Time),
            is_first: true,
        };
        let money = |slot| Money { text: cells.owned(slot), amount: None };
        let currency = cells.first(Slot::Currency);
        Ok(OrderLine {
            common,
            status: cells.first(Slot::Status).map(|text| FinancialStatus::read(&text)),
            cancelled: cells.first(Slot::Cancelled).is_some(),
            test: cells.is_true(Slot::Test),
            currency: currency.map(|text| Currency::parse(&text)).unwrap_or_default(),
            gateway: cells.gateways(),
            user_agent: cells.owned(Slot::UserAgent),
            source: cells.owned(Slot::Source),
            total: money(Slot::Value),
            refunded: money(Slot::Refunded),
        })
    }
}

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

    fn owned(self, slot: Slot) -> Option<Box<str>> {
        self.first(slot).map(Into::into)
    }

    fn is_true(self, slot: Slot) -> bool {
        let mut places = self.places.of_slot(slot).iter();
        places.any(|&place| {
            let value = self.root.at(place).property();
            value.is_some_and(|value| value.into_text() == "true")
        })
    }

    /// What the order was paid through; several are joined as the export joins them.
    fn gateways(self) -> Option<Box<str>> {
        let place = *self.places.of_slot(Slot::Payment).first()?;
        let json = self.root.at(place);
        let of_list = json.elements().filter_map(Json::scalar);
        let mut names: Vec<Cow<'r, str>> = json.scalar().into_iter().chain(of_list).collect();
        names.retain(|name| !name.is_empty());
        (!names.is_empty()).then(|| names.join(" + ").into())
    }

    /// The browsers that apps noted at the order.
    fn client_ids(self) -> Vec<Box<str>> {
        let noted = self.places.parameters(self.root).filter(|(key, _)| is_client_key(key));
        let mut ids: Vec<Box<str>> = noted.map(|(_, value)| value.into()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}
