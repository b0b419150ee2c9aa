//! Passwords that follow from what they are for: the name of the account or of the service, with the digits and signs that people
//! add to have their way.

/// The fewest letters of a word: what has fewer is met in good passwords by chance.
const LEAST: usize = 3;

/// Whether a password is a word, in any case, and nothing but digits and signs beside it.
pub(super) fn is_little_more(password: &str, word: &str) -> bool {
    let letters = letters(word);
    letters.chars().count() >= LEAST && self::letters(password) == letters
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect()
}
