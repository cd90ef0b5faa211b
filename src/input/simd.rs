//! The outline of a block on processors that compare 32 or 64 bytes in one instruction.
//!
//! The one file with unsafe code: whether the processor has these instructions is asked before each
//! call, which the compiler cannot see, and bytes go into wide registers and places out of them by their
//! address. The loop itself is `outline`'s, compiled once more for each; this file only finds the signs and
//! writes down where they are. `benches/table.rs` measures what that brings.

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
    {
        #[expect(unsafe_code, reason = "the compiler cannot know what was asked of the processor")]
        // SAFETY: the processor has every instruction that the function called is compiled for.
        unsafe {
            if avx512::is_possible() {
                return Some(avx512::draw(outline, bytes, base, how));
            }
            if avx2::is_possible() {
                return Some(avx2::draw(outline, bytes, base, how));
            }
        }
    }
    let _ = (outline, bytes, base, how);
    None
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{CHUNK, Found, Outline, Quoting, Signs};
    use crate::input::outline::write_places;
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
        outline.draw_with((bytes, base), quoting, |chunk| find(chunk, signs), write_places)
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

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use super::{CHUNK, Found, Outline, Quoting, Signs};
    use crate::input::quoting::QUOTE;
    use std::arch::x86_64::{
        __m128i, __m512i, _mm512_add_epi32, _mm512_castsi512_si128, _mm512_cmpeq_epi8_mask,
        _mm512_cvtepu8_epi32, _mm512_extracti32x4_epi32, _mm512_loadu_si512,
        _mm512_maskz_compress_epi8, _mm512_set1_epi8, _mm512_set1_epi32, _mm512_storeu_si512,
    };

    /// Places that are written at once.
    const AT_ONCE: usize = 16;

    /// The numbers of a chunk's bytes.
    const NUMBERS: [u8; CHUNK] = {
        let mut numbers = [0; CHUNK];
        let (mut place, mut number) = (0, 0);
        while place < CHUNK {
            numbers[place] = number;
            (place, number) = (place + 1, number + 1);
        }
        numbers
    };

    /// Whether the processor has the instructions; the answer is remembered by the standard library.
    pub(super) fn is_possible() -> bool {
        is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vbmi2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("popcnt")
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,bmi1,popcnt")]
    pub(super) fn draw(
        outline: &mut Outline,
        bytes: &[u8],
        base: usize,
        (signs, quoting): (Signs, Quoting),
    ) -> Quoting {
        let splat = |sign: u8| _mm512_set1_epi8(sign.cast_signed());
        let signs = [splat(signs.delimiter), splat(signs.line_end), splat(QUOTE)];
        let numbers = load(&NUMBERS);
        let write = |room: &mut [u32; CHUNK], base, places| write(room, base, places, numbers);
        outline.draw_with((bytes, base), quoting, |chunk| find(chunk, signs), write)
    }

    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    fn find(chunk: &[u8; CHUNK], [delimiter, line_end, quote]: [__m512i; 3]) -> Found {
        let chunk = load(chunk);
        let line_ends = _mm512_cmpeq_epi8_mask(chunk, line_end);
        let separators = _mm512_cmpeq_epi8_mask(chunk, delimiter) | line_ends;
        Found { separators, line_ends, quotes: _mm512_cmpeq_epi8_mask(chunk, quote) }
    }

    /// Puts the numbers of the set bits side by side: sixteen of them, or all if there are more. How many there
    /// are is as good as random, so a loop over them would often be foreseen wrongly.
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
    #[inline]
    fn write(room: &mut [u32; CHUNK], base: u32, places: u64, numbers: __m512i) {
        let packed = _mm512_maskz_compress_epi8(places, numbers);
        let (rounds, _) = room.as_chunks_mut::<AT_ONCE>();
        let [first, second, third, fourth] = rounds else { return };
        write_round(first, base, _mm512_castsi512_si128(packed));
        if places.count_ones() as usize > AT_ONCE {
            write_round(second, base, _mm512_extracti32x4_epi32::<1>(packed));
            write_round(third, base, _mm512_extracti32x4_epi32::<2>(packed));
            write_round(fourth, base, _mm512_extracti32x4_epi32::<3>(packed));
        }
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn write_round(room: &mut [u32; AT_ONCE], base: u32, numbers: __m128i) {
        const _: () = assert!(size_of::<[u32; AT_ONCE]>() == size_of::<__m512i>());
        let base = _mm512_set1_epi32(base.cast_signed());
        let places = _mm512_add_epi32(_mm512_cvtepu8_epi32(numbers), base);
        #[expect(clippy::cast_ptr_alignment, reason = "this store wants none")]
        let room = room.as_mut_ptr().cast::<__m512i>();
        #[expect(unsafe_code, reason = "the only way out of a register of this size")]
        // SAFETY: there is room for as many bytes as the register has.
        unsafe {
            _mm512_storeu_si512(room, places);
        }
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn load(chunk: &[u8; CHUNK]) -> __m512i {
        const _: () = assert!(CHUNK == size_of::<__m512i>());
        #[expect(clippy::cast_ptr_alignment, reason = "this load wants none")]
        let chunk = chunk.as_ptr().cast::<__m512i>();
        #[expect(unsafe_code, reason = "the only way from memory into a register of this size")]
        // SAFETY: the chunk has as many bytes as the register.
        unsafe {
            _mm512_loadu_si512(chunk)
        }
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Draw = unsafe fn(&mut Outline, &[u8], usize, (Signs, Quoting)) -> Quoting;

    proptest! {
        /// Whatever the processor that tests has more than others.
        #[test]
        fn every_width_draws_the_same(text in "([a\"\n,]{0,200}|,{0,200})") {
            let signs = Signs { delimiter: b',', line_end: b'\n' };
            let mut portable = Outline::default();
            let end = portable.draw_portably((text.as_bytes(), 7), signs, Quoting::START);
            let ways: [(bool, Draw); 2] =
                [(avx2::is_possible(), avx2::draw), (avx512::is_possible(), avx512::draw)];
            for (_, draw) in ways.into_iter().filter(|(is_possible, _)| *is_possible) {
                let mut outline = Outline::default();
                #[expect(unsafe_code, reason = "as above")]
                // SAFETY: the processor was asked.
                let own_end = unsafe { draw(&mut outline, text.as_bytes(), 7, (signs, Quoting::START)) };
                prop_assert_eq!(own_end, end);
                prop_assert_eq!(outline.ends(), portable.ends());
                prop_assert_eq!(outline.line_ends(), portable.line_ends());
                prop_assert_eq!(outline.is_stray(), portable.is_stray());
            }
        }
    }
}
