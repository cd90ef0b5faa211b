//! Progress on standard error: one line with rate and time left, only on a terminal and only for work
//! that takes longer than a second.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How long the program works before it says so.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar that appears when the work takes longer than a second.
#[derive(Debug)]
pub(super) struct Bar {
    total: Option<u64>,
    started: Option<Instant>,
    drawn: OnceLock<ProgressBar>,
}

impl Bar {
    /// A bar for so many bytes; never shown if `shown` is false.
    pub(super) fn new(total: Option<u64>, shown: bool) -> Bar {
        Bar { total, started: shown.then(Instant::now), drawn: OnceLock::new() }
    }

    /// So many bytes were read.
    pub(super) fn update(&self, bytes: u64) {
        if self.started.is_some_and(|started| started.elapsed() >= PATIENCE) {
            self.drawn.get_or_init(|| draw(self.total)).set_position(bytes);
        }
    }

    /// Takes the bar off the screen.
    pub(super) fn clear(&self) {
        if let Some(bar) = self.drawn.get() {
            bar.finish_and_clear();
        }
    }
}

fn draw(total: Option<u64>) -> ProgressBar {
    let template = match total {
        Some(_) => "reading {bytes} of {total_bytes} {wide_bar} {bytes_per_sec}, {eta} left",
        None => "reading {bytes}, {bytes_per_sec}",
    };
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr_with_hz(5)).with_style(style)
}
