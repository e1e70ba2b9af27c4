//! Why media cannot be had, or an order to them is not carried out.

use std::io;

use super::ports::PortError;

/// Why media cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// No ports.
    #[error(transparent)]
    Ports(#[from] PortError),
    /// The system gives no thread or no epoll.
    #[error("the media thread cannot start; free memory or file handles")]
    Start(#[source] io::Error),
    /// The thread has more orders than it can take.
    #[error("the media thread is overloaded; take fewer calls")]
    Overloaded,
    /// The thread has ended.
    #[error("the media thread is gone; restart the server")]
    Gone,
    /// Two calls on different threads cannot be joined.
    #[error("the two calls are on different media threads; open the second with `beside` the first")]
    Apart,
}
