//! Mails to the owners of accounts.
//!
//! In scope: which mails there are and what they say, how they are sent, and that none is lost. Not in scope: when one is
//! due, which the routes say through [`Change`](crate::services::change::Change).
//!
//! A mail is work in the outbox, written in the batch of the change that it follows from: its template and its user, and
//! nothing else. The one-time token of its link is made when the mail is sent, so that the database knows the token's hash
//! alone, and a mail that has to be sent again carries a new token, which takes the place of the older one.

mod deliver;
mod http_sender;
mod mailer;
mod settings;
mod template;

pub(crate) use deliver::{SendMail, deliver};
pub use http_sender::HttpSender;
pub use mailer::{Mail, MailError, Mailer};
pub use settings::{HttpSenderSettings, MailSettings, Mailbox, PublicUrl};
pub use template::Template;
