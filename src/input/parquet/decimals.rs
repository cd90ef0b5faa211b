//! Numbers with a fraction that no type of the machine holds: decimals of any length, and halves.
//!
//! A decimal is written in its shortest form, as other numbers are: `12.5` for 12.50 and `3000000000` for a
//! 3000000000.000000000 that a warehouse has made of an identifier, which joins with others only so.

/// Writes a decimal whose last `scale` digits stand behind the point.
pub(super) fn write(number: i128, scale: u32, out: &mut Vec<u8>) {
    write_digits(number < 0, &number.unsigned_abs().to_string(), scale, out);
}

/// The same of a number of any length, the highest byte first, negative if the highest bit is set.
pub(super) fn write_bytes(bytes: &[u8], scale: u32, out: &mut Vec<u8>) {
    let is_negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    if bytes.len() <= size_of::<i128>() {
        let sign = if is_negative { -1 } else { 0 };
        return write(
            bytes.iter().fold(sign, |n: i128, &byte| n << 8 | i128::from(byte)),
            scale,
            out,
        );
    }
    let mut magnitude = bytes.to_vec();
    if is_negative {
        negate(&mut magnitude);
    }
    write_digits(is_negative, &digits(magnitude), scale, out);
}

fn write_digits(is_negative: bool, digits: &str, scale: u32, out: &mut Vec<u8>) {
    let scale = scale as usize;
    let padded = format!("{digits:0>width$}", width = scale.saturating_add(1));
    let (whole, fraction) = padded.as_bytes().split_at(padded.len() - scale);
    if is_negative {
        out.push(b'-');
    }
    out.extend_from_slice(whole);
    let shown = fraction.iter().rposition(|&digit| digit != b'0').map_or(0, |last| last + 1);
    if let Some(fraction) = fraction.get(..shown).filter(|shown| !shown.is_empty()) {
        out.push(b'.');
        out.extend_from_slice(fraction);
    }
}

/// Changes the sign of a number of any length.
fn negate(number: &mut [u8]) {
    let mut carries = true;
    for byte in number.iter_mut().rev() {
        let (own, carried) = (!*byte).overflowing_add(u8::from(carries));
        (*byte, carries) = (own, carried);
    }
}

/// The digits of a number of any length, by division as on paper, many digits at a time.
fn digits(mut number: Vec<u8>) -> String {
    const AT_ONCE: u64 = 1_000_000_000;
    let mut parts = Vec::new();
    while number.iter().any(|&byte| byte != 0) {
        let mut rest = 0;
        for byte in &mut number {
            rest = rest << 8 | u64::from(*byte);
            *byte = u8::try_from(rest / AT_ONCE).unwrap_or(u8::MAX);
            rest %= AT_ONCE;
        }
        parts.push(rest);
    }
    let mut parts = parts.into_iter().rev();
    let first = parts.next().unwrap_or(0).to_string();
    parts.fold(first, |digits, part| format!("{digits}{part:09}"))
}

/// A number of sixteen bits: one for the sign, five for the power of two, ten for the fraction.
pub(super) fn half(bits: u16) -> f32 {
    let (power, fraction) = (i32::from(bits >> 10 & 0x1F), bits & 0x3FF);
    let magnitude = match (power, fraction) {
        (0, _) => f32::from(fraction) * 2f32.powi(-24),
        (31, 0) => f32::INFINITY,
        (31, _) => f32::NAN,
        (power, _) => f32::from(1024 + fraction) * 2f32.powi(power - 25),
    };
    if bits & 0x8000 == 0 { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(bytes: &[u8], scale: u32) -> String {
        let mut out = Vec::new();
        write_bytes(bytes, scale, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn decimals_are_written_in_their_shortest_form() {
        let of = |number: i128, scale| written(&number.to_be_bytes(), scale);
        assert_eq!(of(310_304, 2), "3103.04");
        assert_eq!(of(1250, 2), "12.5");
        assert_eq!(of(3_000_000_000_000_000_000, 9), "3000000000");
        assert_eq!(of(3_000_000_000, 0), "3000000000");
        assert_eq!(of(-5, 2), "-0.05");
        assert_eq!(of(0, 9), "0");
        assert_eq!(written(&[], 2), "0");
    }

    #[test]
    fn halves_are_known() {
        for (bits, expected) in [
            (0x3E00, 1.5),
            (0xB800, -0.5),
            (0x7BFF, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x0400, 6.103_515_6e-5),
            (0x7C00, f32::INFINITY),
        ] {
            assert_eq!(half(bits).to_bits(), f32::to_bits(expected), "{bits:x}");
        }
        assert!(half(0x7E00).is_nan());
    }

    proptest! {
        /// Longer numbers are those of the machine with more bytes in front.
        #[test]
        fn long_decimals_are_written_as_short_ones(number: i128, scale in 0..60u32, more in 1..20usize) {
            let sign = if number < 0 { 0xFF } else { 0 };
            let long = [vec![sign; more], number.to_be_bytes().to_vec()].concat();
            prop_assert_eq!(written(&long, scale), written(&number.to_be_bytes(), scale));
        }
    }
}
