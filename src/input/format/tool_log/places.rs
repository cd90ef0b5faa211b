//! Where the parts of a tool's records stand: worked out once for each shape of records.

use super::{Parameters, Tool};
use crate::input::json::{Json, Place};
use std::borrow::Cow;

/// The parts of an event that a tool may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// When, corrected by the tool.
    Time,
    /// When, by the device's clock.
    Original,
    /// When the device sent it, by its clock.
    Sent,
    /// When the tool received it.
    Received,
    /// When the tool stored it: it tells that an event came late, and nothing of the device's clock.
    Arrived,
    /// The event's name.
    Name,
    /// What the shop calls an order.
    Title,
    /// What kind of record it is.
    Kind,
    /// What was done, where that is said beside a category of its own.
    Action,
    /// That category.
    Group,
    /// The id of the event.
    Id,
    /// What the tool tells stored rows or their contents apart by.
    Stored,
    /// The source's own session.
    Session,
    /// The source's own order of events of one instant.
    Sequence,
    /// The page that sent it, where pages are numbered.
    Page,
    /// The batch of the page in which it was sent.
    Batch,
    /// The browser or device.
    Device,
    /// Whom the tool takes for one person, named or not.
    Profile,
    /// The logged-in person.
    User,
    /// The id by which the tool itself tells people apart: a device's or a person's.
    Distinct,
    /// What that id was before, when nobody had logged in.
    Before,
    /// Further ids of the same person.
    Alias,
    /// All ids of the person.
    Person,
    /// The ids of other systems, each with its type.
    External,
    /// E-mail addresses.
    Email,
    /// Telephone numbers.
    Phone,
    /// The order number.
    Order,
    /// The checkout.
    Checkout,
    /// The order or checkout that the event is about, where the name says which.
    About,
    /// The money of an order.
    Value,
    /// The same in dollars, where the tool converts it.
    Dollars,
    /// Its currency.
    Currency,
    /// The user agent.
    UserAgent,
    /// The address of the page.
    Address,
    /// What was clicked or downloaded.
    Target,
    /// The list or category that is looked at.
    Category,
    /// What kind of page it is.
    PageKind,
    /// How something was done.
    Method,
    /// The number of a checkout's step.
    Step,
    /// How an order is to be delivered.
    Delivery,
    /// How an order is to be paid.
    Payment,
    /// What became of an order's payment.
    Status,
    /// When an order was cancelled.
    Cancelled,
    /// Whether an order was made to try the shop.
    Test,
    /// Where an order was made.
    Source,
    /// The money that went back.
    Refunded,
    /// The money of an order without what went back.
    Net,
    /// When an order was changed last.
    Updated,
}

impl Slot {
    const COUNT: usize = Slot::Updated as usize + 1;

    /// What reports call it; `None` for what only this format needs.
    pub(super) const fn label(self) -> Option<&'static str> {
        match self {
            Slot::Time => Some("time"),
            Slot::Name => Some("event"),
            Slot::Title => Some("name"),
            Slot::Id => Some("id"),
            Slot::Session => Some("session"),
            Slot::Sequence => Some("sequence"),
            Slot::Device | Slot::Distinct => Some("client"),
            Slot::User => Some("customer"),
            Slot::Email => Some("email"),
            Slot::Phone => Some("phone"),
            Slot::Order => Some("order"),
            Slot::Checkout => Some("checkout"),
            Slot::Value => Some("value"),
            Slot::Currency => Some("currency"),
            Slot::UserAgent => Some("user_agent"),
            Slot::Original
            | Slot::Sent
            | Slot::Received
            | Slot::Arrived
            | Slot::Kind
            | Slot::Action
            | Slot::Group
            | Slot::Stored
            | Slot::About
            | Slot::Dollars
            | Slot::Page
            | Slot::Batch
            | Slot::Profile
            | Slot::Before
            | Slot::Alias
            | Slot::Person
            | Slot::External
            | Slot::Address
            | Slot::Target
            | Slot::Category
            | Slot::PageKind
            | Slot::Method
            | Slot::Step
            | Slot::Delivery
            | Slot::Payment
            | Slot::Status
            | Slot::Cancelled
            | Slot::Test
            | Slot::Source
            | Slot::Refunded
            | Slot::Net
            | Slot::Updated => None,
        }
    }
}

/// Where the parts of records of one shape stand.
#[derive(Debug)]
pub struct ToolPlaces {
    slots: [Vec<Place>; Slot::COUNT],
    objects: Vec<Place>,
    parameters: Vec<Parameter>,
    /// Texts where the tool has objects or lists: they may hold such.
    texts: Vec<Place>,
    /// Which parameters are parts: the tool's list.
    roles: &'static [(Slot, &'static str)],
}

/// A typed parameter: its key, and the places of which one holds its value.
#[derive(Debug)]
struct Parameter {
    key: Place,
    values: Vec<Place>,
}

impl ToolPlaces {
    /// Finds the parts of a tool's record.
    pub fn of(tool: &'static Tool, root: Json<'_>) -> ToolPlaces {
        let mut places = ToolPlaces::at_paths(tool.paths, tool.parameters, root);
        let at_path = walker(root);
        let objects = tool.properties.iter().filter_map(|path| at_path(path));
        places.objects = objects.filter(|json| json.is_object()).map(Json::place).collect();
        places.texts = texts_for_objects(tool, root);
        places
    }

    /// Finds parts and typed parameters at their paths.
    pub fn at_paths(
        paths: &[(Slot, &[&str])],
        parameters: Option<Parameters>,
        root: Json<'_>,
    ) -> ToolPlaces {
        let mut places = ToolPlaces {
            slots: std::array::from_fn(|_| Vec::new()),
            objects: Vec::new(),
            parameters: Vec::new(),
            texts: Vec::new(),
            roles: &[],
        };
        let at_path = walker(root);
        for (slot, paths) in paths {
            let found = paths.iter().filter_map(|path| Some(at_path(path)?.place()));
            places.slots[*slot as usize].extend(found);
        }
        if let Some(list) = parameters {
            places.roles = list.slots;
            let elements = at_path(list.list).into_iter().flat_map(Json::elements);
            places.parameters = elements.filter_map(Parameter::of).collect();
        }
        places
    }

    /// Texts where the tool has objects or lists.
    pub fn texts(&self) -> &[Place] {
        &self.texts
    }

    /// All parameters that hold something.
    pub fn parameters<'r>(
        &self,
        root: Json<'r>,
    ) -> impl Iterator<Item = (Cow<'r, str>, Cow<'r, str>)> {
        self.parameters.iter().filter_map(move |parameter| {
            let value = parameter.values.iter().find_map(|&place| root.at(place).scalar())?;
            Some((root.at(parameter.key).text()?, value))
        })
    }

    /// The places of a part.
    pub fn of_slot(&self, slot: Slot) -> &[Place] {
        &self.slots[slot as usize]
    }

    /// The objects that hold the event's properties.
    pub fn objects(&self) -> &[Place] {
        &self.objects
    }

    /// What the parameters say of a part.
    pub fn parameter_of<'r>(
        &self,
        root: Json<'r>,
        slot: Slot,
    ) -> impl Iterator<Item = Cow<'r, str>> {
        let roles = self.roles.iter().filter(move |(own, _)| *own == slot);
        roles.filter_map(move |(_, key)| self.parameter(root, key))
    }

    /// The value of the parameter with this key.
    pub fn parameter<'r>(&self, root: Json<'r>, key: &str) -> Option<Cow<'r, str>> {
        let is_it =
            |parameter: &&Parameter| root.at(parameter.key).text().is_some_and(|text| text == key);
        let found = self.parameters.iter().find(is_it)?;
        found.values.iter().find_map(|&place| root.at(place).scalar())
    }
}

impl Parameter {
    fn of(element: Json<'_>) -> Option<Parameter> {
        let value = element.member("value")?;
        let typed = value.members().map(|(_, typed)| typed.place());
        let values = if value.is_object() { typed.collect() } else { vec![value.place()] };
        let key = element.member("key").or_else(|| element.member("name"))?;
        Some(Parameter { key: key.place(), values })
    }
}

/// The texts of a record that stand where a tool has objects or lists.
fn texts_for_objects(tool: &Tool, root: Json<'_>) -> Vec<Place> {
    let outer =
        |path: &'static str| path.match_indices('.').filter_map(move |(dot, _)| path.get(..dot));
    let members = tool.paths.iter().flat_map(|(_, paths)| paths.iter().copied()).flat_map(outer);
    let whole = tool.properties.iter().copied();
    let list = tool.parameters.map(|parameters| parameters.list);
    let mut texts: Vec<Place> = Vec::new();
    for path in members.chain(whole).chain(list) {
        let text = walk(root, path).filter(|json| json.is_text()).map(Json::place);
        texts.extend(text.filter(|place| !texts.contains(place)));
    }
    texts
}

/// Finds values of a record at dotted paths, also where the record was laid flat and its keys have the dots.
fn walker<'r>(root: Json<'r>) -> impl Fn(&str) -> Option<Json<'r>> {
    let is_flat = root.members().any(|(key, _)| key.contains(&b'.'));
    move |path| walk(root, path).or_else(|| if is_flat { root.dotted(path) } else { None })
}

/// The value at a dotted path. Of a list its first element counts; a part that ends in `*` stands for
/// the first key that begins so.
pub fn walk<'r>(root: Json<'r>, path: &str) -> Option<Json<'r>> {
    path.split('.').try_fold(root, |json, part| {
        let json = json.elements().next().unwrap_or(json);
        match part.strip_suffix('*') {
            None => json.member(part),
            Some(start) => {
                let mut members = json.members();
                members.find(|(key, _)| key.starts_with(start.as_bytes())).map(|(_, value)| value)
            }
        }
    })
}
