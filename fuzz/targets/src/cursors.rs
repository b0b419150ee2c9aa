use accounts::{Timestamp, UserId};
use api::{Cursor, Limit};

use crate::print_is_what_was_read;

/// Cursors of pages, and how many rows a page may have.
pub fn cursors(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Some(cursor) = print_is_what_was_read(text, str::parse::<Cursor>) {
        assert_eq!(Cursor::at(cursor.key()), cursor);
        // Where a list is sorted by something of a form, a cursor of another list is refused.
        for after in [
            cursor.after::<UserId>().map(|id| id.is_some()),
            cursor.after::<Timestamp>().map(|time| time.is_some()),
        ] {
            assert!(after.is_err() || after == Ok(!cursor.key().is_empty()));
        }
    }
    let cursor = Cursor::at(text);
    if text.len() <= 1_024 {
        assert_eq!(cursor.to_string().parse(), Ok(cursor), "every key makes a cursor");
    }
    if let Ok(limit) = text.parse::<Limit>() {
        assert!((1..=100).contains(&limit.get()) && limit.and_one() == limit.get() + 1);
    }
}
