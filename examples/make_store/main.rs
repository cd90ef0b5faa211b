//! Writes the example store: a small fictional shop for candles, five weeks of it.
//!
//! `cargo run --example make_store -- examples/store` writes the same bytes every time: the only
//! chance in it is a small generator with a fixed seed. Nobody in the files exists, every address
//! ends in `example.com`. A test runs [`write`] and compares the result with what is kept.

mod calendar;
mod events;
mod random;
mod shop;
mod tables;
mod visits;

use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    let folder = std::env::args_os().nth(1).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, "say into which folder: examples/store")
    })?;
    write(Path::new(&folder))
}

/// Writes the four files of the store into a folder, which is made if it is missing.
pub(crate) fn write(folder: &Path) -> io::Result<()> {
    let store = visits::five_weeks();
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("pixel.jsonl"), events::log(&store))?;
    std::fs::write(folder.join("orders_export.csv"), tables::orders(&store))?;
    std::fs::write(folder.join("checkouts_export.csv"), tables::checkouts(&store))?;
    std::fs::write(folder.join("sessions_by_day.csv"), tables::sessions(&store))
}
