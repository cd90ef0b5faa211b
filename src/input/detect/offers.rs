//! Which columns of a table may be what it lacks, as their cells show it.
//!
//! An offer is shown to a reader and never acted upon, but it can be followed as it stands: it names a column only
//! where the cells leave no choice.

use super::order_names::is_name_of_order;
use super::table_head::TableHead;
use crate::input::aliases::{Figure, Mapping, Part};
use crate::input::columns::{Row, is_null, normalise};
use crate::input::format::shopify_analytics::is_count;
use crate::input::timestamp::{DateOrder, Stamp, ZoneRule, parse_any};
use crate::ladder::own_names::OwnNames;
use crate::ladder::vocabulary::{self, fold};
use crate::text::shell_word;
use crate::time::{Precision, Span};
use std::collections::BTreeSet;

/// Words of columns that tell the customers, products or orders of rows apart: no row counts several of them.
const OF_SINGLE_THINGS: [&str; 2] = ["id", "key"];

/// No shop has sessions in numbers of more digits; ids and times since 1970 are such.
const LONGEST_COUNT: usize = 8;

/// Whose totals one counts by id.
const OF_CAMPAIGNS: [&str; 3] = ["campaign", "ad", "adset"];

/// The column that says when something was: the only one with times, or of several the one that is never later than
/// the others of its row.
pub(super) fn time(table: &TableHead) -> Option<&str> {
    let times: Vec<(usize, Vec<Option<Stamp>>)> = columns(table)
        .filter(|&column| holds(table, column, is_written_time))
        .map(|column| (column, texts(table, column).map(|text| stamp(&text)).collect()))
        .collect();
    let is_first = |own: &&(usize, Vec<Option<Stamp>>)| {
        times.iter().filter(|other| other.0 != own.0).all(|other| is_before(&own.1, &other.1))
    };
    let (column, _) = times.iter().find(is_first)?;
    table.header.names().get(*column).map(String::as_str)
}

/// Words of columns that say who it was.
const OF_SOMEBODY: [&str; 10] = [
    "account",
    "client",
    "customer",
    "device",
    "member",
    "person",
    "shopper",
    "user",
    "visitor",
    "household",
];

/// Words that say that a column tells them apart.
const OF_IDS: [&str; 8] = ["id", "key", "uuid", "guid", "number", "no", "token", "code"];

/// The only column that tells apart those whom it is called for; without one that of an order, whose rows may stand for
/// a customer.
pub(super) fn somebody<'t>(table: &'t TableHead, mapping: &'t Mapping) -> Option<&'t str> {
    let header = table.header.in_words();
    let is_one = |column: &usize| {
        header.normal_names().get(*column).is_some_and(|name| names_somebody(name))
            && texts(table, *column).all(|text| !is_null(&text))
    };
    let mut found = columns(table).filter(is_one);
    match (found.next(), found.next()) {
        (Some(only), None) => table.header.names().get(only).map(String::as_str),
        (Some(_), Some(_)) => None,
        (None, _) => mapping.of(Part::Order).filter(|_| mapping.of(Part::Event).is_some()),
    }
}

/// Whether an object is called for somebody and what stands in it for what tells them apart.
pub(super) fn names_id_of_somebody(object: &str, id: &str) -> bool {
    const ALONE: [&str; 5] = ["cookie", "device", "uid", "hash", "external"];
    let (object, id) = (fold(object).replace('_', " "), fold(id).replace('_', " "));
    let has = |text: &str, words: &[&str]| text.split(' ').any(|word| words.contains(&word));
    has(&object, &OF_SOMEBODY) && (has(&id, &OF_IDS) || has(&id, &ALONE))
}

fn names_somebody(name: &str) -> bool {
    let has = |words: &[&str]| name.split(' ').any(|word| words.contains(&word));
    let is_one_word = !name.contains(' ') && name != "device";
    let is_hash = || name.ends_with("hash");
    has(&OF_SOMEBODY) && !name.starts_with("is ") && (has(&OF_IDS) || is_hash() || is_one_word)
}

/// The only column most of whose cells are names of events that are certain.
pub(super) fn event(table: &TableHead) -> Option<&str> {
    let mut found = columns(table).filter(|&column| names_events(table, column));
    let only = found.next().filter(|_| found.next().is_none())?;
    table.header.names().get(only).map(String::as_str)
}

/// Whether most of what a column holds are names of events. Weaker names are words that a column of another kind may
/// hold as well.
pub(super) fn names_events(table: &TableHead, column: usize) -> bool {
    let is_event =
        |cell: &str| vocabulary::canonical(cell).is_some() && vocabulary::weaker(cell).is_none();
    let cells: Vec<String> = texts(table, column).filter(|text| !is_null(text)).collect();
    let known = cells.iter().filter(|cell| is_event(cell)).count();
    known > 0 && known * 2 >= cells.len()
}

/// Whether texts that stand under `name` are what people or things are called, and not what happened: none of them is
/// known as an event's, and they do not come again and again. Beside an address a name is a person's.
pub(super) fn are_of_people(texts: &[String], has_address: bool, own_names: &OwnNames) -> bool {
    /// Of fewer rows nobody can tell whether they would come again.
    const FEWEST: usize = 3;
    let names: Vec<&str> = texts.iter().map(String::as_str).filter(|text| !is_null(text)).collect();
    let is_event = |name: &&str| own_names.canonical(name).is_some();
    // Orders are another matter: their names say which they are.
    if names.iter().all(|name| is_name_of_order(name)) || names.iter().any(is_event) {
        return false;
    }
    let different = names.iter().collect::<BTreeSet<_>>().len();
    let (all, is_any_again) = (names.len(), different < names.len());
    if has_address { 2 * different > all } else { all >= FEWEST && !is_any_again }
}

/// Whether one of these names is that of an address, or of a part of somebody's name.
pub(super) fn have_address(names: &[String]) -> bool {
    let words = |name: &String| normalise(&vocabulary::fold(name));
    let is_one = |name: String| {
        let is_part = ["first name", "last name"].contains(&name.as_str());
        is_part || name.split(' ').any(|word| ["email", "mail", "phone"].contains(&word))
    };
    names.iter().map(words).any(is_one)
}

/// Whether columns are called as events are and say of each row whether or how often that was.
pub(super) fn has_column_for_each_step(table: &TableHead) -> bool {
    steps(table).filter(|(column, _)| holds(table, *column, is_flag)).count() > 1
}

/// What to say after `--map` so that a table with a column for each step is a session report; nothing if its columns
/// count none of the steps of one.
pub(super) fn figures(table: &TableHead, mapping: &Mapping) -> Option<String> {
    let names = table.header.names();
    let mut figures: Vec<(Part, &str)> = Vec::new();
    for (column, step) in steps(table) {
        let (Some(figure), Some(name)) = (figure_of(step), names.get(column)) else { continue };
        let part = Part::Figure(figure);
        if holds(table, column, is_count) && !figures.iter().any(|(own, _)| *own == part) {
            figures.push((part, name));
        }
    }
    figures.iter().find(|(part, _)| *part != Part::Figure(Figure::Sessions))?;
    figures.sort_unstable();
    let time = mapping.of(Part::Time).or_else(|| time(table));
    let mut all: Vec<(Part, &str)> = time.map(|name| (Part::Time, name)).into_iter().collect();
    // Only sessions that say when they were are told apart.
    if let Some(session) = mapping.of(Part::Session).filter(|_| time.is_some()) {
        all.push((Part::Session, session));
    }
    all.extend(figures);
    Some(map(&all))
}

/// The column that counts who got to the steps of a table, each row of which is one.
pub(super) fn counts_of_steps(table: &TableHead) -> Option<&str> {
    const OF_MANY: [&str; 8] =
        ["users", "visitors", "customers", "sessions", "visits", "events", "count", "total"];
    let header = table.header.in_words();
    let is_of_many = |name: &str| name.split(' ').any(|word| OF_MANY.contains(&word));
    let counts = columns(table).find(|&column| {
        header.normal_names().get(column).is_some_and(|name| is_of_many(name))
            && holds(table, column, is_count)
    });
    let is_step = |text: &str| vocabulary::canonical(text).is_some();
    let mut others = columns(table).filter(|column| Some(*column) != counts);
    let has_steps = others.any(|column| {
        texts(table, column).filter(|text| is_step(text)).count() * 2 > table.rows.len()
    });
    table.header.names().get(counts?).filter(|_| has_steps).map(String::as_str)
}

/// `--map time=VisitDate,event=COLUMN`, as a shell takes it.
pub(super) fn map(parts: &[(Part, &str)]) -> String {
    let pairs: Vec<String> =
        parts.iter().map(|(part, name)| format!("{}={name}", part.name())).collect();
    format!("--map {}", shell_word(&pairs.join(",")))
}

/// Whether the rows are of single things, of which none is a count.
pub(super) fn tells_single_things(table: &TableHead) -> bool {
    let is_long =
        |text: &str| text.len() > LONGEST_COUNT && text.bytes().all(|b| b.is_ascii_digit());
    let holds_long = columns(table).any(|column| holds(table, column, is_long));
    let are_named = table.header.in_words().normal_names().iter().any(|name| {
        let mut words = name.split(' ');
        let is_campaigns = words.next().is_some_and(|first| OF_CAMPAIGNS.contains(&first));
        !is_campaigns && words.next_back().is_some_and(|last| OF_SINGLE_THINGS.contains(&last))
    });
    holds_long || are_named
}

/// Whether all cells of a column that say something, of which there must be one, are of a kind.
pub(super) fn holds(table: &TableHead, column: usize, is: fn(&str) -> bool) -> bool {
    let mut texts = texts(table, column).filter(|text| !is_null(text)).peekable();
    texts.peek().is_some() && texts.all(|text| is(&text))
}

/// The texts of a column, row by row.
pub(super) fn texts_of(table: &TableHead, column: Option<usize>) -> Vec<String> {
    column.into_iter().flat_map(|column| texts(table, column)).collect()
}

/// The columns that have a name: others cannot be told.
fn columns(table: &TableHead) -> impl Iterator<Item = usize> {
    let names = table.header.names().iter().enumerate();
    names.filter(|(_, name)| !name.trim().is_empty()).map(|(column, _)| column)
}

fn texts(table: &TableHead, column: usize) -> impl Iterator<Item = String> {
    table.rows.iter().map(move |row| Row::parsed(row).text(Some(column)).into_owned())
}

/// The columns that are called as events are, with the canonical names of these. A `page` may be any number of one.
fn steps(table: &TableHead) -> impl Iterator<Item = (usize, &'static str)> {
    table.header.normal_names().iter().enumerate().filter_map(|(column, name)| {
        let name = name.strip_prefix("reached ").unwrap_or(name);
        let step = vocabulary::canonical(name).filter(|step| *step != "page_viewed")?;
        Some((column, step))
    })
}

fn figure_of(step: &str) -> Option<Figure> {
    match step {
        "visit" => Some(Figure::Sessions),
        "product_added_to_cart" => Some(Figure::AddedToCart),
        "checkout_started" => Some(Figure::ReachedCheckout),
        "checkout_completed" => Some(Figure::Converted),
        _ => None,
    }
}

fn is_flag(text: &str) -> bool {
    is_count(text)
        || ["true", "false", "yes", "no"].iter().any(|own| text.eq_ignore_ascii_case(own))
}

/// Whether a text is a time that no mere number is.
fn is_written_time(text: &str) -> bool {
    !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && stamp(text).is_some()
}

/// A time, in whichever order of day and month it is one.
pub(super) fn stamp(text: &str) -> Option<Stamp> {
    let orders = [DateOrder::MonthFirst, DateOrder::DayFirst];
    orders.into_iter().find_map(|order| parse_any(text, Some(order), ZoneRule::default()))
}

/// Whether times are never later than others of the same rows, and earlier once. Where one of two is a day, so is the other.
fn is_before(own: &[Option<Stamp>], others: &[Option<Stamp>]) -> bool {
    let day = |stamp: Stamp| stamp.at.0.div_euclid(Span::days(1).0);
    let pairs = || {
        own.iter().zip(others).filter_map(|(own, other)| {
            let (own, other) = ((*own)?, (*other)?);
            let are_days = own.precision >= Precision::Day || other.precision >= Precision::Day;
            Some(if are_days { (day(own), day(other)) } else { (own.at.0, other.at.0) })
        })
    };
    pairs().all(|(own, other)| own <= other) && pairs().any(|(own, other)| own < other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> TableHead {
        TableHead::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn the_time_is_the_only_one_or_the_first_of_each_row() {
        for (text, expected) in [
            ("who,VisitDate,n\nada,2025-10-01,7\nbob,2025-10-02,8\n", Some("VisitDate")),
            ("who,When\nada,3/4/2025 8:15\n,\n", Some("When")),
            (
                "sent,bought,due\n2025-10-02,2025-10-01 10:00:00,2025-10-09\n,2025-10-03 11:00:00,2025-10-05\n",
                Some("bought"),
            ),
            // Neither is first.
            ("a,b\n2025-10-01,2025-10-02\n2025-10-04,2025-10-03\n", None),
            ("a,b\n2025-10-01,2025-10-01\n", None),
            // Numbers may be anything.
            ("who,n\nada,20251001\n", None),
            ("who,n\nada,45937.41\n", None),
            ("who,when\nada,2025-10-01\nbob,soon\n", None),
            ("who,when\n", None),
        ] {
            assert_eq!(time(&table(text)), expected, "{text}");
        }
    }

    #[test]
    fn the_only_column_that_is_called_for_somebody_names_them() {
        for (text, expected) in [
            ("DeviceIDHash,x\na,1\n", Some("DeviceIDHash")),
            ("visitor hash,x\na,1\n", Some("visitor hash")),
            ("user id,visitor\na,1\n", None),
            ("device,device_type,is_new_customer\na,b,1\n", None),
            ("account_no,x\n,1\n", None),
            ("order_id,event,ts\n7,paid,1\n", Some("order_id")),
            ("order_id,ts\n7,1\n", None),
            ("x,y\n7,1\n", None),
        ] {
            let table = table(text);
            let mapping = Mapping::of_events(table.header.names(), &[]);
            assert_eq!(somebody(&table, &mapping), expected, "{text}");
        }
    }

    #[test]
    fn the_only_column_with_names_of_events_names_them() {
        for (text, expected) in [
            ("who,what\na,pv\nb,cart\nc,buy\nd,fav\n", Some("what")),
            ("what,too\nview,view\nbuy,buy\n", None),
            // Weaker names may be words of another kind.
            ("who,where\na,cart\nb,product\n", None),
            ("who,what\na,red\nb,blue\n", None),
        ] {
            assert_eq!(event(&table(text)), expected, "{text}");
        }
    }

    #[test]
    fn names_that_nobody_knows_and_that_never_come_again_are_of_people() {
        for (names, has_address, expected) in [
            ("Ada Berg,Bob Dahl", true, true),
            ("Ada Berg,Bob Dahl,Ada Berg", true, true),
            ("Ada Berg,Bob Dahl", false, false),
            ("Ada Berg,Bob Dahl,Eva Ek", false, true),
            ("Ada Berg,Bob Dahl,Ada Berg", false, false),
            ("banner_seen,banner_seen,door_opened,banner_seen", true, false),
            ("door_opened,page_viewed", true, false),
            ("door_opened,Kauf", true, false),
            (",null", true, false),
            ("#1001,#1002", true, false),
        ] {
            let texts: Vec<String> = names.split(',').map(str::to_string).collect();
            let mut own = OwnNames::default();
            own.add("Kauf", "checkout_completed");
            assert_eq!(are_of_people(&texts, has_address, &own), expected, "{names}");
        }
        let names = |text: &str| text.split(',').map(str::to_string).collect::<Vec<_>>();
        assert!(have_address(&names("name,customerEmail")) && have_address(&names("Last name")));
        assert!(!have_address(&names("name,mailing,phones,address")));
    }

    #[test]
    fn ids_within_objects_of_somebody_are_offered() {
        for (object, id, expected) in [
            ("customer_ids", "cookie", true),
            ("user", "device", true),
            ("userData", "external_id", true),
            ("product", "id", false),
            ("user", "country", false),
        ] {
            assert_eq!(names_id_of_somebody(object, id), expected, "{object}.{id}");
        }
    }

    #[test]
    fn columns_of_steps_say_whether_or_how_often() {
        for (text, expected) in [
            ("who,Add_to_Cart,Purchase\na,1,0\n", true),
            ("who,view,purchase\na,True,no\n", true),
            ("who,Shipping Information,Payment Method\na,Flat rate,Check\n", false),
            ("who,purchase\na,1\n", false),
            ("session ID,order,page\n7,1,2\n7,2,5\n", false),
        ] {
            assert_eq!(has_column_for_each_step(&table(text)), expected, "{text}");
        }
    }

    #[test]
    fn figures_are_mapped_as_a_shell_takes_it() {
        for (text, expected) in [
            (
                "User_ID,Session_ID,Session_Date,Add_to_Cart,Checkout,Purchase\nu,s,2025-10-01,1,1,0\n",
                Some(
                    "--map time=Session_Date,session=Session_ID,added_to_cart=Add_to_Cart,reached_checkout=Checkout,converted=Purchase",
                ),
            ),
            ("visit,Add to cart\n1,1\n", Some("--map 'sessions=visit,added_to_cart=Add to cart'")),
            ("visit,product_view\n1,1\n", None),
            ("visit,purchase\nTrue,False\n", None),
        ] {
            let table = table(text);
            let mapping = Mapping::of_events(table.header.names(), &[]);
            assert_eq!(figures(&table, &mapping).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn rows_with_ids_are_of_single_things() {
        for (text, expected) in [
            ("household_key,DAY\n1,2\n", true),
            ("OrderID,n\n1,2\n", true),
            ("hit_time,n\n1493741625,2\n", true),
            ("Campaign ID,Clicks\n1,2\n", false),
            ("Day,Sessions\n20251001,2\n", false),
        ] {
            assert_eq!(tells_single_things(&table(text)), expected, "{text}");
        }
    }
}
