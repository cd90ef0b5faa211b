//! Where the parts of a web-pixel event stand, wherever a logger put them.
//!
//! The event may be as it was sent, wrapped, flattened into keys that are paths, or have keys in snake case;
//! what a logger calls by names of its own, whoever reads the log has to say ([`PixelKeys`]). This file only
//! finds places: what stands there is read by `web_pixel`.

use crate::event::IdentifierKind;
use crate::input::aliases::Part;
use crate::input::format::within::Candidates;
use crate::input::json::{Json, Place};
use std::borrow::Cow;

/// Keys under which loggers put the whole event.
const WRAPPERS: [&str; 6] = ["event", "payload", "message", "body", "record", "pixel_event"];

/// The part of an event that says when a logger received it, and what loggers call that.
pub const RECEIVED: (&str, [&str; 2]) = ("received", ["received_at", "receivedAt"]);

/// The keys of parts that a logger has under names of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PixelKeys {
    /// What the user said: these count before the pixel's own keys.
    pub told: Vec<(Part, String)>,
    /// What stands beside the pixel's keys under a usual name: these count where the pixel's are missing.
    pub found: Vec<(Part, String)>,
}

/// Where the parts of an event that matter stand; the same in all records of one shape.
#[derive(Debug, Default)]
pub struct PixelPlaces {
    pub(super) id: Option<Place>,
    pub(super) client: Option<Place>,
    pub(super) name: Option<Place>,
    pub(super) time: Option<Place>,
    pub(super) received: Option<Place>,
    pub(super) session: Option<Place>,
    pub(super) sequence: Option<Place>,
    pub(super) data: Option<Place>,
    pub(super) custom: Option<Place>,
    pub(super) path: Option<Place>,
    /// The query, where the path is without it.
    pub(super) search: Option<Place>,
    pub(super) referrer: Option<Place>,
    pub(super) user_agent: Option<Place>,
    pub(super) token: Option<Place>,
    pub(super) email: Choice,
    pub(super) phone: Option<Place>,
    pub(super) sms_phone: Option<Place>,
    /// Address and telephone of the account that somebody is logged in to.
    pub(super) account: [Option<Place>; 2],
    pub(super) order: Option<Place>,
    pub(super) customer: Choice,
    pub(super) amount: Option<Place>,
    pub(super) currency: Option<Place>,
    /// Whom else keys of a logger's own name.
    pub(super) others: Vec<(IdentifierKind, Place)>,
    /// Where a click leads.
    pub(super) target: Option<Place>,
    /// What a form is called, and what it does.
    pub(super) form: Vec<Place>,
    /// What was entered in it.
    pub(super) fields: Option<Place>,
    /// Whether news are wanted by e-mail, and by text message.
    pub(super) news: [Option<Place>; 2],
}

/// Places of which the first counts that holds text or a number.
#[derive(Debug, Default)]
pub(super) struct Choice(Vec<Place>);

impl Choice {
    /// This place behind all others.
    fn or(&mut self, value: Option<Json<'_>>) {
        self.0.extend(value.map(Json::place));
    }

    /// This place before all others.
    fn prefer(&mut self, value: Option<Json<'_>>) {
        self.0.splice(0..0, value.map(Json::place));
    }

    /// What the place that counts holds in a record.
    pub(super) fn scalar<'r>(&self, root: Json<'r>) -> Option<Cow<'r, str>> {
        self.0.iter().find_map(|&place| root.at(place).scalar())
    }
}

impl PixelPlaces {
    /// Finds the parts in a record.
    pub(super) fn of(root: Json<'_>, keys: &PixelKeys) -> PixelPlaces {
        let mut places = PixelPlaces::default();
        places.take_all(root, root);
        if places.client.is_none() || places.name.is_none() {
            for inner in
                WRAPPERS.iter().filter_map(|key| root.member(key)).filter(|inner| inner.is_object())
            {
                places.take_all(root, inner);
            }
        }
        // What stands under the key of the data may be the whole event.
        let data = places.data.map(|data| root.at(data));
        if let Some(event) = data.filter(|data| {
            places.client.is_none()
                && ["clientId", "client_id"].iter().any(|id| data.member(id).is_some())
        }) {
            places.data = None;
            places.take_all(root, event);
        }
        for (part, key) in &keys.told {
            places.take_part(*part, root.dotted(key), true);
        }
        for (part, key) in &keys.found {
            places.take_part(*part, root.dotted(key), false);
        }
        places
    }

    /// Whether there is anything of an event but who, what and when.
    pub(super) fn have_body(&self) -> bool {
        self.data.is_some() || self.custom.is_some() || self.path.is_some() || self.token.is_some()
    }

    fn take_all(&mut self, root: Json<'_>, json: Json<'_>) {
        for (key, value) in json.members() {
            self.take(key, value);
        }
        let member = |of: Option<Place>, key: &str| root.at(of?).member(key);
        if let Some(checkout) = member(self.data, "checkout") {
            self.take_checkout(checkout);
        }
        if let Some(element) = member(self.data, "element") {
            self.take_element(element);
        }
        self.email.or(member(self.custom, "email"));
        let is_own = member(self.data, "checkout").is_some();
        for object in [self.custom, self.data].into_iter().flatten().filter(|_| !is_own) {
            self.take_order(root.at(object));
        }
    }

    /// What an order is and what it is worth, where somebody has put it into the data of an event by usual names.
    fn take_order(&mut self, data: Json<'_>) {
        let candidates = Candidates::of(data);
        let first = |part| candidates.all(part).next().map(Json::place);
        // A number without money may be how many orders somebody has made.
        let Some(amount) = first(Part::Value).filter(|_| self.amount.is_none()) else { return };
        self.amount = Some(amount);
        self.order = self.order.or_else(|| first(Part::Order));
        self.currency = self.currency.or_else(|| first(Part::Currency));
    }

    fn take(&mut self, key: &[u8], value: Json<'_>) {
        let place = Some(value.place());
        match key {
            b"clientId" | b"client_id" => self.client = place,
            b"name" | b"eventName" | b"event_name" => self.name = place,
            b"timestamp" | b"eventTime" | b"event_time" | b"event_timestamp" => self.time = place,
            b"received_at" | b"receivedAt" => self.received = place,
            b"id" | b"eventId" | b"event_id" => self.id = place,
            b"seq" | b"sequence" => self.sequence = place,
            b"context" => self.take_context(value),
            b"data" | b"eventData" | b"event_data" if value.is_object() => self.data = place,
            b"customData" | b"custom_data" if value.is_object() => self.custom = place,
            b"init" => self.take_account(value),
            b"event" if self.name.is_none() && !value.is_object() => self.name = place,
            _ if key.iter().any(|b| matches!(b, b'.' | b'_')) => self.take_flat(key, value),
            _ => {}
        }
    }

    fn take_account(&mut self, init: Json<'_>) {
        let of_customer = |key| init.path(&["data", "customer", key]);
        self.customer.or(of_customer("id"));
        self.account = ["email", "phone"].map(|key| of_customer(key).map(Json::place));
    }

    fn take_context(&mut self, context: Json<'_>) {
        let of = |holder| context.path(&[holder, "location"]);
        let location = of("document").or_else(|| of("window"));
        let member = |key: &str| location.and_then(|location| location.member(key));
        let place = |value: Option<Json<'_>>| value.map(Json::place);
        self.path = place(member("href").or_else(|| member("pathname"))).or(self.path);
        self.search = place(member("search")).or(self.search);
        self.referrer = place(context.path(&["document", "referrer"])).or(self.referrer);
        let agent = ["userAgent", "user_agent"];
        let agent = agent.iter().find_map(|key| context.path(&["navigator", key]));
        self.user_agent = place(agent).or(self.user_agent);
    }

    /// A key that a logger made of a path: `context.navigator.userAgent`, `data_checkout_order_id`.
    fn take_flat(&mut self, key: &[u8], value: Json<'_>) {
        let place = Some(value.place());
        match letters(key).as_slice() {
            b"contextdocumentlocationhref" => self.path = place,
            b"contextdocumentlocationpathname" | b"contextwindowlocationhref" => {
                self.path = self.path.or(place);
            }
            b"contextdocumentlocationsearch" => self.search = place,
            b"contextdocumentreferrer" => self.referrer = place,
            b"contextnavigatoruseragent" => self.user_agent = place,
            b"datacheckout" => self.take_checkout(value),
            b"datacheckouttoken" => self.token = place,
            b"datacheckoutemail" => self.email.prefer(Some(value)),
            b"datacheckoutphone" => self.phone = place,
            b"datacheckoutsmsmarketingphone" => self.sms_phone = place,
            b"datacheckoutbuyeracceptsemailmarketing" => self.news[0] = place,
            b"datacheckoutbuyeracceptssmsmarketing" => self.news[1] = place,
            b"datacheckoutorderid" => self.order = place,
            b"datacheckoutordercustomerid" => self.customer.prefer(Some(value)),
            b"datacheckouttotalpriceamount" => self.amount = place,
            b"datacheckouttotalpricecurrencycode" => self.currency = place,
            b"datacheckoutcurrencycode" => self.currency = self.currency.or(place),
            b"dataelement" => self.take_element(value),
            b"dataelementhref" => self.target = place,
            b"dataelementid" | b"dataelementname" | b"dataelementaction" => self.form.extend(place),
            b"dataelementelements" => self.fields = place,
            b"customdataemail" => self.email.or(Some(value)),
            b"initdatacustomerid" => self.customer.or(Some(value)),
            b"initdatacustomeremail" => self.account[0] = place,
            b"initdatacustomerphone" => self.account[1] = place,
            _ => {}
        }
    }

    fn take_checkout(&mut self, checkout: Json<'_>) {
        for (key, value) in checkout.members() {
            let place = Some(value.place());
            let member = |key: &str| value.member(key).map(Json::place);
            match key {
                b"token" => self.token = place,
                b"email" => self.email.prefer(Some(value)),
                b"phone" => self.phone = place,
                b"smsMarketingPhone" | b"sms_marketing_phone" => self.sms_phone = place,
                b"currencyCode" | b"currency_code" => self.currency = place,
                b"buyerAcceptsEmailMarketing" | b"buyer_accepts_email_marketing" => {
                    self.news[0] = place;
                }
                b"buyerAcceptsSmsMarketing" | b"buyer_accepts_sms_marketing" => {
                    self.news[1] = place;
                }
                b"order" => {
                    self.order = member("id");
                    self.customer.prefer(value.path(&["customer", "id"]));
                }
                b"totalPrice" | b"total_price" => {
                    self.amount = member("amount");
                    let currency = member("currencyCode").or_else(|| member("currency_code"));
                    self.currency = currency.or(self.currency);
                }
                _ => {}
            }
        }
    }

    fn take_element(&mut self, element: Json<'_>) {
        let member = |key: &str| element.member(key).map(Json::place);
        self.target = member("href").or(self.target);
        self.form.extend(["id", "name", "action"].into_iter().filter_map(member));
        self.fields = member("elements").or(self.fields);
    }

    /// A part under a key of the logger's own, before or behind the pixel's.
    fn take_part(&mut self, part: Part, value: Option<Json<'_>>, is_first: bool) {
        let Some(value) = value else { return };
        let place = match part {
            Part::Time => &mut self.time,
            Part::Event => &mut self.name,
            Part::Who(IdentifierKind::ClientId) => &mut self.client,
            Part::Who(kind) => return self.others.push((kind, value.place())),
            Part::Session => &mut self.session,
            Part::Order => &mut self.order,
            Part::Value => &mut self.amount,
            Part::Currency => &mut self.currency,
            Part::UserAgent => &mut self.user_agent,
            Part::Address => &mut self.path,
            Part::Id => &mut self.id,
            Part::Sequence => &mut self.sequence,
            Part::Figure(_) => return,
        };
        if is_first || place.is_none() {
            *place = Some(value.place());
        }
    }
}

/// The letters and digits of a key that is a path, however its parts are put together.
pub(super) fn letters(key: &[u8]) -> Vec<u8> {
    key.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
}
