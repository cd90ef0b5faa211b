//! Running the program: a folder of its own, a pinned clock, no terminal, no colours.
//!
//! `Test::new().file("a.csv", TEXT).args(["report", "a.csv"]).run()` gives code, output and errors.
//! Nothing here knows what the program should say.

use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The moment at which every run happens: 1 January 2026, 00:00:00 UTC.
pub(crate) const NOW: &str = "1767225600";

/// A run of the program that is being put together.
pub(crate) struct Test {
    folder: TempDir,
    args: Vec<String>,
    stdin: Vec<u8>,
    env: Vec<(String, String)>,
}

/// What a run gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Test {
    pub(crate) fn new() -> Test {
        Test {
            folder: tempfile::tempdir().unwrap(),
            args: Vec::new(),
            stdin: Vec::new(),
            env: Vec::new(),
        }
    }

    /// Puts a file into the run's folder; folders in its name are made.
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Test {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    pub(crate) fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Test {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    pub(crate) fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Test {
        self.stdin = bytes.into();
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Test {
        self.env.push((name.to_string(), value.to_string()));
        self
    }

    /// The folder in which the program runs.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs the program; may be called again.
    pub(crate) fn run(&self) -> Output {
        let mut command = command(self.folder.path());
        command.args(&self.args);
        for (name, value) in &self.env {
            command.env(name, value);
        }
        finish(command, &self.stdin)
    }

    /// Runs the program and fails unless it succeeded.
    pub(crate) fn succeed(&self) -> Output {
        let output = self.run();
        assert_eq!(output.code, Some(0), "{output:?}");
        output
    }

    /// Runs the program and reads what it wrote as JSON.
    pub(crate) fn json(&self) -> Value {
        self.succeed().json()
    }
}

impl Output {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }
}

/// The program, to be run in a folder with nothing of the tester's surroundings.
pub(crate) fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_funnel"));
    command.current_dir(folder);
    for name in ["FORCE_COLOR", "CLICOLOR_FORCE", "TERM"] {
        command.env_remove(name);
    }
    for (name, value) in [
        ("FUNNEL_NOW", NOW),
        ("TZ", "UTC"),
        ("NO_COLOR", "1"),
        ("COLUMNS", "100"),
        ("LC_ALL", "C.UTF-8"),
    ] {
        command.env(name, value);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command to its end with this standard input.
pub(crate) fn finish(mut command: Command, stdin: &[u8]) -> Output {
    let mut child = command.spawn().unwrap();
    // A program that fails early does not read its input.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    let output = child.wait_with_output().unwrap();
    Output {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// `reached` of all steps of a report.
pub(crate) fn reached(report: &Value) -> Vec<u64> {
    let steps = report["steps"].as_array().unwrap();
    steps.iter().map(|step| step["reached"].as_u64().unwrap()).collect()
}

/// How many rows were set aside for a reason.
pub(crate) fn set_aside(report: &Value, reason: &str) -> u64 {
    let reasons = report["quality"]["set_aside"].as_array().unwrap();
    let found = reasons.iter().find(|aside| aside["reason"] == reason);
    found.map_or(0, |aside| aside["rows"].as_u64().unwrap())
}
