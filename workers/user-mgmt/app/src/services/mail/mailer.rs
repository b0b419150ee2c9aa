use std::fmt;
use std::future::Future;

use accounts::Email;
use store::StoreError;

use super::settings::Mailbox;

/// A mail, ready to be sent. What stands in its head comes from the configuration, from a parsed address and from a list
/// of subjects, so that nobody can add to it.
#[derive(Clone)]
pub struct Mail {
    /// Who sends it.
    pub from: Mailbox,
    /// Whom it is for.
    pub to: Email,
    /// Its subject.
    pub subject: &'static str,
    /// What it says, as plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// Without the text: the link in it is a secret.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("to", &self.to).field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Mail was turned off after the mail was asked for.
    #[error("no mail is configured")]
    NotConfigured,
    /// The sender did not take it.
    #[error("the mail was not taken: {0}")]
    Refused(String),
    /// The mail could not be written.
    #[error("the mail can't be rendered: {0}")]
    Template(#[from] askama::Error),
    /// What the mail is about could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sends mail. Whoever implements it keeps what a mail says out of errors.
pub trait Mailer: Send + Sync + 'static {
    /// Hands a mail over to be delivered.
    fn send(&self, mail: &Mail) -> impl Future<Output = Result<(), MailError>> + Send;
}
