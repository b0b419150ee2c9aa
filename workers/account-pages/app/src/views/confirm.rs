use accounts::{ApiTokenId, SessionId};
use api::{ApiToken, LoadUser, Session};
use askama::Template;

use super::device::device;
use super::viewer::Section;
use super::{Form, Moment, Samples, Viewer, sessions, tokens};

/// Asks before something is done that can't be undone, and says what will happen.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/confirm.html")]
pub struct ConfirmPage {
    viewer: Viewer,
    title: &'static str,
    /// What it is done to, and since when that has been there.
    subject: Option<(String, Moment)>,
    consequence: &'static str,
    form: Form,
}

impl ConfirmPage {
    /// Whether to end a session.
    pub fn session(user: &LoadUser, id: SessionId, session: Option<&Session>) -> Self {
        Self::of_session(Viewer::new(user, Section::Sessions), id, session)
    }

    fn of_session(viewer: Viewer, id: SessionId, session: Option<&Session>) -> Self {
        Self {
            viewer,
            title: "End this session?",
            subject: session.map(|found| (device(found.user_agent.as_deref()), found.created_at.into())),
            consequence: "That browser is signed out at once. Whoever uses it has to sign in again.",
            form: Form::new(format!("/sessions/{id}/end"), "End the session", Vec::new())
                .dangerous()
                .or_back_to("/sessions"),
        }
    }

    /// Whether to end all sessions but this one.
    pub fn other_sessions(user: &LoadUser) -> Self {
        Self::of_other_sessions(Viewer::new(user, Section::Sessions))
    }

    fn of_other_sessions(viewer: Viewer) -> Self {
        Self {
            viewer,
            title: "End all other sessions?",
            subject: None,
            consequence: "Every other browser is signed out at once. You stay signed in here.",
            form: Form::new("/sessions/end-others", "End them all", Vec::new())
                .dangerous()
                .or_back_to("/sessions"),
        }
    }

    /// Whether to revoke an API token.
    pub fn token(user: &LoadUser, id: ApiTokenId, token: Option<&ApiToken>) -> Self {
        Self::of_token(Viewer::new(user, Section::Tokens), id, token)
    }

    fn of_token(viewer: Viewer, id: ApiTokenId, token: Option<&ApiToken>) -> Self {
        Self {
            viewer,
            title: "Revoke this token?",
            subject: token.map(|found| (found.name.clone(), found.created_at.into())),
            consequence: "Programs that use it are refused from the next request on. It can't be brought back.",
            form: Form::new(format!("/tokens/{id}/revoke"), "Revoke the token", Vec::new())
                .dangerous()
                .or_back_to("/tokens"),
        }
    }
}

impl Samples for ConfirmPage {
    const NAME: &'static str = "confirm";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let viewer = |section| Viewer::sample(text, section);
        let session = sessions::sample(2, text, false);
        let token = tokens::sample(text, &[]);
        vec![
            ("session", Self::of_session(viewer(Section::Sessions), session.id, Some(&session))),
            ("session_unknown", Self::of_session(viewer(Section::Sessions), session.id, None)),
            ("other_sessions", Self::of_other_sessions(viewer(Section::Sessions))),
            ("token", Self::of_token(viewer(Section::Tokens), token.id, Some(&token))),
        ]
    }
}
