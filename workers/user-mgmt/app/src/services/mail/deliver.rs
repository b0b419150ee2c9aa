use accounts::{OneTimeToken, UserId};
use serde::Deserialize;
use store::one_time_tokens::{self, Life, Purpose};
use store::users::{self, MailRecipient};

use super::mailer::{Mail, MailError, Mailer};
use super::template::{Content, Template, render};
use crate::app::{App, Platform};

/// A mail that is to be sent, as the outbox keeps it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SendMail {
    template: Template,
    user_id: UserId,
    /// Which provider an identity is at, in the mail that is about one.
    #[serde(default)]
    provider: String,
}

/// Writes a mail and hands it over. Whom it is for, and whether it still makes sense, is decided now: the account may have
/// changed since the mail was asked for.
pub(crate) async fn deliver<P: Platform>(app: &App<P>, work: SendMail) -> Result<(), MailError> {
    let settings = app.config.mail.as_ref().ok_or(MailError::NotConfigured)?;
    let Some(recipient) = users::mail_recipient(work.user_id).first(&app.db).await? else { return Ok(()) };
    let Some(template) = that_fits(work.template, &recipient) else { return Ok(()) };
    let token = match purpose(template) {
        Some(purpose) => mint(app, work.user_id, purpose).await?,
        None => String::new(),
    };
    // A name on an account that nobody has confirmed may be anything that a stranger wants read under our name.
    let name = recipient.first_name.as_deref().filter(|_| recipient.verified);
    let minutes = app.config.token_life.as_secs() / 60;
    let known = app.config.oidc.as_ref().and_then(|oidc| oidc.by_id(&work.provider));
    let provider = known.map_or(work.provider.as_str(), |provider| &provider.name);
    let content = Content { site: &settings.public_url, name, token: &token, minutes, provider };
    let (text, html) = render(template, &content)?;
    let mail =
        Mail { from: settings.from.clone(), to: recipient.email, subject: template.subject(), text, html };
    app.mailer.send(&mail).await
}

/// The mail that the account can use as it is now, if any.
fn that_fits(asked: Template, recipient: &MailRecipient) -> Option<Template> {
    if !recipient.tenant_active {
        return None;
    }
    match (recipient.status.as_str(), asked) {
        // Whoever waits for an invitation has no use for any other mail.
        ("invited", _) => Some(Template::Invitation),
        ("active", Template::Invitation) => None,
        ("active", Template::VerifyEmail) if recipient.verified => None,
        ("active", template) => Some(template),
        _ => None,
    }
}

fn purpose(template: Template) -> Option<Purpose> {
    match template {
        Template::VerifyEmail => Some(Purpose::VerifyEmail),
        Template::ResetPassword => Some(Purpose::ResetPassword),
        Template::Invitation => Some(Purpose::Invite),
        Template::AlreadyRegistered | Template::PasswordChanged | Template::IdentityLinked => None,
    }
}

/// A new token, known to the database by its hash before the mail is on its way; the older one is worth nothing any more.
async fn mint<P: Platform>(app: &App<P>, user: UserId, purpose: Purpose) -> Result<String, MailError> {
    let token = OneTimeToken::generate(&*app.runtime);
    let now = app.runtime.now();
    let life = Life { created_at: now, expires_at: now.plus(app.config.token_life) };
    one_time_tokens::upsert(&token.hash(), user, purpose, life).run(&app.db).await?;
    Ok(token.reveal())
}
