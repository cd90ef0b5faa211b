//! Files that lie beside exports and are none: a manual, a picture, what a system keeps of a folder.
//!
//! Whoever names a folder or a zip file means the exports in it. What a file is, is decided by its content
//! everywhere else; here its name is enough, because no tool gives such a name to an export, and because a file whose
//! name says nothing of the kind must stay an error if it cannot be read. A file that is named by itself is read
//! whatever it is called.

/// What files are called that no tool writes an export to.
const ENDINGS: [&str; 40] = [
    "bmp", "css", "doc", "docm", "docx", "dotx", "eml", "gif", "heic", "htm", "html", "ico", "ini",
    "jpeg", "jpg", "js", "lnk", "md", "mov", "mp4", "msg", "odg", "odp", "odt", "pages", "pdf",
    "png", "ppt", "pptx", "ps", "py", "rtf", "sql", "svg", "tif", "tiff", "toml", "url", "webloc",
    "webp",
];

/// What texts for readers are called, whatever their ending.
const TEXTS: [&str; 10] = [
    "readme",
    "read me",
    "liesmich",
    "lisezmoi",
    "leesmij",
    "leeme",
    "license",
    "licence",
    "copyright",
    "copying",
];

/// Whether a file lies beside exports, for somebody to read or look at.
pub(super) fn is_companion(path: &str) -> bool {
    let name = own_name(path).to_lowercase();
    let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
    let stem = stem.replace(['_', '-'], " ");
    let is_text = matches!(ending, "" | "txt") && TEXTS.contains(&stem.trim());
    is_text || ENDINGS.contains(&ending)
}

/// Whether a system or a program keeps a file for itself: nobody has put it there, and nobody misses it.
pub(super) fn is_hidden(path: &str) -> bool {
    let name = own_name(path);
    let systems = ["Thumbs.db", "ehthumbs.db", "desktop.ini"];
    path.split(['/', '\\']).any(|part| part.starts_with('.') || part == "__MACOSX")
        || name.starts_with("~$")
        || systems.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// The last part of a path. Some programs write the paths of a zip file as Windows does.
fn own_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_no_export() {
        for name in
            ["manual.PDF", "exp/README.txt", "Read_me", "logo.png", "a\\Order.docx", "funnel.toml"]
        {
            assert!(is_companion(name), "{name}");
        }
        let exports = [
            "orders.csv",
            "log.txt",
            "readme.csv",
            "events",
            "a.pdf.csv",
            "b.xlsx",
            "e.log",
            "c.db",
        ];
        for name in exports {
            assert!(!is_companion(name) && !is_hidden(name), "{name}");
        }
        for name in ["exp\\thumbs.db", "desktop.ini", ".DS_Store", "__MACOSX/a.csv", "~$orders.csv"]
        {
            assert!(is_hidden(name), "{name}");
        }
    }
}
