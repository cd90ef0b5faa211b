//! Which column or key is meant by one that a format has and a file has not.
//!
//! A guess is shown to a reader and never acted upon, and a wrong one leads astray: it must be the same name spelt
//! otherwise, or the only thing in the file that says the same part of an event.

use crate::input::aliases::{Mapping, Part, folded};

/// In so many letters of a name one may be wrong.
const LETTERS_A_SLIP: usize = 6;

/// Of the names of a file that which most likely stands for `missing`, if any does.
pub(super) fn meant<'n>(
    missing: &str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> Option<&'n str> {
    let wanted = folded(last(missing));
    let own = names.filter(|name| *name != missing);
    // What stands at the top is another thing's within an object: the id of a customer is not that of an order.
    let is_moved = |name: &&str| missing.contains('.') && folded(last(name)) == wanted;
    respelt(missing, own.clone())
        .or_else(|| own.clone().find(is_moved))
        .or_else(|| own.clone().find(|name| is_slip(&wanted, &folded(last(name)))))
        .or_else(|| same_part(missing, own))
}

/// The name that is `missing` spelt otherwise or with a slip, in the same object: that may be called so without a look at
/// what it holds.
pub(super) fn misspelt<'n>(
    missing: &str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> Option<&'n str> {
    let object = |path: &str| path.rsplit_once('.').map(|(object, _)| folded(object));
    let wanted = folded(last(missing));
    let is_it = |name: &&str| {
        let own = folded(last(name));
        object(name) == object(missing) && own != wanted && is_slip(&wanted, &own)
    };
    let mut others = names.clone();
    respelt(missing, names).or_else(|| others.find(is_it))
}

/// The name that is `missing` with other signs or in other letters: `anonymous_id` for `anonymousId`.
pub(super) fn respelt<'n>(
    missing: &str,
    mut names: impl Iterator<Item = &'n str>,
) -> Option<&'n str> {
    let wanted = folded(missing);
    names.find(|name| *name != missing && folded(name) == wanted)
}

/// The part of a path that names the thing itself.
fn last(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(_, last)| last)
}

fn is_slip(wanted: &str, own: &str) -> bool {
    let slips = wanted.chars().count() / LETTERS_A_SLIP;
    slips > 0 && strsim::osa_distance(wanted, own) <= slips
}

/// What else says the time, the name or the person of an event.
fn same_part<'n>(
    missing: &str,
    mut names: impl Iterator<Item = &'n str> + Clone,
) -> Option<&'n str> {
    let part = Part::named(missing).filter(|part| *part != Part::Id)?;
    let all: Vec<String> = names.clone().map(str::to_string).collect();
    let mapping = Mapping::find(&all, &[]);
    let own = mapping.of(part)?;
    names.find(|name| *name == own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_meant_that_says_the_same() {
        for (missing, names, expected) in [
            ("anonymousId", &["anonymous_id", "userId"][..], Some("anonymous_id")),
            ("event_time", &["event_type", "user_id"], None),
            ("event_time", &["event_type", "eventTime"], Some("eventTime")),
            ("event name", &["event_date"], None),
            ("first name", &["Last Name"], None),
            ("financial status", &["Finacial Status"], Some("Finacial Status")),
            ("event_timestamp", &["event_date_x", "ts"], Some("ts")),
            ("user_pseudo_id", &["client_id"], Some("client_id")),
            ("properties.time", &["properties.$city", "properties.Time"], Some("properties.Time")),
            ("id", &["ip", "customer.id"], None),
            ("properties.time", &["props.time"], Some("props.time")),
            ("uuid", &["event"], None),
        ] {
            assert_eq!(meant(missing, names.iter().copied()), expected, "{missing}");
        }
    }

    #[test]
    fn only_a_name_spelt_otherwise_may_be_called_so() {
        for (missing, names, expected) in [
            ("anonymousId", &["anonymous_id"][..], Some("anonymous_id")),
            ("created_at", &["creatd_at"], Some("creatd_at")),
            ("type", &["event"], None),
            ("event_timestamp", &["event_date", "ts"], None),
            ("properties.time", &["props.time"], None),
            ("properties.distinct_id", &["properties.distinc_id"], Some("properties.distinc_id")),
        ] {
            assert_eq!(misspelt(missing, names.iter().copied()), expected, "{missing}");
        }
    }
}
