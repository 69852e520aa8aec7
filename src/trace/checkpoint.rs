//! checkpoint.bin: magic, format, version of the program, length, checksum, then the whole experiment in postcard.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::{Serialize, de::DeserializeOwned};

use super::error::FolderError;

/// Its name.
pub const CHECKPOINT: &str = "checkpoint.bin";
const MAGIC: &[u8; 8] = b"AMMONCKP";
/// Changes with every change of the header, and of what is saved.
const FORMAT: u32 = 7;
/// Which program wrote it: only the same one goes on to the same bytes.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");
/// Bytes of the program's version, padded with zeros.
const PADDED: usize = 24;
/// Magic, format, program, length, checksum.
const HEAD: usize = 8 + 4 + PADDED + 8 + 8;
/// A larger file is no checkpoint of ours.
const LARGEST: u64 = 16 << 30;

/// The bytes of a checkpoint, to be written to `path`.
pub(super) fn checkpoint_bytes<T: Serialize>(
    path: &Path,
    state: &T,
) -> Result<Vec<u8>, FolderError> {
    let bytes = postcard::to_extend(state, vec![0_u8; HEAD]);
    let mut bytes = bytes.map_err(|e| FolderError::broken(path, e.to_string()))?;
    let body = &bytes[HEAD..];
    let head = header(body.len() as u64, checksum(body));
    bytes[..HEAD].copy_from_slice(&head);
    Ok(bytes)
}

fn header(length: u64, checksum: u64) -> Vec<u8> {
    let mut head = Vec::with_capacity(HEAD);
    head.extend_from_slice(MAGIC);
    head.extend_from_slice(&FORMAT.to_le_bytes());
    head.extend(PROGRAM.bytes().chain(std::iter::repeat(0)).take(PADDED));
    head.extend_from_slice(&length.to_le_bytes());
    head.extend_from_slice(&checksum.to_le_bytes());
    head
}

/// Reads a checkpoint; a file that is damaged, cut short or of another version is refused.
pub fn read_checkpoint<T: DeserializeOwned>(path: &Path) -> Result<T, FolderError> {
    let mut file = File::open(path).map_err(FolderError::read(path))?;
    let length = file.metadata().map_err(FolderError::read(path))?.len();
    let broken = |problem: &str| {
        FolderError::broken(
            path,
            format!("{problem}; run the folder's scenario.ron again"),
        )
    };
    let mut head = [0_u8; HEAD];
    if length < HEAD as u64
        || length > LARGEST
        || file.read_exact(&mut head).is_err()
        || !head.starts_with(MAGIC)
    {
        return Err(FolderError::broken(path, "is not a checkpoint of Ammon"));
    }
    if head[8..12] != FORMAT.to_le_bytes() {
        return Err(broken("was written by another version of Ammon"));
    }
    let expected = header(length - HEAD as u64, 0);
    if head[12..12 + PADDED] != expected[12..12 + PADDED] {
        let other: String = head[12..12 + PADDED]
            .iter()
            .filter(|b| b.is_ascii_graphic())
            .map(|b| char::from(*b))
            .collect();
        return Err(broken(&format!(
            "was written by Ammon {other}, this is {PROGRAM}"
        )));
    }
    if head[12 + PADDED..HEAD - 8] != expected[12 + PADDED..HEAD - 8] {
        return Err(broken("is cut short"));
    }
    let mut body = Vec::with_capacity((length - HEAD as u64) as usize);
    file.take(LARGEST)
        .read_to_end(&mut body)
        .map_err(FolderError::read(path))?;
    if head[HEAD - 8..] != checksum(&body).to_le_bytes() {
        return Err(broken("is damaged"));
    }
    postcard::from_bytes(&body).map_err(|e| broken(&format!("cannot be read ({e})")))
}

/// CRC-32: against accidents, not against malice.
fn checksum(bytes: &[u8]) -> u64 {
    crc32fast::hash(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_checkpoint_is_refused_and_never_panics() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("checkpoint.bin");
        let state = (vec![1.0_f64; 100], "words".to_string());
        std::fs::write(&path, checkpoint_bytes(&path, &state).unwrap()).unwrap();
        assert_eq!(read_checkpoint::<(Vec<f64>, String)>(&path).unwrap(), state);
        let good = std::fs::read(&path).unwrap();
        for i in 0..good.len() {
            let mut bad = good.clone();
            bad[i] ^= 0x40;
            std::fs::write(&path, &bad).unwrap();
            assert!(
                read_checkpoint::<(Vec<f64>, String)>(&path).is_err(),
                "byte {i}"
            );
            std::fs::write(&path, &good[..i]).unwrap();
            assert!(
                read_checkpoint::<(Vec<f64>, String)>(&path).is_err(),
                "cut at {i}"
            );
        }
    }
}
