//! The provider's key in the demonstration's folder, so that tokens outlive a restart.

use std::io;
use std::path::{Path, PathBuf};

use crate::provider::{Provider, ProviderFault};

/// Why the provider of a folder cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    /// The file cannot be read or written.
    #[error("{path}: {error}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Its content is no key.
    #[error("{path}: {fault}")]
    Provider {
        /// Which file.
        path: PathBuf,
        /// Why.
        fault: ProviderFault,
    },
}

/// Where the key is kept in a data folder.
#[must_use]
pub fn key_path(data: &Path) -> PathBuf {
    data.join("lab").join("provider.p8")
}

/// The provider of a data folder; its key is made at the first start. Two programs that start at once agree on one key.
///
/// # Errors
/// [`StoreFault`] names the file.
pub fn open_or_create(data: &Path, fill: impl FnMut(&mut [u8])) -> Result<Provider, StoreFault> {
    let path = key_path(data);
    match std::fs::read(&path) {
        Ok(pkcs8) => read(path, &pkcs8),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let made = Provider::generate(fill);
            let provider = made.map_err(|fault| StoreFault::Provider { path: path.clone(), fault })?;
            match write_new(&path, provider.pkcs8()) {
                Ok(()) => Ok(provider),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let kept = std::fs::read(&path).map_err(|error| StoreFault::Io { path: path.clone(), error })?;
                    read(path, &kept)
                }
                Err(error) => Err(StoreFault::Io { path, error }),
            }
        }
        Err(error) => Err(StoreFault::Io { path, error }),
    }
}

fn read(path: PathBuf, pkcs8: &[u8]) -> Result<Provider, StoreFault> {
    Provider::from_pkcs8(pkcs8).map_err(|fault| StoreFault::Provider { path, fault })
}

/// Writes a file that its owner alone may read, whole or not at all, and never over another.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use io::Write as _;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let draft = path.with_extension(format!("p8.{}", std::process::id()));
    let mut file = options.open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    linked
}
