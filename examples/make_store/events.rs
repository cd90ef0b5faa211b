//! The log of the web pixel: one JSON object a line, in the shape in which the pixel sends events.

use super::calendar::utc;
use super::shop::{COLLECTIONS, CRAWLER, FREE_FROM, PRODUCTS, SHIPPING, email, name};
use super::tables::{OrderNumbers, subtotal};
use super::visits::{Event, Store, Subject, token};
use serde_json::{Value, json};

const SHOP: &str = "https://northlight.example.com";

/// The whole log: the events, those of a crawler, rows that were delivered twice, and one that was cut.
pub(super) fn log(store: &Store) -> String {
    const TWICE: usize = 320;
    let numbers = OrderNumbers::of(store);
    let mut lines = Vec::new();
    let mut all: Vec<Event> = store.events.clone();
    all.extend(crawl(store));
    all.sort_by_key(|event| (event.at, event.client));
    for (number, event) in all.iter().enumerate() {
        let line = written(store, &numbers, number, event).to_string();
        if number % TWICE == TWICE / 2 {
            lines.push(line.clone());
        }
        if number == 1234 {
            lines.push(line.chars().take(180).collect());
        }
        lines.push(line);
    }
    lines.join("\n") + "\n"
}

/// A crawler that reads all products in one night.
fn crawl(store: &Store) -> Vec<Event> {
    let night = store.events.first().map_or(0, |event| event.at) + 11 * 86_400_000;
    let client = 9999;
    let see = |(number, product): (i64, &super::shop::Product)| Event {
        at: night + 4000 * number,
        client,
        agent: CRAWLER,
        referrer: "",
        name: "page_viewed",
        page: format!("/products/{}", product.handle),
        subject: Subject::Page,
    };
    (0..).zip(&PRODUCTS).map(see).collect()
}

fn written(store: &Store, numbers: &OrderNumbers, number: usize, event: &Event) -> Value {
    let href = format!("{SHOP}{}", event.page);
    let path = event.page.split('?').next().unwrap_or_default();
    let kind = match event.subject {
        Subject::Newsletter => "dom",
        Subject::Theme => "custom",
        Subject::Page
        | Subject::Collection(_)
        | Subject::Product(_)
        | Subject::Basket(_)
        | Subject::Search(_) => "standard",
    };
    let mut written = json!({
        "id": format!("sh-{number:08x}-2b5d-4f60-9c21-7f3a5e1d0c44"),
        "clientId": format!("{:08x}-51c3-4e0a-8b7d-{:012x}", 0x6a3e_0000 + event.client, 0x00d1_5ea5_e000_u64 + event.client as u64),
        "name": event.name,
        "timestamp": utc(event.at),
        "type": kind,
        "context": {
            "document": {
                "location": { "href": href, "pathname": path },
                "referrer": event.referrer,
                "title": "Northlight Candles",
            },
            "navigator": { "language": "pt-PT", "userAgent": event.agent },
        },
    });
    let key = if kind == "custom" { "customData" } else { "data" };
    written[key] = data(store, numbers, event);
    written
}

fn data(store: &Store, numbers: &OrderNumbers, event: &Event) -> Value {
    match event.subject {
        Subject::Page | Subject::Theme => json!({}),
        Subject::Collection(collection) => {
            let (title, _) = COLLECTIONS[collection];
            json!({ "collection": { "id": format!("{}", 47_000 + collection), "title": title } })
        }
        Subject::Product(product) if event.name == "product_added_to_cart" => {
            json!({ "cartLine": { "merchandise": variant(product), "quantity": 1 } })
        }
        Subject::Product(product) => json!({ "productVariant": variant(product) }),
        Subject::Basket(basket) => json!({ "checkout": checkout(store, numbers, basket, event) }),
        Subject::Search(words) => json!({ "searchResult": { "query": words } }),
        Subject::Newsletter => json!({ "element": {
            "action": format!("{SHOP}/contact#newsletter"),
            "id": "footer-form",
            "elements": [{ "name": "contact[tags]", "type": "hidden", "value": "newsletter" }],
        } }),
    }
}

fn variant(product: usize) -> Value {
    let one = &PRODUCTS[product];
    json!({
        "id": format!("{}", 44_000_000 + product),
        "sku": one.sku,
        "price": amount(one.cents),
        "product": { "id": format!("{}", 88_000_000 + product), "title": one.title, "url": format!("/products/{}", one.handle) },
    })
}

/// The checkout as it is known when the event is sent: nobody is named before the contact details.
fn checkout(store: &Store, numbers: &OrderNumbers, number: usize, event: &Event) -> Value {
    let basket = &store.baskets[number];
    let subtotal = subtotal(basket);
    let parcel = if subtotal < FREE_FROM { SHIPPING } else { 0 };
    let named = event.name != "checkout_started";
    let completed = event.name == "checkout_completed";
    let order = numbers.of_basket(number).filter(|_| completed).map(|number| {
        let customer = format!("{}", 7_200_000_000_000_usize + basket.person);
        json!({ "id": number.id, "customer": { "id": customer } })
    });
    let lines: Vec<Value> = basket
        .lines
        .iter()
        .map(|&(product, pieces)| json!({ "quantity": pieces, "title": PRODUCTS[product].title }))
        .collect();
    json!({
        "token": token(number),
        "email": named.then(|| email(basket.person)),
        "shippingAddress": named.then(|| json!({ "firstName": name(basket.person).split(' ').next(), "countryCode": "PT" })),
        "currencyCode": "EUR",
        "lineItems": lines,
        "subtotalPrice": amount(subtotal),
        "totalPrice": amount(subtotal + parcel),
        "order": order,
    })
}

fn amount(cents: u64) -> Value {
    json!({ "amount": cents as f64 / 100.0, "currencyCode": "EUR" })
}
