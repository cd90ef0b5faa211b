//! Which views of pages do not take the short way: those that their addresses may say more of.
//!
//! What the rows of a block say by their names counts for all of them, wherever they stand in it, so deliveries of one
//! view within an instant go the same way.

use super::NameFacts;
use crate::engine::claims::{Spoken, Strength};
use crate::input::block::Block;
use crate::input::format::shopify_url;
use crate::input::usual::UsualRows;
use crate::ladder::stamp::{Meaning, Stamp};
use memchr::memmem::Finder;

/// What rows of a name are beside what the name says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Page {
    /// No views of pages that may be something by their addresses.
    #[default]
    No,
    /// Views of pages, and it is all the same whether a page is one of a blog.
    Plain,
    /// Views of pages, and those of a blog count as something else.
    OrOfBlog,
}

impl Page {
    /// Of a name that means a page, by its stamp and marks as one of a blog.
    pub(super) fn of(meaning: &Meaning, as_of_blog: (Option<Stamp>, u8)) -> Page {
        let is_the_same = (meaning.certain, meaning.marks) == as_of_blog;
        if is_the_same { Page::Plain } else { Page::OrOfBlog }
    }
}

/// Views of pages that may be something by their addresses do not take the short way: all, or if events `told` by rows
/// before or by others of the block speak of every part of a shop, those of pages of a blog.
pub(super) fn leave_out(
    (rows, block): (&UsualRows, &Block),
    facts: &[NameFacts],
    mut told: Spoken,
    short: &mut [u32],
) {
    let page =
        |facts_at: u32| facts.get(facts_at as usize).map_or(Page::No, |of_name| of_name.page);
    if facts.iter().all(|of_name| of_name.page == Page::No) {
        return;
    }
    if !told.tells_all_parts() {
        for of_name in short.iter().filter_map(|facts_at| facts.get(*facts_at as usize)) {
            told.note(Strength::Told, if of_name.claim.is_none() { of_name.part } else { 0 });
        }
    }
    if !told.tells_all_parts() {
        return short
            .iter_mut()
            .filter(|short| page(**short) != Page::No)
            .for_each(|short| *short = 0);
    }
    if facts.iter().all(|of_name| of_name.page != Page::OrOfBlog) {
        return;
    }
    let blogs = Finder::new(shopify_url::BLOGS);
    rows.each_with_in_address(&blogs, block, |row| {
        if let Some(short) = short.get_mut(row).filter(|short| page(**short) == Page::OrOfBlog) {
            *short = 0;
        }
    });
}
