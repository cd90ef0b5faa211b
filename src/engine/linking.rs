//! How rows link: the identifiers of one row are one customer's, and a device on it was theirs at that time.
//!
//! Which rows link is decided where they are read (`haul`, `usual`); who is who is the business of `identity`.

use super::haul::Haul;
use super::relinked::Relink;
use crate::event::{Identifier, IdentifierKind, RowRef};
use crate::identity::Identified;
use crate::time::Instant;

impl Haul<'_> {
    /// Notes that the identifiers of a row, strongest first, belong together, and who used its devices.
    pub(super) fn link(&mut self, identifiers: &[Identifier], at: Instant, row: RowRef) {
        for other in identifiers.iter().skip(1) {
            self.identified.extend(self.relinked.forget(*other, at));
        }
        self.note_link(identifiers, at, row);
    }

    /// The same of a usual row with two identifiers.
    pub(super) fn link_usual(&mut self, identifiers: [Identifier; 2], at: Instant, row: RowRef) {
        if let Relink::New(left_out) = self.relinked.note(identifiers, at, row) {
            self.identified.extend(left_out);
            self.note_link(&identifiers, at, row);
        }
    }

    /// The same of the row of an order of an export, of which there is one.
    pub(super) fn link_order(&mut self, identifiers: &[Identifier], at: Instant, row: RowRef) {
        self.links.note_single(identifiers, at);
        self.note_identified(identifiers, at, row);
    }

    fn note_link(&mut self, identifiers: &[Identifier], at: Instant, row: RowRef) {
        self.links.note(identifiers, at);
        self.note_identified(identifiers, at, row);
    }

    fn note_identified(&mut self, identifiers: &[Identifier], at: Instant, row: RowRef) {
        let Some((strongest, others)) = identifiers.split_first() else { return };
        if strongest.kind != IdentifierKind::ClientId {
            let devices = others.iter().filter(|other| other.kind == IdentifierKind::ClientId);
            let by = strongest.key;
            let identified = |device: &Identifier| Identified { device: device.key, at, row, by };
            self.identified.extend(devices.map(identified));
        }
    }
}
