//! The session variables of a call, told when a page first computes: most pages never do (VoiceXML 2.0 §5.1.4).

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

/// What stands below `session`. Cheap to clone.
#[derive(Clone)]
pub struct SessionVariables(Arc<dyn Fn() -> Value + Send + Sync>);

impl SessionVariables {
    /// Variables that `tell` tells: the same as often as it is asked.
    pub fn told_by(tell: impl Fn() -> Value + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// An object of names and values.
    pub fn tell(&self) -> Value {
        (self.0)()
    }
}

impl From<Value> for SessionVariables {
    fn from(variables: Value) -> Self {
        Self::told_by(move || variables.clone())
    }
}

impl fmt::Debug for SessionVariables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("session variables")
    }
}
