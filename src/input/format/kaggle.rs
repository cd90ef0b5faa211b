//! `kaggle.funnel`: tables that say who was on a page or got to a stage (`user_id,page`, `user_id,stage,conversion`), and one
//! that says who a user is (`user_id,date,device,sex`).
//!
//! The pages have no times. A user is taken to have been on all of theirs on the day that the other table
//! has for them, in the order of the ladder; so the tables are put together when all have been read.

use super::{Desk, Format, Sink};
use crate::event::{Identifier, IdentifierKind, PlainDetails, Properties, Value};
use crate::identity::{Strictness, identify};
use crate::input::columns::{Header, Row};
use crate::input::timestamp::{DateOrder, parse_any};
use crate::quality::Reason;
use crate::time::Instant;
use std::borrow::Cow;

/// Where the cells are.
#[derive(Debug)]
pub struct Members {
    user: usize,
    page: Option<usize>,
    /// The column of the user's day.
    pub date: Option<usize>,
    /// What stands first in days that a spreadsheet has changed.
    pub date_order: Option<DateOrder>,
    device: Option<usize>,
    sex: Option<usize>,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberLine {
    /// Who.
    pub user: Identifier,
    /// The page; `None` in the table of users.
    pub page: Option<Box<str>>,
    /// The day of the user.
    pub date: Option<Instant>,
    /// What else is known of the user.
    pub about: MemberDetails,
}

/// What is known of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberDetails {
    device: Option<Box<str>>,
    sex: Option<Box<str>>,
}

/// What the columns of users are called.
pub const USERS: &[&str] = &["user id", "customer id", "visitor id", "session id"];
/// What those are called that make a table with a user one of these: those of pages and stages, last that of who users are.
pub const TELLING: &[&str] =
    &["page", "page name", "stage", "funnel stage", "step", "funnel step", "sex"];
const PAGES: &[&str] = TELLING.split_at(TELLING.len() - 1).0;

/// Columns that say whether the user went on, which the further rows of the user say too.
const CONVERSIONS: [&str; 2] = ["conversion", "converted"];

/// Columns in which programs number the rows, and those without a name.
const ROW_NUMBERS: [&str; 3] = ["", "index", "unnamed: 0"];

impl Members {
    /// The columns of a header: exactly a user and a page, perhaps with whether they went on, or a user with a date, a
    /// device and a sex.
    pub fn new(header: &Header) -> Option<Members> {
        let find = |name: &str| header.find(&[name]);
        let members = Members {
            user: header.find(USERS)?,
            page: header.find(PAGES),
            date: find("date"),
            date_order: None,
            device: find("device"),
            sex: find("sex"),
        };
        let says_nothing = |name: &&String| ROW_NUMBERS.contains(&name.as_str());
        let is_of_going_on = |name: &&String| CONVERSIONS.contains(&name.as_str());
        let names = header.normal_names().iter().filter(|name| !says_nothing(name));
        let columns = names.filter(|name| !is_of_going_on(name)).count();
        let is_page = members.page.is_some() && columns == 2;
        let is_user = members.date.is_some() && members.device.is_some() && members.sex.is_some();
        (is_page || is_user && columns == 4).then_some(members)
    }

    /// Reads a row.
    pub fn read(&self, row: Row<'_>, mut desk: Desk<'_, impl Sink>) {
        let (text, space) = (row.text(Some(self.user)), Format::Kaggle.space());
        let user = identify(IdentifierKind::UserId, space, &text, Strictness::Only);
        let Some(user) = user else {
            return desk.defect(Reason::NoIdentifier, "the row names nobody".to_string());
        };
        let cell = |column| row.value(column).map(|text: Cow<'_, str>| text.into());
        let page: Option<Box<str>> = cell(self.page);
        if self.page.is_some() && page.is_none() {
            return desk.defect(Reason::BadRow, "the row names no page".to_string());
        }
        let date =
            row.value(self.date).and_then(|text| parse_any(&text, self.date_order, desk.zone));
        if self.date.is_some() && date.is_none() {
            return desk.defect(Reason::BadTimestamp, "the user has no readable date".to_string());
        }
        let about = MemberDetails { device: cell(self.device), sex: cell(self.sex) };
        let date = date.map(|stamp| stamp.at);
        desk.sink.member(desk.at, MemberLine { user, page, date, about });
    }
}

/// The details of an event that was put together from a user's rows.
#[derive(Clone, Debug)]
pub struct MemberEvent<'m> {
    /// What is known of the event.
    pub plain: PlainDetails,
    /// What is known of the user.
    pub about: Option<&'m MemberDetails>,
}

impl Properties for MemberEvent<'_> {
    fn get(&self, path: &str) -> Option<Value<'_>> {
        let text = match path {
            "device" => self.about?.device.as_deref(),
            "sex" => self.about?.sex.as_deref(),
            _ => None,
        };
        text.map(|text| Value::Text(Cow::Borrowed(text)))
    }
}

impl crate::event::Details for MemberEvent<'_> {
    fn fingerprint(&self) -> crate::key::Key {
        self.plain.fingerprint
    }

    fn session(&self) -> Option<crate::key::Key> {
        None
    }

    fn order(&self) -> Option<crate::event::OrderNote> {
        self.plain.order
    }
}
