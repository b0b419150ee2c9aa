//! Who asked for which mail, and when: what keeps a mailbox from being filled by others.

use accounts::{Email, OutboxId, Timestamp};

use crate::Statement;
use crate::outbox::Schedule;
use crate::statement::statement;

/// Asks for a mail to the account of an address, and writes down the work of sending it. Nothing comes of it where there
/// is no such account, or where the last request for this kind of mail is later than `not_since`; what is run is the same.
pub fn request(
    id: OutboxId,
    email: &Email,
    template: &str,
    when: Schedule,
    not_since: Timestamp,
) -> [Statement; 2] {
    [
        statement!("mail_requests/upsert_by_email", email, template, &id, when.created_at, not_since),
        statement!("outbox/insert_requested_mail", email, template, &id, when.due_at, when.created_at),
    ]
}

/// Deletes so many requests at most that nothing depends on, since they were made at `until` or before; gives a row for
/// each.
pub fn sweep(until: Timestamp, rows: u32) -> Statement {
    statement!("mail_requests/sweep", until, i64::from(rows))
}
