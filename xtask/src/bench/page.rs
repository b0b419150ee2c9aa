//! docs/PERFORMANCE.md: each part's section stands between two comments, and what stands outside is written by people.

use std::fs;

use crate::failure::{Failure, OrFail, Result};

/// From the root of the workspace.
pub(super) const PATH: &str = "docs/PERFORMANCE.md";

/// Puts a section into the place of the one before.
pub(super) fn keep(part: &str, section: &str) -> Result<()> {
    let path = crate::root().join(PATH);
    let page = fs::read_to_string(&path).or_fail(|| format!("{PATH} can't be read"), "take it from git")?;
    let page = replace(&page, part, section).ok_or_else(|| {
        let [begin, end] = marks(part);
        Failure::new(
            format!("{PATH} has no place for `{part}`"),
            format!("put `{begin}` and `{end}` into it"),
        )
    })?;
    fs::write(&path, page).or_fail(|| format!("{PATH} can't be written"), "check its permissions")
}

fn marks(part: &str) -> [String; 2] {
    [format!("<!-- measured: {part} -->"), format!("<!-- end: {part} -->")]
}

fn replace(page: &str, part: &str, section: &str) -> Option<String> {
    let [begin, end] = marks(part);
    let (before, rest) = page.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n\n{section}\n\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_takes_the_place_of_its_own_and_no_other() {
        let page =
            "a\n<!-- measured: x -->\nold\n<!-- end: x -->\nb\n<!-- measured: y -->\n<!-- end: y -->\n";
        let once = replace(page, "x", "new").unwrap();
        assert_eq!(
            once,
            "a\n<!-- measured: x -->\n\nnew\n\n<!-- end: x -->\nb\n<!-- measured: y -->\n<!-- end: y -->\n"
        );
        assert_eq!(replace(&once, "x", "new").unwrap(), once);
        assert_eq!(replace(page, "z", "new"), None);
    }

    #[test]
    fn page_has_a_place_for_every_part() {
        let page = fs::read_to_string(crate::root().join(PATH)).unwrap();
        for part in super::super::ALL {
            assert!(replace(&page, part.name(), "").is_some(), "{part:?}");
        }
    }
}
