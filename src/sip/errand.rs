//! What a request of ours is for, so that its answer finds the one who waits for it.

use super::event::{CallId, RegistrationId};

/// Who waits for the answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Errand {
    /// The INVITE that sets the call up.
    Invite(CallId),
    /// A change or refresh of the session, by INVITE or UPDATE.
    Offer(CallId),
    /// The end of the call.
    Bye(CallId),
    /// The confirmation of a provisional response.
    Prack(CallId),
    /// A transfer that we ask for.
    Refer(CallId),
    /// News of a transfer that was asked of us.
    Notify(CallId),
    /// What belongs to the call, like a key.
    Info(CallId),
    /// A registration, or its end.
    Register(RegistrationId),
    /// Nobody: CANCEL, and the BYE to a branch that was too late.
    Nobody,
}

impl Errand {
    /// The call that it is done for.
    pub fn call(self) -> Option<CallId> {
        match self {
            Errand::Invite(call) | Errand::Offer(call) | Errand::Bye(call) => Some(call),
            Errand::Prack(call) | Errand::Refer(call) | Errand::Notify(call) | Errand::Info(call) => Some(call),
            Errand::Register(_) | Errand::Nobody => None,
        }
    }
}
