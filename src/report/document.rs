//! An answer as a document: sentences, sections of tables and figures, notices. Every medium for people
//! (terminal, Markdown, HTML) draws the same document, so they cannot disagree.
//!
//! A figure repeats what the table of its section says; a medium that cannot draw leaves it out and
//! nothing is lost. Nothing here rounds, escapes or measures.

use super::sheet::Sheet;
use crate::analysis::rate::Rate;

/// An answer for people.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The title of a page.
    pub title: String,
    /// What was counted and how; the first line stands for a heading in a terminal.
    pub scope: Vec<String>,
    /// The sentences that matter most.
    pub headline: Vec<String>,
    /// The numbers that matter most.
    pub figures: Vec<KeyFigure>,
    /// The name of all ranges: `95% range`.
    pub range: String,
    /// Tables and figures, in the order in which a reader asks.
    pub sections: Vec<Section>,
    /// What a reader should know.
    pub notices: Vec<String>,
    /// What the document was made from and with; the last lines of a page.
    pub provenance: Vec<String>,
}

/// One number that matters, with what makes it sure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFigure {
    /// What it is: `ordered`.
    pub name: String,
    /// The number in words: `9.2%`.
    pub value: String,
    /// How sure, or of what: `95% range 6.8–12.4%`.
    pub note: String,
}

/// A table, the figures that show it, and where it appears.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Title, lead, table and notes.
    pub sheet: Sheet,
    /// What a page draws above the table.
    pub figures: Vec<Figure>,
    /// Whether only pages have room for it.
    pub only_in_pages: bool,
    /// Text to be shown as it is: a ladder file.
    pub listing: Option<String>,
}

impl From<Sheet> for Section {
    fn from(sheet: Sheet) -> Section {
        Section { sheet, figures: Vec::new(), only_in_pages: false, listing: None }
    }
}

impl Section {
    /// The section with a figure.
    #[must_use]
    pub fn drawn(mut self, figure: Option<Figure>) -> Section {
        self.figures.extend(figure);
        self
    }

    /// The section for pages only.
    #[must_use]
    pub fn only_in_pages(self) -> Section {
        Section { only_in_pages: true, ..self }
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        let Section { sheet, figures, listing, .. } = self;
        let texts = sheet.lead.len() + sheet.notes.len();
        sheet.rows.is_empty() && texts == 0 && figures.is_empty() && listing.is_none()
    }
}

/// A picture of numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// Counts as bars on one baseline, rates as dots with their ranges.
    Ladder(Vec<Rung>),
    /// Rates of groups as dots with their ranges, on one axis.
    Intervals(Vec<Interval>),
    /// Which share was done after how long.
    Curve(Curve),
    /// How many went on and how many left, step by step.
    Flow(Vec<Passage>),
    /// How far groups differ, as dots with their ranges around the line where nothing differs.
    Effects(Effects),
    /// A share over time with what was to be expected of it.
    Trend(Trend),
}

/// One step of a ladder.
#[derive(Clone, Debug, PartialEq)]
pub struct Rung {
    /// The step.
    pub name: String,
    /// How many reached it.
    pub reached: u64,
    /// Their share of those at the first step.
    pub of_all: Option<f64>,
    /// The share of those at the step before that is not optional, as far as these are at most all.
    pub before: Option<f64>,
    /// Over the step before.
    pub rate: Option<Rate>,
    /// A target that the rate does not meet.
    pub below_target: bool,
}

/// One rate of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    /// The group.
    pub name: String,
    /// Groups of one name and different kind: `with`, `without`.
    pub kind: Option<&'static str>,
    /// The rate and its range.
    pub rate: Rate,
}

/// How long something took, as the share that was done by then.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// What it is about, as a sentence.
    pub sentence: String,
    /// Seconds and the share that was done by then, both rising.
    pub points: Vec<(f64, f64)>,
}

/// From one step to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The step.
    pub name: String,
    /// How many reached it.
    pub reached: u64,
    /// How many of them went on.
    pub kept: u64,
}

/// How far groups differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Effects {
    /// What they are, as a sentence without its stop.
    pub sentence: String,
    /// What their numbers are.
    pub scale: Scale,
    /// One a group.
    pub effects: Vec<Effect>,
}

/// What the numbers of effects are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Differences of shares; nothing differs at nought.
    Differences,
    /// Ratios; nothing differs at one, and equal distances are equal factors.
    Ratios,
}

/// How far one group differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// The group.
    pub name: String,
    /// What the name is one of: `device`.
    pub kind: Option<String>,
    /// The difference or ratio.
    pub value: f64,
    /// Its lower bound.
    pub low: f64,
    /// Its upper bound.
    pub high: f64,
    /// Whether it is more than chance explains, many groups accounted for.
    pub is_clear: bool,
}

/// A share over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    /// What it shows, as a sentence.
    pub sentence: String,
    /// Periods in order, all of one length.
    pub periods: Vec<TrendPeriod>,
    /// So many periods from one word of the axis to the next look natural: 7 days.
    pub steps: &'static [usize],
}

/// One period of a trend.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendPeriod {
    /// Its name below the axis.
    pub name: String,
    /// The share; `None` without anybody.
    pub share: Option<f64>,
    /// What was to be expected of it.
    pub limits: Option<(f64, f64)>,
    /// Over how many.
    pub base: u64,
    /// Whether the share is odd, or another one on the way to it.
    pub is_odd: bool,
    /// Whether there were oddly few.
    pub is_few: bool,
    /// Whether the data reach its end.
    pub is_complete: bool,
}
