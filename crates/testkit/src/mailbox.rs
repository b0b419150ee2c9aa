use std::future::{Future, ready};
use std::sync::{Arc, Mutex};

use user_mgmt_app::services::mail::{Mail, MailError, Mailer};

/// A mail that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMail {
    /// Whom it is for.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// What it says, as plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

impl SentMail {
    /// The one-time token in its link.
    #[track_caller]
    pub fn token(&self) -> String {
        let (_, rest) = self.text.split_once("?token=").expect("the mail has a token");
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
    }
}

/// Takes mail and keeps it. It can be made to refuse.
#[derive(Clone, Debug, Default)]
pub struct Mailbox {
    sent: Arc<Mutex<Vec<SentMail>>>,
    failing: Arc<Mutex<bool>>,
}

impl Mailbox {
    /// A mailbox of its own with the same mails.
    pub(crate) fn copy(&self) -> Self {
        Self { sent: Arc::new(Mutex::new(self.sent())), failing: Arc::default() }
    }

    /// Has every mail refused from now on, or none.
    pub fn set_failing(&self, failing: bool) {
        *self.failing.lock().unwrap() = failing;
    }

    /// Everything that was sent, in order.
    pub fn sent(&self) -> Vec<SentMail> {
        self.sent.lock().unwrap().clone()
    }
}

impl Mailer for Mailbox {
    fn send(&self, mail: &Mail) -> impl Future<Output = Result<(), MailError>> + Send {
        if *self.failing.lock().unwrap() {
            return ready(Err(MailError::Refused("made to fail".to_owned())));
        }
        self.sent.lock().unwrap().push(SentMail {
            to: mail.to.to_string(),
            subject: mail.subject.to_owned(),
            text: mail.text.clone(),
            html: mail.html.clone(),
        });
        ready(Ok(()))
    }
}
