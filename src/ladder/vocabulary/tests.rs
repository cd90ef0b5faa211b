//! The names of other tools, held against the canonical ones.

use super::*;

#[test]
fn names_are_folded() {
    for (name, folded) in [
        ("Order Completed", "order_completed"),
        ("orderCompleted", "order_completed"),
        ("OrderCompleted", "order_completed"),
        ("ORDER_COMPLETED", "order_completed"),
        ("order-completed", "order_completed"),
        ("  order  completed ", "order_completed"),
        ("order/completed!", "order_completed"),
        ("$pageview", "pageview"),
        ("[Amplitude] Page Viewed", "page_viewed"),
        ("[x]", "x"),
        ("PDPView", "pdp_view"),
        ("GA4 Event", "ga4_event"),
        ("Größe Gewählt", "größe_gewählt"),
        ("", ""),
        ("$$", ""),
    ] {
        assert_eq!(fold(name), folded, "{name}");
    }
}

#[test]
fn names_of_the_ladder() {
    for (names, expected) in [
        ("visit|session_start|[Amplitude] Start Session|Active on Site", "visit"),
        ("page_viewed|page_view|$pageview|Page Viewed|Loaded a Page|page|Page View", "page_viewed"),
        ("[Amplitude] Page Viewed|$mp_web_page_view|screen", "page_viewed"),
        ("collection_viewed|view_item_list|Product List Viewed|list_view", "collection_viewed"),
        ("Viewed Collection|category viewed|plp view|select_item", "collection_viewed"),
        ("subcollection_viewed|Subcategory Viewed|sub-category view", "subcollection_viewed"),
        ("product_viewed|view_item|Product Viewed|product_view", "product_viewed"),
        ("view product|pdp view|item view|Viewed Product|view|ViewContent", "product_viewed"),
        ("product_added_to_cart|add_to_cart|Product Added|addtocart", "product_added_to_cart"),
        ("cart|Added to Bag|add to basket|AddToCart|Added to Cart", "product_added_to_cart"),
        ("Wishlist Product Added to Cart", "product_added_to_cart"),
        ("cart_viewed|view_cart|Cart Viewed", "cart_viewed"),
        ("checkout_started|begin_checkout|Checkout Started|InitiateCheckout", "checkout_started"),
        ("initiated checkout|payment_page", "checkout_started"),
        ("Checkout Contact Info Submitted", "checkout_contact_info_submitted"),
        ("Checkout Address Info Submitted|add_address_info", "checkout_address_info_submitted"),
        ("address entered", "checkout_address_info_submitted"),
        ("add_shipping_info|shipping selected", "checkout_shipping_info_submitted"),
        ("Checkout Shipping Info Submitted", "checkout_shipping_info_submitted"),
        ("add_payment_info|Payment Info Entered|AddPaymentInfo", "payment_info_submitted"),
        ("Payment Info Submitted|payment_info_submitted", "payment_info_submitted"),
        ("checkout_completed|purchase|Order Completed|Completed Order", "checkout_completed"),
        ("Transaction Completed|transaction|Placed Order|ecommerceOrder", "checkout_completed"),
        ("orderCompleted|purchased|payment_confirmation_page", "checkout_completed"),
        ("bought|ordered|converted|PaymentScreenSuccessful|thank_you_screen", "checkout_completed"),
        ("CartScreenAppear|cart_opened|view_cart_screen|Basket Page Shown", "cart_viewed"),
        ("visited_checkout|checkout_screen_viewed|2_checkout_screen", "checkout_started"),
        ("HomeScreen|MainScreenAppear|saw_homepage", "page_viewed"),
        ("product_screen|ProductScreenOpened|opened_product", "product_viewed"),
        ("remove_from_cart|Product Removed", "product_removed_from_cart"),
        ("refund|Order Refunded|Refunded Order", "order_refunded"),
        ("Cancelled Order|order_canceled", "order_cancelled"),
        ("alert_displayed", "alert_displayed"),
        ("scroll", "scrolled"),
        ("click|$autocapture", "clicked"),
        ("$identify|$create_alias|merge", "identified"),
        ("Ordered Product", "ordered_product"),
        ("web.webpagedetails.pageViews|web.webPageDetails.pageViews", "page_viewed"),
        ("web.webinteraction.linkClicks", "clicked"),
        ("commerce.productViews", "product_viewed"),
        ("commerce.productListAdds|commerce.productListOpens", "product_added_to_cart"),
        ("commerce.productListViews", "cart_viewed"),
        ("commerce.productListRemovals", "product_removed_from_cart"),
        ("commerce.checkouts", "checkout_started"),
        ("commerce.purchases|commerce.backofficeOrderPlaced", "checkout_completed"),
        ("commerce.saveForLaters", "wishlist_added"),
        ("advertising.impressions", "advertisement_shown"),
        ("directMarketing.emailOpened", "email_opened"),
    ] {
        for name in names.split('|') {
            assert_eq!(canonical(name), Some(expected), "{name}");
        }
    }
}

#[test]
fn letters_alone_tell_a_name_whose_words_have_no_gaps() {
    for (name, expected) in [
        ("viewitem", "product_viewed"),
        ("ViewItemList", "collection_viewed"),
        ("viewitemlist", "collection_viewed"),
        ("productpage", "product_viewed"),
        ("PRODUCTPAGE", "product_viewed"),
        ("begincheckout", "checkout_started"),
        ("ordercompleted", "checkout_completed"),
        ("check_out", "checkout_started"),
    ] {
        assert_eq!(canonical(name), Some(expected), "{name}");
    }
    // What the name with gaps may mean is no more certain without them.
    assert!(weaker("productpage").is_some() && weaker("viewitem").is_none());
    for name in ["items", "viewers", "cartview2", "pa_y", ""] {
        assert_eq!(canonical(name), None, "{name}");
    }
}

#[test]
fn names_of_the_same_letters_mean_the_same() {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for name in weaker::names().chain(FOLDED.keys().copied()) {
        let means = canonical(name).unwrap();
        let own = *seen.entry(gapless(name)).or_insert(means);
        assert_eq!(own, means, "{name}");
    }
}

#[test]
fn names_of_secondary_actions() {
    for (names, expected) in [
        ("newsletter_signup|email_signup|Newsletter Subscribed|mailing_list_join", "email_signup"),
        ("e-mail opt-in|Subscribed to List|Form submitted by profile", "email_signup"),
        ("Subscribed to Email Marketing|footer_newsletter_subscribe", "email_signup"),
        ("sign_up_for_newsletter|newsletter_signup_completed", "email_signup"),
        (
            "ebook_download|eBook Downloaded|size_guide_downloaded|download_catalogue",
            "ebook_downloaded",
        ),
        (
            "lead_magnet_opened|coupon_claimed|generate_lead|discount_unlocked",
            "lead_magnet_claimed",
        ),
        ("video_start|Video Playback Started|homepage video played|play_video", "video_watched"),
        ("demo_booked|Appointment Scheduled|calendly_event|invitee_scheduled", "demo_booked"),
        ("quote_requested|Trial Started|request_a_quote", "trial_or_quote_requested"),
        ("read_more|readMore|product_description_expanded|article_viewed", "read_more_clicked"),
        ("reviews_viewed|review_tab_opened|product_reviews_read", "reviews_read"),
        ("Product Reviewed|review_submitted|write_a_review", "review_submitted"),
        ("quiz_completed|skin quiz finished", "quiz_completed"),
        ("quiz_started", "quiz_started"),
        ("rss_subscribe|RSS feed", "rss_subscribed"),
        ("follow_us|instagram_follow|followed_on_tiktok|YouTube Follow", "social_followed"),
        ("facebook_like|like_us", "social_liked"),
        ("share|Product Shared|share_click|shared_facebook", "social_shared"),
        ("whatsapp_share|share_on_whatsapp|WhatsApp Shared", "whatsapp_shared"),
        ("whatsapp_chat_opened", "whatsapp_chat_started"),
        ("push_subscribed|push_opt_in|web_push_allowed", "push_subscribed"),
        ("sms_subscribed|Subscribed to SMS Marketing|Consented to Receive SMS", "sms_subscribed"),
        ("search_submitted|search|view_search_results|Products Searched", "site_searched"),
        ("Submitted Search|site_searched", "site_searched"),
        ("add_to_wishlist|Product Added to Wishlist|wishlist_add|favourited", "wishlist_added"),
        ("sign_up|Signed Up|Account Created|customer registered|create_account", "account_created"),
        ("chat_started", "chat_started"),
        ("store_locator_opened", "store_locator_used"),
        ("notify_me_clicked", "back_in_stock_requested"),
        ("gift_card_viewed", "gift_card_viewed"),
    ] {
        for name in names.split('|') {
            assert_eq!(canonical(name), Some(expected), "{name}");
        }
    }
}

#[test]
fn common_spellings_of_the_ladder() {
    for (names, expected) in [
        ("page_visit|PageVisit|home-page-view|pageviews|Page Views", "page_viewed"),
        ("Collection Page View|category-page-view", "collection_viewed"),
        ("detail-page-view", "product_viewed"),
        ("add_cart|AddCart|Add to Cart Clicked|Items Added To Cart", "product_added_to_cart"),
        ("cart_item_added|product_cart", "product_added_to_cart"),
        ("shopping-cart-page-view|basket_view|cart_page", "cart_viewed"),
        ("Checkout Viewed|Checkout Page Viewed|Viewed Checkout|enter_checkout", "checkout_started"),
        ("checkout_clicked|Checkout Button Clicked", "checkout_started"),
        ("Payment Method Selected|Select Payment Method", "payment_info_submitted"),
        ("purchase_complete|purchase-complete|purchase_success", "checkout_completed"),
        ("CompletePayment|PlaceAnOrder|Order Submitted|submit_order", "checkout_completed"),
        ("create_order|transaction_complete|ecommerce_purchase", "checkout_completed"),
        ("in_app_purchase", "checkout_completed"),
        ("register|Registration Completed", "account_created"),
        ("search_results_viewed", "site_searched"),
        ("Bounced Email|Marked Email as Spam", "email_bounced"),
        ("Received SMS", "sms_received"),
        ("Delivered Shipment|Marked Out for Delivery", "shipment_updated"),
    ] {
        for name in names.split('|') {
            assert_eq!(canonical(name), Some(expected), "{name}");
        }
    }
    for name in ["checkout_clicked", "PlaceAnOrder", "submit_order", "payment_page"] {
        assert!(weaker(name).is_some(), "{name}");
    }
}

#[test]
fn what_loggers_put_around_a_name_and_numbers_of_steps_change_nothing() {
    for (names, expected) in [
        ("dl_view_item|DL_VIEW_ITEM|view_item_stape", "product_viewed"),
        ("dl-add-to-cart|ee_addToCart|add_to_cart_stape", "product_added_to_cart"),
        ("dl_purchase|ee_purchase|purchase_stape|4 - purchase", "checkout_completed"),
        ("page_view_stape|1 - landing_page|1. Home", "page_viewed"),
        ("step_3_checkout|03 checkout", "checkout_started"),
        ("dl_subscribe|newsletter_signup_stape", "email_signup"),
        ("dl_user_data", "identified"),
        ("af_content_view|fb_mobile_content_view", "product_viewed"),
        ("af_initiated_checkout", "checkout_started"),
    ] {
        for name in names.split('|') {
            assert_eq!(canonical(name), Some(expected), "{name}");
        }
    }
    for name in ["dl_route_change", "dl_", "_stape", "ee_productClick", "1", "100_views"] {
        assert_eq!(canonical(name), None, "{name}");
    }
}

#[test]
fn what_others_do_is_no_visit() {
    for name in ["Received Email", "Opened Email", "Bounced Email", "Fulfilled Order", "refund"] {
        assert!(!is_of_a_visit(canonical(name).unwrap()), "{name}");
    }
    for name in ["Clicked Email", "Active on Site", "Placed Order", "Subscribed to List"] {
        assert!(is_of_a_visit(canonical(name).unwrap()), "{name}");
    }
    for name in DONE_BY_OTHERS {
        assert_eq!(role(name), Some(Role::Other), "{name}");
    }
}

#[test]
fn sign_ups_for_something_are_no_accounts() {
    for (names, expected) in [
        ("newsletter_popup_signup|newsletter_footer_signup", Some("email_signup")),
        ("Newsletter Modal Signed Up|klaviyo_signup|mailchimp_signup", Some("email_signup")),
        ("newsletter_form_submit|Form completed by profile", Some("email_signup")),
        ("push_signup", Some("push_subscribed")),
        ("sms_popup_signup|Text Subscribed", Some("sms_subscribed")),
        ("quiz_submitted", Some("quiz_completed")),
        ("waitlist_signup|Viewed Sign Up|click_sign_up|not_signed_up", None),
        ("user_sign_up|Customer Signed Up", Some("account_created")),
    ] {
        for name in names.split('|') {
            assert_eq!(canonical(name), expected, "{name}");
        }
    }
}

#[test]
fn names_that_say_the_opposite_are_no_actions() {
    for name in [
        "web_push_prompt_shown",
        "web_push_permission_denied",
        "sms_opt_in_dismissed",
        "sms_consent_declined",
        "sms_consent_revoked",
        "calendly.profile_page_viewed",
        "calendly.event_type_viewed",
        "close_newsletter_signup_popup",
        "Viewed Newsletter Signup Popup",
        "Viewed Wishlist",
        "empty_wishlist",
        "video_player_ready",
        "Video Playback Paused",
        "whatsapp_widget_loaded",
        "whatsapp_opt_in",
        "Subscribed to WhatsApp",
        "lead_magnet_popup_closed",
        "write_review_clicked",
        "delivery_estimate_requested",
        "share_popup_viewed",
        "Newsletter Opt-out",
        "follow_us_shown",
        "order_viewed",
        "order_screen_opened",
        "product_displayed",
        "OffersScreenAppear",
    ] {
        assert_eq!(canonical(name), None, "{name}");
    }
}

#[test]
fn names_that_nobody_knows() {
    for name in [
        "",
        "A",
        "Z",
        "foo_bar",
        "wishlist_viewed",
        "wishlist_item_deleted",
        "email_unsubscribed",
        "newsletter_signup_failed",
        "newsletter_signup_viewed",
        "unfollow_us",
        "cross_sell_shown",
        "dishwasher_opened",
        "preview",
        "купить",
    ] {
        assert_eq!(canonical(name), None, "{name}");
    }
    assert_eq!(canonical("Product Removed from Wishlist"), Some("product_removed_from_wishlist"));
}

#[test]
fn every_name_stands_once_and_folded() {
    let terms = TERMS.iter().map(|term| (term.id, term.also));
    let actions = SECONDARY.iter().map(|action| (action.id, action.also));
    let mut seen = BTreeMap::new();
    for (id, also) in terms.chain(actions) {
        for name in also.iter().copied().chain([id]) {
            assert_eq!(fold(name), name);
            assert_eq!(seen.insert(name, id), None, "{name} is in two rows");
        }
        assert_eq!(canonical(id), Some(id));
        assert!(role(id).is_some() && label(id).is_some(), "{id}");
    }
}

#[test]
fn roles() {
    for (names, expected) in [
        ("visit page_viewed", Some(Role::Visit)),
        ("collection_viewed subcollection_viewed cart_viewed site_searched", Some(Role::Browse)),
        ("product_viewed", Some(Role::Product)),
        ("product_added_to_cart", Some(Role::Cart)),
        ("checkout_started checkout_contact_info_submitted", Some(Role::Checkout)),
        ("checkout_address_info_submitted payment_info_submitted", Some(Role::Checkout)),
        ("checkout_completed", Some(Role::Order)),
        ("email_signup social_shared multi_page_visit", Some(Role::Action)),
        ("product_removed_from_cart scrolled sessions", Some(Role::Other)),
        ("Product", None),
    ] {
        for name in names.split(' ') {
            assert_eq!(role(name), expected, "{name}");
        }
    }
    assert!(is_page("$pageview") && is_page("page_viewed") && !is_page("visit"));
}

#[test]
fn default_actions_are_named_apart() {
    let actions = default_actions();
    let names: Vec<_> = actions.iter().map(|action| action.name.as_str()).collect();
    let distinct: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), names.len());
    assert_eq!(names.len(), 22);
    assert!(names.contains(&"Email sign-up") && names.contains(&"Site search"));
    for action in &actions {
        let id = action.condition.event.exact_names().next().unwrap();
        assert_eq!(label(id), Some(action.name.as_str()));
    }
    assert_eq!(label("email_signup"), Some("Email sign-up"));
    assert_eq!(label("checkout_completed"), Some("Order"));
    assert_eq!(label("x"), None);
}

#[test]
fn the_nearest_name() {
    for (name, expected) in [
        ("windw", Some("window")),
        ("Window", Some("window")),
        ("nam", Some("name")),
        ("steps", Some("step")),
        ("evnet", Some("event")),
        ("colour", None),
        ("", None),
    ] {
        let candidates = ["name", "window", "step", "event"].into_iter();
        assert_eq!(nearest(name, candidates), expected, "{name}");
    }
    assert_eq!(nearest("x", std::iter::empty()), None);
}
