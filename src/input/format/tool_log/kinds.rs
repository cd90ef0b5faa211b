//! Which events prove more than their names say, by their names in any spelling, and what an event is called that
//! has a category and an action.
//!
//! Every row of a log is asked, so a name is looked up by its letters alone, without a text being made of them.

use crate::key::{FastMap, Key};
use crate::ladder::vocabulary;
use std::borrow::Cow;
use std::sync::LazyLock;

/// What kind of event it is, as far as that decides what its record is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The view of a page.
    Page,
    /// A look at a list of products.
    List,
    /// A step of the checkout.
    CheckoutStep,
    /// Something that one enters oneself for.
    SignUp,
    /// A file was fetched.
    Download,
    /// Something was clicked.
    Click,
}

impl Kind {
    /// The kind of the event with this name; case, signs and gaps between words do not matter.
    pub fn of(name: &str) -> Option<Kind> {
        KINDS.get(&letters_of(name)?).copied()
    }
}

/// Whether a name is one of these, which are written in lower case and without gaps.
pub fn is_called(name: &str, any: &[&str]) -> bool {
    letters_of(name).is_some_and(|own| any.iter().any(|name| Key::of(name.as_bytes()) == own))
}

/// The name of an event that has an action and mostly a category: what both say together if that is known
/// (`Newsletter`, `signup`), else what the action says, unless that is one word, which could be anything (`Banner`,
/// `view`), and the category is not that of all sales.
pub fn name_of<'r>(category: Option<Cow<'r, str>>, action: Cow<'r, str>) -> Cow<'r, str> {
    let Some(category) = category else { return action };
    let both = format!("{category} {action}");
    let words = vocabulary::fold(&action);
    let is_own = words.contains('_') || is_called(&category, &SALES);
    if is_own && vocabulary::canonical(&both).is_none() { action } else { Cow::Owned(both) }
}

/// Categories under which anything of a shop is recorded.
const SALES: [&str; 6] =
    ["ecommerce", "enhancedecommerce", "shop", "store", "shopify", "woocommerce"];

/// No name that is known has more letters.
const LONGEST: usize = 48;

/// A key of the letters and digits of a name in lower case, without the maker in brackets before it.
fn letters_of(name: &str) -> Option<Key> {
    let behind = name.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let name = behind.map_or(name, |(_, rest)| rest);
    let mut letters = [0; LONGEST];
    let mut count = 0;
    for byte in name.bytes().filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii()) {
        *letters.get_mut(count)? = byte.to_ascii_lowercase();
        count += 1;
    }
    Some(Key::of(letters.get(..count)?))
}

static KINDS: LazyLock<FastMap<Key, Kind>> = LazyLock::new(|| {
    let canonical = [
        (Kind::Page, "page_viewed"),
        (Kind::List, "collection_viewed"),
        (Kind::CheckoutStep, "checkout_step_completed"),
        (Kind::SignUp, "account_created"),
        (Kind::SignUp, "form_submitted"),
        (Kind::Download, "file_downloaded"),
        (Kind::Click, "clicked"),
    ];
    let known = canonical.into_iter().flat_map(|(kind, canonical)| {
        vocabulary::names_of(canonical).map(move |name| (kind, name))
    });
    let others =
        OTHERS.into_iter().flat_map(|(kind, names)| names.iter().map(move |name| (kind, *name)));
    known.chain(others).filter_map(|(kind, name)| Some((letters_of(name)?, kind))).collect()
});

/// Names that mean nothing for certain by themselves.
const OTHERS: [(Kind, &[&str]); 4] = [
    (Kind::List, &["product_list_filtered"]),
    (Kind::SignUp, &["generate_lead", "lead_generated", "submitted_form", "submit_form"]),
    (Kind::Download, &["download", "downloaded_file"]),
    (
        Kind::Click,
        &[
            "link_clicked",
            "link_click",
            "clicked_link",
            "outbound_link_clicked",
            "outbound_click",
            "element_clicked",
            "mp_click",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_known_in_any_spelling() {
        for (names, expected) in [
            ("page|Page Viewed|page_viewed|Viewed Page|Page View|$pageview", Some(Kind::Page)),
            (
                "Product List Viewed|product_list_viewed|viewItemList|view_collection",
                Some(Kind::List),
            ),
            ("Checkout Step Completed|checkout_step", Some(Kind::CheckoutStep)),
            ("Signed Up|sign_up|[Amplitude] Form Submitted|generate_lead", Some(Kind::SignUp)),
            ("file_download|[Amplitude] File Downloaded|File Downloaded", Some(Kind::Download)),
            ("$autocapture|click|[Amplitude] Element Clicked|Link Clicked", Some(Kind::Click)),
            ("Product Viewed|purchase||[x]|Größe gewählt", None),
        ] {
            for name in names.split('|') {
                assert_eq!(Kind::of(name), expected, "{name}");
            }
        }
        assert_eq!(Kind::of(&"page".repeat(20)), None);
        assert!(is_called("Started checkout", &["startedcheckout"]));
    }

    #[test]
    fn a_category_says_what_an_action_of_one_word_is() {
        for (category, action, expected) in [
            ("Ecommerce", "purchase", "checkout_completed"),
            ("Ecommerce", "addToCart", "product_added_to_cart"),
            ("Product", "add_to_cart", "product_added_to_cart"),
            ("shop", "checkout", "checkout_started"),
            ("Cart", "add", "product_added_to_cart"),
            ("Newsletter", "Sign up", "email_signup"),
            ("newsletter", "signup", "email_signup"),
            ("video", "play", "video_watched"),
            ("account", "signup", "account_created"),
        ] {
            let name = name_of(Some(category.into()), action.into());
            assert_eq!(vocabulary::canonical(&name), Some(expected), "{category} {action}: {name}");
        }
        for (category, action, expected) in [
            ("Banner", "view", "Banner view"),
            ("filter", "buy", "filter buy"),
            ("Size guide", "Tab opened", "Tab opened"),
        ] {
            assert_eq!(name_of(Some(category.into()), action.into()), expected);
        }
        assert_eq!(name_of(None, "view".into()), "view");
    }
}
