//! The names in `funnel.toml`: what a shop calls its events, said once for all commands. Everything else
//! in that file is an option and none of this room's business.

use super::problems::Problems;
use crate::error::Result;
use crate::ladder::own_names::OwnNames;
use crate::ladder::vocabulary;
use toml::de::{DeTable, DeValue};

/// The table of names.
pub const NAMES: &str = "map";

/// Reads the names in a file. `path` names it in messages; what `is_column` knows is a column of reports and
/// need not be an event.
///
/// # Errors
/// All problems of the file in one message, each with path, line, column and a caret.
pub fn own_names(path: &str, text: &str, is_column: impl Fn(&str) -> bool) -> Result<OwnNames> {
    let mut problems = Problems::default();
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        problems.add(error.span().unwrap_or_default(), error.message(), "");
    }
    problems.check(path, text)?;
    let mut own = OwnNames::default();
    if let Some(DeValue::Table(map)) = document.get_ref().get(NAMES).map(toml::Spanned::get_ref) {
        read_map(map, &is_column, &mut own, &mut problems);
    }
    problems.check(path, text)?;
    Ok(own)
}

fn read_map(
    map: &DeTable<'_>,
    is_column: &impl Fn(&str) -> bool,
    own: &mut OwnNames,
    problems: &mut Problems,
) {
    for (name, value) in map {
        let DeValue::String(target) = value.get_ref() else {
            problems.add(
                value.span(),
                "an event's name is text",
                "write the name as \"product_viewed\"",
            );
            continue;
        };
        let Some(canonical) = vocabulary::canonical(target) else {
            if is_column(target) {
                continue;
            }
            let near = vocabulary::nearest(target, vocabulary::names())
                .map(|near| format!("did you mean `{near}`? "))
                .unwrap_or_default();
            problems.add(
                value.span(),
                format!("`{target}` is no event that is known"),
                format!("{near}docs/formats.md lists the names: Names of events"),
            );
            continue;
        };
        if let Some(before) = own.add(name.get_ref(), canonical) {
            problems.add(
                name.span(),
                format!("the same name is `{before}` and `{canonical}`"),
                "names that differ in case and signs only are one: leave one of them",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_mistakes_found_all_at_once() {
        let own_names = |path, text| own_names(path, text, |column| column == "sessions");
        let text =
            "[map]\n\"M1\" = \"Placed Order\"\nkauf = \"product_viewed\"\nBesuche = \"sessions\"";
        let own = own_names("f", text);
        let own = own.unwrap();
        assert_eq!(own.canonical("m1"), Some("checkout_completed"));
        assert_eq!(own.canonical("Kauf"), Some("product_viewed"));
        let wrong = "top = 3\n[map]\na = \"product_vewed\"\nb = 7\n";
        let error = own_names("f", wrong).unwrap_err().to_string();
        for part in ["f:3:5", "`product_viewed`?", "f:4:5"] {
            assert!(error.contains(part), "{part}: {error}");
        }
        assert_eq!(own_names("f", "map = \"time=ts\"").unwrap(), OwnNames::default());
        assert!(own_names("f", "map = ").is_err());
        let twice = "[map]\n\"dl_view\" = \"visit\"\n\"DL View\" = \"product_viewed\"\n";
        let error = own_names("f", twice).unwrap_err().to_string();
        assert!(error.contains("the same name is"), "{error}");
        assert!(own_names("f", &twice.replace("product_viewed", "visit")).is_ok());
    }
}
