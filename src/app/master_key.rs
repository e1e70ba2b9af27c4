//! Where the master key comes from: the configuration, or a file of our own beside the database.

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::clock::Chance;
use crate::config::Storage;
use crate::secret::{MasterKey, MasterKeyError};

/// A master key that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file cannot be read or made.
    #[error("the master key {} cannot be read or made: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// What is written is no key.
    #[error("{source_name}: {cause}")]
    Key {
        /// The file, or `security.master_key`.
        source_name: String,
        /// Why not.
        cause: MasterKeyError,
    },
}

/// The configured key; else the one in `callward.key` beside a SQLite database, made when it is missing; else, for a store
/// in memory, a random one.
pub(super) fn master_key(storage: &Storage, chance: &Chance) -> Result<MasterKey, KeyFileError> {
    if let Some(key) = &storage.master_key {
        let named = |cause| KeyFileError::Key { source_name: "security.master_key".to_owned(), cause };
        return MasterKey::from_base64(key.expose()).map_err(named);
    }
    match key_file(storage.url.expose()) {
        Some(path) => from_file(&path, chance),
        None => Ok(MasterKey::generate(chance)),
    }
}

/// `callward.key` beside the database of a `sqlite://PATH` URL.
fn key_file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.split('?').next().unwrap_or(path);
    if path == ":memory:" {
        return None;
    }
    Some(Path::new(path).parent().unwrap_or(Path::new("")).join("callward.key"))
}

fn from_file(path: &Path, chance: &Chance) -> Result<MasterKey, KeyFileError> {
    let fault = |cause| KeyFileError::File { path: path.to_owned(), cause };
    let mut text = String::new();
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            text = STANDARD.encode(chance.bytes::<32>());
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(fault)?;
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            OpenOptions::new().read(true).open(path).and_then(|mut file| file.read_to_string(&mut text)).map_err(fault)?;
        }
        Err(error) => return Err(fault(error)),
    }
    MasterKey::from_base64(&text).map_err(|cause| KeyFileError::Key { source_name: path.display().to_string(), cause })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("callward.key");

        let made = from_file(&path, &Chance::system()).unwrap();
        let read = from_file(&path, &Chance::system()).unwrap();

        let hash = |key: &MasterKey| key.hash(crate::secret::Purpose::Name, &[b"x"]);
        assert_eq!(hash(&made), hash(&read));
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn the_key_lies_beside_the_database() {
        assert_eq!(key_file("sqlite:///var/lib/callward/callward.db?mode=rwc"), Some("/var/lib/callward/callward.key".into()));
        assert_eq!(key_file("sqlite://callward.db"), Some("callward.key".into()));
        assert_eq!(key_file("memory:"), None);
    }
}
