//! The outline of a block on processors that compare 32 bytes in one instruction.
//!
//! The one file with unsafe code: whether the processor has these instructions is asked before each
//! call, which the compiler cannot see, and bytes go into wide registers by their address. The loop itself is `outline`'s, compiled once more; this file
//! only finds the signs. It takes a third off the pass over a table's bytes (`benches/table.rs`).

use super::bitmap::CHUNK;
use super::outline::{Found, Outline};
use super::quoting::{Quoting, Signs};

/// Draws the outline as [`Outline::draw`] says; `None` if the processor cannot.
pub(super) fn draw(
    outline: &mut Outline,
    bytes: &[u8],
    base: usize,
    how: (Signs, Quoting),
) -> Option<Quoting> {
    #[cfg(target_arch = "x86_64")]
    if x86::is_possible() {
        #[expect(
            unsafe_code,
            reason = "the compiler cannot know what was asked of the processor"
        )]
        // SAFETY: the processor has every instruction that `draw` is compiled for.
        return Some(unsafe { x86::draw(outline, bytes, base, how) });
    }
    let _ = (outline, bytes, base, how);
    None
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{CHUNK, Found, Outline, Quoting, Signs};
    use crate::input::quoting::QUOTE;
    use std::arch::x86_64::{
        __m256i, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256,
        _mm256_set1_epi8,
    };

    /// Whether the processor has the instructions; the answer is remembered by the standard library.
    pub(super) fn is_possible() -> bool {
        is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("popcnt")
    }

    #[target_feature(enable = "avx2,bmi1,popcnt")]
    pub(super) fn draw(
        outline: &mut Outline,
        bytes: &[u8],
        base: usize,
        (signs, quoting): (Signs, Quoting),
    ) -> Quoting {
        let splat = |sign: u8| _mm256_set1_epi8(sign.cast_signed());
        let signs = [splat(signs.delimiter), splat(signs.line_end), splat(QUOTE)];
        outline.draw_with(bytes, base, quoting, |chunk| find(chunk, signs))
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn find(chunk: &[u8; CHUNK], [delimiter, line_end, quote]: [__m256i; 3]) -> Found {
        let [low, high] = load(chunk);
        let line_ends = [_mm256_cmpeq_epi8(low, line_end), _mm256_cmpeq_epi8(high, line_end)];
        let delimiters = [_mm256_cmpeq_epi8(low, delimiter), _mm256_cmpeq_epi8(high, delimiter)];
        let separators = [
            _mm256_or_si256(delimiters[0], line_ends[0]),
            _mm256_or_si256(delimiters[1], line_ends[1]),
        ];
        let quotes = [_mm256_cmpeq_epi8(low, quote), _mm256_cmpeq_epi8(high, quote)];
        Found { separators: bits(separators), line_ends: bits(line_ends), quotes: bits(quotes) }
    }

    /// Both halves of a chunk.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn load(chunk: &[u8; CHUNK]) -> [__m256i; 2] {
        const _: () = assert!(CHUNK == 2 * size_of::<__m256i>());
        #[expect(clippy::cast_ptr_alignment, reason = "this load wants none")]
        let halves = chunk.as_ptr().cast::<__m256i>();
        #[expect(unsafe_code, reason = "the only way from memory into a register of this size")]
        // SAFETY: both halves lie in the chunk.
        unsafe {
            [_mm256_loadu_si256(halves), _mm256_loadu_si256(halves.add(1))]
        }
    }

    /// The highest bit of each byte of both halves.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn bits([low, high]: [__m256i; 2]) -> u64 {
        let bits = |half| u64::from(_mm256_movemask_epi8(half).cast_unsigned());
        bits(low) | bits(high) << (CHUNK / 2)
    }
}
