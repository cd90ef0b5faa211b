//! The problems of a ladder file: collected while reading, drawn at the end.
//!
//! Each is drawn the way compilers do: the message, path, line and column, the line with a caret,
//! and the remedy. Colour is the business of whoever prints the error.

use crate::error::{Error, Result};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::ops::Range;

/// How many problems are drawn; a file of another kind may have thousands.
const SHOWN: usize = 20;

/// What is wrong in one place.
struct Problem {
    /// Bytes of the file.
    span: Range<usize>,
    message: String,
    /// The remedy; empty if there is nothing to say.
    hint: String,
}

/// All problems found so far.
#[derive(Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    /// Notes a problem at some bytes of the file. An empty hint is none.
    pub(super) fn add(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.0.push(Problem { span, message: message.into(), hint: hint.into() });
    }

    /// Succeeds if there is none; else fails with all of them, in the order of the file.
    pub(super) fn check(&mut self, path: &str, text: &str) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        self.0.sort_by_key(|problem| problem.span.start);
        let drawn: Vec<_> = self.0.iter().take(SHOWN).map(|p| draw(p, path, text)).collect();
        // The first one stands behind the `error: ` that every failure begins with.
        let message = drawn.join("\n\nerror: ");
        Err(match self.0.len().saturating_sub(SHOWN) {
            0 => Error::new(message),
            more => Error::new(format!("{message}\n\nand {more} more")),
        })
    }
}

fn draw(problem: &Problem, path: &str, text: &str) -> String {
    let end = text.trim_end_matches(['\r', '\n']).len();
    let from = boundary(text, problem.span.start.min(end));
    let to = boundary(text, problem.span.end.min(end)).max(from);
    let caret = AnnotationKind::Primary.span(from..to);
    let title = Level::ERROR.no_name().primary_title(problem.message.as_str());
    let mut report = title.element(Snippet::source(text).path(path).annotation(caret));
    if !problem.hint.is_empty() {
        let hint = Level::HELP.with_name(Some("hint")).message(problem.hint.as_str());
        report = report.element(hint);
    }
    Renderer::plain().render(&[report])
}

/// The nearest place at or before `at` where a letter begins.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}
