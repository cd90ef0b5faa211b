//! What the terminal, the environment and the clock say. Nothing else in the program asks them.

use crate::input::aliases::Part;
use crate::ladder::own_names::OwnNames;
use crate::time::Instant;
use std::ffi::OsString;
use std::io::IsTerminal;

/// What the terminal, the environment and the clock say.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Columns for text: the terminal's, else `COLUMNS`, else 100.
    pub width: usize,
    /// Whether colours are wanted where nothing was said.
    pub color: bool,
    /// Whether the locale has no other letters than those of ASCII, as far as the program can tell.
    pub ascii: bool,
    /// Whether standard error is a terminal.
    pub shows_progress: bool,
    /// The moment of the run; `FUNNEL_NOW` (seconds since 1970) pins it.
    pub now: Option<Instant>,
    /// Processors.
    pub processors: usize,
    /// What the shop's own names of events mean, by its file of settings.
    pub own_names: OwnNames,
    /// Which columns of session reports have other names, by the same file.
    pub own_columns: Vec<(Part, String)>,
    /// The words of the command line, before settings are put between them.
    pub typed: Vec<OsString>,
}

impl Surroundings {
    /// Looks around.
    pub fn look() -> Surroundings {
        let is_terminal = std::io::stdout().is_terminal();
        let terminal = terminal_size::terminal_size()
            .filter(|_| is_terminal)
            .map(|(width, _)| usize::from(width.0));
        let columns = || variable("COLUMNS").and_then(|text| text.parse().ok());
        let forced = variable("FORCE_COLOR").or_else(|| variable("CLICOLOR_FORCE")).is_some();
        let dumb = variable("TERM").as_deref() == Some("dumb");
        Surroundings {
            width: terminal.or_else(columns).unwrap_or(100).clamp(40, 400),
            color: variable("NO_COLOR").is_none() && (forced || is_terminal && !dumb),
            ascii: !is_utf8(locale().as_deref()),
            shows_progress: std::io::stderr().is_terminal(),
            now: now(),
            processors: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            own_names: OwnNames::default(),
            own_columns: Vec::new(),
            typed: Vec::new(),
        }
    }
}

/// The locale of letters: the first of its three variables that is set decides.
fn locale() -> Option<String> {
    ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable)
}

/// Whether a locale has all letters; without one, as in a scheduled run, it is taken for granted.
fn is_utf8(locale: Option<&str>) -> bool {
    locale.is_none_or(|name| {
        let name = name.to_ascii_lowercase();
        // `de_DE` alone says nothing of its letters; `C` and `POSIX` do.
        let names_others = name.contains('.') && !name.contains("utf-8") && !name.contains("utf8");
        !names_others && name != "c" && name != "posix"
    })
}

/// A variable of the environment that is set and not empty.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

/// The names of all variables of the environment that begin so, in order.
pub(crate) fn variables(start: &str) -> Vec<String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(start)).collect();
    names.sort();
    names
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
fn now() -> Option<Instant> {
    let pinned = variable("FUNNEL_NOW").and_then(|text| text.parse::<i64>().ok());
    let clock = || {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_secs()).ok())
    };
    pinned.or_else(clock).map(|seconds| Instant(seconds.saturating_mul(crate::time::SECOND)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_says_which_letters_there_are() {
        let cases = [
            (None, true),
            (Some("C.UTF-8"), true),
            (Some("de_DE.utf8"), true),
            (Some("de_DE"), true),
            (Some("C"), false),
            (Some("POSIX"), false),
            (Some("en_US.ISO-8859-1"), false),
        ];
        for (locale, expected) in cases {
            assert_eq!(is_utf8(locale), expected, "{locale:?}");
        }
    }
}
