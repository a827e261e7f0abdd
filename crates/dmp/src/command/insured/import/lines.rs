//! The lines of a file as bytes, none of them longer than one may be in memory; and the file's digest.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256};

/// The longest line, in bytes.
const LONGEST: usize = 256 * 1024;
/// How much is read at a time.
const STEP: usize = 256 * 1024;

/// A file, before anything of it is imported.
#[derive(Debug, Clone, Copy)]
pub struct Whole {
    /// How many lines it has.
    pub lines: u64,
    /// SHA-256 of all its bytes.
    pub digest: [u8; 32],
}

impl Whole {
    /// Reads a file once from its beginning to its end.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(path: &Path) -> std::io::Result<Self> {
        // It is read twice: what gives its bytes once, or waits for somebody to write them, is none.
        if !std::fs::metadata(path)?.is_file() {
            return Err(std::io::Error::other("a file is expected, no pipe and no folder"));
        }
        let mut file = File::open(path)?;
        let (mut context, mut lines, mut last) = (Context::new(&SHA256), 0, b'\n');
        let mut step = vec![0; STEP];
        loop {
            let count = file.read(&mut step)?;
            let Some(bytes) = step.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
            context.update(bytes);
            lines += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
            last = bytes.last().copied().unwrap_or(last);
        }
        // The last line may end with the file.
        lines += u64::from(last != b'\n');
        let digest = context.finish().as_ref().try_into().map_err(std::io::Error::other)?;
        Ok(Self { lines, digest })
    }
}

/// The lines of a file.
#[derive(Debug)]
pub struct Lines(BufReader<File>);

impl Lines {
    /// From the beginning.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn of(path: &Path) -> std::io::Result<Self> {
        File::open(path).map(|file| Self(BufReader::new(file)))
    }

    /// The next line without its end, if there is one: its text, or why it has none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next(&mut self) -> std::io::Result<Option<Result<String, String>>> {
        let mut line = Vec::new();
        let mut length = 0;
        loop {
            let ahead = self.0.fill_buf()?;
            if ahead.is_empty() {
                break;
            }
            let (piece, ends) = match ahead.iter().position(|byte| *byte == b'\n') {
                Some(at) => (ahead.get(..at).unwrap_or_default(), true),
                None => (ahead, false),
            };
            length += piece.len();
            if length <= LONGEST {
                line.extend_from_slice(piece);
            }
            let read = piece.len() + usize::from(ends);
            self.0.consume(read);
            if ends {
                return Ok(Some(text(line, length)));
            }
        }
        Ok((length > 0).then(|| text(line, length)))
    }
}

fn text(line: Vec<u8>, length: usize) -> Result<String, String> {
    if length > LONGEST {
        return Err(format!("the line is longer than {} KiB", LONGEST / 1024));
    }
    // Editors mark the beginning of a file, and so of each that was put behind another.
    let marked = line.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec);
    String::from_utf8(marked.unwrap_or(line))
        .map_err(|fault| format!("byte {} is no UTF-8: write the file in UTF-8", fault.utf8_error().valid_up_to() + 1))
}
