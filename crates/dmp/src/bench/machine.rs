//! What the machine can do at best: commits to the disk, encryption, hashing. Taken in the same run as the figures.

use std::io::Write;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use dmp_seal::{Cipher, Secret};

use crate::failure::Failure;
use crate::world::Stopwatch;

/// Prints the ceilings.
///
/// # Errors
/// [`Failure`] when the folder cannot be written.
pub fn print(folder: &Path) -> Result<(), Failure> {
    println!(
        "machine: {:.0} fsync/s, AES-256-GCM-SIV {:.2} GB/s, SHA-256 {:.2} GB/s, {} cores",
        fsyncs(folder)?,
        aes()?,
        sha(),
        std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
    );
    Ok(())
}

fn fsyncs(folder: &Path) -> Result<f64, Failure> {
    let path = folder.join("ceiling");
    let mut file = std::fs::File::create(&path)?;
    let watch = Stopwatch::start();
    let mut count = 0.0;
    while watch.seconds() < 1.0 {
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        count += 1.0;
    }
    let rate = count / watch.seconds();
    std::fs::remove_file(&path)?;
    Ok(rate)
}

fn aes() -> Result<f64, Failure> {
    let cipher = Cipher::new(&Secret::new([3; 32])).map_err(|fault| Failure::of("the cipher", fault))?;
    let mut buffer = vec![7_u8; 64 * 1024];
    let watch = Stopwatch::start();
    let mut bytes = 0.0;
    while watch.seconds() < 0.5 {
        buffer.truncate(64 * 1024);
        cipher.seal(&[9; 12], b"", &mut buffer).map_err(|fault| Failure::of("the cipher", fault))?;
        bytes += 65_536.0;
    }
    Ok(bytes / watch.seconds() / 1e9)
}

fn sha() -> f64 {
    let buffer = vec![7_u8; 64 * 1024];
    let watch = Stopwatch::start();
    let mut bytes = 0.0;
    while watch.seconds() < 0.5 {
        std::hint::black_box(digest(&SHA256, &buffer));
        bytes += 65_536.0;
    }
    bytes / watch.seconds() / 1e9
}
