//! Numbers as Parquet packs them: runs of one number that is repeated, and of numbers put bit behind bit.
//!
//! Levels and the places of texts in a dictionary are written so. The crate has a reader of its own, which is not
//! public; what this one cannot read is left to it.

/// No number has more bits.
const WIDEST: u32 = 32;

/// Whether a run that says nothing but "present" covers so many rows: then no value is missing.
pub(super) fn are_all_present(levels: &[u8], rows: usize) -> bool {
    let Some((header, rest)) = varint(levels) else { return false };
    header & 1 == 0 && (header >> 1) as usize >= rows && rest.first() == Some(&1)
}

/// How many of the first rows are present; `None` if the levels end before.
pub(super) fn count_present(levels: &[u8], rows: usize) -> Option<usize> {
    let (mut rest, mut left, mut present) = (levels, rows, 0);
    while left > 0 {
        let (header, behind) = varint(rest)?;
        let length = usize::try_from(header >> 1).ok()?;
        if header & 1 == 0 {
            let (level, behind) = repeated(behind, 1)?;
            rest = behind;
            present += if level == 0 { 0 } else { length.min(left) };
            left = left.saturating_sub(length);
        } else {
            let (packed, behind) = behind.split_at(length.min(behind.len()));
            rest = behind;
            let own = left.min(length.checked_mul(8)?);
            let (whole, rest) = packed.split_at_checked(own / 8)?;
            present += whole.iter().map(|byte| byte.count_ones() as usize).sum::<usize>();
            let last = rest.first().map_or(0, |byte| byte & ((1u8 << (own % 8)) - 1));
            present += last.count_ones() as usize;
            left -= own;
        }
    }
    Some(present)
}

/// Adds `count` numbers of `width` bits behind the first `skip`; `None` if there are not so many.
pub(super) fn read(
    bytes: &[u8],
    width: u32,
    (skip, count): (usize, usize),
    numbers: &mut Vec<u32>,
) -> Option<()> {
    if width > WIDEST {
        return None;
    }
    let (mut rest, mut skip, mut wanted) = (bytes, skip, count);
    numbers.reserve(count);
    while wanted > 0 {
        let (header, behind) = varint(rest)?;
        let length = usize::try_from(header >> 1).ok()?;
        if header & 1 == 0 {
            let (number, behind) = repeated(behind, width)?;
            rest = behind;
            let own = length.saturating_sub(skip).min(wanted);
            numbers.resize(numbers.len() + own, number);
            (skip, wanted) = (skip.saturating_sub(length), wanted - own);
        } else {
            let length = length.checked_mul(8)?;
            let bytes = (length / 8).checked_mul(width as usize)?;
            // Some writers leave out what the last group would be filled up with.
            let (packed, behind) = behind.split_at(bytes.min(behind.len()));
            rest = behind;
            let own = length.saturating_sub(skip).min(wanted);
            unpack(packed, width, (skip.min(length), own), numbers)?;
            (skip, wanted) = (skip.saturating_sub(length), wanted - own);
        }
    }
    Some(())
}

/// The number that a run repeats, in as many bytes as its bits need.
fn repeated(bytes: &[u8], width: u32) -> Option<(u32, &[u8])> {
    let (own, rest) = bytes.split_at_checked(width.div_ceil(8) as usize)?;
    let number = own.iter().rev().fold(0u64, |number, &byte| number << 8 | u64::from(byte));
    Some((u32::try_from(number).ok()?, rest))
}

/// Bytes that hold eight numbers, and eight more, so that a number can be read as part of eight bytes.
type Window = [u8; WIDEST as usize + 8];

/// Adds `count` numbers of a packed run behind the first `skip`: every text of a column of which most logs have
/// few different ones passes here. Numbers come in groups of eight, each of as many bytes as a number has bits.
fn unpack(
    packed: &[u8],
    width: u32,
    (skip, count): (usize, usize),
    numbers: &mut Vec<u32>,
) -> Option<()> {
    let (width, end) = (width as usize, skip + count);
    if (end * width).div_ceil(8) > packed.len() {
        return None;
    }
    let group = GROUPS.get(width)?;
    for number in skip / 8..end.div_ceil(8) {
        let rest = packed.get(number * width..)?;
        let own = match rest.first_chunk() {
            Some(window) => group(window),
            None => group(&filled_up(rest)),
        };
        let (from, to) = (skip.saturating_sub(number * 8), (end - number * 8).min(8));
        numbers.extend_from_slice(own.get(from..to)?);
    }
    Some(())
}

fn filled_up(bytes: &[u8]) -> Window {
    let mut window = [0; WIDEST as usize + 8];
    for (place, byte) in window.iter_mut().zip(bytes) {
        *place = *byte;
    }
    window
}

/// What unpacks a group of numbers, by their width: how far each is to be shifted is known when it is compiled.
const GROUPS: [fn(&Window) -> [u32; 8]; WIDEST as usize + 1] = [
    group::<0>,
    group::<1>,
    group::<2>,
    group::<3>,
    group::<4>,
    group::<5>,
    group::<6>,
    group::<7>,
    group::<8>,
    group::<9>,
    group::<10>,
    group::<11>,
    group::<12>,
    group::<13>,
    group::<14>,
    group::<15>,
    group::<16>,
    group::<17>,
    group::<18>,
    group::<19>,
    group::<20>,
    group::<21>,
    group::<22>,
    group::<23>,
    group::<24>,
    group::<25>,
    group::<26>,
    group::<27>,
    group::<28>,
    group::<29>,
    group::<30>,
    group::<31>,
    group::<32>,
];

#[expect(clippy::cast_possible_truncation, reason = "the lowest bits are wanted")]
fn group<const WIDTH: usize>(window: &Window) -> [u32; 8] {
    let mask = (1u64 << WIDTH) - 1;
    std::array::from_fn(|number| {
        let bit = number * WIDTH;
        let word = window.get(bit / 8..).and_then(<[u8]>::first_chunk);
        (u64::from_le_bytes(*word.unwrap_or(&[0; 8])) >> (bit % 8) & mask) as u32
    })
}

/// A number of which each byte brings seven bits, and what follows.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0u64;
    for (place, &byte) in bytes.iter().take(9).enumerate() {
        number |= u64::from(byte & 0x7F) << (7 * place);
        if byte < 0x80 {
            return Some((number, bytes.get(place + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Writes runs one bit at a time.
    fn written(runs: &[(bool, Vec<u32>)], width: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (is_packed, numbers) in runs {
            let header = if *is_packed { numbers.len() / 8 * 2 + 1 } else { numbers.len() * 2 };
            let mut header = header;
            while header >= 0x80 {
                bytes.push(u8::try_from(header & 0x7F).unwrap() | 0x80);
                header >>= 7;
            }
            bytes.push(u8::try_from(header).unwrap());
            if !*is_packed {
                bytes.extend(&numbers[0].to_le_bytes()[..width.div_ceil(8) as usize]);
                continue;
            }
            let bits = numbers.iter().flat_map(|&n| (0..width).map(move |bit| n >> bit & 1 == 1));
            let bits: Vec<bool> = bits.collect();
            let byte = |bits: &[bool]| (0..8).map(|bit| u8::from(bits[bit]) << bit).sum::<u8>();
            bytes.extend(bits.chunks_exact(8).map(byte));
        }
        bytes
    }

    fn runs() -> impl Strategy<Value = (u32, Vec<(bool, Vec<u32>)>)> {
        (0..=32u32).prop_flat_map(|width| {
            let largest = u32::try_from((1u64 << width) - 1).unwrap();
            let packed = (1..30usize).prop_flat_map(move |groups| {
                prop::collection::vec(0..=largest, groups * 8..=groups * 8)
            });
            let repeated = (1..300usize, 0..=largest).prop_map(|(count, own)| vec![own; count]);
            let run = prop_oneof![
                packed.prop_map(|numbers| (true, numbers)),
                repeated.prop_map(|numbers| (false, numbers)),
            ];
            (Just(width), prop::collection::vec(run, 1..6))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn any_part_of_what_was_written_is_read((width, runs) in runs(), skip: usize, part: usize) {
            let bytes = written(&runs, width);
            let all: Vec<u32> = runs.iter().flat_map(|(_, numbers)| numbers.clone()).collect();
            let skip = skip % (all.len() + 1);
            let count = part % (all.len() - skip + 1);
            let mut numbers = vec![7];
            prop_assert_eq!(read(&bytes, width, (skip, count), &mut numbers), Some(()));
            prop_assert_eq!(&numbers[1..], &all[skip..skip + count]);
            prop_assert_eq!(read(&bytes, width, (0, all.len() + 1), &mut numbers), None);
            if width == 1 {
                let present = all[..skip].iter().sum::<u32>() as usize;
                prop_assert_eq!(count_present(&bytes, skip), Some(present));
            }
        }

        #[test]
        fn anything_else_is_refused_and_stops_nothing(bytes: Vec<u8>, width in 0..40u32, skip in 0..50usize, count in 0..50usize) {
            let mut numbers = Vec::new();
            let _present = count_present(&bytes, skip);
            if read(&bytes, width, (skip, count), &mut numbers).is_some() {
                prop_assert_eq!(numbers.len(), count);
            }
        }
    }
}
