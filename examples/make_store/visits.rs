//! Who came to the shop, when, and how far each went.
//!
//! Everything is decided here; `events` and `tables` only write it down. A visit goes as far as its
//! [`Aim`]; on the way it leaves the events that a web pixel would send.

use super::calendar::{DAY, DAYS, START};
use super::random::Random;
use super::shop::{AGENTS, COLLECTIONS, PRODUCTS, REFERRERS};

/// Visitors with a browser of their own.
const VISITORS: usize = 410;

/// What a visit leads to at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Aim {
    Look,
    Browse,
    Product,
    Cart,
    Checkout,
    Order,
}

/// What an event is about.
#[derive(Clone, Debug)]
pub(super) enum Subject {
    /// A page, a step of the cart: nothing beside the name.
    Page,
    /// A collection, by position.
    Collection(usize),
    /// A product, by position.
    Product(usize),
    /// A basket, by position.
    Basket(usize),
    /// The newsletter's form.
    Newsletter,
    /// Words that were searched.
    Search(&'static str),
    /// An event of the shop's own theme.
    Theme,
}

/// Something that the web pixel saw.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// When: milliseconds since 1970.
    pub(super) at: i64,
    /// The browser, by number.
    pub(super) client: usize,
    pub(super) agent: &'static str,
    pub(super) referrer: &'static str,
    pub(super) name: &'static str,
    pub(super) page: String,
    pub(super) subject: Subject,
}

/// A basket that came to the checkout, or was sold elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Basket {
    /// When the checkout began.
    pub(super) at: i64,
    pub(super) person: usize,
    /// Products by position, with the number of pieces.
    pub(super) lines: Vec<(usize, u64)>,
    /// How far the checkout came: 1 contact, 2 address, 3 shipping, 4 payment.
    pub(super) stage: usize,
    /// When it became an order, if it did.
    pub(super) ordered: Option<i64>,
    /// The sales channel, as the orders export writes it.
    pub(super) source: &'static str,
    /// How it was paid, as the orders export writes it.
    pub(super) paid_by: &'static str,
}

/// The sessions of a day as the shop platform counts them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Day {
    pub(super) sessions: u64,
    pub(super) carts: u64,
    pub(super) checkouts: u64,
    pub(super) orders: u64,
}

/// Five weeks of the shop.
#[derive(Debug)]
pub(super) struct Store {
    /// In order of time.
    pub(super) events: Vec<Event>,
    pub(super) baskets: Vec<Basket>,
    pub(super) days: Vec<Day>,
    random: Random,
}

/// A visitor at the browser.
#[derive(Clone, Copy, Debug)]
struct Visitor {
    client: usize,
    person: usize,
    agent: &'static str,
    referrer: &'static str,
    /// Whether the shop's newsletter appeals to the visitor.
    fan: bool,
}

/// Lets five weeks pass.
pub(super) fn five_weeks() -> Store {
    let days = usize::try_from(DAYS).unwrap_or(0);
    let mut store = Store {
        events: Vec::new(),
        baskets: Vec::new(),
        days: vec![Day::default(); days],
        random: Random(20_250_901),
    };
    for client in 0..VISITORS {
        store.visitor(client);
    }
    store.two_devices();
    store.sold_elsewhere();
    store.unseen();
    store.events.retain(|event| event.at < START + DAYS * DAY);
    store.events.sort_by_key(|event| (event.at, event.client));
    store
}

impl Store {
    /// One visitor: a first visit and, for some, further ones that go further.
    fn visitor(&mut self, client: usize) {
        let agent = AGENTS[self.random.position(AGENTS.len())];
        let referrer = REFERRERS[self.random.position(REFERRERS.len())];
        let fan = self.random.chance(9);
        let visitor = Visitor { client, person: client, agent, referrer, fan };
        let mut at = self.moment(DAYS);
        let mut eager = if fan { 6 } else { 0 };
        for _ in 0..3 {
            let aim = self.aim(eager);
            self.visit(visitor, at, aim);
            eager += if aim == Aim::Order { 9 } else { 4 };
            if !self.random.chance(10 + 2 * eager) {
                return;
            }
            at += self.random.pause(3 * 3600, 9 * 86_400);
            if at > START + DAYS * DAY - 7_200_000 {
                return;
            }
        }
    }

    /// A moment in the first `days` days: mostly in the evening, hardly at night.
    fn moment(&mut self, days: i64) -> i64 {
        const HOURS: [u64; 16] = [7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20, 21, 21, 22];
        let day = i64::try_from(self.random.below(u64::try_from(days).unwrap_or(1))).unwrap_or(0);
        let hour = HOURS[self.random.position(HOURS.len())];
        START + day * DAY + self.random.pause(hour * 3600, (hour + 1) * 3600)
    }

    fn aim(&mut self, eager: u64) -> Aim {
        match self.random.below(100) + eager {
            0..45 => Aim::Look,
            45..66 => Aim::Browse,
            66..83 => Aim::Product,
            83..90 => Aim::Cart,
            90..95 => Aim::Checkout,
            _ => Aim::Order,
        }
    }

    /// A visit from its landing page to its aim.
    fn visit(&mut self, visitor: Visitor, mut at: i64, aim: Aim) {
        let landing = ["/", "/", "/pages/our-story", "/blogs/journal/burn-time"];
        let page = landing[self.random.position(landing.len())];
        let product = self.random.position(PRODUCTS.len());
        self.day(at).sessions += 1;
        self.see(visitor, at, ("page_viewed", page.to_owned()), Subject::Page);
        self.beside_the_way(visitor, at, page);
        if aim >= Aim::Browse && self.random.chance(80) {
            at += self.random.pause(8, 70);
            self.browse(visitor, at, PRODUCTS[product].collection);
        }
        if aim >= Aim::Product {
            at += self.random.pause(70, 190);
            self.look_at(visitor, at, product);
        }
        let express = aim == Aim::Order && self.random.chance(16);
        if aim >= Aim::Cart {
            self.day(at).carts += u64::from(!express);
            at += self.random.pause(15, 160);
            self.cart(visitor, at, product, express);
        }
        if aim >= Aim::Checkout {
            at += self.random.pause(40, 300);
            self.checkout(visitor, at, product, (aim, express));
        }
    }

    /// The day of a moment.
    fn day(&mut self, at: i64) -> &mut Day {
        let last = self.days.len() - 1;
        let day = usize::try_from((at - START) / DAY).unwrap_or(0);
        &mut self.days[day.min(last)]
    }

    /// Notes an event: its name and the address of its page.
    fn see(&mut self, visitor: Visitor, at: i64, what: (&'static str, String), subject: Subject) {
        let Visitor { client, agent, referrer, .. } = visitor;
        let (name, page) = what;
        self.events.push(Event { at, client, agent, referrer, name, page, subject });
    }

    /// Newsletter, search and the theme's own pop-up.
    fn beside_the_way(&mut self, visitor: Visitor, at: i64, page: &str) {
        if visitor.fan && self.random.chance(70) {
            let at = at + self.random.pause(20, 60);
            self.see(visitor, at, ("form_submitted", page.to_owned()), Subject::Newsletter);
        }
        if self.random.chance(5) {
            const WORDS: [&str; 4] = ["fig", "gift", "unscented", "pillar"];
            let words = WORDS[self.random.position(WORDS.len())];
            let at = at + self.random.pause(5, 50);
            let page = format!("/search?q={words}");
            self.see(visitor, at, ("search_submitted", page), Subject::Search(words));
        }
        if self.random.chance(4) {
            self.see(visitor, at + 9000, ("popup_closed", page.to_owned()), Subject::Theme);
        }
    }

    /// A collection and, for some, a narrower part of it.
    fn browse(&mut self, visitor: Visitor, at: i64, collection: usize) {
        let page = format!("/collections/{}", COLLECTIONS[collection].1);
        self.see(visitor, at, ("page_viewed", page.clone()), Subject::Page);
        self.see(
            visitor,
            at + 40,
            ("collection_viewed", page.clone()),
            Subject::Collection(collection),
        );
        if self.random.chance(24) {
            let at = at + self.random.pause(6, 50);
            let page = format!("{page}?filter.p.m.custom.burn_time=40h");
            self.see(visitor, at, ("page_viewed", page.clone()), Subject::Page);
            self.see(
                visitor,
                at + 35,
                ("collection_viewed", page),
                Subject::Collection(collection),
            );
        }
    }

    fn look_at(&mut self, visitor: Visitor, at: i64, product: usize) {
        let page = format!("/products/{}", PRODUCTS[product].handle);
        self.see(visitor, at, ("page_viewed", page.clone()), Subject::Page);
        self.see(visitor, at + 30, ("product_viewed", page.clone()), Subject::Product(product));
        if self.random.chance(14) {
            let at = at + self.random.pause(4, 14);
            self.see(visitor, at, ("reviews_opened", page), Subject::Theme);
        } else if self.random.chance(6) {
            let at = at + self.random.pause(4, 14);
            self.see(visitor, at, ("wishlist_added", page), Subject::Product(product));
        }
    }

    /// The product goes into the cart; an express checkout leaves the cart out.
    fn cart(&mut self, visitor: Visitor, at: i64, product: usize, express: bool) {
        if express {
            return;
        }
        let page = format!("/products/{}", PRODUCTS[product].handle);
        self.see(visitor, at, ("product_added_to_cart", page), Subject::Product(product));
        if self.random.chance(60) {
            let at = at + self.random.pause(2, 30);
            self.see(visitor, at, ("cart_viewed", "/cart".to_owned()), Subject::Page);
        }
    }

    /// The checkout, step by step, as far as it goes.
    fn checkout(&mut self, visitor: Visitor, start: i64, product: usize, how: (Aim, bool)) {
        const STEPS: [&str; 4] = [
            "checkout_contact_info_submitted",
            "checkout_address_info_submitted",
            "checkout_shipping_info_submitted",
            "payment_info_submitted",
        ];
        let (aim, express) = how;
        let orders = aim == Aim::Order;
        let stage = if orders { 4 } else { 1 + self.random.position(4) };
        let number = self.baskets.len();
        let page = format!("/checkouts/cn/{}", token(number));
        let mut at = start;
        self.day(at).checkouts += 1;
        self.see(visitor, at, ("checkout_started", page.clone()), Subject::Basket(number));
        for name in STEPS.iter().take(if express { 0 } else { stage }) {
            at += self.random.pause(12, 75);
            self.see(visitor, at, (name, page.clone()), Subject::Basket(number));
        }
        at += self.random.pause(10, 40);
        if orders {
            self.day(at).orders += 1;
            // One thank-you page in nine does not load its pixel.
            if !self.random.chance(11) {
                let page = format!("{page}/thank-you");
                self.see(visitor, at + 2100, ("checkout_completed", page), Subject::Basket(number));
            }
        }
        let lines = self.lines(product);
        self.baskets.push(Basket {
            at: start,
            person: visitor.person,
            lines,
            stage,
            ordered: orders.then_some(at),
            source: "web",
            paid_by: if express { "Shop Pay" } else { "Shopify Payments" },
        });
    }

    /// The product and, for some, a second one.
    fn lines(&mut self, product: usize) -> Vec<(usize, u64)> {
        let mut lines = vec![(product, 1 + u64::from(self.random.chance(18)))];
        if self.random.chance(28) {
            lines.push(((product + 3) % PRODUCTS.len(), 1));
        }
        lines
    }

    /// Three people who leave a checkout on one device and order on another.
    fn two_devices(&mut self) {
        for number in 0..3 {
            let person = 600 + number;
            let on = |client, agent| Visitor { client, person, agent, referrer: "", fan: false };
            let at = self.moment(20);
            self.visit(on(VISITORS + 2 * number, AGENTS[0]), at, Aim::Checkout);
            let later = at + self.random.pause(86_400, 6 * 86_400);
            self.visit(on(VISITORS + 2 * number + 1, AGENTS[3]), later, Aim::Order);
        }
    }

    /// Orders of the till, of staff, and one to try the shop.
    fn sold_elsewhere(&mut self) {
        let sources = [
            ("pos", "Cash"),
            ("pos", "Cash"),
            ("pos", "Cash"),
            ("shopify_draft_order", "Bank Deposit"),
            ("web", "Bogus Gateway"),
        ];
        for (number, (source, paid_by)) in sources.into_iter().enumerate() {
            let at = self.moment(DAYS);
            let product = self.random.position(PRODUCTS.len());
            let lines = self.lines(product);
            let ordered = Some(at);
            let person = 610 + number;
            self.baskets.push(Basket { at, person, lines, stage: 4, ordered, source, paid_by });
        }
    }

    /// What the pixel never saw: two orders, three checkouts, some sessions.
    fn unseen(&mut self) {
        for number in 0..5 {
            let at = self.moment(DAYS);
            let product = self.random.position(PRODUCTS.len());
            let lines = self.lines(product);
            let ordered = (number < 2).then_some(at + 240_000);
            let (source, paid_by) = ("web", "Shopify Payments");
            let (person, stage) = (620 + number, if number < 2 { 4 } else { 2 });
            self.baskets.push(Basket { at, person, lines, stage, ordered, source, paid_by });
            let day = self.day(at);
            day.checkouts += 1;
            day.carts += 1;
            day.orders += u64::from(number < 2);
        }
        for number in 0..self.days.len() {
            self.days[number].sessions += self.random.below(3);
        }
    }
}

/// The token of a checkout.
pub(super) fn token(basket: usize) -> String {
    format!("c0ffee{:026x}", 0x5eed_0000 + basket)
}
