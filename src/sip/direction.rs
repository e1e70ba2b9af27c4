//! Which way media flow: `sendrecv`, `sendonly`, `recvonly`, `inactive` (RFC 3264 §5.1, §6.1, §8.4).

/// Which way media flow, seen from the side that says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Both ways.
    #[default]
    SendRecv,
    /// From the side that says it.
    SendOnly,
    /// To the side that says it.
    RecvOnly,
    /// Neither way.
    Inactive,
}

impl Direction {
    /// From its two halves.
    pub fn of(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// Whether media are sent.
    pub fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether media are received.
    pub fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The same as the other side sees it.
    pub fn reversed(self) -> Self {
        Self::of(self.receives(), self.sends())
    }

    /// What both allow.
    pub fn and(self, other: Self) -> Self {
        Self::of(self.sends() && other.sends(), self.receives() && other.receives())
    }

    /// The attribute's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// The direction that an attribute's name says, if it says one.
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::SendRecv, Self::SendOnly, Self::RecvOnly, Self::Inactive].into_iter().find(|known| known.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_side_sends_the_other_receives() {
        assert_eq!(Direction::SendOnly.reversed(), Direction::RecvOnly);
        assert_eq!(Direction::Inactive.reversed(), Direction::Inactive);
        assert_eq!(Direction::SendRecv.and(Direction::RecvOnly), Direction::RecvOnly);
        assert_eq!(Direction::SendOnly.and(Direction::RecvOnly), Direction::Inactive);
    }
}
