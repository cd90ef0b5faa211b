//! `ga4.ui`: what one downloads from the pages of Google Analytics: tables of totals, several in a file,
//! each behind lines that begin with `#`.
//!
//! They hold no customer and no event, so they can only be shown beside the journeys, like a session
//! report. A report's Sessions are its sessions; of a funnel exploration the steps are taken whose names
//! mean a step of such a report. Its rows of a breakdown are parts of the step above them.

use super::shopify_analytics::{AnalyticsColumns, AnalyticsLine};
use super::{Desk, Sink};
use crate::input::columns::{Header, Row};
use crate::ladder::vocabulary;
use crate::quality::Reason;

/// What begins a line that is none of a table.
pub const COMMENT: u8 = b'#';

/// The table of a funnel exploration.
#[derive(Debug)]
pub struct Exploration {
    step: usize,
    breakdown: Option<usize>,
    users: usize,
    /// The steps of a session report that it has.
    pub columns: AnalyticsColumns,
}

impl Exploration {
    /// The columns of a header; `None` if it is none of an exploration. `steps` are the cells of its first
    /// column.
    pub fn new<'s>(header: &Header, steps: impl Iterator<Item = &'s str>) -> Option<Exploration> {
        let step = header.find(&["step"])?;
        let users =
            header.normal_names().iter().position(|name| name.starts_with("active users"))?;
        let breakdown = (users > step + 1 && !header.has(&["elapsed time"]) || users > step + 2)
            .then_some(step + 1);
        let mut has = [false; 4];
        for at in steps.filter_map(metric) {
            has[at] = true;
        }
        Some(Exploration { step, breakdown, users, columns: AnalyticsColumns::of_steps(has) })
    }

    /// Reads a row.
    pub fn read(&self, row: Row<'_>, mut desk: Desk<'_, impl Sink>) {
        let is_total = |text: &str| text.is_empty() || text.eq_ignore_ascii_case("totals");
        let step = row.text(Some(self.step));
        if step.is_empty() || !is_total(&row.text(self.breakdown)) {
            let message = "a part of the step above".to_string();
            return desk.defect(Reason::Continuation, message);
        }
        let users = row.text(Some(self.users));
        let Ok(users) = users.parse::<u64>() else {
            return desk
                .defect(Reason::BadRow, "the number of users is no whole number".to_string());
        };
        let mut line = AnalyticsLine { dimensions: Vec::new(), metrics: [None; 4] };
        if let Some(at) = metric(&step) {
            line.metrics[at] = Some(users);
        }
        desk.sink.total(desk.at, line);
    }
}

/// Which step of a session report `2. Add to cart` is.
fn metric(step: &str) -> Option<usize> {
    let name = step.split_once(". ").map_or(step, |(_, name)| name);
    match vocabulary::canonical(name)? {
        "visit" | "page_viewed" | "first_visit" => Some(0),
        "product_added_to_cart" => Some(1),
        "checkout_started" => Some(2),
        "checkout_completed" => Some(3),
        _ => None,
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
            assert_eq!(metric(step), expected, "{step}");
        }
    }
}
