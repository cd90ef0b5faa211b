//! Rows that link what a row just before has linked: whoever is logged in says so with every click.
//!
//! In a log in order of time a row adds nothing if the row of its device before it, in the same block, has linked the
//! same two identifiers: it is not the first to show the link, and the device has not changed hands. Only where a
//! device changes hands within an instant does it matter who was there in it, and who came again (`identity::shared`). So
//! the last row that was left out is remembered until it is known that nobody else was there, and nothing is left out as long
//! as it is not sure who had the device. Rows of the first and last instant of a block never come here.

use crate::event::{Identifier, IdentifierKind, RowRef};
use crate::identity::Identified;
use crate::time::Instant;

/// What the rows of a block have linked.
#[derive(Debug, Default)]
pub(super) struct Relinked {
    /// By the lowest bits of the weaker identifier, the latest two of whoever has the same.
    places: Vec<Option<Latest>>,
    is_touched: bool,
}

/// The latest link of an identifier.
#[derive(Clone, Copy, Debug)]
struct Latest {
    identifiers: [Identifier; 2],
    /// When the last row was that has it.
    last: Instant,
    /// The last row that was left out, if any was.
    left_out: Option<(Instant, RowRef)>,
    /// Whether nobody else was there in the instant of the row that was noted last.
    is_sure: bool,
}

/// Whether a row has to be linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relink {
    /// A row before has done so.
    Known,
    /// It has, and so has a row that was left out.
    New(Option<Identified>),
}

impl Relinked {
    /// So many that few devices of one block share a place.
    const PLACES: usize = 1024;

    /// Begins with another block.
    pub(super) fn begin(&mut self) {
        if self.is_touched {
            self.places.fill(None);
            self.is_touched = false;
        }
    }

    /// Notes that a row links two identifiers, the stronger one first, and nothing else. Rows come in order of time.
    #[inline]
    pub(super) fn note(
        &mut self,
        identifiers: [Identifier; 2],
        at: Instant,
        row: RowRef,
    ) -> Relink {
        if self.places.is_empty() {
            self.places.resize(Relinked::PLACES, None);
        }
        self.is_touched = true;
        let Some(place) = place_of(identifiers[1], &mut self.places) else {
            return Relink::New(None);
        };
        let own = Latest { identifiers, last: at, left_out: None, is_sure: true };
        match place.replace(own) {
            Some(before) if before.identifiers == identifiers => {
                let is_known = before.is_sure || before.last == at;
                let left_out = Some((at, row)).filter(|_| is_known);
                *place = Some(Latest { left_out, is_sure: before.is_sure || !is_known, ..own });
                if is_known { Relink::Known } else { Relink::New(None) }
            }
            before => {
                let is_sure = before.is_some_and(|before| before.last < at);
                *place = Some(Latest { is_sure, ..own });
                Relink::New(before.and_then(|before| before.left_out_at(at)))
            }
        }
    }

    /// A row of this instant says something else of an identifier; gives back the row that was left out in it.
    pub(super) fn forget(&mut self, identifier: Identifier, at: Instant) -> Option<Identified> {
        place_of(identifier, &mut self.places)?.take()?.left_out_at(at)
    }
}

impl Latest {
    /// The row that was left out in an instant, as far as it says who had a device.
    fn left_out_at(&self, instant: Instant) -> Option<Identified> {
        let [by, device] = self.identifiers;
        let says = by.kind != IdentifierKind::ClientId && device.kind == IdentifierKind::ClientId;
        let (at, row) = self.left_out.filter(|(at, _)| says && *at == instant)?;
        Some(Identified { device: device.key, at, row, by: by.key })
    }
}

/// The place of an identifier, if there are any.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the lowest bits are wanted")]
fn place_of(identifier: Identifier, places: &mut [Option<Latest>]) -> Option<&mut Option<Latest>> {
    let place = (identifier.key.0 as usize).checked_rem(places.len())?;
    places.get_mut(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{Links, People};
    use crate::key::Key;
    use proptest::prelude::*;

    fn id(kind: IdentifierKind, number: u64) -> Identifier {
        Identifier { kind, space: 0, key: Key(number << 8 | kind as u64) }
    }

    /// All that rows say, or all but what need not be said again.
    fn people(rows: &[(i64, [Identifier; 2], bool)], leaves_out: bool) -> (People, usize) {
        let (mut links, mut identified, mut relinked) =
            (Links::default(), Vec::new(), Relinked::default());
        for (number, &(second, [by, device], is_usual)) in (0..).zip(rows) {
            let (at, row) = (Instant(second), RowRef(number));
            if !is_usual {
                identified.extend(relinked.forget(device, at));
            } else if leaves_out {
                match relinked.note([by, device], at, row) {
                    Relink::Known => continue,
                    Relink::New(left_out) => identified.extend(left_out),
                }
            }
            links.note(&[by, device], at);
            identified.push(Identified { device: device.key, at, row, by: by.key });
        }
        (People::unite(&links, &identified, 1), identified.len())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn what_is_left_out_changes_nobody(
            rows in prop::collection::vec((0i64..2, 0u64..3, 0u64..3, prop::bool::weighted(0.8)), 0..40),
        ) {
            let mut second = 0;
            let rows: Vec<_> = rows
                .into_iter()
                .map(|(passed, by, device, is_usual)| {
                    second += passed;
                    // Devices that share a place.
                    let device = id(IdentifierKind::ClientId, device * Relinked::PLACES as u64);
                    (second, [id(IdentifierKind::CustomerId, by), device], is_usual)
                })
                .collect();
            let (all, few) = (people(&rows, false).0, people(&rows, true).0);
            prop_assert_eq!(all.shared_devices().len(), few.shared_devices().len());
            for &(at, identifiers, _) in &rows {
                for identifier in identifiers {
                    for at in [at - 1, at, at + 1].map(Instant) {
                        let [all, few] = [&all, &few].map(|people| people.of_at(identifier.key, at));
                        prop_assert_eq!(all, few);
                    }
                }
            }
        }
    }

    #[test]
    fn who_clicks_on_is_noted_twice() {
        let own = [id(IdentifierKind::CustomerId, 1), id(IdentifierKind::ClientId, 1)];
        let rows: Vec<_> = (0..9).map(|second| (second, own, true)).collect();
        assert_eq!(people(&rows, true).1, 2, "and once more, to be sure");
        assert_eq!(people(&rows, false).1, 9);
    }
}
