//! The secondary actions, and what tools and shops call them.
//!
//! Shops name them as they like, so most are known by patterns. A pattern says what was done, not whether it was: words
//! that say the opposite (`declined`, `closed`), or that something was only shown, speak against every action, and each
//! action has words of its own that make something else of its name. Names that a table has are not asked.

use super::{MULTI_PAGE_VISIT, Role};
use regex::RegexSet;
use std::sync::LazyLock;

/// The secondary action whose pattern a folded name meets: the first that nothing speaks against, so special ones
/// stand first.
pub(super) fn of(folded: &str) -> Option<&'static str> {
    if UNDONE.iter().any(|part| folded.contains(part)) || has_word(folded, &NOT_DONE) {
        return None;
    }
    let has_view = has_word(folded, &VIEWS);
    let speaks_against =
        |action: &Secondary| has_view && !action.is_by_view || has_word(folded, action.unless);
    let mut met = PATTERNS.matches(folded).into_iter().filter_map(|place| SECONDARY.get(place));
    met.find(|action| !speaks_against(action)).map(|action| action.id)
}

/// Whether a word of a folded name is one of these, or begins with one that ends in `*`.
fn has_word(folded: &str, words: &[&str]) -> bool {
    folded.split('_').any(|own| {
        words.iter().any(|word| match word.strip_suffix('*') {
            Some(start) => own.starts_with(start),
            None => own == *word,
        })
    })
}

/// The patterns of [`SECONDARY`], in its order. Each must reach from the start of some word of the
/// folded name to the name's end.
static PATTERNS: LazyLock<RegexSet> = LazyLock::new(|| {
    let whole = |action: &Secondary| format!("^(?:[a-z0-9_]*_)?(?:{})$", action.pattern);
    RegexSet::new(SECONDARY.iter().map(whole)).expect("a test compiles the patterns of the table")
});

/// Parts of names that say that an action was undone or did not succeed.
const UNDONE: [&str; 9] =
    ["remov", "delet", "unsub", "unfollow", "cancel", "fail", "error", "opt_out", "opted_out"];

/// Words of names that say that nothing was done: it was refused, or only shown.
const NOT_DONE: [&str; 27] = [
    "not",
    "never",
    "already",
    "declin*",
    "denied",
    "deny",
    "denies",
    "dismiss*",
    "revok*",
    "reject*",
    "close",
    "closed",
    "closes",
    "closing",
    "abandon*",
    "churn*",
    "expir*",
    "ended",
    "skip*",
    "optout",
    "shown",
    "impression*",
    "display*",
    "load*",
    "ready",
    "render*",
    "hover*",
];

/// Words of names that say that something was looked at: few actions are no more than that.
const VIEWS: [&str; 4] = ["view", "views", "viewed", "viewing"];

/// A secondary action of the program.
pub(super) struct Secondary {
    /// The canonical name.
    pub(super) id: &'static str,
    pub(super) label: &'static str,
    pub(super) role: Role,
    /// Whether ladders without actions of their own measure it.
    pub(super) by_default: bool,
    /// What tools call it, folded: found without the pattern.
    pub(super) also: &'static [&'static str],
    /// What shops call it, folded.
    pattern: &'static str,
    /// Words that make something else of a name with the pattern.
    unless: &'static [&'static str],
    /// Whether looking at it is doing it.
    is_by_view: bool,
}

impl Secondary {
    const fn unless(self, unless: &'static [&'static str]) -> Secondary {
        Secondary { unless, ..self }
    }

    const fn by_view(self) -> Secondary {
        Secondary { is_by_view: true, ..self }
    }
}

const fn action(
    id: &'static str,
    label: &'static str,
    also: &'static [&'static str],
    pattern: &'static str,
) -> Secondary {
    let (role, by_default, is_by_view) = (Role::Action, true, false);
    Secondary { id, label, role, by_default, also, pattern, unless: &[], is_by_view }
}

const fn extra(id: &'static str, label: &'static str, pattern: &'static str) -> Secondary {
    Secondary { by_default: false, ..action(id, label, &[], pattern) }
}

/// Secondary actions, special ones before general ones.
#[rustfmt::skip]
pub(super) static SECONDARY: &[Secondary] = &[
    action("sms_subscribed", "SMS sign-up", &["subscribed_to_sms_marketing", "text_subscribed"],
        "sms_?((popup|pop_up|form|modal|footer|banner)_)*(subscri|opt_?in|consent|sign_?up)[a-z0-9_]*|subscribed_to_sms[a-z0-9_]*|consented_to_receive_sms"),
    action("push_subscribed", "Push notifications on", &[
        "push_prompt_accepted", "web_push_prompt_accepted", "web_push_prompt_allowed",
    ], "push_?(notifications?_)?(subscri[a-z]*|opt_?in|opted_in|sign_?up|permission_granted)|web_?push[a-z0-9_]*")
        .unless(&["prompt*", "receiv*", "sent", "send", "deliver*", "click*", "tap*", "open*"]),
    action("rss_subscribed", "Feed subscription", &[], "rss[a-z0-9_]*|feed_subscri[a-z]*").by_view(),
    action("whatsapp_chat_started", "WhatsApp chat", &[], "whats_?app_(chat|contact|message)[a-z0-9_]*")
        .unless(&["receiv*", "deliver*"]),
    action("whatsapp_shared", "WhatsApp share", &[],
        "whats_?app[a-z0-9_]*|shared?_(on|via|to|with)_whats_?app")
        .unless(&["opt", "opted", "optin", "consent*", "subscri*", "sign*", "order*", "receiv*", "deliver*", "message*"]),
    action("email_signup", "Email sign-up", &[
        "newsletter_signup", "newsletter_sign_up", "newsletter_subscribed", "newsletter_subscribe",
        "subscribed_to_list", "subscribed_to_email_marketing", "form_submitted_by_profile",
        "form_completed_by_profile", "email_subscribed", "dl_subscribe",
    ], "(newsletter|e_?mail|mailing|klaviyo|mailchimp|omnisend|privy)_?(list|marketing)?_?((form|popup|pop_up|footer|header|modal|banner|section|sidebar|widget|bar|page|checkout|exit_intent)_)*(sign_?up|signed_up|subscri[a-z]*|opt_?in|opted_in|join[a-z]*)(_(form|popup))?(_(submi|complet|success|confirm)[a-z]*)?|newsletter_((popup|pop_up|footer|header|modal|banner)_)*(form_)?submi[a-z]*|subscribed_to_(list|e_?mail|newsletter)[a-z0-9_]*|(sign_?up|signed_up|signup|subscri[a-z]*|join[a-z]*)_((for|to|the|our)_)*(newsletter|mailing_list|e_?mail(_list)?)"),
    action("lead_magnet_claimed", "Offer claimed", &["generate_lead", "lead_generated"],
        "lead_?magnet[a-z0-9_]*|(coupon|discount|offer)_?(claim|unlock|popup_submit)[a-z]*|(checklist|template|sample)_?(request|download|claim)[a-z]*"),
    action("ebook_downloaded", "Guide downloaded", &[],
        "(ebook|e_book|guide|whitepaper|white_paper|pdf|catalog[a-z]*|lookbook|brochure)_?download[a-z]*|download(ed)?_(the_|an_|a_)?(ebook|e_book|guide|whitepaper|white_paper|pdf|catalog[a-z]*|lookbook|brochure)"),
    action("video_watched", "Video watched", &[
        "video_start", "video_progress", "video_complete", "video_playback_started",
        "video_playback_completed", "video_content_started", "video_content_completed",
    ], "video_(content_)?(start|play|progress|complet|watch)[a-z0-9_]*|(start|play|watch|complet)[a-z]*_(the_|a_)?video")
        .unless(&["paus*", "interrupt*", "exit*", "seek*", "buffer*"]),
    action("demo_booked", "Demo booked", &["invitee_scheduled"],
        "(demo|call|appointment|consult[a-z]*|meeting)_?(book|schedul|request)[a-z]*|(book|schedul|request)[a-z]*_(a_)?(demo|call|appointment|consult[a-z]*|meeting)|calendly[a-z0-9_]*")
        .unless(&["select*", "height", "open*"]),
    action("trial_or_quote_requested", "Trial or quote", &["trial_started", "start_trial"],
        "(trial|quote|estimate|rfq)_?(start|request|submit)[a-z]*|(start|request|submit)[a-z]*_(a_)?(free_)?(trial|quote|estimate|rfq)")
        .unless(&["delivery", "shipping"]),
    action("read_more_clicked", "Read more", &[],
        "read_?more[a-z0-9_]*|expand_description|description_expanded|show_more|article_(open|view)[a-z0-9_]*|content_view")
        .by_view(),
    action("reviews_read", "Reviews read", &[],
        "reviews?(_(section|tab|list))?_(view|open|read|expand|scroll|click)[a-z0-9_]*|(view|open|read|expand)[a-z]*_(the_)?reviews?")
        .by_view().unless(&["writ*", "wrote", "leave", "submi*", "add", "form", "email"]),
    action("review_submitted", "Review written", &["product_reviewed"],
        "review_?(submi|creat|post|writ)[a-z]*|(submi|creat|post|writ|wrote)[a-z]*_(a_)?(product_)?review"),
    action("quiz_completed", "Quiz completed", &[],
        "quiz_(complet|finish|submi|result)[a-z0-9_]*|(complet|finish|submi)[a-z]*_(the_|a_)?quiz").by_view(),
    action("quiz_started", "Quiz started", &[], "quiz_start[a-z0-9_]*|start(ed)?_(the_|a_)?quiz"),
    action("social_followed", "Social follow", &[],
        "follow(ed)?_?(click[a-z]*|us|on_[a-z]+|[a-z0-9_]*(facebook|instagram|tik_?tok|you_?tube|pinterest)[a-z0-9_]*)|(facebook|instagram|tik_?tok|you_?tube|pinterest|social)_follow[a-z0-9_]*"),
    action("social_liked", "Social like", &[],
        "liked?_?(click[a-z]*|us|[a-z0-9_]*(facebook|instagram|tik_?tok|you_?tube|pinterest)[a-z0-9_]*)|(facebook|instagram|tik_?tok|you_?tube|pinterest|social)_like[a-z0-9_]*"),
    action("social_shared", "Share", &["share", "shared", "product_shared", "cart_shared"],
        "shar(e|es|ed|ing)(_[a-z0-9_]*)?")
        .unless(&["popup", "modal", "dialog", "menu", "sheet", "screen"]),
    Secondary {
        role: Role::Browse,
        ..action("site_searched", "Site search", &[
            "search_submitted", "submitted_search", "search", "searched", "site_search",
            "view_search_results", "viewed_search_results", "search_results_viewed",
            "search_results_view", "view_search", "search_performed", "products_searched",
            "product_searched", "search_page",
        ], "(site|product|store|shop)_?search(ed|es)?|search(ed)?_(site|store|shop|products?)")
    },
    action("wishlist_added", "Added to wishlist", &[
        "add_to_wishlist", "added_to_wishlist", "product_added_to_wishlist", "fav",
        "commerce_save_for_laters",
    ], "(wish_?list|favou?rites?|saved?_for_later)(_(product|item))?(_?(add|sav|creat|click|toggl)[a-z]*)?|favou?rited|wish_?listed")
        .unless(&["open*", "empty", "emptied", "clear*", "my", "page", "go", "see", "move*"]),
    action("account_created", "Account created", &["sign_up", "signup", "signed_up", "customers_create",
        "complete_registration", "completed_registration", "registration_completed",
        "registration_complete", "register", "registered"],
        "(account|customer|user)_?(creat|regist)[a-z]*|(creat|regist)[a-z]*_(an_)?account|sign(ed)?_?up")
        .unless(&["newsletter*", "waitlist*", "wait", "push", "sms", "text", "popup", "pop", "email*", "mail*", "mailing",
            "list", "webinar*", "event", "stock", "alert*", "notification*", "click*", "tap*", "whatsapp"]),
    extra("chat_started", "Chat started", "chat_(start|open)[a-z]*|(start|open)[a-z]*_(a_)?chat"),
    extra("store_locator_used", "Store locator", "(store_locator|find_a_store)[a-z0-9_]*").by_view(),
    extra("back_in_stock_requested", "Back-in-stock request", "(back_in_stock|notify_me)[a-z0-9_]*")
        .unless(&["sent", "send", "email*", "receiv*"]),
    extra("gift_card_viewed", "Gift card page", "gift_?card_view[a-z]*|view(ed)?_gift_?card").by_view(),
    extra(MULTI_PAGE_VISIT, "Several pages in one visit", "multi_page_visit"),
];
