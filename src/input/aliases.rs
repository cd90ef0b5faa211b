//! The names that people give to the parts of an event, for tables and JSON that are no known export.
//!
//! Of names only letters and digits are compared, without case. Which name wins where several
//! occur is the order of the lists, which are in `words`.

mod within;
mod words;

use crate::error::{Error, Result};
use crate::event::IdentifierKind;
use crate::key::{FastMap, Key};
pub use within::{holders, is_called, may_be_fixed_part, may_be_person, may_hold, split_flat};
pub use words::{ADDRESSES, LANDING, PROPERTIES, TYPES, URLS};
use words::{MEASURES, PAGES, PARTS, PEOPLE, SECOND_OF_SESSION, VISIT};

/// A part of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// When.
    Time,
    /// What.
    Event,
    /// Who.
    Who(IdentifierKind),
    /// The source's own session.
    Session,
    /// The order number.
    Order,
    /// The money of an order.
    Value,
    /// Its currency.
    Currency,
    /// The user agent.
    UserAgent,
    /// The address of the page.
    Address,
    /// The id of the event.
    Id,
    /// The source's own order of events of one instant.
    Sequence,
    /// A figure of a session report.
    Figure(Figure),
}

/// A figure of a session report, for reports whose columns have other names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// All sessions.
    Sessions,
    /// Those with something put into the cart.
    AddedToCart,
    /// Those that reached the checkout.
    ReachedCheckout,
    /// Those that completed it.
    Converted,
}

impl Figure {
    /// The name of its column in the reports of an English admin.
    pub fn column(self) -> &'static str {
        match self {
            Figure::Sessions => "sessions",
            Figure::AddedToCart => "sessions with cart additions",
            Figure::ReachedCheckout => "sessions that reached checkout",
            Figure::Converted => "sessions that completed checkout",
        }
    }
}

/// The name of a page's address among some, whatever stands between its words and whether or not it stands behind the
/// names of what holds it: `pageUrl`, `$current_url`, `properties.path`.
pub fn address_among<'n>(names: impl Iterator<Item = &'n str>) -> Option<usize> {
    let rank = |name| ADDRESSES.iter().position(|own| is_called(Part::Address, name, &folded(own)));
    let ranked = names.enumerate().filter_map(|(place, name)| Some((rank(name)?, place)));
    ranked.min().map(|(_, place)| place)
}

/// What the money of an order, and its number, are called among the properties of an event. A price alone is that of an item.
pub fn names_of_property(part: Part) -> impl Iterator<Item = &'static str> + Clone {
    aliases_of(part).iter().copied().filter(|name| *name != PRICE)
}

/// What identifiers of a kind are called, without names that may as well be those of something else.
pub fn names_of_person(kind: IdentifierKind) -> impl Iterator<Item = &'static str> + Clone {
    let names = aliases_of(Part::Who(kind)).iter().copied();
    names.filter(|name| !["uid", "customer"].contains(name))
}

/// What one item costs, where something else is there that is an order's.
const PRICE: &str = "price";

fn aliases_of(part: Part) -> &'static [&'static str] {
    PARTS.iter().find(|(own, ..)| *own == part).map_or(&[][..], |(.., names)| names)
}

impl Part {
    /// The part of a name in `--map`: the part's own, an alias, or the usual name of a figure's column.
    pub fn named(name: &str) -> Option<Part> {
        let is_figures = |part: Part| matches!(part, Part::Figure(figure) if folded(figure.column()) == folded(name));
        let part = PARTS.iter().find(|(part, own, aliases)| {
            folded(own) == folded(name)
                || aliases.contains(&folded(name).as_str())
                || is_figures(*part)
        });
        part.map(|(part, ..)| *part)
    }

    /// The part's name in `--map` and in reports.
    pub fn name(self) -> &'static str {
        PARTS.iter().find(|(part, _, _)| *part == self).map_or("", |(_, name, _)| name)
    }
}

/// Which column or key each part of an event is read from.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    parts: Vec<(Part, String)>,
    has_sessions_alone: bool,
    names_pages: bool,
}

impl Mapping {
    /// Finds the parts among the names of a table or of JSON records; what the user said wins.
    pub fn find(names: &[String], told: &[(Part, String)]) -> Mapping {
        let mut mapping = Mapping::default();
        // There may be thousands of names, and there are hundreds of usual ones.
        let mut alone: FastMap<Key, &String> = FastMap::default();
        for name in names {
            alone.entry(Key::of(folded(name).as_bytes())).or_insert(name);
        }
        let within_objects: Vec<&String> =
            names.iter().filter(|name| within::is_within(name)).collect();
        for (part, _, aliases) in PARTS {
            let by_user = told.iter().filter(|(p, _)| *p == part).map(|(_, name)| name.clone());
            let is_candidate = |name: &&&String| !within::is_of_a_pair(part, name, names);
            let candidates = within_objects.iter().filter(is_candidate);
            let mut within: FastMap<Key, &String> = FastMap::default();
            for (form, name) in
                candidates.flat_map(|name| within::forms(part, name).map(move |form| (form, *name)))
            {
                within.entry(Key::of(form.as_bytes())).or_insert(name);
            }
            let among = |known: &FastMap<Key, &String>| {
                let named = |alias: &&str| known.get(&Key::of(alias.as_bytes())).copied().cloned();
                aliases.iter().filter_map(named).collect::<Vec<String>>()
            };
            let by_alias = among(&alone).into_iter().chain(among(&within));
            // A person may be named by several columns of one kind; everything else stands once.
            let several = if matches!(part, Part::Who(_)) { usize::MAX } else { 1 };
            let mut found: Vec<String> = by_user.chain(by_alias).collect();
            found.truncate(several);
            for name in found {
                mapping.add(part, name);
            }
        }
        mapping
    }

    /// What the user said of names that a table has, as it writes them: case and signs do not matter where nothing is
    /// written exactly so.
    pub fn there(names: &[String], told: &[(Part, String)]) -> Vec<(Part, String)> {
        let own = |(part, name): &(Part, String)| Some((*part, like(name, names)?.clone()));
        told.iter().filter_map(own).collect()
    }

    /// All names that are usual ones of a part, best first.
    pub fn called(part: Part, names: &[String]) -> Vec<&str> {
        let named = |alias: &&str| names.iter().find(|name| folded(name) == *alias);
        aliases_of(part).iter().filter_map(named).map(String::as_str).collect()
    }

    /// What else may say what an order is worth, best first: where the column or key that was found says nothing.
    pub fn otherwise_worth<'n>(&self, names: &'n [String]) -> Vec<&'n str> {
        let own = self.of(Part::Value);
        let further = Mapping::called(Part::Value, names).into_iter();
        // A price beside a total is that of an item.
        further
            .skip_while(|name| Some(*name) != own)
            .skip(1)
            .filter(|name| folded(name) != PRICE)
            .collect()
    }

    /// Whether what an order is worth is the price of an item.
    pub fn is_by_item(&self) -> bool {
        self.of(Part::Value).is_some_and(|name| folded(name) == PRICE)
    }

    /// The same for records that are an event each. Where no usual name says what happened, each shows a page; where
    /// none says who it was, one that may do so does, or else a session stands for a customer.
    pub fn of_events(names: &[String], told: &[(Part, String)]) -> Mapping {
        let mut mapping = Mapping::find(names, told);
        let called = |own: &&str| names.iter().find(|name| folded(name) == folded(own)).cloned();
        if mapping.of(Part::Event).is_none() && mapping.of(Part::Order).is_none() {
            if let Some(page) = mapping.of(Part::Address).map(str::to_string) {
                mapping.parts.push((Part::Event, page));
            } else if let Some(page) = ADDRESSES.iter().chain(&PAGES).find_map(called) {
                mapping.add(Part::Event, page);
            } else if let Some(measure) = MEASURES.iter().find_map(called) {
                mapping.add(Part::Event, measure);
                return mapping.with_somebody(names, told);
            }
            mapping.names_pages = mapping.of(Part::Event).is_some();
        }
        mapping.with_somebody(names, told)
    }

    /// The same where one that may say who it was does, or else a session.
    fn with_somebody(mut self, names: &[String], told: &[(Part, String)]) -> Mapping {
        let called = |own: &&str| names.iter().find(|name| folded(name) == folded(own)).cloned();
        if self.who().next().is_none()
            && let Some(person) = PEOPLE.iter().find_map(called)
        {
            self.add(Part::Who(IdentifierKind::UserId), person);
        }
        self.with_sessions(names, told)
    }

    /// The same where a session stands for a customer, if nothing says who it was.
    fn with_sessions(self, names: &[String], told: &[(Part, String)]) -> Mapping {
        let mut mapping = self;
        let session = mapping.parts.iter().position(|(part, _)| *part == Part::Session);
        let Some(session) = session.filter(|_| mapping.who().next().is_none()) else {
            return mapping;
        };
        let customer = mapping.parts[session].1.clone();
        let is_told = told.iter().any(|(part, _)| *part == Part::Session);
        if folded(&customer) == SECOND_OF_SESSION && !is_told {
            return mapping;
        }
        if let Some(visit) = names.iter().find(|name| folded(name) == VISIT && !is_told) {
            mapping.parts[session].1.clone_from(visit);
        }
        mapping.parts.insert(session, (Part::Who(IdentifierKind::ClientId), customer));
        mapping.has_sessions_alone = true;
        mapping
    }

    /// The same, but that a part stands under another name.
    #[must_use]
    pub fn under(mut self, part: Part, name: &str) -> Mapping {
        if let Some((_, own)) = self.parts.iter_mut().find(|(own, _)| *own == part) {
            name.clone_into(own);
        }
        self
    }

    /// Whether what happened is that a page was seen, and the event's name is that of the page, or its address.
    pub fn names_pages(&self) -> bool {
        self.names_pages
    }

    /// Whether a session stands for a customer.
    pub fn has_sessions_alone(&self) -> bool {
        self.has_sessions_alone
    }

    /// A column is one part only: the first that claims it.
    fn add(&mut self, part: Part, name: String) {
        if !self.parts.iter().any(|(_, taken)| *taken == name) {
            self.parts.push((part, name));
        }
    }

    /// The name under which a part stands, the first if there are several.
    pub fn of(&self, part: Part) -> Option<&str> {
        self.parts.iter().find(|(p, _)| *p == part).map(|(_, name)| name.as_str())
    }

    /// All identifiers with the names under which they stand, but for order numbers.
    pub fn who(&self) -> impl Iterator<Item = (IdentifierKind, &str)> {
        self.parts.iter().filter_map(|(part, name)| match part {
            Part::Who(kind) => Some((*kind, name.as_str())),
            Part::Time
            | Part::Event
            | Part::Session
            | Part::Order
            | Part::Value
            | Part::Currency
            | Part::UserAgent
            | Part::Address
            | Part::Id
            | Part::Sequence
            | Part::Figure(_) => None,
        })
    }

    /// All parts with the names under which they stand.
    pub fn parts(&self) -> impl Iterator<Item = (Part, &str)> {
        self.parts.iter().map(|(part, name)| (*part, name.as_str()))
    }

    /// The parts without which nothing can be read, that were not found.
    pub fn missing(&self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        if self.of(Part::Time).is_none() {
            missing.push("a time");
        }
        if self.of(Part::Event).is_none() {
            missing.push("an event name");
        }
        if self.who().next().is_none() {
            missing.push("an identifier");
        }
        missing
    }

    /// Part and name, for reports.
    pub fn list(&self) -> Vec<(&'static str, String)> {
        self.parts.iter().map(|(part, name)| (part.name(), name.clone())).collect()
    }
}

/// The one of these names that somebody means who writes `name`: written exactly so, or else the same letters.
pub fn like<'n>(name: &str, names: &'n [String]) -> Option<&'n String> {
    let wanted = folded(name);
    let is_same = |own: &&String| !wanted.is_empty() && folded(own) == wanted;
    names.iter().find(|own| *own == name).or_else(|| names.iter().find(is_same))
}

/// Reads `--map time=ts,event=action,customer=uid`. What follows a comma and has no `=` belongs to the name
/// before it: `time=Date, local,event=action`.
pub fn parse_map(text: &str) -> Result<Vec<(Part, String)>> {
    let mut pairs: Vec<String> = Vec::new();
    for piece in text.split(',') {
        match pairs.last_mut() {
            Some(pair) if !piece.contains('=') && !piece.trim().is_empty() => {
                pair.extend([",", piece]);
            }
            Some(_) | None => pairs.push(piece.to_string()),
        }
    }
    let pairs = pairs.iter().map(|pair| pair.trim()).filter(|pair| !pair.is_empty());
    let map: Vec<(Part, String)> = pairs.map(parse_pair).collect::<Result<_>>()?;
    said_once(&map)?;
    Ok(map)
}

/// Refuses two names for a part of which an event has one.
fn said_once(map: &[(Part, String)]) -> Result<()> {
    let is_one = |part: &Part| !matches!(part, Part::Who(_));
    for (place, (part, name)) in map.iter().enumerate().filter(|(_, (part, _))| is_one(part)) {
        let earlier = map.iter().take(place).find(|(own, other)| own == part && other != name);
        if let Some((_, other)) = earlier {
            let part = part.name();
            let message = format!("--map: {part} is said twice, `{other}` and `{name}`");
            return Err(Error::new(message)
                .hint(format!("an event has one {part}: leave one of the two out")));
        }
    }
    Ok(())
}

fn parse_pair(pair: &str) -> Result<(Part, String)> {
    let known = || PARTS.iter().map(|(_, name, _)| *name).collect::<Vec<_>>().join(", ");
    let hint =
        || format!("write --map time=COLUMN,event=COLUMN,customer=COLUMN; parts are {}", known());
    let (name, column) = pair
        .split_once('=')
        .ok_or_else(|| Error::new(format!("--map: `{pair}` has no `=`")).hint(hint()))?;
    match Part::named(name) {
        Some(part) if !column.trim().is_empty() => Ok((part, column.trim().to_string())),
        Some(_) => Err(Error::new(format!("--map: `{pair}` names no column")).hint(hint())),
        None => {
            Err(Error::new(format!("--map: `{name}` is no part of an event or a session report"))
                .hint(hint()))
        }
    }
}

/// The letters and digits of a name, without case.
pub fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(names: &[&str], told: &str) -> Vec<(&'static str, String)> {
        Mapping::find(
            &names.iter().map(ToString::to_string).collect::<Vec<_>>(),
            &parse_map(told).unwrap(),
        )
        .list()
    }

    #[test]
    fn parts_are_found_by_alias_and_told() {
        let found = find(&["Event Time", "event_type", "userId", "anonymous_id", "email"], "");
        let names: Vec<_> = found.iter().map(|(part, name)| format!("{part}={name}")).collect();
        assert_eq!(
            names,
            [
                "time=Event Time",
                "event=event_type",
                "customer=userId",
                "client=anonymous_id",
                "email=email"
            ]
        );
        let found = find(&["when", "what", "event", "who"], "time=when,event=what,customer=who");
        assert_eq!(
            found.iter().map(|(part, name)| format!("{part}={name}")).collect::<Vec<_>>(),
            ["time=when", "event=what", "customer=who"]
        );
        assert_eq!(
            Mapping::find(&["ts".into()], &[]).missing(),
            ["an event name", "an identifier"]
        );
    }

    #[test]
    fn what_an_order_is_worth_may_stand_among_properties_and_who_made_it_may_not() {
        let names =
            ["ts", "event", "visitor_id", "properties.orderId", "data.total", "props.user_id"];
        let found: Vec<String> =
            find(&names, "").into_iter().map(|(part, name)| format!("{part}={name}")).collect();
        let expected =
            "time=ts event=event client=visitor_id order=properties.orderId value=data.total";
        assert_eq!(found.join(" "), expected);
        let beside = find(&["ts", "event", "uid", "total", "data.revenue"], "");
        assert!(beside.contains(&("value", "total".to_string())), "{beside:?}");
    }

    #[test]
    fn addresses_are_known_however_their_words_are_put_together() {
        for (names, expected) in [
            ("time,event,pageUrl", Some(2)),
            ("$current_url,time,event", Some(0)),
            ("time,Page-Path,context.page.url", Some(2)),
            ("time,properties.$current_url", Some(1)),
            ("time,referrer.url,landing_page,pages,link_url", None),
        ] {
            assert_eq!(address_among(names.split(',')), expected, "{names}");
        }
    }

    #[test]
    fn a_column_that_is_said_to_be_the_address_shows_pages() {
        for (names, expected, names_pages) in [
            ("ts,uid,what,Seite", "time=ts event=what customer=uid url=Seite", false),
            ("ts,uid,Seite", "time=ts customer=uid url=Seite event=Seite", true),
        ] {
            let names: Vec<String> = names.split(',').map(str::to_string).collect();
            let told = if names_pages { "url=Seite" } else { "url=Seite,event=what" };
            let mapping = Mapping::of_events(&names, &parse_map(told).unwrap());
            let found: Vec<_> =
                mapping.list().iter().map(|(part, name)| format!("{part}={name}")).collect();
            assert_eq!(found.join(" "), expected, "{names:?}");
            assert_eq!(mapping.names_pages(), names_pages);
        }
    }

    #[test]
    fn sessions_stand_for_customers_that_nothing_names() {
        for (names, told, expected) in [
            ("session,aid,ts,type", "", "client=session session=session"),
            ("session_id,visit_id,created_at,event", "", "client=session_id session=visit_id"),
            ("visit_id,ts,event", "", "client=visit_id session=visit_id"),
            (
                "session_id,visit_id,ts,event",
                "session=visit_id",
                "client=visit_id session=visit_id",
            ),
            ("session_id_hash,ts,event", "", "client=session_id_hash session=session_id_hash"),
            ("session_id,visit_id,user_id,ts,event", "", "customer=user_id session=session_id"),
            ("ga_session_id,ts,event", "", "session=ga_session_id"),
            (
                "ga_session_id,ts,event",
                "session=ga_session_id",
                "client=ga_session_id session=ga_session_id",
            ),
            ("ts,event", "", ""),
        ] {
            let names: Vec<String> = names.split(',').map(str::to_string).collect();
            let mapping = Mapping::of_events(&names, &parse_map(told).unwrap());
            let found = mapping.list().into_iter();
            let found = found.filter(|(part, _)| !["time", "event"].contains(part));
            let found: Vec<_> = found.map(|(part, name)| format!("{part}={name}")).collect();
            assert_eq!(found.join(" "), expected, "{names:?}");
            assert_eq!(mapping.has_sessions_alone(), expected.starts_with("client"), "{names:?}");
        }
    }

    #[test]
    fn figures_of_session_reports_are_only_told() {
        let told =
            "sessions=Sitzungen,added_to_cart=Warenkorb,sessions that completed checkout=Käufe";
        let parts: Vec<Part> = parse_map(told).unwrap().into_iter().map(|(part, _)| part).collect();
        let expected = [Figure::Sessions, Figure::AddedToCart, Figure::Converted];
        assert_eq!(parts, expected.map(Part::Figure));
        assert_eq!(find(&["sessions", "converted"], ""), []);
    }

    #[test]
    fn what_is_told_is_found_without_case_and_signs() {
        let names = ["Occurred At", "occurred_at", "What"].map(str::to_string);
        for (told, expected) in [
            ("time=occurred_at", Some("occurred_at")),
            ("time=OCCURRED-AT", Some("Occurred At")),
            ("event=what", Some("What")),
            ("time=occured_at", None),
            ("time=.", None),
        ] {
            let found = Mapping::there(&names, &parse_map(told).unwrap());
            let found = found.first().map(|(_, name)| name.as_str());
            assert_eq!(found, expected, "{told}");
        }
        // A person may be named by several columns.
        assert_eq!(parse_map("client=a,client=b,time=c,time=c").unwrap().len(), 4);
    }

    #[test]
    fn a_name_may_have_commas() {
        let told = parse_map("time=Date, local, event=action,,customer=Name, first").unwrap();
        let names: Vec<&str> = told.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["Date, local", "action", "Name, first"]);
    }

    #[test]
    fn a_wrong_map_is_explained() {
        for (text, expected) in [
            ("time", "has no `=`"),
            ("tme=x", "no part of an event"),
            ("time=", "names no column"),
            ("time=a,time=b", "said twice"),
        ] {
            assert!(parse_map(text).unwrap_err().to_string().contains(expected), "{text}");
        }
    }
}
