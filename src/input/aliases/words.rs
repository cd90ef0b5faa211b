//! The words by which the parts of an event are known, best first.
//!
//! They stand apart because they are read and added to by themselves; what is made of them is the business of the file above.

use super::{Figure, Part};
use crate::event::IdentifierKind;

/// A visit: beside another session of its row a shorter one.
pub(super) const VISIT: &str = "visitid";

/// The second in which a session of Google Analytics began: those of several people may share it.
pub(super) const SECOND_OF_SESSION: &str = "gasessionid";

/// Who somebody was, where no better name says it: such a column may hold names of people, which several have, or what
/// process mining calls a case.
pub(super) const PEOPLE: [&str; 11] = [
    "user",
    "visitor",
    "shopperid",
    "memberid",
    "accountid",
    "contactid",
    "personid",
    "customerkey",
    "caseid",
    "caseconceptname",
    "identity",
];

/// The columns or keys that hold the address of a page, best first, with spaces between their words; last the one that
/// says where a visit began, which is another matter.
pub const URLS: [&str; 22] = [
    "url",
    "page url",
    "page location",
    "page path",
    "url path",
    "path",
    "pathname",
    "uri",
    "href",
    "page",
    "current url",
    "current path",
    "full url",
    "page address",
    "page uri",
    "document location",
    "request url",
    "request uri",
    "request path",
    "event source url",
    "client request uri",
    LANDING,
];

/// The page on which a visit began.
pub const LANDING: &str = "landing page";

/// The addresses of pages without that.
pub const ADDRESSES: &[&str] = URLS.split_at(URLS.len() - 1).0;

/// What the properties of an event are called, without signs and case: as a column of JSON in a table, and before a dot in
/// the names of columns.
pub const PROPERTIES: [&str; 17] = [
    "properties",
    "eventproperties",
    "props",
    "params",
    "eventparams",
    "data",
    "eventdata",
    "payload",
    "attributes",
    "metadata",
    "customdata",
    "eventattributes",
    "eventparameters",
    "eventmetadata",
    "parameters",
    "extra",
    "details",
];

/// Those of them that, with a `_` behind them, also begin the flat names of a warehouse's columns.
pub(super) const FLAT: [&str; 6] =
    ["properties", "event_properties", "props", "event_params", "event_data", "custom_data"];

/// What else the address of a page may stand behind.
pub(super) const SCENES: [&str; 4] = ["context", "page", "event", "hits"];

/// What somebody is called, within whose object identifiers stand: `user.email`, `visitor.anonymousId`.
pub(super) const OWNERS: [&str; 20] = [
    "user",
    "customer",
    "visitor",
    "person",
    "contact",
    "client",
    "profile",
    "shopper",
    "buyer",
    "identity",
    "identifiers",
    "ids",
    "traits",
    "userdata",
    "userinfo",
    "userproperties",
    "customerdata",
    "customerinfo",
    "customerproperties",
    "member",
];

/// What an order and its money are called, within whose objects its number, amount and currency stand:
/// `ecommerce.transaction_id`, `order.total`, `total.currency`.
pub(super) const ORDERS: [&str; 11] = [
    "ecommerce",
    "order",
    "transaction",
    "purchase",
    "checkout",
    "total",
    "totalprice",
    "revenue",
    "ordertotal",
    "grandtotal",
    "actionfield",
];

/// What a browser is called, within whose object a session and a user agent stand.
pub(super) const BROWSERS: [&str; 5] = ["context", "device", "client", "browser", "userdata"];

/// What databases write around a value in JSON to say its type: `MongoDB` and `DynamoDB`.
pub const TYPES: [&str; 8] =
    ["$date", "$oid", "$numberLong", "$numberInt", "$numberDouble", "$numberDecimal", "S", "N"];

/// What happened, by a name that may as well be that of a measure: where nothing else says so, not even a page.
pub(super) const MEASURES: [&str; 2] = ["metric", "metric name"];

/// The page that a row shows by its name, where nothing else says what happened and it has no address.
pub(super) const PAGES: [&str; 2] = ["page name", "page type"];

/// What somebody is called who is the same wherever they come from.
const USER: &[&str] = &[
    "userid",
    "uid",
    "customer",
    "useruuid",
    "userguid",
    "userkey",
    "useridhash",
    "hasheduserid",
    "userhash",
    "usernumber",
    "userno",
    "customeruuid",
    "customerguid",
    "customeruniqueid",
    "customeridhash",
    "hashedcustomerid",
    "customerhash",
    "customernumber",
    "customerno",
    "custid",
    "emailhash",
    "hashedemail",
    "emailsha256",
    "emailmd5",
    "externaluserid",
    "externalcustomerid",
    "customeruserid",
    "userexternalid",
    "userdataexternalid",
];

/// Each part with the name it has in `--map` and in reports, and its aliases, best first.
pub(super) const PARTS: [(Part, &str, &[&str]); 20] = [
    (
        Part::Time,
        "time",
        &[
            "timestamp",
            "time",
            "eventtime",
            "eventtimestamp",
            "occurredat",
            "eventat",
            "createdat",
            "date",
            "datetime",
            "ts",
            "eventdatetime",
            "servertimestamp",
            "servertimestampepochms",
            "timestamputc",
            "eventdate",
            "eventts",
            "hittimestamp",
            "requesttime",
            "actiontime",
            "visittime",
            "logtime",
            "timetimestamp",
            "eventtimeutc",
            "eventtimestamputc",
            "timestampms",
            "clienttimestamp",
            "timeutc",
            "utctime",
            "utctimestamp",
            "hittime",
            "servertime",
            "loggedat",
            "recordedat",
            "triggeredat",
            "happenedat",
            "visitedat",
            "viewedat",
            "unixtime",
            "unixtimestamp",
            "epoch",
            "epochms",
            "eventtimems",
            "eventtimestampms",
            "eventtimestampmicros",
            "timestampmillis",
            "timestampmicros",
            "timems",
            "tsms",
            "eventstart",
            "eventdt",
            "eventdatetimeutc",
            "dt",
            "datetimeutc",
            "created",
            "createdts",
            "occurred",
            "occurredon",
            "createtime",
            "localtime",
            "servertimeutc",
            "addediso",
            "datehourminute",
            "datehourandminute",
            "timeiso8601",
            "timelocal",
            "edgestarttimestamp",
            "derivedtstamp",
            "collectortstamp",
            "propertiestime",
        ],
    ),
    (
        Part::Event,
        "event",
        &[
            "event",
            "eventname",
            "eventtype",
            "name",
            "action",
            "type",
            "activity",
            "stage",
            "behavior",
            "behaviour",
            "interaction",
            "interactiontype",
            "actiontype",
            "behaviortype",
            "behaviourtype",
            "activitytype",
            "activityname",
            "actionname",
            "eventaction",
            "customevent",
            "eventkey",
            "funnelstep",
            "funnelstage",
            "step",
            "conceptname",
            "eventtablename",
            "evtname",
            "datapoint",
            "ev",
            "mpeventname",
            "hitseventinfoeventaction",
        ],
    ),
    (Part::Who(IdentifierKind::CustomerId), "customer_id", &["customerid"]),
    (Part::Who(IdentifierKind::UserId), "customer", USER),
    (
        Part::Who(IdentifierKind::ClientId),
        "client",
        &[
            "clientid",
            "visitorid",
            "fullvisitorid",
            "distinctid",
            "anonymousid",
            "userpseudoid",
            "cookieid",
            "deviceid",
            "profileid",
            "anonid",
            "anonymoususerid",
            "browserid",
            "guestid",
            "gaclientid",
            "fbp",
            "clientkey",
            "visitorkey",
            "devicekey",
            "visitoruuid",
            "deviceuuid",
            "clientidhash",
            "visitoridhash",
            "deviceidhash",
            "cookieidhash",
            "anonymousidhash",
            "hashedclientid",
            "hashedvisitorid",
            "hasheddeviceid",
            "appinstanceid",
            "installationid",
            "installid",
            "advertisingid",
            "amplitudeid",
            "ecid",
            "mpid",
            "appsflyerid",
            "adid",
            "brazeid",
            "idvisitor",
            "effectiveuserid",
            "domainuserid",
            "propertiesdistinctid",
            "profileobjectid",
            "userttp",
        ],
    ),
    (
        Part::Who(IdentifierKind::Email),
        "email",
        &[
            "email",
            "emailaddress",
            "customeremail",
            "useremail",
            "contactemail",
            "buyeremail",
            "shopperemail",
            "billingemail",
            "userdataem",
        ],
    ),
    (
        Part::Who(IdentifierKind::Phone),
        "phone",
        &[
            "phone",
            "phonenumber",
            "mobilephone",
            "mobilenumber",
            "customerphone",
            "userphone",
            "contactphone",
            "billingphone",
            "userdataph",
        ],
    ),
    (Part::Who(IdentifierKind::CheckoutToken), "checkout", &["checkouttoken"]),
    (
        Part::Session,
        "session",
        &[
            "sessionid",
            "session",
            "usersession",
            VISIT,
            SECOND_OF_SESSION,
            "sessionidhash",
            "hashedsessionid",
            "sessionkey",
            "sessionuuid",
            "sessionguid",
            "sessiontoken",
            "websessionid",
            "websitesessionid",
            "idvisit",
            "domainsessionid",
            "domainsessionid",
        ],
    ),
    (
        Part::Order,
        "order",
        &[
            "orderid",
            "transactionid",
            "ordername",
            "ordernumber",
            "orderno",
            "purchaseid",
            "actionfieldid",
        ],
    ),
    (
        Part::Value,
        "value",
        &[
            "ordertotal",
            "ordervalue",
            "orderamount",
            "orderrevenue",
            "purchasevalue",
            "purchaseamount",
            "purchaserevenue",
            "transactionvalue",
            "transactionamount",
            "transactionrevenue",
            // What says that it is all of it goes before what may be that of one item, or of a cart.
            "grandtotal",
            "totalprice",
            "totalamount",
            "totalvalue",
            "totalrevenue",
            "revenue",
            "eventrevenue",
            "total",
            "value",
            "amount",
            "price",
        ],
    ),
    (
        Part::Currency,
        "currency",
        &[
            "currency",
            "currencycode",
            "ordercurrency",
            "transactioncurrency",
            "revenuecurrency",
            "eventrevenuecurrency",
        ],
    ),
    (
        Part::UserAgent,
        "user_agent",
        &["useragent", "clientuseragent", "httpuseragent", "clientrequestuseragent"],
    ),
    // Its usual names are looked up where pages are read: one column may be the event and the address.
    (Part::Address, "url", &[]),
    (Part::Id, "id", &[]),
    (Part::Sequence, "sequence", &["seq", "sequence", "hitnumber"]),
    // No column of events is taken for one of these by its name.
    (Part::Figure(Figure::Sessions), "sessions", &[]),
    (Part::Figure(Figure::AddedToCart), "added_to_cart", &[]),
    (Part::Figure(Figure::ReachedCheckout), "reached_checkout", &[]),
    (Part::Figure(Figure::Converted), "converted", &[]),
];
