//! Texts that stand for nobody where an identifier should be: words that trackers send, and templates that nobody filled in.
//!
//! What is blank, and words for nothing (`null`), are told elsewhere. Whether data may have an ordinary customer of such a
//! name, as data sets whose columns are known may, is for the caller to know.

/// What trackers send for "nobody", by its letters in lower case.
pub(super) const WORDS: [&str; 56] = [
    "anon",
    "anonym",
    "anonyme",
    "anonymous",
    "anonymoususer",
    "blank",
    "clientid",
    "convidado",
    "customer",
    "customerid",
    "default",
    "deviceid",
    "distinctid",
    "email",
    "empty",
    "false",
    "gast",
    "guest",
    "guestcheckout",
    "guestuser",
    "id",
    "invalid",
    "invitado",
    "invité",
    "loggedout",
    "missing",
    "nichtangemeldet",
    "noconsent",
    "noid",
    "nologin",
    "notauthenticated",
    "notavailable",
    "notloggedin",
    "notprovided",
    "notset",
    "notsignedin",
    "nouser",
    "nouserid",
    "objectobject",
    "objectpromise",
    "objectundefined",
    "ospite",
    "placeholder",
    "signedout",
    "true",
    "unauthenticated",
    "undefined",
    "unidentified",
    "unknown",
    "unknownuser",
    "unregistered",
    "user",
    "userid",
    "visitor",
    "visitorid",
    "walkin",
];

/// Those that somebody in data of few columns may be called as well.
const ROLES: [&str; 4] = ["customer", "default", "user", "visitor"];

/// Further words, exactly: what no letters tell.
const EXACTLY: [&str; 2] = ["{}", "lmy47d"];

/// No such text is longer, in bytes: with signs between its letters and quotes around them.
pub(super) const LONGEST: usize = 24;

/// Whether a text is such a word, and nothing that somebody may be called.
pub(super) fn is_clear_word(text: &str) -> bool {
    is_word(text) && !ROLES.iter().any(|role| role.eq_ignore_ascii_case(text))
}

/// Whether a text is such a word. A digit makes it somebody's id.
pub(super) fn is_word(text: &str) -> bool {
    if text.len() > LONGEST {
        return false;
    }
    if EXACTLY.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return true;
    }
    let is_sign = |letter: char| {
        matches!(letter, ' ' | '_' | '-' | '.' | '(' | ')' | '[' | ']' | '<' | '>' | '/')
    };
    if !text.chars().all(|letter| letter.is_alphabetic() || is_sign(letter)) {
        return false;
    }
    let letters: String = text.chars().filter(|letter| letter.is_alphabetic()).collect();
    WORDS.binary_search(&letters.to_lowercase().as_str()).is_ok()
}

/// Whether a text is a template that nobody has filled in: `{{user_id}}`, `${userId}`, `%USER_ID%`, `%%user_id%%`.
#[inline]
pub(super) fn is_template(text: &[u8]) -> bool {
    match text {
        [b'{', b'{', .., b'}', b'}'] | [b'$', b'{', .., b'}'] => true,
        [b'%', inside @ .., b'%'] => !inside.is_empty() && !inside.iter().any(u8::is_ascii_digit),
        _ => false,
    }
}

/// What is before the `@` of an address that nobody has.
const NO_NAMES: [&str; 12] = [
    "anonymous",
    "guest",
    "na",
    "no-email",
    "no-reply",
    "nobody",
    "noemail",
    "nomail",
    "none",
    "noreply",
    "null",
    "unknown",
];

/// Domains of which such names are nobody's: those for examples, and what people write who have none.
const NO_DOMAINS: [&str; 12] = [
    "domain.com",
    "email.com",
    "example.com",
    "example.net",
    "example.org",
    "invalid",
    "localhost",
    "noemail.com",
    "nomail.com",
    "none.com",
    "test",
    "test.com",
];

/// Whether an address in lower case is nobody's: `noreply@…`, `none@none.com`, `guest@example.com`, `a@a.com`, `test@test.com`.
pub(super) fn is_address(name: &str, domain: &str) -> bool {
    if ["noreply", "no-reply", "no-email", "noemail"].contains(&name) {
        return true;
    }
    let label = domain.split('.').next().unwrap_or(domain);
    let is_twice = name == label;
    let is_no_name = NO_NAMES.contains(&name);
    is_no_name && (is_twice || NO_DOMAINS.contains(&domain))
        || is_twice && (name.len() == 1 || name == "test")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_however_they_are_put_together() {
        assert!(WORDS.is_sorted());
        for (text, expected) in [
            ("Not Logged In", true),
            ("not_logged_in", true),
            ("(not provided)", true),
            ("[object Promise]", true),
            ("GuestUser", true),
            ("invité", true),
            ("INVITÉ", true),
            ("{}", true),
            ("visitor1", false),
            ("guestave", false),
            ("customer-a", false),
            ("", false),
        ] {
            assert_eq!(is_word(text), expected, "{text}");
        }
    }

    #[test]
    fn templates_are_what_stands_in_their_signs() {
        for (text, expected) in [
            ("{{user_id}}", true),
            ("{{customer.default_address.id}}", true),
            ("${userId}", true),
            ("%%user_id%%", true),
            ("%USER_ID%", true),
            ("%41%", false),
            ("{user}", false),
            ("%%", false),
            ("100%", false),
        ] {
            assert_eq!(is_template(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn addresses_that_nobody_has() {
        for (text, expected) in [
            ("guest@example.com", true),
            ("none@none.com", true),
            ("a@a.com", true),
            ("test@test.com", true),
            ("noreply@shop.example.com", true),
            ("guest@hotel.example", false),
            ("guest@mail.hotel.example", false),
            ("nobody@mail.example", false),
            ("ada@example.com", false),
            ("smith@smith.com", false),
        ] {
            let (name, domain) = text.split_once('@').unwrap();
            assert_eq!(is_address(name, domain), expected, "{text}");
        }
    }
}
