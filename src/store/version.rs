//! Flow versions that calls run on, and when each was made live.

use jiff::Timestamp;

/// A version of a flow: immutable, since its id is the hash of what it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowVersion {
    /// Its id.
    pub id: String,
    /// Name of the flow.
    pub flow: String,
    /// Its files with their texts, as whoever keeps it writes them.
    pub files: String,
}

/// What a list says of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionEntry {
    /// Its id.
    pub id: String,
    /// When it was first kept, in whole milliseconds.
    pub kept_at: Timestamp,
    /// How many calls in progress are on it.
    pub calls: u32,
}

/// A version is made live for calls to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Name of the flow.
    pub flow: String,
    /// Id of the version.
    pub version: String,
    /// By which way.
    pub how: ReleaseKind,
    /// Who did it: a person, or the node that saw a file change.
    pub who: String,
    /// Why, in the words of who did it; may be empty.
    pub note: String,
}

/// A release that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// What was released.
    pub release: Release,
    /// Grows from release to release.
    pub number: i64,
    /// When, in whole milliseconds.
    pub at: Timestamp,
}

/// How a version came to be live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleaseKind {
    /// A node found it in its folder.
    File,
    /// Somebody published it.
    Published,
    /// Somebody went back to it.
    RolledBack,
}

impl ReleaseKind {
    /// Its name in a row.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Published => "published",
            Self::RolledBack => "rolled_back",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::File, Self::Published, Self::RolledBack].into_iter().find(|kind| kind.name() == name)
    }
}
