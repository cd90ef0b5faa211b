//! What the names of a person's touches mean.

use super::Sources;
use crate::event::{StepSet, Touch};
use crate::ladder::stamp::relabel;

impl Sources<'_> {
    /// The steps that a touch is by its name, whatever its properties are like.
    pub(super) fn named(&self, touch: &Touch) -> StepSet {
        let name = self.bench.names.text(touch.name);
        let named = self.bench.stamper.named(name, self.canonical(touch));
        relabel(named, self.bench.table).with(touch.steps)
    }

    /// The canonical name of what a touch's name means in its log.
    pub(super) fn canonical(&self, touch: &Touch) -> Option<&'static str> {
        let input = &self.haul.inputs[self.bench.rows.input(touch.row)];
        self.claims.canonical(input.space, self.bench.names.text(touch.name), self.bench.stamper)
    }
}
