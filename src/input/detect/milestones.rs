//! Tables with a row for each customer or visit and a column for each step: when it was taken, or whether.
//!
//! Many a table has several times (orders: when they were made, paid, delivered) or several marks, so such columns are steps only
//! if their names are those of events, and one of them is something that comes before a checkout.

use super::table_head::TableHead;
use super::{Decision, events_identifiers, offers, strictness, with_order};
use crate::input::aliases::{Mapping, Part};
use crate::input::columns::{is_null, normalise};
use crate::input::format::Format;
use crate::input::format::event_table::EventColumns;
use crate::input::format::milestones::{Cells, Milestone, Milestones, TimeOfRow, mark};
use crate::input::format::special::Special;
use crate::input::{Rows, Told};
use crate::ladder::vocabulary::{self, Role};

/// What says behind the name of a step that its times stand in a column.
const TIMES: [&str; 8] = ["time", "timestamp", "at", "date", "datetime", "ts", "on", "time utc"];

/// What may stand before the name of a step, of which customers have only one here.
const FIRST: &[&str] = &["first "];

/// What may stand behind the name of a step that is marked where it was taken, and before it.
const MARKS: [&str; 2] = ["flag", "yn"];
const WHETHER: &[&str] = &["is ", "has ", "did ", "was ", "ever "];

/// Whose time is that of a row.
const VISITS: [&str; 3] = ["session", "visit", "journey"];

/// What such a table is; `None` if it is none.
pub(super) fn decide(table: &TableHead, told: &Told) -> Option<Decision> {
    let header = &table.header;
    let said = Mapping::there(header.names(), &told.map);
    let mapping = Mapping::of_events(header.names(), &said);
    let column_of = |name: &str| header.names().iter().position(|own| own == name);
    let column = |part| mapping.of(part).and_then(column_of);
    let (steps, cells) = laid_flat(table, told, &said, &mapping)?;
    let is_step = |column: &usize| steps.iter().any(|step| step.column == *column);
    let identifiers: Vec<_> = events_identifiers(&mapping)
        .filter_map(|(kind, space, name)| Some((kind, space, column_of(name)?)))
        .filter(|(.., column)| !is_step(column))
        .collect();
    if identifiers.is_empty() {
        return None;
    }
    let columns = EventColumns {
        strictness: strictness(&identifiers, false),
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
    let time = match cells {
        Cells::Marks(Some(time)) => header.names().get(time.column),
        Cells::Marks(None) | Cells::Times => None,
    };
    let time = time.map(|name| ("time", name.clone()));
    let is_of_row = |part: &(&str, String)| !["time", "event", "url"].contains(&part.0);
    let parts = mapping.list().into_iter().filter(is_of_row);
    let says = if matches!(cells, Cells::Times) { "the time of each step" } else { "marks" };
    Some(Decision {
        format: Format::GenericEvents,
        why: format!("a row for each journey, with {says}: {}", names.join(", ")),
        columns: time.into_iter().chain(parts).collect(),
        rows: Rows::Special(
            header.clone(),
            Special::Milestones(Milestones { columns, steps, cells }),
        ),
        nearly: None,
    })
}

/// The steps of a table of journeys, and what their cells say.
fn laid_flat(
    table: &TableHead,
    told: &Told,
    said: &[(Part, String)],
    mapping: &Mapping,
) -> Option<(Vec<Milestone>, Cells)> {
    let is_said = |wanted| said.iter().any(|(part, _)| *part == wanted);
    if is_said(Part::Event) {
        return None;
    }
    let steps = timed(table, told);
    if is_journey(&steps, told) {
        return (!is_said(Part::Time)).then_some((steps, Cells::Times));
    }
    let steps = marked(table, told);
    // Of other things there are marks as well: who is a member, and was told by mail.
    let is_of_shop = |role| matches!(role, Role::Cart | Role::Checkout | Role::Order);
    let is_journey = is_journey(&steps, told) && have(&steps, told, is_of_shop);
    if mapping.of(Part::Event).is_some() || !is_journey {
        return None;
    }
    let time = time_of_rows(table, mapping);
    let time = time.map(|column| TimeOfRow { column, date_order: None });
    Some((steps, Cells::Marks(time)))
}

/// The column that says when a row was: the one that is called so, or else for a visit.
fn time_of_rows(table: &TableHead, mapping: &Mapping) -> Option<usize> {
    let names = table.header.names();
    let usual = mapping.of(Part::Time).and_then(|own| names.iter().position(|name| name == own));
    let is_of_visit = |name: &str| {
        let words = normalise(&vocabulary::fold(name));
        let has = |any: &[&str]| words.split(' ').any(|word| any.contains(&word));
        has(&VISITS) && !has(&["end", "ended", "last"])
    };
    let of_visit = (0..names.len()).filter(|column| is_of_visit(&names[*column]));
    usual.into_iter().chain(of_visit).find(|column| are_times(table, *column))
}

/// Whether some columns are steps of a journey, one of them before the checkout.
fn is_journey(steps: &[Milestone], told: &Told) -> bool {
    let is_early = |role| matches!(role, Role::Visit | Role::Browse | Role::Product | Role::Cart);
    steps.len() > 1 && have(steps, told, is_early)
}

fn have(steps: &[Milestone], told: &Told, is: impl Fn(Role) -> bool) -> bool {
    let role = |step: &Milestone| vocabulary::role(told.own_names.canonical(&step.name)?);
    steps.iter().filter_map(role).any(is)
}

/// The columns with times that are called as events are; a few cells may say something else.
fn timed(table: &TableHead, told: &Told) -> Vec<Milestone> {
    steps(table, told, (&TIMES, FIRST), |column| are_times(table, column))
}

/// The columns of marks that are called as events are; nothing if one of them counts.
fn marked(table: &TableHead, told: &Told) -> Vec<Milestone> {
    let around = (&MARKS[..], WHETHER);
    let counted = steps(table, told, around, |column| holds_numbers_beside_marks(table, column));
    if counted.is_empty() {
        steps(table, told, around, |column| are_marks(table, column))
    } else {
        Vec::new()
    }
}

/// Whether a column holds marks; a few cells may say something else.
fn are_marks(table: &TableHead, column: usize) -> bool {
    let texts = offers::texts_of(table, Some(column));
    let said = texts.iter().filter(|text| !is_null(text));
    let marks = said.clone().filter(|text| mark(text).is_some()).count();
    marks > 0 && marks * 2 >= said.count()
}

fn holds_numbers_beside_marks(table: &TableHead, column: usize) -> bool {
    let texts = offers::texts_of(table, Some(column));
    let others = texts.iter().filter(|text| mark(text).is_none());
    others.map(|text| text.trim().parse::<f64>()).any(|number| number.is_ok())
}

fn are_times(table: &TableHead, column: usize) -> bool {
    let texts = offers::texts_of(table, Some(column));
    let said = texts.iter().filter(|text| !is_null(text));
    let times = said.clone().filter(|text| offers::stamp(text).is_some()).count();
    times > 0 && times * 2 >= said.count()
}

/// The columns that are called for steps, with what stands behind and before the names of such, and hold what they must.
fn steps(
    table: &TableHead,
    told: &Told,
    around: (&[&str], &[&str]),
    is_step: impl Fn(usize) -> bool,
) -> Vec<Milestone> {
    let names = table.header.names().iter().enumerate();
    let steps = names.filter_map(|(column, name)| {
        let is_known = |name: &str| told.own_names.canonical(name).is_some();
        let name = name_of_step(name, around, is_known)?;
        let rank = told.own_names.canonical(&name).map_or(0, vocabulary::rank);
        is_step(column).then_some(Milestone { column, name, rank, date_order: None })
    });
    steps.collect()
}

/// What a column is called for: `add to cart` for `First_Add_To_Cart_Time`.
fn name_of_step(
    column: &str,
    (behind, before): (&[&str], &[&str]),
    is_known: impl Fn(&str) -> bool,
) -> Option<String> {
    let words = normalise(&vocabulary::fold(column));
    let bare = behind.iter().find_map(|word| words.strip_suffix(word)?.strip_suffix(' '));
    let bare = bare.unwrap_or(&words);
    let others = before.iter().filter_map(|word| bare.strip_prefix(word));
    std::iter::once(bare).chain(others).find(|form| is_known(form)).map(str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_called_for_their_steps() {
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
            let name = name_of_step(column, (&TIMES, FIRST), is_known);
            assert_eq!(name.as_deref(), expected, "{column}");
        }
        for (column, expected) in [
            ("is_purchased", Some("purchased")),
            ("Added to cart flag", Some("added to cart")),
            ("first_purchase", None),
            ("converted_at", None),
        ] {
            let name = name_of_step(column, (&MARKS, WHETHER), is_known);
            assert_eq!(name.as_deref(), expected, "{column}");
        }
    }

    #[test]
    fn tables_of_other_things_have_no_steps_of_a_journey() {
        let told = Told::default();
        for (text, expected) in [
            ("user_id,visit_time,purchase_time\n7,2025-10-01 10:00,2025-10-01 10:05\n", true),
            ("user_id,cart_at,purchase_at\n7,2025-10-01 10:00,\n8,2025-10-01 10:00,\n", false),
            (
                "order_id,customer_id,order_date,payment_date,delivery_date\n7,8,2025-10-01,2025-10-01,2025-10-03\n",
                false,
            ),
            ("visit_time,purchase_time\n2025-10-01 10:00,2025-10-01 10:05\n", false),
            ("user_id,visit,purchase\n7,1,0\n", true),
            ("user_id,day,visit,purchase\n7,2025-10-01,yes,no\n", true),
            ("visit,purchase\n1,0\n", false),
            // Counts, only one step, no step before a checkout, and a name for each event.
            ("user_id,visit,purchase\n7,3,2\n", false),
            ("user_id,visit,cart,purchase\n7,3,0,0\n", false),
            ("user_id,is_member,purchased\n7,1,0\n", false),
            ("order_id,customer_id,checkout,purchase\n5,7,1,0\n", false),
            ("user_id,event,visit,purchase\n7,open,1,0\n", false),
        ] {
            let table = TableHead::read(text.as_bytes()).unwrap();
            assert_eq!(decide(&table, &told).is_some(), expected, "{text}");
        }
    }
}
