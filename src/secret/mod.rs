//! What must not be read by others: keys pressed and codes, the master key, masks for numbers and addresses.

mod digits;
mod mask;
mod master_key;
mod text;

pub use digits::Digits;
pub use mask::mask;
pub use master_key::{MasterKey, MasterKeyError, Purpose, Sealed};
pub use text::SecretText;
