//! `shopify.bulk`: orders of Shopify's GraphQL interface, as a bulk operation writes them (one object a line)
//! or as the pages of a response hold them.
//!
//! A line is an order, or a part of one with the order's id under `__parentId`, in any order. An order's
//! journey names the shop's own visits before it; each becomes a visit of the customer, wherever it is
//! written, and once. A line of a customer joins what it names. Field names: Shopify's Admin GraphQL reference of the order and its journey.

use super::shopify_checkouts::{Buyer, CheckoutLine};
use super::shopify_orders::OrderLine;
use super::shopify_url;
use super::tool_log::{Parameters, Slot, ToolPlaces, walk};
use super::{Desk, Format, Kept, RowAt, Sink};
use crate::event::{
    Details, Identifier, IdentifierKind, OrderNote, Origin, Properties, RawEvent, Value,
};
use crate::identity::Strictness;
use crate::input::json::{Json, Record};
use crate::input::timestamp::{self, ZoneRule};
use crate::key::Key;
use crate::quality::Reason;

/// What the file was taken for.
pub const WHY: &str = "JSON with Shopify's global ids, as its GraphQL interface writes orders";

/// Keys that every order has.
pub const SIGNS: &[&str] = &["id", "createdAt", "displayFinancialStatus", "totalPriceSet"];

/// Keys of customers, with the addresses of which newer versions of the interface write one.
pub const CUSTOMER_SIGNS: &[&str] = &["id", "defaultEmailAddress", "defaultPhoneNumber"];

/// Where the cells stand.
pub const PATHS: &[(Slot, &[&str])] = &[
    (Slot::Id, &["id", "legacyResourceId"]),
    (Slot::Title, &["name"]),
    (Slot::Time, &["createdAt", "processedAt"]),
    (Slot::Updated, &["updatedAt"]),
    (Slot::Email, &["email", "customer.email", "customer.defaultEmailAddress.emailAddress"]),
    (
        Slot::Phone,
        &[
            "phone",
            "customer.phone",
            "customer.defaultPhoneNumber.phoneNumber",
            "billingAddress.phone",
            "shippingAddress.phone",
        ],
    ),
    (Slot::User, &["customer.id", "customer.legacyResourceId", ABOVE]),
    (Slot::Checkout, &["checkoutToken"]),
    (Slot::Status, &["displayFinancialStatus"]),
    (Slot::Cancelled, &["cancelledAt"]),
    (Slot::Test, &["test"]),
    (Slot::Source, &["sourceName"]),
    (Slot::Payment, &["paymentGatewayNames"]),
    (Slot::Value, &["totalPriceSet.shopMoney.amount", "totalPrice"]),
    (Slot::Net, &["currentTotalPriceSet.shopMoney.amount", "currentTotalPrice"]),
    (
        Slot::Currency,
        &[
            "totalPriceSet.shopMoney.currencyCode",
            "currentTotalPriceSet.shopMoney.currencyCode",
            "currencyCode",
        ],
    ),
    (Slot::Refunded, &["totalRefundedSet.shopMoney.amount", "totalRefunded", "refunds"]),
];

/// What apps noted at the order.
pub const NOTES: Parameters = Parameters { list: "customAttributes", slots: &[] };

/// How the ids of things begin.
const GLOBAL: &str = "gid://shopify/";

/// And that of a checkout, behind it.
const CHECKOUT: &str = "AbandonedCheckout/";

/// The key of what a line is a part of.
const ABOVE: &str = "__parentId";

/// The visits that an order's journey holds itself.
const VISITS: [&str; 2] = ["firstVisit", "lastVisit"];

/// Whether a record looks like an order or a part of one.
pub fn fits(json: Json<'_>) -> bool {
    let json = node_of(json);
    let id = json.member("id").and_then(Json::text);
    id.is_some_and(|id| id.starts_with(GLOBAL))
        || json.member(ABOVE).is_some()
        || json.member("legacyResourceId").is_some() && is_order_without_id(json)
}

/// Whether a record is a checkout that was left, or a part of one.
pub fn is_checkout(json: Json<'_>) -> bool {
    let node = node_of(json);
    let is_one = |key: &str| {
        let id = node.member(key).and_then(Json::text);
        id.is_some_and(|id| id.strip_prefix(GLOBAL).is_some_and(|id| id.starts_with(CHECKOUT)))
    };
    is_one("id") || is_one(ABOVE)
}

/// Whether what has no global id is an order all the same, by keys that only orders have.
fn is_order_without_id(json: Json<'_>) -> bool {
    let has = |key: &str| json.member(key).is_some();
    has("createdAt") && (has("displayFinancialStatus") || has("totalPriceSet"))
}

/// In a response, each element of a list may be wrapped.
fn node_of(json: Json<'_>) -> Json<'_> {
    json.member("node").filter(|node| node.is_object()).unwrap_or(json)
}

/// Reads one record.
pub fn read(record: &Record<'_, Kept>, mut desk: Desk<'_, impl Sink>) {
    let root = record.root();
    let node = node_of(root);
    let id = node.member("id").and_then(Json::text).unwrap_or_default();
    let kind = id.strip_prefix(GLOBAL).and_then(|rest| rest.split('/').next());
    match kind {
        Some("Order") => {}
        None if is_order_without_id(node) => {}
        Some("CustomerVisit") => return read_visit(node, desk),
        Some("Customer") => return read_customer(node, desk),
        Some("AbandonedCheckout") => return read_checkout(node, desk),
        _ if node.member(ABOVE).is_some() => {
            return desk.defect(Reason::Continuation, "a part of an order".to_string());
        }
        Some(_) => {
            let message = "neither an order nor a part of one".to_string();
            return desk.defect(Reason::UnmappedEvent, message);
        }
        None => return desk.defect(Reason::BadRow, "there is no global id under `id`".to_string()),
    }
    let own;
    let find = || ToolPlaces::at_paths(PATHS, Some(NOTES), node);
    let places = if let Some(kept) = record.kept() {
        kept.tool.get_or_init(find)
    } else {
        own = find();
        &own
    };
    match OrderLine::of_json(root, places) {
        Ok(line) => {
            desk.sink.order(desk.at, line);
            read_journey(node, &mut desk);
        }
        Err(message) => desk.defect(Reason::BadRow, message),
    }
}

/// The visits that an order holds itself; none while the shop is still working them out.
fn read_journey(order: Json<'_>, desk: &mut Desk<'_, impl Sink>) {
    let Some(journey) = order.member("customerJourneySummary") else { return };
    let is_ready = journey.member("ready").and_then(Json::property);
    if is_ready == Some(Value::Bool(false)) {
        return;
    }
    desk.identifiers.clear();
    let above = || {
        let above = order.member(ABOVE);
        above.filter(|id| id.text().is_some_and(|id| id.contains("/Customer/")))
    };
    let cells = [
        (IdentifierKind::OrderId, order.member("id").or_else(|| order.member("legacyResourceId"))),
        (IdentifierKind::CustomerId, order.path(&["customer", "id"]).or_else(above)),
        (IdentifierKind::Email, order.member("email")),
        (IdentifierKind::Phone, order.member("phone")),
    ];
    for (kind, cell) in cells {
        if let Some(text) = cell.and_then(Json::scalar) {
            let space = Format::ShopifyBulk.space();
            desk.identifiers.add(kind, space, &text, Strictness::Several);
        }
    }
    let moments = walk(journey, "moments.nodes").or_else(|| walk(journey, "moments.edges"));
    let visits = VISITS.iter().filter_map(|key| journey.member(key));
    for visit in visits.chain(moments.into_iter().flat_map(Json::elements).map(node_of)) {
        hand_over(visit, desk.at, desk.identifiers.sorted(), desk.sink, true);
    }
}

/// A visit on a line of its own: it belongs to the order above it.
fn read_visit(visit: Json<'_>, mut desk: Desk<'_, impl Sink>) {
    desk.identifiers.clear();
    if let Some(order) = visit.member(ABOVE).and_then(Json::text) {
        desk.identifiers.add(IdentifierKind::OrderId, 0, &order, Strictness::Several);
    }
    let Desk { at, identifiers, sink, .. } = &mut desk;
    if !hand_over(visit, *at, identifiers.sorted(), *sink, false) {
        let message = "there is no time under `occurredAt`".to_string();
        desk.defect(Reason::BadTimestamp, message);
    }
}

/// Reads a checkout that was left. Its interface says nothing of the way of shipping.
pub fn read_checkout(checkout: Json<'_>, mut desk: Desk<'_, impl Sink>) {
    let checkout = node_of(checkout);
    if checkout.member(ABOVE).is_some() {
        return desk.defect(Reason::Continuation, "a part of a checkout".to_string());
    }
    let text = |path: &str| {
        let text = walk(checkout, path).and_then(Json::scalar)?;
        (!text.trim().is_empty()).then(|| Box::<str>::from(text))
    };
    let first = |paths: &[&str]| paths.iter().find_map(|path| text(path));
    let phones = ["customer.phone", "customer.defaultPhoneNumber.phoneNumber"];
    let phones = phones.iter().chain(&["billingAddress.phone", "shippingAddress.phone"]);
    let mut phones: Vec<Box<str>> = phones.filter_map(|path| text(path)).collect();
    phones.sort_unstable();
    phones.dedup();
    let email = first(&["email", "customer.email", "customer.defaultEmailAddress.emailAddress"]);
    let customer = first(&["customer.id", "customer.legacyResourceId"]);
    let is_known = email.is_some() || !phones.is_empty() || customer.is_some();
    let proofs = [
        is_known,
        text("shippingAddress.address1").is_some(),
        false,
        text("completedAt").is_some(),
    ];
    let address = text("abandonedCheckoutUrl");
    let token = address.as_deref().and_then(shopify_url::token).map(Box::from);
    let id = text("id").unwrap_or_default();
    let number = id.split('?').next().and_then(|id| id.rsplit('/').next()).unwrap_or_default();
    let tokens: Vec<Box<str>> = token.into_iter().collect();
    let buyer = Buyer { email, phones, customer };
    let time = text("createdAt");
    let Some(line) = CheckoutLine::of_parts(number, buyer, &tokens, time.as_deref(), proofs) else {
        let message = "the checkout has no time under `createdAt`".to_string();
        return desk.defect(Reason::BadTimestamp, message);
    };
    desk.sink.checkout(desk.at, line);
}

/// A customer on a line of its own: nothing happened, but who has which address is known.
fn read_customer(customer: Json<'_>, desk: Desk<'_, impl Sink>) {
    let Desk { at, identifiers, sink, .. } = desk;
    identifiers.clear();
    let cells = [
        (IdentifierKind::CustomerId, "id"),
        (IdentifierKind::Email, "email"),
        (IdentifierKind::Email, "defaultEmailAddress.emailAddress"),
        (IdentifierKind::Phone, "phone"),
        (IdentifierKind::Phone, "defaultPhoneNumber.phoneNumber"),
        (IdentifierKind::OrderId, ABOVE),
    ];
    for (kind, path) in cells {
        if let Some(text) = walk(customer, path).and_then(Json::scalar) {
            let is_order = kind != IdentifierKind::OrderId || text.contains("/Order/");
            if is_order {
                let space = Format::ShopifyBulk.space();
                identifiers.add(kind, space, &text, Strictness::Several);
            }
        }
    }
    identifiers.report_blocked(sink);
    sink.person(at, identifiers.sorted());
}

/// Hands over a visit; false if it has no time.
fn hand_over(
    visit: Json<'_>,
    at: RowAt,
    identifiers: &[Identifier],
    sink: &mut impl Sink,
    is_further: bool,
) -> bool {
    let written = visit.member("occurredAt").and_then(Json::scalar);
    let Some(stamp) = written.and_then(|text| timestamp::parse(&text, ZoneRule::default())) else {
        return false;
    };
    let event = RawEvent {
        at: stamp.at,
        precision: stamp.precision,
        name: b"visit",
        derived: None,
        identifiers,
        sequence: 0,
        origin: Origin::Journey,
        details: &VisitDetails { visit },
    };
    if is_further {
        sink.further(at, &event);
    } else {
        sink.event(at, &event, None);
    }
    true
}

/// What is known of a visit.
struct VisitDetails<'r> {
    visit: Json<'r>,
}

impl Details for VisitDetails<'_> {
    /// The visit's id, so that it counts once wherever it is written; without one, when it was and
    /// where it landed.
    fn fingerprint(&self) -> Key {
        let part = |key: &str| {
            let text = self.visit.member(key).and_then(Json::scalar);
            text.map(|text| Key::of(text.as_bytes()))
        };
        let landed = || ["occurredAt", "landingPage"].iter().filter_map(|key| part(key));
        part("id").unwrap_or_else(|| landed().fold(Key::NONE, Key::and))
    }

    fn session(&self) -> Option<Key> {
        None
    }

    fn order(&self) -> Option<OrderNote> {
        None
    }
}

impl Properties for VisitDetails<'_> {
    /// Of the visit; what logs call otherwise goes by their names too.
    fn get(&self, path: &str) -> Option<Value<'_>> {
        let named = || match path {
            "url" => self.visit.member("landingPage"),
            "referrer" => self.visit.member("referrerUrl"),
            _ => walk(self.visit, &format!("utmParameters.{}", path.strip_prefix("utm_")?)),
        };
        self.visit.dotted(path).and_then(Json::property).or_else(|| named()?.property())
    }
}
