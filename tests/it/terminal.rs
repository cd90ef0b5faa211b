//! The program on a terminal: its width, its colours, and the line that says how far long work has come.

use crate::program::command;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// A program whose outputs are a terminal.
struct OnTerminal {
    child: Child,
    pieces: Receiver<String>,
    seen: String,
}

impl OnTerminal {
    /// Starts a command on a terminal of so many columns.
    fn start(mut command: Command, columns: u16) -> OnTerminal {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap();
        let size = Winsize { ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let end = OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        tcsetwinsize(&end, size).unwrap();
        command.env("TERM", "xterm-256color").env_remove("NO_COLOR").env_remove("COLUMNS");
        command.stdout(end.try_clone().unwrap()).stderr(end);
        let child = command.spawn().unwrap();
        // The command holds the terminal too: once both are gone, reading comes to its end.
        drop(command);
        OnTerminal { child, pieces: read_all(File::from(terminal)), seen: String::new() }
    }

    /// Waits a moment for the program to say something; whether it may still do so.
    fn listen(&mut self, patience: Duration) -> bool {
        match self.pieces.recv_timeout(patience) {
            Ok(piece) => self.seen.push_str(&piece),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        true
    }

    /// All that the program says until it ends.
    fn finish(mut self) -> String {
        drop(self.child.stdin.take());
        while self.listen(Duration::from_mins(1)) {}
        assert!(self.child.wait().unwrap().success(), "{}", self.seen);
        self.seen.replace('\r', "")
    }
}

/// Reads a terminal in a thread of its own.
fn read_all(mut terminal: File) -> Receiver<String> {
    let (sender, pieces) = channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        // A terminal that nobody holds any more ends with an error.
        while let Ok(read @ 1..) = terminal.read(&mut bytes) {
            let piece = String::from_utf8_lossy(&bytes[..read]).into_owned();
            if sender.send(piece).is_err() {
                return;
            }
        }
    });
    pieces
}

fn report(args: &[&str]) -> Command {
    let mut command = command(Path::new(env!("CARGO_MANIFEST_DIR")));
    command.args(["report", "examples/store/pixel.jsonl"]).args(args);
    command
}

fn widest(text: &str) -> usize {
    let plain = regex::Regex::new("\u{1b}\\[[0-9;?]*[A-Za-z]").unwrap().replace_all(text, "");
    plain.lines().map(|line| line.chars().count()).max().unwrap_or(0)
}

#[test]
fn text_is_as_wide_as_the_terminal_and_in_colour() {
    for columns in [60, 100, 140] {
        let seen = OnTerminal::start(report(&[]), columns).finish();
        let width = widest(&seen);
        assert!(width <= usize::from(columns) && width + 30 >= usize::from(columns.min(110)));
        assert!(seen.contains("\u{1b}[1m"), "{seen}");
    }
    let told = OnTerminal::start(report(&["--width", "120"]), 60).finish();
    assert!((61..=120).contains(&widest(&told)), "{told}");
    let plain = OnTerminal::start(report(&["--plain"]), 60).finish();
    assert!(!plain.contains('\u{1b}') && widest(&plain) > 60, "{plain}");
}

#[test]
fn long_work_says_how_far_it_is_and_leaves_nothing_behind() {
    let log = |args: &[&str]| {
        let mut command = command(Path::new(env!("CARGO_MANIFEST_DIR")));
        command.args(["report", "-", "--as", "generic.events", "--block-size", "4K"]);
        command.args(["--step", "A=A", "--step", "B=B"]).args(args).stdin(Stdio::piped());
        command
    };
    let mut work = OnTerminal::start(log(&[]), 80);
    let mut stdin = work.child.stdin.take().unwrap();
    stdin.write_all(b"user_id,event,timestamp\n").unwrap();
    // The line appears after a second of work; a minute is for machines that do other things too.
    let is_shown = (0..1200).any(|_| feed(&mut stdin, &mut work) && work.seen.contains("reading "));
    // A rate that began when the line appeared would be of gigabytes: all that was read before, in no time.
    assert!(is_shown && work.seen.contains("iB/s"), "{}", work.seen);
    assert!(!work.seen.contains("GiB/s"), "{}", work.seen);
    drop(stdin);
    let seen = work.finish();
    let (_, after) = seen.rsplit_once("reading ").unwrap();
    assert!(after.contains("\u{1b}[2K") && after.contains("customer reached"), "{after}");
}

/// Gives the program some more rows, and listens.
fn feed(stdin: &mut ChildStdin, work: &mut OnTerminal) -> bool {
    stdin.write_all("u-1,A,2025-10-01T10:00:00Z\n".repeat(300).as_bytes()).unwrap();
    work.listen(Duration::from_millis(50))
}
