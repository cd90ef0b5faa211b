//! The view of the inputs as a document: one section a file, then what is missing for a full ladder.

use super::answer::Answer;
use super::document::{Document, Section};
use super::inspect::{CustomersReport, InspectReport, InspectedInput, MissingReport};
use super::records::{Records, Value};
use super::sheet::{Sheet, events_sheet, quality_sheet, rows_sentence};
use super::zone::Moment;
use super::{QualityReport, words};

impl Answer for InspectReport {
    fn document(&self) -> Document {
        let mut sections: Vec<Section> = self.inputs.iter().map(input_section).collect();
        sections.push(section("Customers", customer_texts(self.customers)));
        sections.push(section("Missing for a full ladder", missing_texts(&self.missing)));
        sections.push(Section::from(quality_sheet(&self.quality)));
        sections.push(section("First rows set aside", example_texts(&self.quality)));
        sections.retain(|section| !section.is_empty());
        Document {
            title: "What the files are".to_owned(),
            sections,
            notices: self.notices.iter().map(|notice| notice.message.clone()).collect(),
            ..Document::default()
        }
    }

    fn records(&self) -> Records {
        let header = [
            "path",
            "format",
            "encoding",
            "rows_read",
            "rows_used",
            "rows_set_aside",
            "from",
            "to",
        ];
        let moment =
            |at: Option<Moment>| at.map_or(Value::Nothing, |at| Value::Text(at.to_string()));
        let row = |input: &InspectedInput| {
            let mut row: Vec<Value> =
                [input.path.as_str(), input.format, input.encoding].map(Value::from).into();
            row.extend([input.rows_read, input.rows_used, input.rows_set_aside].map(Value::from));
            row.extend([moment(input.from), moment(input.to)]);
            row
        };
        let header = header.map(str::to_owned).to_vec();
        Records { kind: "input", header, rows: self.inputs.iter().map(row).collect() }
    }
}

/// A heading with its sentences.
fn section(title: &str, texts: Vec<String>) -> Section {
    Section::from(Sheet { lead: texts, ..Sheet::new(title, Vec::new()) })
}

fn input_section(input: &InspectedInput) -> Section {
    let title = format!("{}: {}", input.path, input.format);
    Section::from(Sheet { title, lead: input_texts(input), ..events_sheet(input) })
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
        input.compression.map(|packing| format!("packed: {packing}")),
        Some(format!("text: {}{}", input.encoding, separator.unwrap_or_default())),
        Some(format!(
            "rows: {}",
            rows_sentence(input.rows_read, input.rows_used, input.rows_set_aside)
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
        "{total} {}, {} of them anonymous.",
        words::people("customer", customers.total),
        words::count(customers.anonymous)
    )];
    if customers.total == 0 {
        texts = vec!["No row is an event that says who it was.".to_owned()];
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
