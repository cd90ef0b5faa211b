//! The fingerprint of a file: enough to tell in a later report whether its inputs were the same.
//!
//! XXH3 over the whole of a small file. Of a large one, which would take a second reading, it is over its
//! size and blocks spread evenly over it; the text says which. It is no proof against somebody who wants
//! two files to look alike.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use xxhash_rust::xxh3::Xxh3;

/// A file up to this size is read whole.
const WHOLE: u64 = 16 << 20;

/// So many blocks of a larger file are read.
const BLOCKS: u64 = 64;

/// The size of such a block.
const BLOCK: u64 = 64 << 10;

/// `xxh3:…` or `xxh3-sampled:…` of a file; `None` for a pipe, or for what cannot be read again.
pub fn fingerprint(path: &str) -> Option<String> {
    // Looked at before it is opened: to open a pipe that was read already would wait for another writer.
    let is_file = path != "-" && std::fs::metadata(path).is_ok_and(|of| of.is_file());
    if !is_file {
        return None;
    }
    let mut file = File::open(path).ok()?;
    let size = file.metadata().ok()?.len();
    let mut hash = Xxh3::new();
    hash.update(&size.to_le_bytes());
    if size <= WHOLE {
        add(&mut file, size, &mut hash)?;
        return Some(format!("xxh3:{:032x}", hash.digest128()));
    }
    for block in 0..BLOCKS {
        // The last block ends where the file ends.
        let place = u128::from(size - BLOCK) * u128::from(block) / u128::from(BLOCKS - 1);
        file.seek(SeekFrom::Start(u64::try_from(place).ok()?)).ok()?;
        add(&mut file, BLOCK, &mut hash)?;
    }
    Some(format!("xxh3-sampled:{:032x}", hash.digest128()))
}

fn add(file: &mut File, size: u64, hash: &mut Xxh3) -> Option<()> {
    let mut bytes = Vec::new();
    file.take(size).read_to_end(&mut bytes).ok()?;
    hash.update(&bytes);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn of(bytes: &[u8]) -> Option<String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        fingerprint(&file.path().to_string_lossy())
    }

    #[test]
    fn other_bytes_are_another_file() {
        assert_eq!(of(b"a,b\n1,2\n"), of(b"a,b\n1,2\n"));
        assert_ne!(of(b"a,b\n1,2\n"), of(b"a,b\n1,3\n"));
        assert_eq!((fingerprint("-"), fingerprint("/no/such/file")), (None, None));
    }

    #[test]
    fn a_large_file_is_known_by_its_size_and_its_parts() {
        let mut bytes = vec![7_u8; usize::try_from(WHOLE).unwrap() + 100];
        let whole = of(&bytes).unwrap();
        assert!(whole.starts_with("xxh3-sampled:"));
        *bytes.last_mut().unwrap() = 8;
        assert_ne!(of(&bytes), Some(whole.clone()));
        bytes.push(8);
        assert_ne!(of(&bytes), Some(whole));
    }
}
