//! Who asked for which mail, and when: what keeps a mailbox from being filled by others, and by the mails of a time in which
//! none could be sent.

use accounts::{Email, OutboxId, Timestamp, UserId};
use serde_json::json;

use crate::Statement;
use crate::outbox::{self, Schedule};
use crate::statement::statement;

/// Asks for a mail to the account of an address, and writes down the work of sending it. Nothing comes of it where there
/// is no such account, or where the last request for this kind of mail is later than `not_since`; what is run is the same. It
/// takes the place of one that could not be sent yet.
pub fn request(
    id: OutboxId,
    email: &Email,
    template: &str,
    when: Schedule,
    not_since: Timestamp,
) -> [Statement; 3] {
    [
        statement!("outbox/delete_superseded_request", email, template, when.created_at, not_since),
        statement!("mail_requests/upsert_by_email", email, template, &id, when.created_at, not_since),
        statement!("outbox/insert_requested_mail", email, template, &id, when.due_at, when.created_at),
    ]
}

/// Writes down the work of sending a mail that an account is owed, in the place of one of its kind that could not be sent yet.
pub fn owe(id: OutboxId, user: UserId, template: &str, when: Schedule) -> [Statement; 3] {
    [
        statement!("outbox/delete_superseded_mail", &user, template),
        statement!("mail_requests/upsert", &user, template, &id, when.created_at),
        outbox::insert(id, "send_mail", &json!({ "template": template, "userId": user }), when),
    ]
}

/// Deletes so many requests at most that nothing depends on, since they were made at `until` or before; gives a row for
/// each. A request whose mail waits to be sent stays.
pub fn sweep(until: Timestamp, rows: u32) -> Statement {
    statement!("mail_requests/sweep", until, i64::from(rows))
}
