use accounts::{SessionId, Timestamp, device_name};
use api::{DateTime, Page, Session};
use askama::Template;
use askama::filters::HtmlSafe;

use super::viewer::Section;
use super::{Moment, Samples, Viewer};
use crate::reader::Reader;

/// `/sessions`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/sessions.html")]
pub struct SessionsPage {
    viewer: Viewer,
    notice: Option<&'static str>,
    sessions: Vec<Row>,
    older: Option<String>,
}

/// A session of a list.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/session.html")]
pub(super) struct Row {
    device: String,
    current: bool,
    created: Moment,
    seen: Moment,
    expires: Moment,
    /// Where it can be ended.
    end: Option<String>,
}

impl HtmlSafe for Row {}

impl Row {
    pub(super) fn new(session: Session, end: Option<String>) -> Self {
        Self {
            end,
            device: session.device,
            current: session.current,
            created: session.created_at.into(),
            seen: session.last_seen_at.into(),
            expires: session.expires_at.into(),
        }
    }
}

impl SessionsPage {
    /// The page of `user`, with these sessions. `notice` says what happened before.
    pub fn new(reader: &Reader, sessions: Page<Session>, notice: Option<&'static str>) -> Self {
        Self::of(Viewer::new(reader, Section::Sessions), sessions, notice)
    }

    fn of(viewer: Viewer, sessions: Page<Session>, notice: Option<&'static str>) -> Self {
        // One ends the session at hand by signing out.
        let own = |session: Session| {
            let end = (!session.current).then(|| format!("/sessions/{}/end", session.id));
            Row::new(session, end)
        };
        let older = sessions.next_cursor.map(|cursor| format!("/sessions?cursor={cursor}"));
        Self { viewer, notice, sessions: sessions.items.into_iter().map(own).collect(), older }
    }

    /// Whether there is another session than this one.
    fn has_others(&self) -> bool {
        self.older.is_some() || self.sessions.iter().any(|session| !session.current)
    }
}

/// A session for samples.
pub(super) fn sample(id: u128, user_agent: &str, current: bool) -> Session {
    let time = DateTime(Timestamp::from_millis(1_769_851_800_000));
    Session {
        id: SessionId::from_u128(id),
        device: device_name(Some(user_agent)),
        user_agent: Some(user_agent.to_owned()),
        created_at: time,
        last_seen_at: time,
        expires_at: time,
        current,
    }
}

impl Samples for SessionsPage {
    const NAME: &'static str = "sessions";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let own = sample(1, "Mozilla/5.0 (Windows NT 10.0) Firefox/143.0", true);
        let others =
            vec![own.clone(), sample(2, "Mozilla/5.0 (iPhone) Safari/604.1", false), sample(3, text, false)];
        let of = |items, next_cursor: Option<&str>, notice| {
            let next_cursor = next_cursor.map(str::to_owned);
            Self::of(Viewer::sample(text, Section::Sessions), Page { items, next_cursor }, notice)
        };
        vec![
            ("one", of(vec![own], None, None)),
            ("many", of(others, Some("ab"), Some("That session is over."))),
            ("none", of(Vec::new(), None, None)),
        ]
    }
}
