//! The view of the inputs for a terminal: one block a file, then what is missing for a full ladder.
//!
//! Everything from data is escaped on its way (`layout`).

use super::layout::{heading, sheet_lines, wrapped};
use super::table::TableStyle;
use crate::report::QualityReport;
use crate::report::inspect::{CustomersReport, InspectReport, InspectedInput, MissingReport};
use crate::report::{sheet, words};

/// The whole view as text, one newline at the end.
pub fn inspect_table(report: &InspectReport, style: &TableStyle) -> String {
    let mut sections: Vec<Vec<String>> =
        report.inputs.iter().map(|input| input_lines(input, style)).collect();
    sections.push(section("Customers", &customer_texts(report.customers), style));
    sections.push(section("Missing for a full ladder", &missing_texts(&report.missing), style));
    sections.push(sheet_lines(&sheet::quality_sheet(&report.quality), style));
    sections.push(section("First rows set aside", &example_texts(&report.quality), style));
    let notices: Vec<String> = report.notices.iter().map(|n| n.message.clone()).collect();
    sections.push(section("Notices", &notices, style));
    let sections = sections.into_iter().filter(|lines| !lines.is_empty());
    sections.map(|lines| lines.join("\n") + "\n").collect::<Vec<_>>().join("\n")
}

/// A heading with its sentences; nothing if there are none.
fn section(title: &str, texts: &[String], style: &TableStyle) -> Vec<String> {
    if texts.is_empty() {
        return Vec::new();
    }
    let lines = texts.iter().flat_map(|text| wrapped(text, style.width));
    std::iter::once(heading(title, style)).chain(lines).collect()
}

fn input_lines(input: &InspectedInput, style: &TableStyle) -> Vec<String> {
    let mut lines: Vec<String> = wrapped(&format!("{}: {}", input.path, input.format), style.width)
        .iter()
        .map(|line| heading(line, style))
        .collect();
    lines.extend(input_texts(input).iter().flat_map(|text| wrapped(text, style.width)));
    if !input.events.is_empty() {
        lines.extend(sheet_lines(&sheet::events_sheet(input), style));
    }
    lines
}

fn input_texts(input: &InspectedInput) -> Vec<String> {
    let separator = input.delimiter.map(|sign| match sign {
        '\t' => ", separated by tabs".to_owned(),
        sign => format!(", separated by {sign}"),
    });
    let span = match (input.from, input.to) {
        (Some(from), Some(to)) => Some(format!("time: {from} to {to}")),
        (Some(_) | None, _) => None,
    };
    let joined = |what: &str, parts: Vec<String>| {
        (!parts.is_empty()).then(|| format!("{what}: {}", parts.join(", ")))
    };
    let columns = input.columns.iter().map(|(part, column)| format!("{part} = {column}"));
    let identifiers = input.identifiers.iter().map(|found| {
        let (rows, distinct) = (words::count(found.rows), words::count(found.distinct));
        format!(
            "{} in {rows} {}, {distinct} distinct",
            found.kind,
            words::people("row", found.rows)
        )
    });
    let texts = [
        (!input.why.is_empty()).then(|| format!("why: {}", input.why)),
        Some(format!("text: {}{}", input.encoding, separator.unwrap_or_default())),
        Some(format!(
            "rows: {}",
            sheet::rows_sentence(input.rows_read, input.rows_used, input.rows_set_aside)
        )),
        span,
        joined("columns", columns.collect()),
        joined("identifiers", identifiers.collect()),
    ];
    let decisions = input.decisions.iter().map(|decision| format!("decided: {decision}"));
    texts.into_iter().flatten().chain(decisions).collect()
}

fn customer_texts(customers: CustomersReport) -> Vec<String> {
    let total = words::count(customers.total);
    let mut texts = vec![format!(
        "{total} {}, {} of them known by a device only.",
        words::people("customer", customers.total),
        words::count(customers.anonymous)
    )];
    if customers.total == 0 {
        texts = vec!["No row says who it was.".to_owned()];
    }
    texts
}

/// One text for neighbours that need the same.
fn missing_texts(missing: &[MissingReport]) -> Vec<String> {
    missing
        .chunk_by(|one, next| one.needs == next.needs)
        .filter_map(|group| {
            let names: Vec<&str> = group.iter().map(|missing| missing.what.as_str()).collect();
            group.first().map(|first| format!("{}: {}", names.join(", "), first.needs))
        })
        .collect()
}

fn example_texts(quality: &QualityReport) -> Vec<String> {
    let examples = quality.set_aside.iter().flat_map(|aside| &aside.examples);
    examples.map(|example| format!("{}: {}", example.place, example.message)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{example, inspect};

    #[test]
    fn the_text_is_the_golden_one() {
        let (findings, _) = example::storefront();
        let zone = example::options().zone;
        let report = InspectReport::new(&findings, inspect::missing(&findings), zone);
        let text = inspect_table(&report, &TableStyle { width: 80, color: false });
        assert_eq!(text, include_str!("golden/inspect_80.txt"), "{text}");
    }
}
