//! Tables with a row for each customer or visit and a column for the time of each step.
//!
//! Many a table has several times (orders: when they were made, paid, delivered), so columns of times are steps only if their
//! names are those of events, and one of them is something that comes before a checkout.

use super::table_head::TableHead;
use super::{Decision, events_identifiers, offers, strictness, with_order};
use crate::input::aliases::{Mapping, Part};
use crate::input::columns::{is_null, normalise};
use crate::input::format::Format;
use crate::input::format::event_table::EventColumns;
use crate::input::format::milestones::{Milestone, Milestones};
use crate::input::format::special::Special;
use crate::input::{Rows, Told};
use crate::ladder::vocabulary::{self, Role};

/// What says behind the name of a step that its times stand in a column.
const TIMES: [&str; 8] = ["time", "timestamp", "at", "date", "datetime", "ts", "on", "time utc"];

/// What may stand before the name of a step, of which customers have only one here.
const FIRST: &str = "first ";

/// What such a table is; `None` if it is none.
pub(super) fn decide(table: &TableHead, told: &Told) -> Option<Decision> {
    let header = &table.header;
    let said = Mapping::there(header.names(), &told.map);
    let mapping = Mapping::of_events(header.names(), &said);
    let is_log = said.iter().any(|(part, _)| matches!(part, Part::Event | Part::Time));
    let steps = steps(table, told);
    let role = |step: &Milestone| vocabulary::role(told.own_names.canonical(&step.name)?);
    let is_early = |role| matches!(role, Role::Visit | Role::Browse | Role::Product | Role::Cart);
    let has_early = steps.iter().filter_map(role).any(is_early);
    if is_log || steps.len() < 2 || !has_early {
        return None;
    }
    let column_of = |name: &str| header.names().iter().position(|own| own == name);
    let column = |part| mapping.of(part).and_then(column_of);
    let is_step = |column: &usize| steps.iter().any(|step| step.column == *column);
    let identifiers: Vec<_> = events_identifiers(&mapping)
        .filter_map(|(kind, space, name)| Some((kind, space, column_of(name)?)))
        .filter(|(.., column)| !is_step(column))
        .collect();
    if identifiers.is_empty() {
        return None;
    }
    let columns = EventColumns {
        strictness: strictness(identifiers.len(), false),
        identifiers: with_order(identifiers, column(Part::Order)),
        session: column(Part::Session),
        order: column(Part::Order),
        value: column(Part::Value),
        currency: column(Part::Currency),
        user_agent: column(Part::UserAgent),
        decimal_comma: table.delimiter == b';',
        ..EventColumns::default()
    };
    let names = steps.iter().filter_map(|step| header.names().get(step.column));
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    let is_of_row = |part: &&(&str, String)| !["time", "event", "url"].contains(&part.0);
    Some(Decision {
        format: Format::GenericEvents,
        why: format!("a row for each journey, with the time of each step: {}", names.join(", ")),
        columns: mapping.list().iter().filter(is_of_row).cloned().collect(),
        rows: Rows::Special(header.clone(), Special::Milestones(Milestones { columns, steps })),
        nearly: None,
    })
}

/// The columns with times that are called as events are; a few cells may say something else.
fn steps(table: &TableHead, told: &Told) -> Vec<Milestone> {
    let names = table.header.names().iter().enumerate();
    let steps = names.filter_map(|(column, name)| {
        let name = name_of_step(name, |name| told.own_names.canonical(name).is_some())?;
        let texts = offers::texts_of(table, Some(column));
        let said: Vec<bool> = texts
            .iter()
            .filter(|text| !is_null(text))
            .map(|text| offers::stamp(text).is_some())
            .collect();
        let times = said.iter().filter(|is_time| **is_time).count();
        let are_times = times > 0 && times * 2 >= said.len();
        are_times.then_some(Milestone { column, name, date_order: None })
    });
    steps.collect()
}

/// What a column of times is called for: `add to cart` for `First_Add_To_Cart_Time`.
fn name_of_step(column: &str, is_known: impl Fn(&str) -> bool) -> Option<String> {
    let words = normalise(&vocabulary::fold(column));
    let bare = TIMES.iter().find_map(|time| words.strip_suffix(time)?.strip_suffix(' '));
    let bare = bare.unwrap_or(&words);
    let forms = [Some(bare), bare.strip_prefix(FIRST)];
    forms.into_iter().flatten().find(|form| is_known(form)).map(str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_times_are_called_for_their_steps() {
        let is_known = |name: &str| vocabulary::canonical(name).is_some();
        for (column, expected) in [
            ("landing_time", Some("landing")),
            ("addToCartAt", Some("add to cart")),
            ("First_Purchase_Date", Some("purchase")),
            ("Product View Timestamp", Some("product view")),
            ("checkout_started", Some("checkout started")),
            ("created_at", None),
            ("birth_date", None),
            ("time", None),
        ] {
            assert_eq!(name_of_step(column, is_known).as_deref(), expected, "{column}");
        }
    }

    #[test]
    fn a_table_of_orders_has_no_steps_of_a_journey() {
        let told = Told::default();
        for (text, expected) in [
            ("user_id,visit_time,purchase_time\n7,2025-10-01 10:00,2025-10-01 10:05\n", true),
            ("user_id,cart_at,purchase_at\n7,2025-10-01 10:00,\n8,2025-10-01 10:00,\n", false),
            (
                "order_id,customer_id,order_date,payment_date,delivery_date\n7,8,2025-10-01,2025-10-01,2025-10-03\n",
                false,
            ),
            ("visit_time,purchase_time\n2025-10-01 10:00,2025-10-01 10:05\n", false),
            ("user_id,visit,purchase\n7,1,0\n", false),
        ] {
            let table = TableHead::read(text.as_bytes()).unwrap();
            assert_eq!(decide(&table, &told).is_some(), expected, "{text}");
        }
    }
}
