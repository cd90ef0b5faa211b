//! Where in a record of JSON the parts of an event stand that some records lack: in the record, or in the objects in it that
//! may hold them.
//!
//! What such objects and parts are called is the business of `aliases`; no names must be here.

use crate::input::aliases::{Part, TYPES, may_hold};
use crate::input::json::{Json, Place};

/// Objects stand in others so often at most: `data.ecommerce.transaction_id`.
const DEPTH: usize = 2;

/// An object that may hold a part, and what it is called.
#[derive(Clone, Copy)]
pub(super) struct Holder<'r> {
    name: &'r [u8],
    object: Json<'r>,
}

/// A record, and the objects in it that may hold a part.
pub(super) fn holders(root: Json<'_>, part: Part) -> Vec<Holder<'_>> {
    let mut all = vec![Holder { name: b"", object: root }];
    let mut outer = 0;
    for _ in 0..DEPTH {
        let before = all.len();
        for place in outer..before {
            let members = all.get(place).map(|holder| holder.object.members());
            let objects = members.into_iter().flatten().filter(|(_, value)| value.is_object());
            let holding = objects.filter(|(name, _)| {
                std::str::from_utf8(name).is_ok_and(|name| may_hold(part, name))
            });
            let inner: Vec<_> = holding.map(|(name, object)| Holder { name, object }).collect();
            all.extend(inner);
        }
        outer = before;
    }
    all
}

/// What `take` makes of the first that is called by one of some names, without signs, in a record or in what may hold the
/// part; the next one's turn is where it makes nothing.
pub(super) fn first_like<'r, T>(
    root: Json<'r>,
    part: Part,
    mut names: impl Iterator<Item = &'static str>,
    take: impl Fn(Json<'r>) -> Option<T>,
) -> Option<T> {
    let holders = holders(root, part);
    names.find_map(|name| holders.iter().find_map(|holder| take(holder.member_like(name)?)))
}

/// The places of all that are called by one of some names, in the order of the names.
pub(super) fn all_like(
    root: Json<'_>,
    part: Part,
    names: impl Iterator<Item = &'static str>,
) -> Vec<Place> {
    let holders = holders(root, part);
    let found = names.flat_map(|name| holders.iter().filter_map(move |own| own.member_like(name)));
    found.map(Json::place).collect()
}

impl<'r> Holder<'r> {
    /// The member that is called so, with or without what its object is called: `id` of an `order`. An object is none,
    /// unless it says the type of a value alone.
    pub(super) fn member_like(self, name: &str) -> Option<Json<'r>> {
        let is_it = |key: &[u8]| {
            letters(key).eq(letters(name.as_bytes()))
                || letters(self.name).chain(letters(key)).eq(letters(name.as_bytes()))
        };
        let members = self.object.members().map(|(key, value)| (key, without_type(value)));
        let mut named = members.filter(|(key, _)| is_it(key));
        named.find(|(_, value)| !value.is_object()).map(|(_, value)| value)
    }
}

/// What stands in an object that says nothing but its type: `{"$numberDecimal": "9.50"}`.
fn without_type(value: Json<'_>) -> Json<'_> {
    match value.members().next() {
        Some((key, inner)) if TYPES.iter().any(|own| own.as_bytes() == key) => inner,
        Some(_) | None => value,
    }
}

/// The member of an object whose key has the letters of a name, whatever stands between its words.
pub(super) fn letters_like<'r>(object: Json<'r>, name: &str) -> Option<Json<'r>> {
    let is_name = |key: &[u8]| letters(key).eq(letters(name.as_bytes()));
    object.members().find(|(key, _)| is_name(key)).map(|(_, value)| value)
}

fn letters(text: &[u8]) -> impl Iterator<Item = u8> {
    let signs = text.iter().filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    signs.map(u8::to_ascii_lowercase)
}
