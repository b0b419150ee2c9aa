use askama::Template as _;

use super::settings::PublicUrl;

/// A kind of mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// Confirm the address.
    VerifyEmail,
    /// Set a new password.
    ResetPassword,
    /// Somebody registered this address, which has an account.
    AlreadyRegistered,
    /// The password is another one now.
    PasswordChanged,
    /// An administrator has made an account.
    Invitation,
    /// An identity at a provider opens the account.
    IdentityLinked,
}

impl Template {
    /// Its name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
            Self::AlreadyRegistered => "already_registered",
            Self::PasswordChanged => "password_changed",
            Self::Invitation => "invitation",
            Self::IdentityLinked => "identity_linked",
        }
    }

    pub(super) fn subject(self) -> &'static str {
        match self {
            Self::VerifyEmail => "Confirm your e-mail address",
            Self::ResetPassword => "Set a new password",
            Self::AlreadyRegistered => "You already have an account",
            Self::PasswordChanged => "Your password was changed",
            Self::Invitation => "You are invited",
            Self::IdentityLinked => "A new way to sign in to your account",
        }
    }
}

/// What a mail is made of.
pub(super) struct Content<'a> {
    /// Where the links lead.
    pub(super) site: &'a PublicUrl,
    /// How the reader is greeted; only a name that the owner of the address has chosen.
    pub(super) name: Option<&'a str>,
    /// The one-time token, in mails that have one.
    pub(super) token: &'a str,
    /// How long the token can be used.
    pub(super) minutes: u64,
    /// What people call the provider of an identity, in the mail that is about one.
    pub(super) provider: &'a str,
}

impl Content<'_> {
    /// The address of a page, with the token.
    fn link(&self, path: &str) -> String {
        self.site.page(&format!("{path}?token={}", self.token))
    }
}

macro_rules! templates {
    ($($variant:ident $html:ident $html_file:literal $text:ident $text_file:literal),+ $(,)?) => {
        $(
            #[derive(askama::Template)]
            #[template(path = $html_file)]
            struct $html<'a> { mail: &'a Content<'a> }

            #[derive(askama::Template)]
            #[template(path = $text_file)]
            struct $text<'a> { mail: &'a Content<'a> }
        )+

        /// The mail as text and as HTML.
        pub(super) fn render(template: Template, mail: &Content<'_>) -> askama::Result<(String, String)> {
            match template {
                $(Template::$variant => Ok(($text { mail }.render()?, $html { mail }.render()?)),)+
            }
        }
    };
}

templates!(
    VerifyEmail VerifyEmailHtml "mail/verify_email.html" VerifyEmailText "mail/verify_email.txt",
    ResetPassword ResetPasswordHtml "mail/reset_password.html" ResetPasswordText "mail/reset_password.txt",
    AlreadyRegistered AlreadyRegisteredHtml "mail/already_registered.html" AlreadyRegisteredText "mail/already_registered.txt",
    PasswordChanged PasswordChangedHtml "mail/password_changed.html" PasswordChangedText "mail/password_changed.txt",
    Invitation InvitationHtml "mail/invitation.html" InvitationText "mail/invitation.txt",
    IdentityLinked IdentityLinkedHtml "mail/identity_linked.html" IdentityLinkedText "mail/identity_linked.txt",
);

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Template; 6] = [
        Template::VerifyEmail,
        Template::ResetPassword,
        Template::AlreadyRegistered,
        Template::PasswordChanged,
        Template::Invitation,
        Template::IdentityLinked,
    ];

    fn rendered(template: Template, name: Option<&str>) -> (String, String) {
        let site = "https://accounts.example.com".parse().unwrap();
        render(template, &Content { site: &site, name, token: "TOKEN", minutes: 60, provider: "Example <b>" })
            .unwrap()
    }

    #[test]
    fn every_mail_says_the_same_as_text_and_as_html() {
        for template in ALL {
            let (text, html) = rendered(template, Some("Ada"));
            assert!(html.starts_with("<!doctype html>") && html.trim_end().ends_with("</html>"), "{html}");
            assert!(text.contains("accounts.example.com") && html.contains("accounts.example.com"));
            let links = |of: &str| {
                let mut links: Vec<String> = of
                    .split("https://")
                    .skip(1)
                    .map(|rest| rest.split(['"', '<', ' ', '\n']).next().unwrap().to_owned())
                    .collect();
                links.sort();
                links.dedup();
                links
            };
            assert_eq!(links(&text), links(&html), "{template:?}");
            assert!(!links(&text).is_empty(), "{template:?}");
        }
    }

    #[test]
    fn a_hostile_name_is_escaped_in_html() {
        for template in ALL {
            let (_, html) = rendered(template, Some("<script>alert(1)</script>\"&'"));
            assert!(!html.contains("<script"), "{html}");
        }
    }

    #[test]
    fn only_mails_with_a_token_show_one() {
        for template in ALL {
            let (text, html) = rendered(template, None);
            let expected = !matches!(
                template,
                Template::AlreadyRegistered | Template::PasswordChanged | Template::IdentityLinked
            );
            assert_eq!(
                (text.contains("TOKEN"), html.contains("TOKEN")),
                (expected, expected),
                "{template:?}"
            );
        }
    }

    #[test]
    fn subjects_are_one_line_of_ascii() {
        for template in ALL {
            assert!(template.subject().bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        }
    }
}
