//! Tables that say who was on which page: put together with what another table says of the users.
//!
//! Nobody says when a page was seen. A user is taken to have seen all of theirs on the user's own day, in
//! the order of the ladder; without such a day all users have the same one. So the tables show who got how far,
//! and no times.

use super::haul::Haul;
use super::stamping::{RowPlace, Stamping, Verdict};
use crate::event::{OrderNote, Origin, PlainDetails, RawEvent};
use crate::input::format::kaggle::{MemberDetails, MemberEvent, MemberLine};
use crate::input::format::shopify_orders::LineAt;
use crate::key::{FastMap, Key};
use crate::ladder::vocabulary;
use crate::time::{Instant, Precision};

/// The space of the fingerprints.
const SPACE: u64 = 32;

/// The name of the event that a row of the table of users is.
const VISIT: &str = "visit";

/// What is known of a user.
#[derive(Clone, Debug)]
struct User {
    date: Instant,
    about: MemberDetails,
}

/// Makes events of the rows.
pub(super) fn settle(haul: &mut Haul<'_>, stamping: &mut Stamping<'_>) {
    let mut lines = std::mem::take(&mut haul.member_lines);
    lines.sort_unstable_by_key(|at| (at.input, at.row));
    let mut users: FastMap<Key, User> = FastMap::default();
    for LineAt { line, .. } in &lines {
        if let Some(date) = line.date {
            let user = || User { date, about: line.about.clone() };
            users.entry(line.user.key).or_insert_with(user);
        }
    }
    let earliest = lines.iter().filter_map(|at| at.line.date).min().unwrap_or(Instant::UNKNOWN);
    for LineAt { input, row, line } in &lines {
        let user = users.get(&line.user.key);
        let at = line.date.or(user.map(|user| user.date)).unwrap_or(earliest);
        let place = RowPlace::settled(*input, *row);
        let event = event_of(line, at, user);
        haul.take(&event.raw(), place, Verdict::default(), stamping);
    }
}

/// An event, with what it borrows.
struct Member<'m> {
    line: &'m MemberLine,
    name: &'m str,
    at: Instant,
    details: MemberEvent<'m>,
}

fn event_of<'m>(line: &'m MemberLine, at: Instant, user: Option<&'m User>) -> Member<'m> {
    let name = line.page.as_deref().unwrap_or(VISIT);
    let fingerprint = Key::within(SPACE, name.as_bytes()).and(line.user.key);
    let order = OrderNote {
        key: fingerprint,
        numbered: false,
        amount: None,
        currency: crate::money::Currency::default(),
    };
    let plain = PlainDetails { fingerprint, order: Some(order) };
    Member { line, name, at, details: MemberEvent { plain, about: user.map(|user| &user.about) } }
}

impl Member<'_> {
    fn raw(&self) -> RawEvent<'_> {
        RawEvent {
            at: self.at,
            precision: Precision::Day,
            name: self.name.as_bytes(),
            derived: None,
            identifiers: std::slice::from_ref(&self.line.user),
            sequence: vocabulary::canonical(self.name).map_or(0, vocabulary::rank),
            origin: Origin::Log,
            details: &self.details,
        }
    }
}
