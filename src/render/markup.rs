//! HTML and SVG by type: what is ours is written as it is, what comes from data is escaped, and nothing
//! can be mistaken for the other, because tags and names of attributes must be constants of the program.

use super::escape::visible;

/// A piece of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Markup(String);

impl Markup {
    /// The text of the page.
    pub(super) fn into_text(self) -> String {
        self.0
    }

    /// Text, possibly from data.
    pub(super) fn text(&mut self, text: &str) -> &mut Markup {
        escape_into(&mut self.0, text);
        self
    }

    /// The begin of an element.
    pub(super) fn open(
        &mut self,
        tag: &'static str,
        attributes: &[(&'static str, &str)],
    ) -> &mut Markup {
        self.begin(tag, attributes);
        self.0.push('>');
        self
    }

    /// The end of an element.
    pub(super) fn close(&mut self, tag: &'static str) -> &mut Markup {
        self.0.push_str("</");
        self.0.push_str(tag);
        self.0.push('>');
        self
    }

    /// An element that holds a text.
    pub(super) fn element(
        &mut self,
        tag: &'static str,
        attributes: &[(&'static str, &str)],
        text: &str,
    ) -> &mut Markup {
        self.open(tag, attributes).text(text).close(tag)
    }

    /// An element of a drawing that holds nothing.
    pub(super) fn shape(
        &mut self,
        tag: &'static str,
        attributes: &[(&'static str, &str)],
    ) -> &mut Markup {
        self.begin(tag, attributes);
        self.0.push_str("/>");
        self
    }

    /// A constant of the program as it is.
    pub(super) fn constant(&mut self, html: &'static str) -> &mut Markup {
        self.0.push_str(html);
        self
    }

    /// Another piece.
    pub(super) fn add(&mut self, other: &Markup) -> &mut Markup {
        self.0.push_str(&other.0);
        self
    }

    /// A line end, for those who read the source.
    pub(super) fn newline(&mut self) -> &mut Markup {
        self.0.push('\n');
        self
    }

    fn begin(&mut self, tag: &'static str, attributes: &[(&'static str, &str)]) {
        self.0.push('<');
        self.0.push_str(tag);
        for (name, value) in attributes {
            self.0.push(' ');
            self.0.push_str(name);
            self.0.push_str("=\"");
            escape_into(&mut self.0, value);
            self.0.push('"');
        }
    }
}

/// Writes a text so that it is a text in HTML, in SVG and in quoted attributes.
fn escape_into(html: &mut String, text: &str) {
    for letter in visible(text).chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_an_element_or_leave_its_attribute() {
        let mut markup = Markup::default();
        let evil = "\"><script>alert('x')</script>&\u{202e}\u{0}";
        markup.element("p", &[("title", evil)], evil);
        let safe = "&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;\\u{202e}\\u{0}";
        assert_eq!(markup.into_text(), format!("<p title=\"{safe}\">{safe}</p>"));
    }
}
