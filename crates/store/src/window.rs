use accounts::TokenHash;

/// A part of a table that is looked through at one time: rows next to each other by the hashes of their tokens, which are
/// spread evenly, and as many from the front. Windows at random places come past every row sooner or later, each at the
/// same small cost, without an index by time that every sign-in would have to keep up.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Where it starts.
    pub from: TokenHash,
    /// How many rows, and how many from the front.
    pub rows: u32,
}
