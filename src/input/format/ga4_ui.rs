//! `ga4.ui`: what one downloads from the pages of Google Analytics: tables of totals, several in a file,
//! each behind lines that begin with `#`.
//!
//! They hold no customer and no event, so they can only be shown beside the journeys, like a session
//! report. A report's Sessions are its sessions; of a funnel exploration the steps are taken whose names
//! mean a step of such a report. The rows of its breakdown are parts of their step: they are added up
//! where no row has their total. Its segments may have users in common, so one of them is taken.

use super::shopify_analytics::{self, AnalyticsColumns, AnalyticsLine};
use super::{Desk, Sink};
use crate::input::aliases::Figure;
use crate::input::columns::{Header, Row, normalise};
use crate::ladder::own_names::OwnNames;
use crate::quality::Reason;
use csv::ByteRecord;
use std::collections::BTreeSet;

/// What begins a line that is none of a table.
pub const COMMENT: u8 = b'#';

/// The table of a funnel exploration.
#[derive(Debug)]
pub struct Exploration {
    step: usize,
    segment: Option<(usize, String)>,
    breakdown: Option<usize>,
    /// The steps that have a row with their total: their other rows are parts of it.
    totalled: BTreeSet<String>,
    users: usize,
    names: StepNames,
    /// The steps of a session report that it has.
    pub columns: AnalyticsColumns,
}

/// What the shop calls the steps of its explorations.
#[derive(Clone, Debug, Default)]
pub struct StepNames {
    /// What its names of events mean.
    pub events: OwnNames,
    /// The names of steps that are figures of a session report.
    pub figures: Vec<(Figure, String)>,
}

/// The segment that has everybody in it.
const EVERYBODY: &str = "All Users";

/// What the pages call the column of the steps, in English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish
/// and Japanese.
const STEP: [&str; 10] =
    ["step", "schritt", "étape", "paso", "passaggio", "etapa", "stap", "steg", "trin", "ステップ"];

/// What begins the name of the column of users.
const USERS: [&str; 11] = [
    "active users",
    "aktive nutzer",
    "utilisateurs actifs",
    "usuarios activos",
    "utenti attivi",
    "usuários ativos",
    "utilizadores ativos",
    "actieve gebruikers",
    "aktiva användare",
    "aktive brugere",
    "アクティブ ユーザー",
];

/// What a breakdown calls the whole of a step.
const TOTALS: [&str; 15] = [
    "totals",
    "total",
    "insgesamt",
    "gesamt",
    "summe",
    "summen",
    "totaux",
    "totales",
    "totali",
    "totais",
    "totaal",
    "totalen",
    "totalt",
    "i alt",
    "合計",
];

impl Exploration {
    /// The column of the steps, if a header is that of an exploration.
    pub fn step_column(header: &Header) -> Option<usize> {
        users_column(header).and_then(|_| header.find(&STEP))
    }

    /// The columns of a header; `None` if it is none of an exploration. All `rows` have their step.
    pub fn new(header: &Header, rows: &[ByteRecord], names: StepNames) -> Option<Exploration> {
        let (step, users) = (header.find(&STEP)?, users_column(header)?);
        let end = header.find(&["elapsed time"]).map_or(users, |elapsed| elapsed.min(users));
        let segment =
            header.find(&["segment", "segmento"]).filter(|column| (step..end).contains(column));
        let breakdown = (step + 1..end).find(|column| Some(*column) != segment);
        let rows = || rows.iter().map(Row::parsed);
        let segment = segment.and_then(|column| Some((column, segment_of(column, rows())?)));
        let mut exploration = Exploration {
            step,
            segment,
            breakdown,
            totalled: BTreeSet::new(),
            users,
            names,
            columns: AnalyticsColumns::default(),
        };
        let totals = rows().filter(|row| exploration.is_of_segment(*row));
        let totals = totals.filter(|row| is_total(&row.text(breakdown)));
        exploration.totalled = totals.map(|row| row.text(Some(step)).into_owned()).collect();
        let mut has = [false; 4];
        for at in rows().filter_map(|row| exploration.names.metric(&row.text(Some(step)))) {
            has[at] = true;
        }
        exploration.columns = AnalyticsColumns::of_steps(has);
        Some(exploration)
    }

    /// The segment whose users are counted, if there are any.
    pub fn segment(&self) -> Option<&str> {
        self.segment.as_ref().map(|(_, name)| name.as_str())
    }

    fn is_of_segment(&self, row: Row<'_>) -> bool {
        self.segment.as_ref().is_none_or(|(column, name)| row.text(Some(*column)) == *name)
    }

    /// Why a row does not count, if it does not.
    fn aside(&self, row: Row<'_>, step: &str) -> Option<&'static str> {
        if !self.is_of_segment(row) {
            return Some("of another segment");
        }
        let is_part = self.totalled.contains(step) && !is_total(&row.text(self.breakdown));
        is_part.then_some("a part of the step above")
    }

    /// Reads a row.
    pub fn read(&self, row: Row<'_>, mut desk: Desk<'_, impl Sink>) {
        let step = row.text(Some(self.step));
        if let Some(why) = self.aside(row, &step) {
            return desk.defect(Reason::Continuation, why.to_string());
        }
        let users = row.text(Some(self.users));
        let Some(users) = shopify_analytics::count(&users) else {
            return desk
                .defect(Reason::BadRow, "the number of users is no whole number".to_string());
        };
        let mut line = AnalyticsLine { dimensions: Vec::new(), metrics: [None; 4] };
        if let Some(at) = self.names.metric(&step) {
            line.metrics[at] = Some(users);
        }
        desk.sink.total(desk.at, line);
    }
}

fn users_column(header: &Header) -> Option<usize> {
    let is_it = |name: &String| USERS.iter().any(|users| name.starts_with(users));
    header.normal_names().iter().position(is_it)
}

/// The segment that is taken: everybody's, or the first.
fn segment_of<'r>(
    column: usize,
    mut rows: impl Iterator<Item = Row<'r>> + Clone,
) -> Option<String> {
    let everybody = rows.clone().any(|row| row.text(Some(column)) == EVERYBODY);
    if everybody {
        return Some(EVERYBODY.to_string());
    }
    rows.next().map(|row| row.text(Some(column)).into_owned())
}

/// Whether a cell of a breakdown says that the row is the whole of its step; so do all where there is none.
fn is_total(text: &str) -> bool {
    text.is_empty() || TOTALS.iter().any(|total| text.eq_ignore_ascii_case(total))
}

impl StepNames {
    /// Which step of a session report `2. Add to cart` is.
    fn metric(&self, step: &str) -> Option<usize> {
        let name = step.split_once(". ").map_or(step, |(_, name)| name);
        let is_it = |(_, own): &&(Figure, String)| normalise(own) == normalise(name) || own == step;
        if let Some((figure, _)) = self.figures.iter().find(is_it) {
            return Some(match figure {
                Figure::Sessions => 0,
                Figure::AddedToCart => 1,
                Figure::ReachedCheckout => 2,
                Figure::Converted => 3,
            });
        }
        match self.events.canonical(name)? {
            "visit" | "page_viewed" | "first_visit" => Some(0),
            "product_added_to_cart" => Some(1),
            "checkout_started" => Some(2),
            "checkout_completed" => Some(3),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_an_exploration_are_those_of_a_session_report() {
        for (step, expected) in [
            ("1. Session start", Some(0)),
            ("2. View item", None),
            ("3. Add to cart", Some(1)),
            ("begin_checkout", Some(2)),
            ("10. Purchase", Some(3)),
        ] {
            assert_eq!(StepNames::default().metric(step), expected, "{step}");
        }
    }

    #[test]
    fn the_shop_says_what_its_steps_are() {
        let mut names = StepNames::default();
        names.events.add("Kauf", "checkout_completed");
        names.figures.push((Figure::AddedToCart, "In den Einkaufswagen".to_string()));
        for (step, expected) in
            [("2. In den  einkaufswagen", Some(1)), ("3. Kauf", Some(3)), ("1. Besuch", None)]
        {
            assert_eq!(names.metric(step), expected, "{step}");
        }
    }

    #[test]
    fn explorations_are_known_in_other_languages() {
        let header =
            |names: &str| Header::new(&ByteRecord::from(names.split(',').collect::<Vec<_>>()));
        for (names, expected) in [
            ("Schritt,Aktive Nutzer (% von Schritt 1),Abbrüche", Some(0)),
            ("Étape,Utilisateurs actifs", Some(0)),
            ("Schritt,Nutzer", None),
        ] {
            assert_eq!(Exploration::step_column(&header(names)), expected, "{names}");
        }
    }
}
