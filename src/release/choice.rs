//! What is live on a node: its file, or what somebody released.

use crate::store::{Release, ReleaseKind, Released};

/// What is live.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Choice<'r> {
    /// The node's file.
    File {
        /// Whether its release is still to be written down.
        is_new: bool,
    },
    /// What somebody published or went back to.
    Released(&'r Release),
    /// What is live already: there is neither a file nor a release.
    Stay,
}

/// Chooses between the version of the node's file and the releases of the flow, the oldest first. A file takes over from what
/// somebody released when it changes to something that was never live before; so a file that somebody went back from stays out
/// until it is changed.
pub(super) fn choose<'r>(file: Option<&str>, releases: &'r [Released]) -> Choice<'r> {
    let by_people = releases.iter().rev().find(|released| released.release.how != ReleaseKind::File);
    match (file, by_people) {
        (None, None) => Choice::Stay,
        (None, Some(newest)) => Choice::Released(&newest.release),
        (Some(file), None) => Choice::File { is_new: releases.last().is_none_or(|last| last.release.version != file) },
        (Some(file), Some(newest)) => {
            let mut own = releases.iter().filter(|released| released.release.version == file).peekable();
            let is_new = own.peek().is_none();
            let is_later = own.any(|released| released.release.how == ReleaseKind::File && released.number > newest.number);
            if is_new || is_later { Choice::File { is_new } } else { Choice::Released(&newest.release) }
        }
    }
}

#[cfg(test)]
mod tests {
    use ReleaseKind::{File, Published, RolledBack};
    use jiff::Timestamp;

    use super::*;

    const IS_NEW: Choice<'_> = Choice::File { is_new: true };
    const IS_KNOWN: Choice<'_> = Choice::File { is_new: false };

    #[test]
    fn a_file_is_live_where_nobody_released_anything() {
        assert_eq!(choose(Some("f1"), &[]), IS_NEW);
        assert_eq!(choose(Some("f1"), &releases(&[("f1", File)])), IS_KNOWN);
        assert_eq!(choose(Some("f1"), &releases(&[("f1", File), ("f2", File)])), IS_NEW);
        assert_eq!(choose(None, &releases(&[("f1", File)])), Choice::Stay);
    }

    #[test]
    fn a_file_that_changes_takes_over_from_what_was_released() {
        assert_eq!(choose(Some("f2"), &releases(&[("f1", File), ("p", Published)])), IS_NEW);
        assert_eq!(choose(Some("f2"), &releases(&[("f1", File), ("p", Published), ("f2", File)])), IS_KNOWN);
    }

    #[test]
    fn a_file_that_somebody_went_back_from_stays_out() {
        let releases = releases(&[("f1", File), ("f2", File), ("f1", RolledBack)]);

        assert_eq!(choose(Some("f2"), &releases), Choice::Released(&releases[2].release));
        assert_eq!(choose(None, &releases), Choice::Released(&releases[2].release));
        assert_eq!(choose(Some("f3"), &releases), IS_NEW);
    }

    fn releases(told: &[(&str, ReleaseKind)]) -> Vec<Released> {
        let release = |version: &str, how| Release {
            flow: "menu".to_owned(),
            version: version.to_owned(),
            how,
            who: "ann".to_owned(),
            note: String::new(),
        };
        let numbered = (1..).zip(told);
        numbered.map(|(number, (version, how))| Released { release: release(version, *how), number, at: Timestamp::UNIX_EPOCH }).collect()
    }
}
