//! Which columns of a table of events, or keys of JSON, say what happened, where more than one might.
//!
//! Trackers have a kind of event in one column (`ecommerce`, `custom`) and in another what was done, which only some rows
//! have. A column is taken for the better one by its cells alone, and where it is blank the other one speaks.

use super::offers::texts_of;
use super::table_head::TableHead;
use crate::input::aliases::{Mapping, Part, folded};
use crate::input::columns::{Header, is_null};
use crate::ladder::vocabulary::{self, Role};

/// What columns are called that hold the kind of an event. A column that is called for the event itself has the word.
const KINDS: [&str; 3] = ["eventtype", "type", "eventcategory"];

/// What columns are called that hold what was done.
const DONE: [&str; 2] = ["action", "event"];

/// The column of a table that says what happened, and the one that does where that is blank. `usual` is the one that is
/// called so.
pub(super) fn columns(table: &TableHead, usual: usize) -> (usize, Option<usize>) {
    among(&table.header, |column| texts_of(table, Some(column)), usual)
}

/// The same among the keys of JSON.
pub(super) fn keys<'k>(
    keys: &'k [String],
    texts: impl Fn(&str) -> Vec<String>,
    usual: &'k str,
) -> (&'k str, Option<&'k str>) {
    let Some(own) = keys.iter().position(|key| key == usual) else { return (usual, None) };
    let header = Header::new(&csv::ByteRecord::from(keys.to_vec()));
    let text_of = |key: usize| keys.get(key).map(|key| texts(key)).unwrap_or_default();
    let (better, otherwise) = among(&header, text_of, own);
    let name = |key: usize| keys.get(key).map(String::as_str);
    (name(better).unwrap_or(usual), otherwise.and_then(name))
}

fn among(
    header: &Header,
    texts: impl Fn(usize) -> Vec<String>,
    usual: usize,
) -> (usize, Option<usize>) {
    let names = header.names();
    let others = || (0..names.len()).filter(|column| *column != usual);
    let own = texts(usual);
    let is_kind = names.get(usual).is_some_and(|name| KINDS.contains(&folded(name).as_str()));
    let is_done = called_for_what_was_done(header);
    let says_more =
        |column: &usize| is_kind && is_done(*column) && is_better(&texts(*column), &own);
    if let Some(better) = others().find(says_more) {
        return (better, Some(usual));
    }
    let usual_names = Mapping::called(Part::Event, names);
    let is_usual = |column: &usize| {
        names.get(*column).is_some_and(|name| usual_names.contains(&name.as_str()))
    };
    let fills = |column: &usize| {
        let texts = texts(*column);
        let mut blank = own.iter().zip(&texts).filter(|(own, _)| is_null(own)).peekable();
        blank.peek().is_some() && blank.all(|(_, text)| is_known(text))
    };
    (usual, others().filter(is_usual).find(fills))
}

/// Whether columns are called for what was done.
fn called_for_what_was_done(header: &Header) -> impl Fn(usize) -> bool {
    let header = header.in_words();
    move |column| {
        let name = header.normal_names().get(column);
        name.is_some_and(|name| name.split(' ').any(|word| DONE.contains(&word)))
    }
}

/// Whether a column says more of the rows in which it says anything: it has names of events there, one of them for sure
/// that of a step that leads to an order, and the other column has none.
fn is_better(texts: &[String], others: &[String]) -> bool {
    let said = || texts.iter().zip(others).filter(|(text, _)| !is_null(text));
    let known = said().filter(|(text, _)| is_known(text)).count();
    known > 0
        && known * 2 >= said().count()
        && said().any(|(text, _)| is_step(text))
        && said().all(|(_, other)| !is_known(other))
}

fn is_known(text: &str) -> bool {
    vocabulary::canonical(text).is_some()
}

/// Whether a text is the name of a step of a shop, and hardly anything else.
fn is_step(text: &str) -> bool {
    let role = vocabulary::canonical(text).and_then(vocabulary::role);
    vocabulary::weaker(text).is_none()
        && matches!(role, Some(Role::Cart | Role::Checkout | Role::Order))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_whose_cells_are_events_says_what_happened() {
        for (text, expected) in [
            (
                "ts,event_type,action\n1,pageview,\n2,ecommerce,add_to_cart\n3,ecommerce,purchase\n",
                (2, Some(1)),
            ),
            (
                "ts,event_type,product_action\n1,event_product,detail\n2,pageview,\n3,event_product,purchase\n",
                (2, Some(1)),
            ),
            ("ts,event_name,event_type\n1,,page_view\n2,purchase,custom\n", (1, Some(2))),
            // Whatever else is called so, the event has its name.
            ("ts,event,action\n1,Shop opened,view\n2,Paid,purchase\n", (1, None)),
            ("ts,event_type,interaction_type\n1,app_open,purchase\n", (1, None)),
            ("ts,event_type,action\n1,app_open,click\n2,app_open,search\n", (1, None)),
            ("ts,event,label\n1,nothing,purchase\n2,known,cart\n", (1, None)),
            ("ts,event,label\n1,page_view,purchase\n2,purchase,\n", (1, None)),
            ("ts,event,label\n1,signed,blue\n2,asked,red\n", (1, None)),
            ("ts,event,type\n1,purchase,x\n2,page_view,y\n", (1, None)),
        ] {
            let table = TableHead::read(text.as_bytes()).unwrap();
            assert_eq!(columns(&table, 1), expected, "{text}");
        }
    }
}
