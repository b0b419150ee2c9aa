//! Which passwords are too common to be chosen.
//!
//! `common.txt` has, in lower case and sorted, every entry of 12 characters or more in three published lists: those of
//! the npm packages `zxcvbn` 4.4.2 and `@zxcvbn-ts/language-common` 4.1.3 (MIT), and of Django 5.2 (BSD), together
//! about 70,000 passwords from real leaks. Shorter ones are refused for their length already. Entries that repeat a few
//! characters are left out of it, since [`is_repetition`] refuses all of their kind.

const LIST: &str = include_str!("common.txt");
/// The longest group of characters whose repetition is no password.
const LONGEST_UNIT: usize = 4;

/// Whether somebody who guesses would try this one early, whatever its case.
pub(super) fn is_common(password: &str) -> bool {
    let folded = password.trim().to_lowercase();
    is_repetition(&folded) || is_listed(&folded)
}

/// `abcabcabcabc`: a few characters over and over.
fn is_repetition(folded: &str) -> bool {
    let chars: Vec<char> = folded.chars().collect();
    (1..=LONGEST_UNIT).any(|unit| chars.iter().zip(chars.iter().skip(unit)).all(|(one, next)| one == next))
}

/// Halves the text rather than building a table of it: a worker that starts should not pay for this.
fn is_listed(folded: &str) -> bool {
    let mut rest = LIST;
    while !rest.is_empty() {
        // A line in the middle; the list is ASCII, so that every byte starts a character.
        let start = rest[..rest.len() / 2].rfind('\n').map_or(0, |end| end + 1);
        let end = rest[start..].find('\n').map_or(rest.len(), |length| start + length);
        match folded.cmp(&rest[start..end]) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => rest = &rest[..start],
            std::cmp::Ordering::Greater => rest = rest.get(end + 1..).unwrap_or_default(),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_folded_and_without_what_is_refused_anyway() {
        assert!(LIST.is_ascii() && LIST.ends_with('\n'));
        let lines: Vec<&str> = LIST.lines().collect();
        assert!(lines.len() > 300);
        assert!(lines.is_sorted_by(|one, next| one < next));
        for line in lines {
            assert!(line.len() >= super::super::MIN_CHARS && !is_repetition(line), "{line}");
            assert_eq!(line, line.trim().to_lowercase());
        }
    }

    #[test]
    fn every_entry_is_found_in_any_case() {
        for line in LIST.lines() {
            assert!(is_common(line) && is_common(&line.to_uppercase()), "{line}");
        }
    }

    #[test]
    fn what_is_not_on_the_list_is_not_found() {
        for line in LIST.lines() {
            for other in [&line[1..], &format!("{line}~"), &format!("!{line}")] {
                assert!(!is_listed(other) || LIST.lines().any(|line| line == other), "{other}");
            }
        }
        for fine in ["correct horse battery", "", "~~~", "\n", "пароль пароль!"] {
            assert!(!is_listed(fine), "{fine}");
        }
    }

    #[test]
    fn a_few_characters_over_and_over_are_common() {
        for repeated in ["aaaaaaaaaaaa", "ABABABABABAB", "abcdabcdabcdab", "пппппппппппп"] {
            assert!(is_common(repeated), "{repeated}");
        }
        assert!(!is_common("abcdeabcdeabcde"));
    }
}
