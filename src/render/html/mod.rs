//! An answer as one page: no request to anywhere, no script, light and dark, readable on a telephone, on
//! paper, by a screen reader, and where styles or pictures are taken out.
//!
//! Every picture has its table below it. The content policy allows the page's own style sheet and
//! nothing else, so even a mistake in escaping could not run or load anything.

mod table;

use super::markup::Markup;
use super::svg;
use crate::report::document::{Document, KeyFigure, Section};
use crate::report::words;
use sha2::{Digest, Sha256};

/// A table with more rows than this is folded where a figure says what matters in it.
const FOLDED: usize = 14;

/// And any other that only pages have room for with more than this.
const LONG: usize = 40;

const STYLE: &str = include_str!("style.css");

/// The whole page.
pub(super) fn page(document: &Document) -> String {
    let mut page = Markup::default();
    page.constant("<!doctype html>\n").open("html", &[("lang", "en")]).newline();
    head(&mut page, &document.title);
    page.open("body", &[]).newline().add(&svg::patterns()).newline();
    page.open("main", &[]).newline();
    masthead(&mut page, document);
    // Long listings stand behind everything that a reader wants to know.
    let numbered = || document.sections.iter().enumerate();
    for (number, section) in numbered().filter(|(_, section)| section.listing.is_none()) {
        self::section(&mut page, section, number, &document.range);
    }
    notices(&mut page, &document.notices);
    for (number, section) in numbered().filter(|(_, section)| section.listing.is_some()) {
        self::section(&mut page, section, number, &document.range);
    }
    page.open("footer", &[]).newline();
    for text in &document.provenance {
        page.element("p", &[], text).newline();
    }
    page.close("footer").newline().close("main").close("body").close("html").newline();
    page.into_text()
}

fn head(page: &mut Markup, title: &str) {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        base64(&Sha256::digest(STYLE))
    );
    page.open("head", &[]).constant("<meta charset=\"utf-8\">").newline();
    // In quotes the policy's apostrophes would be escaped, which browsers undo.
    page.open("meta", &[("http-equiv", "Content-Security-Policy"), ("content", &policy)]).newline();
    page.constant("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        .newline();
    page.constant("<meta name=\"color-scheme\" content=\"light dark\">").newline();
    page.constant("<link rel=\"icon\" href=\"data:,\">").newline();
    page.element("title", &[], title).newline();
    page.constant("<style>").constant(STYLE).constant("</style>").newline().close("head").newline();
}

fn masthead(page: &mut Markup, document: &Document) {
    page.open("header", &[]).newline();
    page.element("h1", &[], &document.title).newline();
    for text in &document.scope {
        page.element("p", &[("class", "scope")], text).newline();
    }
    page.open("div", &[("class", "headline")]);
    for text in &document.headline {
        page.element("p", &[], text);
    }
    page.close("div").newline();
    if !document.figures.is_empty() {
        page.open("dl", &[("class", "key")]).newline();
        document.figures.iter().for_each(|figure| key_figure(page, figure));
        page.close("dl").newline();
    }
    page.close("header").newline();
}

fn key_figure(page: &mut Markup, figure: &KeyFigure) {
    page.open("div", &[]).element("dt", &[], &figure.name).element("dd", &[], &figure.value);
    page.element("dd", &[("class", "note")], &figure.note).close("div").newline();
}

fn section(page: &mut Markup, section: &Section, number: usize, range: &str) {
    let sheet = &section.sheet;
    let id = format!("section-{}", number + 1);
    let label = [("aria-labelledby", &*id)];
    page.open("section", if sheet.title.is_empty() { &[] } else { &label }).newline();
    if !sheet.title.is_empty() {
        page.element("h2", &[("id", &id)], &sheet.title).newline();
    }
    for text in &sheet.lead {
        page.element("p", &[], text).newline();
    }
    for figure in &section.figures {
        page.add(&svg::figure(figure, range));
    }
    let rows = sheet.rows.len();
    let is_long =
        rows > FOLDED && !section.figures.is_empty() || rows > LONG && section.only_in_pages;
    if is_long {
        let summary = format!("Table of {} rows", words::count(rows as u64));
        page.open("details", &[]).element("summary", &[], &summary).newline();
    }
    table::table(page, sheet);
    if is_long {
        page.close("details").newline();
    }
    if let Some(listing) = &section.listing {
        page.open("pre", &[("tabindex", "0")]);
        // Line ends are the listing's own; everything else is made visible line by line.
        for line in listing.lines() {
            page.text(line).newline();
        }
        page.close("pre").newline();
    }
    page.close("section").newline();
}

fn notices(page: &mut Markup, notices: &[String]) {
    if notices.is_empty() {
        return;
    }
    page.open("section", &[("class", "notices"), ("aria-labelledby", "notices")]).newline();
    page.element("h2", &[("id", "notices")], "Notices").newline().open("ul", &[]).newline();
    for notice in notices {
        page.element("li", &[], notice).newline();
    }
    page.close("ul").close("section").newline();
}

/// Bytes in the alphabet of RFC 4648.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let index = (bits >> (18 - 6 * place)) as usize & 63;
            text.push(if place > chunk.len() { '=' } else { char::from(ALPHABET[index]) });
        }
    }
    text
}

#[cfg(test)]
mod tests;
