//! Bytes as text: UTF-8, or what old spreadsheets write.
//!
//! Rows stay bytes as long as nobody needs to know what they say; this is where they become text.

use std::borrow::Cow;

/// Decodes bytes as UTF-8 or, where they are none, as Windows-1252 (which every byte sequence is).
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}
