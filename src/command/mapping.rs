//! Whether `--map` says anything of the files: parts that no format has a use for, and columns or keys that are in none.

use super::Resolved;
use crate::error::{Error, Result};
use crate::findings::Notice;
use crate::input::Input;
use crate::input::aliases::{Part, like};
use crate::input::format::Format;
use crate::ladder::vocabulary;

/// What to tell of what was typed behind `--map`, once it is known what the inputs are.
pub(super) fn said_of(inputs: &[Input], resolved: &Resolved) -> Result<Vec<Notice>> {
    if !resolved.is_map_typed {
        return Ok(Vec::new());
    }
    let absent = resolved.told.map.iter().map(|(part, name)| absent(*part, name, inputs));
    let absent: Vec<Option<Notice>> = absent.collect::<Result<_>>()?;
    Ok(map_without_use(inputs, resolved).into_iter().chain(absent.into_iter().flatten()).collect())
}

/// An error if a column that was named is in no input that has a use for it. Of JSON only the first records have been
/// looked at, so of keys it is told.
fn absent(part: Part, name: &str, inputs: &[Input]) -> Result<Option<Notice>> {
    let readings = || inputs.iter().map(|input| &input.reading);
    let users = || readings().filter(|reading| reading.format.can_be_told(part));
    let first = name.split('.').next().unwrap_or_default();
    let is_in = |names: &[String]| like(name, names).or_else(|| like(first, names)).is_some();
    if users().next().is_none() || users().any(|reading| is_in(&reading.names)) {
        return Ok(None);
    }
    let names = users().flat_map(|reading| reading.names.iter().map(String::as_str));
    let near = vocabulary::nearest(name, names);
    let meant = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    if users().all(|reading| reading.delimiter.is_some()) {
        let message = format!("--map: no column is called `{name}`, as it says of {}", part.name());
        return Err(Error::new(message)
            .hint(format!("{meant}`funnel inspect` shows which columns are read")));
    }
    let message = format!(
        "--map: no key in the first records is called `{name}`, as it says of {}{}",
        part.name(),
        near.map(|near| format!(": is `{near}` meant?")).unwrap_or_default()
    );
    Ok(Some(Notice { code: "mapped_key_not_seen", message }))
}

/// The formats for which `--map` says anything.
fn takers(map: &[(Part, String)]) -> Vec<Format> {
    let takes_any = |format: &Format| map.iter().any(|(part, _)| format.can_be_told(*part));
    Format::ALL.into_iter().filter(takes_any).collect()
}

/// Of what `--map` says something, and of which files.
fn map_says(map: &[(Part, String)]) -> String {
    let parts: Vec<&str> = map.iter().map(|(part, _)| part.name()).collect();
    let takers: Vec<&str> = takers(map).into_iter().map(Format::id).collect();
    format!(
        "--map says which column or key is {} in files of {}",
        parts.join(", "),
        takers.join(", ")
    )
}

/// Refuses `--map` if the format has no use for any of it.
pub(super) fn has_use_for(format: Format, map: &[(Part, String)]) -> Result<()> {
    if map.is_empty() || takers(map).contains(&format) {
        return Ok(());
    }
    let parts: Vec<&str> = map.iter().map(|(part, _)| part.name()).collect();
    let (id, parts) = (format.id(), parts.join(", "));
    let message = format!("--map: reading `{id}` has no use for {parts}");
    Err(Error::new(message).hint(format!(
        "leave --map out and call the columns in the file as `{id}` does, or leave --as out: {}",
        map_says(map)
    )))
}

/// A notice if what was typed behind `--map` says nothing of any input.
fn map_without_use(inputs: &[Input], resolved: &Resolved) -> Option<Notice> {
    let map = &resolved.told.map;
    let takers = takers(map);
    let is_used = |input: &Input| takers.contains(&input.reading.format);
    if !resolved.is_map_typed || map.is_empty() || inputs.iter().any(is_used) {
        return None;
    }
    let read =
        |Input { reading, .. }: &Input| format!("{} (`{}`)", reading.path, reading.format.id());
    let read: Vec<String> = inputs.iter().map(read).collect();
    let message = format!(
        "--map changes nothing, for the names in {} are known: {} (--as reads a file as one of them)",
        read.join(", "),
        map_says(map)
    );
    Some(Notice { code: "map_without_use", message })
}
