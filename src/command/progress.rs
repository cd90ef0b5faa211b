//! Progress on standard error: one line with rate and time left, only on a terminal and only for work
//! that takes longer than a second.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::Once;
use std::time::{Duration, Instant};

/// How long the program works before it says so.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the bar is drawn with: every terminal has these, whatever its locale.
const LETTERS: &str = "=> ";

/// A bar that appears when the work takes longer than a second.
#[derive(Debug)]
pub(super) struct Bar {
    /// It runs unseen from the start, so that it knows the rate when it appears; `None` is never shown.
    line: Option<ProgressBar>,
    started: Instant,
    appearance: Once,
}

impl Bar {
    /// A bar for so many bytes; never shown if `shown` is false.
    pub(super) fn new(total: Option<u64>, shown: bool) -> Bar {
        let line = shown.then(|| unseen(total));
        Bar { line, started: Instant::now(), appearance: Once::new() }
    }

    /// So many bytes were read.
    pub(super) fn update(&self, bytes: u64) {
        let Some(line) = &self.line else { return };
        if self.started.elapsed() >= PATIENCE {
            self.appearance
                .call_once(|| line.set_draw_target(ProgressDrawTarget::stderr_with_hz(5)));
        }
        line.set_position(bytes);
    }

    /// Takes the bar off the screen.
    pub(super) fn clear(&self) {
        if let Some(line) = &self.line {
            line.finish_and_clear();
        }
    }
}

fn unseen(total: Option<u64>) -> ProgressBar {
    let template = match total {
        Some(_) => "reading {bytes} of {total_bytes} [{wide_bar}] {bytes_per_sec}, {eta} left",
        None => "reading {bytes}, {bytes_per_sec}",
    };
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden())
        .with_style(style.progress_chars(LETTERS))
}
