use accounts::{SessionId, UserId};
use api::{Page, Session};
use askama::Template;

use super::sessions::{Row, sample};
use super::viewer::Section;
use super::{ConfirmPage, Form, Samples, Viewer};
use crate::reader::Reader;

/// `/admin/users/:id/sessions`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/user_sessions.html")]
pub struct UserSessionsPage {
    viewer: Viewer,
    notice: Option<&'static str>,
    user: UserId,
    sessions: Vec<Row>,
    older: Option<String>,
}

impl UserSessionsPage {
    /// The page of `reader`, with these sessions of a user. `notice` says what happened before.
    pub fn new(reader: &Reader, user: UserId, sessions: Page<Session>, notice: Option<&'static str>) -> Self {
        Self { notice, ..Self::of(Viewer::new(reader, Section::Users), user, sessions) }
    }

    fn of(viewer: Viewer, user: UserId, sessions: Page<Session>) -> Self {
        let older =
            sessions.next_cursor.map(|cursor| format!("/admin/users/{user}/sessions?cursor={cursor}"));
        let row = |session: Session| {
            let end = format!("/admin/users/{user}/sessions/{}/end", session.id);
            Row::new(session, Some(end))
        };
        let sessions = sessions.items.into_iter().map(row).collect();
        Self { viewer, notice: None, user, sessions, older }
    }
}

impl ConfirmPage {
    /// Whether to end a session of somebody else.
    pub fn session_of(reader: &Reader, user: UserId, id: SessionId, session: Option<&Session>) -> Self {
        Self::about_session(Viewer::new(reader, Section::Users), session, Self::session_of_form(user, id))
    }

    /// The form that ends it.
    pub fn session_of_form(user: UserId, id: SessionId) -> Form {
        let action = format!("/admin/users/{user}/sessions/{id}/end");
        let form = Form::new(action, "End the session", Vec::new());
        form.dangerous().or_back_to(format!("/admin/users/{user}/sessions"))
    }

    /// The same after a refusal, without saying which.
    pub fn session_of_refused(reader: &Reader, form: Form) -> Self {
        Self::about_session(Viewer::new(reader, Section::Users), None, form)
    }
}

impl Samples for UserSessionsPage {
    const NAME: &'static str = "user_sessions";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let of = |items, next_cursor: Option<&str>| {
            let page = Page { items, next_cursor: next_cursor.map(str::to_owned) };
            Self::of(Viewer::sample(text, Section::Users), UserId::from_u128(7), page)
        };
        let some = vec![sample(2, "Mozilla/5.0 (iPhone) Safari/604.1", false), sample(3, text, false)];
        let ended = Self { notice: Some("That session is over."), ..of(some, Some("ab")) };
        vec![("some", ended), ("none", of(Vec::new(), None))]
    }
}
