use std::future::Future;
use std::time::Duration;

use user_mgmt_app::services::mail::{HttpSender, Mail, MailError, Mailer};
use worker::send::SendFuture;
use worker::{EmailAddress, SendEmail, SendEmailBuilder};
use worker_platform::{Internet, within};

/// How long the platform may take with a mail. One that it takes after all may be sent twice, rather than not at all.
const PATIENCE: Duration = Duration::from_secs(10);

/// What sends mail in this deployment.
pub(crate) enum WorkerMailer {
    /// Nothing.
    Off,
    /// The platform.
    Platform(SendEmail),
    /// A provider.
    Http(HttpSender<Internet>),
}

impl Mailer for WorkerMailer {
    fn send(&self, mail: &Mail) -> impl Future<Output = Result<(), MailError>> + Send {
        let mail = mail.clone();
        SendFuture::new(async move {
            match self {
                Self::Off => Err(MailError::NotConfigured),
                Self::Http(sender) => sender.send(&mail).await,
                Self::Platform(binding) => send(binding, &mail).await,
            }
        })
    }
}

async fn send(binding: &SendEmail, mail: &Mail) -> Result<(), MailError> {
    let (from, to) = (mail.from.address.as_str(), mail.to.as_str());
    let builder = match &mail.from.name {
        None => SendEmailBuilder::builder(from, to, mail.subject),
        Some(name) => {
            let from = EmailAddress::new(name, from);
            SendEmailBuilder::builder_with_email_address_and_str(&from, to, mail.subject)
        }
    };
    let message = builder.text(&mail.text).html(&mail.html).build();
    match within(PATIENCE, binding.send_with_builder(&message)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(MailError::Refused(worker::Error::from(error).to_string())),
        Err(error) => Err(MailError::Refused(error.to_string())),
    }
}
