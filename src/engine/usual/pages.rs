//! Which views of pages do not take the short way: those that their addresses may say more of.
//!
//! What the rows of a block say by their names counts for all of them, wherever they stand in it, so deliveries of one
//! view within an instant go the same way.

use super::NameFacts;
use crate::engine::claims::{Spoken, Strength};
use crate::input::block::Block;
use crate::input::format::shopify_url;
use crate::input::usual::UsualRows;
use memchr::memmem::Finder;

/// Views of pages that may be something by their addresses do not take the short way: all, or if events `told` by rows
/// before or by others of the block speak of every part of a shop, those of pages of a blog.
pub(super) fn leave_out(
    (rows, block): (&UsualRows, &Block),
    facts: &[NameFacts],
    mut told: Spoken,
    short: &mut [u32],
) {
    let of_name = |facts_at: u32| facts.get(facts_at as usize).copied().unwrap_or_default();
    if !facts.iter().any(|of_name| of_name.shows_page) {
        return;
    }
    for facts_at in &*short {
        let NameFacts { part, claim, .. } = of_name(*facts_at);
        told.note(Strength::Told, if claim.is_none() { part } else { 0 });
    }
    let blogs = Finder::new(shopify_url::BLOGS);
    let speaks_of_all = told.tells_all_parts();
    for (row, short) in
        short.iter_mut().enumerate().filter(|(_, short)| of_name(**short).shows_page)
    {
        if !speaks_of_all || rows.may_have_in_address(row, &blogs, block) {
            *short = 0;
        }
    }
}
