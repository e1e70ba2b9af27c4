//! What can go wrong with a store, in words for who runs it.

use std::path::PathBuf;
use std::sync::Arc;

/// A store that cannot be opened, read or written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The URL is of a kind that nobody here keeps; the rest of it may hold a password and is not shown.
    #[error("[store] url begins with {scheme:?}; a store is sqlite://PATH, postgres://USER:PASSWORD@HOST/DATABASE or memory:")]
    UnknownKind {
        /// What stands before the colon.
        scheme: String,
    },
    /// The URL says sqlite, and the rest cannot be read.
    #[error("[store] url {url:?} is no address of an SQLite file; write it as sqlite://PATH")]
    BadUrl {
        /// The URL.
        url: String,
        /// What is wrong with it.
        #[source]
        source: Arc<sqlx::Error>,
    },
    /// The URL says postgres, and the rest cannot be read; it may hold a password and is not shown.
    #[error("[store] url is no address of a PostgreSQL database; write it as postgres://USER:PASSWORD@HOST/DATABASE")]
    BadPostgresUrl {
        /// What is wrong with it.
        #[source]
        source: Arc<sqlx::Error>,
    },
    /// The server does not answer.
    #[error("the store {store} cannot be reached; is PostgreSQL running there, and is the network between open?")]
    Unreachable {
        /// Its name.
        store: String,
        /// What stood in the way.
        #[source]
        source: Arc<sqlx::Error>,
    },
    /// The server answers, but too slowly.
    #[error("the store {store} does not answer in time; look at the load of the server, and for locks")]
    Slow {
        /// Its name.
        store: String,
    },
    /// The server knows no such user, password or database, or forbids what we do.
    #[error("the store {store} refuses us: {reason}; check user, password and database in [store] url, and the user's rights")]
    Refused {
        /// Its name.
        store: String,
        /// What the server says.
        reason: String,
    },
    /// The file's folder does not exist.
    #[error("the store's folder {folder} does not exist; create it, or change [store] url")]
    NoFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// The file cannot be opened.
    #[error("the store {path} cannot be opened; it must be a file that this user may read and write, in a folder that they may write")]
    CannotOpen {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error("the store {path} is read-only; let this user write the file and its folder")]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// There is no room for more.
    #[error("the disk of the store {store} is full; make room on it")]
    DiskFull {
        /// Its name.
        store: String,
    },
    /// Somebody else keeps the file locked.
    #[error("the store {path} is locked by another program; end that program and try again")]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The file is no database, or not a whole one.
    #[error(
        "the store {store} is damaged or is no database of Callward's; restore it from a backup, or move it away to start with an empty one"
    )]
    Damaged {
        /// Its name.
        store: String,
    },
    /// The file has tables that this program does not know.
    #[error(
        "the store {store} was written by a newer Callward (its migration {version} is unknown here); start that version, or restore a backup"
    )]
    Newer {
        /// Its name.
        store: String,
        /// The migration that only the other program knows.
        version: i64,
    },
    /// A migration of the file was not made by this program or any older one.
    #[error(
        "the store {store} was written by another build of Callward (its migration {version} differs); start that build, or restore a backup"
    )]
    OtherBuild {
        /// Its name.
        store: String,
        /// The migration that differs.
        version: i64,
    },
    /// The task that writes has ended.
    #[error("the writer of the store {path} has stopped; restart Callward")]
    Stopped {
        /// The file.
        path: PathBuf,
    },
    /// Anything else.
    #[error("the store {store} failed; look at the cause that is logged with this, and at the disk")]
    Broken {
        /// Its name.
        store: String,
        /// What the database said.
        #[source]
        source: Arc<sqlx::Error>,
    },
}
