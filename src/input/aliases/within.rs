//! Names of parts that stand within an object of their own: `user.id`, `ecommerce.transaction_id`, `context.session.id`.
//!
//! Which object may hold which part is decided here, for names with dots in them as for JSON. What somebody was, and what
//! happened, is never what only a property says, but for PostHog's `properties.distinct_id`.

use super::words::{BROWSERS, FLAT, ORDERS, OWNERS, PARTS, PEOPLE, PROPERTIES, SCENES, TYPES};
use super::{Part, folded};

/// Whether what stands within something of this name may be a part.
pub fn may_hold(part: Part, holder: &str) -> bool {
    let lists: &[&[&str]] = match part {
        Part::Who(_) => &[&OWNERS, &["context"]],
        Part::Order | Part::Value | Part::Currency => &[&PROPERTIES, &SCENES, &ORDERS],
        Part::Session | Part::UserAgent => &[&BROWSERS],
        Part::Address => &[&PROPERTIES, &SCENES],
        Part::Time | Part::Event | Part::Id | Part::Sequence | Part::Figure(_) => &[],
    };
    let holder = folded(holder);
    lists.iter().any(|list| list.contains(&holder.as_str()))
}

/// All that may hold a part.
pub fn holders() -> impl Iterator<Item = &'static str> {
    let lists: [&[&str]; 5] = [&OWNERS, &PROPERTIES, &SCENES, &ORDERS, &BROWSERS];
    lists.into_iter().flatten().copied()
}

/// Whether a part that is called so, without signs, may stand under a name: with what holds it, if anything does. The holder
/// may be half of what it is called, as that of `order.id` is.
pub fn is_called(part: Part, name: &str, own: &str) -> bool {
    forms(part, name).any(|form| form == own)
}

/// A name without signs: as it is, and without each of what may hold the part. A type behind it says nothing.
pub(super) fn forms(part: Part, name: &str) -> impl Iterator<Item = String> {
    let name = match name.rsplit_once('.') {
        Some((name, last)) if TYPES.contains(&last) => name,
        Some(_) | None => name,
    };
    let forms = std::iter::successors(Some(name), move |rest| {
        let (holder, inner) = rest.split_once('.').or_else(|| split_flat(rest))?;
        may_hold(part, holder).then_some(inner)
    });
    forms.map(folded)
}

/// Whether a name has that of what holds it before it.
pub(super) fn is_within(name: &str) -> bool {
    name.contains('.') || split_flat(name).is_some()
}

/// Whether a name is that of the value of anything, which another names: `event_params_value` beside `event_params_key`.
pub(super) fn is_of_a_pair(part: Part, name: &str, names: &[String]) -> bool {
    let Some((holder, inner)) = split_flat(name).filter(|_| part == Part::Value) else {
        return false;
    };
    let is_beside = |own: &String| {
        let beside = split_flat(own).filter(|(other, _)| other.eq_ignore_ascii_case(holder));
        beside.is_some_and(|(_, key)| ["key", "name", "id"].contains(&folded(key).as_str()))
    };
    folded(inner) == "value" && names.iter().any(is_beside)
}

/// What holds a part and the rest of its name, where a warehouse that allows no dots in the names of columns has made them
/// one word: `properties_order_id`. Of holders whose names are not also the first word of something else.
pub fn split_flat(name: &str) -> Option<(&str, &str)> {
    FLAT.iter().find_map(|holder| {
        let (own, rest) = name.split_at_checked(holder.len())?;
        let inner = rest.strip_prefix('_').filter(|inner| !inner.is_empty())?;
        own.eq_ignore_ascii_case(holder).then_some((own, inner))
    })
}

/// Whether what stands under a name may be when, what, who, in which session or with what. All records have these at the
/// same place, so the first of them say which one it is.
pub fn may_be_fixed_part(name: &str) -> bool {
    use Part::{Event, Session, Time, UserAgent, Who};
    let is_fixed = |part: Part| matches!(part, Time | Event | Session | UserAgent | Who(_));
    let mut fixed = PARTS.iter().filter(|(part, ..)| is_fixed(*part));
    fixed.any(|(part, _, names)| forms(*part, name).any(|form| names.contains(&form.as_str())))
        || PEOPLE.contains(&folded(name).as_str())
}

/// Whether what stands under a name may be an identifier of somebody: several may stand there in a list.
pub fn may_be_person(name: &str) -> bool {
    let mut people = PARTS.iter().filter(|(part, ..)| matches!(part, Part::Who(_)));
    people.any(|(part, _, names)| forms(*part, name).any(|form| names.contains(&form.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::IdentifierKind::{ClientId, Email, UserId};

    #[test]
    fn parts_stand_within_what_may_hold_them() {
        for (part, name, own, expected) in [
            (Part::Who(UserId), "user.id", "userid", true),
            (Part::Who(UserId), "context.user.id", "userid", true),
            (Part::Who(Email), "Customer.Email_Address", "emailaddress", true),
            (Part::Who(ClientId), "context.traits.anonymousId", "anonymousid", true),
            (Part::Who(UserId), "properties.user_id", "userid", false),
            (Part::Order, "properties_order_id", "orderid", true),
            (Part::Order, "event_properties_orderId", "orderid", true),
            (Part::Address, "properties_$current_url", "currenturl", true),
            (Part::Who(UserId), "properties_user_id", "userid", false),
            (Part::Value, "data_value", "value", false),
            (Part::Value, "properties_", "", false),
            (Part::Who(Email), "seller.email", "email", false),
            (Part::Order, "data.order.id", "orderid", true),
            (Part::Order, "product.order.id", "orderid", false),
            (Part::Value, "ecommerce.value", "value", true),
            (Part::Value, "item.value", "value", false),
            (Part::Session, "session.id", "sessionid", true),
            (Part::Address, "context.page.url", "url", true),
            (Part::Time, "timestamp.$date", "timestamp", true),
            (Part::Who(UserId), "user._id.$oid", "userid", true),
            (Part::Event, "event.name", "eventname", true),
            (Part::Event, "context.name", "name", false),
        ] {
            assert_eq!(is_called(part, name, own), expected, "{name}");
        }
    }
}
