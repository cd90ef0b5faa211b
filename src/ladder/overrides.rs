//! What a command line says about a ladder: counting rules, and single policies that win over them.

use super::definition::{Count, Entry, Ladder, Ties, Window};
use super::rules::{Policy, Rules};
use super::session_rule::SessionRule;
use std::collections::BTreeSet;

/// Policies that were named beside the ladder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The counting rules; `None` for those that the ladder names, or the program's own.
    pub rules: Option<Rules>,
    /// What one journey is.
    pub count: Option<Count>,
    /// How long an attempt may take.
    pub window: Option<Window>,
    /// What the same instant means.
    pub ties: Option<Ties>,
    /// When a session ends.
    pub sessions: Option<SessionRule>,
}

impl Overrides {
    /// The ladder with the rules' policies, but for those that its file names itself and those that are
    /// named here. Rules that are named here stand in the place of those that the ladder names.
    #[must_use]
    pub fn apply(&self, mut ladder: Ladder, named_in_file: &BTreeSet<Policy>) -> Ladder {
        let mut named = named_in_file.clone();
        let here = [
            (self.count.is_some(), Policy::Count),
            (self.window.is_some(), Policy::Window),
            (self.ties.is_some(), Policy::Ties),
            (self.sessions.is_some(), Policy::Sessions),
        ];
        named.extend(here.into_iter().filter(|(is_named, _)| *is_named).map(|(_, policy)| policy));
        self.set_policies(&mut ladder);
        if let Some(rules) = self.rules.clone().or_else(|| ladder.rules.clone()) {
            rules.apply(&mut ladder, &named);
        }
        ladder
    }

    /// `count = "attempt"` and `entry = "every"` imply each other here as in a file.
    fn set_policies(&self, ladder: &mut Ladder) {
        ladder.window = self.window.unwrap_or(ladder.window);
        ladder.ties = self.ties.unwrap_or(ladder.ties);
        ladder.sessions = self.sessions.unwrap_or(ladder.sessions);
        if let Some(count) = self.count {
            ladder.count = count;
            ladder.entry = match (count, ladder.entry) {
                (Count::Attempt, _) => Entry::Every,
                (Count::Customer | Count::Session, Entry::Every) => Entry::Longest,
                (Count::Customer | Count::Session, entry) => entry,
            };
        }
    }
}
