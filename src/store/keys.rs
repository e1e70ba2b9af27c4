//! Keys of rows: hashes and random numbers of fixed size, so that no row can be found by a telephone number.

/// A call: the keyed hash of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallKey(pub [u8; 32]);

/// One holder of a claim: random, drawn afresh for each claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClaimId(pub [u8; 16]);

/// A note: the keyed hash of what it is about (a person, a destination, a tenant's quota).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NoteKey(pub [u8; 32]);
