//! Where signs stand, 64 bytes at a time: one bit for each byte.
//!
//! Readers that must look at every byte of an input look at it here, many bytes in one instruction, and
//! then work on bits. `wide` has the instructions of each processor, so nothing here is unsafe and
//! nothing depends on the machine. This file knows no format.

use wide::u8x16;

/// Bytes of a chunk: as many as a word has bits.
pub const CHUNK: usize = 64;

/// 64 bytes, loaded for comparing.
#[derive(Clone, Copy, Debug)]
pub struct Chunk([u8x16; 4]);

impl Chunk {
    /// Loads 64 bytes.
    #[inline]
    pub fn new(bytes: &[u8; CHUNK]) -> Chunk {
        let (lanes, _) = bytes.as_chunks::<16>();
        let lane = |number: usize| u8x16::new(lanes[number]);
        Chunk([lane(0), lane(1), lane(2), lane(3)])
    }

    /// Loads up to 64 bytes; places beyond the last hold nought.
    pub fn of_rest(bytes: &[u8]) -> Chunk {
        let mut padded = [0; CHUNK];
        for (place, byte) in padded.iter_mut().zip(bytes) {
            *place = *byte;
        }
        Chunk::new(&padded)
    }

    /// The bytes that are `sign`, the first one as the lowest bit.
    #[inline]
    pub fn equal_to(&self, sign: u8) -> u64 {
        let sign = u8x16::splat(sign);
        let bits = |number: usize| u64::from(self.0[number].simd_eq(sign).to_bitmask());
        bits(0) | bits(1) << 16 | bits(2) << 32 | bits(3) << 48
    }

    /// Whether any byte is `sign`: cheaper than to ask where.
    #[inline]
    pub fn has(&self, sign: u8) -> bool {
        let sign = u8x16::splat(sign);
        let hits = |number: usize| self.0[number].simd_eq(sign);
        (hits(0) | hits(1) | (hits(2) | hits(3))).any()
    }
}

/// For each bit, whether the number of set bits up to and including it is odd: between the signs that
/// open and close something, everything is set, with the opening sign and without the closing one.
#[inline]
pub const fn parity_up_to(signs: u64) -> u64 {
    let mut parity = signs;
    let mut shift = 1;
    while shift < 64 {
        parity ^= parity << shift;
        shift *= 2;
    }
    parity
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bits_are_where_the_signs_are(bytes in prop::collection::vec(0u8..4, 0..=64), sign in 0u8..4) {
            let found = Chunk::of_rest(&bytes).equal_to(sign);
            let expected = (0..64).filter(|&at| bytes.get(at).copied().unwrap_or(0) == sign);
            prop_assert_eq!(found, expected.fold(0, |bits, at| bits | 1 << at));
            prop_assert_eq!(Chunk::of_rest(&bytes).has(sign), found != 0);
        }

        #[test]
        fn parity_counts_from_the_first_bit(signs in any::<u64>()) {
            let odd = (0..64).filter(|&at| (signs << (63 - at)).count_ones() % 2 == 1);
            prop_assert_eq!(parity_up_to(signs), odd.fold(0, |bits, at| bits | 1 << at));
        }
    }
}
