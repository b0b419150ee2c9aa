use accounts::{ApiTokenId, IdentityId, RoleId, SessionId, UserId, UserStatus};
use api::{AdminUser, ApiToken, Identity, Role, Session};
use askama::Template;

use super::viewer::Section;
use super::{Form, Moment, Samples, UserChange, Viewer, identities, roles, sessions, tokens, users};
use crate::reader::Reader;

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
    pub fn session(reader: &Reader, id: SessionId, session: Option<&Session>) -> Self {
        Self::of_session(Viewer::new(reader, Section::Sessions), id, session)
    }

    fn of_session(viewer: Viewer, id: SessionId, session: Option<&Session>) -> Self {
        let form = Form::new(format!("/sessions/{id}/end"), "End the session", Vec::new());
        Self::about_session(viewer, session, form.dangerous().or_back_to("/sessions"))
    }

    pub(super) fn about_session(viewer: Viewer, session: Option<&Session>, form: Form) -> Self {
        Self {
            viewer,
            title: "End this session?",
            subject: session.map(|found| (found.device.clone(), found.created_at.into())),
            consequence: "That browser is signed out at once. Whoever uses it has to sign in again.",
            form,
        }
    }

    /// Whether to end all sessions but this one.
    pub fn other_sessions(reader: &Reader) -> Self {
        Self::of_other_sessions(Viewer::new(reader, Section::Sessions))
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

    /// Whether to unlink an identity.
    pub fn identity(reader: &Reader, id: IdentityId, identity: Option<&Identity>) -> Self {
        Self::of_identity(Viewer::new(reader, Section::Profile), id, identity)
    }

    fn of_identity(viewer: Viewer, id: IdentityId, identity: Option<&Identity>) -> Self {
        Self {
            viewer,
            title: "Unlink this identity?",
            subject: identity.map(|found| (found.provider.clone(), found.created_at.into())),
            consequence: "It opens this account no more. Browsers that signed in with it are signed out, but for this one.",
            form: Form::new(format!("/identities/{id}/unlink"), "Unlink the identity", Vec::new())
                .dangerous()
                .or_back_to("/identities"),
        }
    }

    /// Whether to revoke an API token.
    pub fn token(reader: &Reader, id: ApiTokenId, token: Option<&ApiToken>) -> Self {
        Self::of_token(Viewer::new(reader, Section::Tokens), id, token)
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

impl ConfirmPage {
    /// Whether to change somebody's account; after a refusal, without saying whose.
    pub fn user(reader: &Reader, change: UserChange, user: Option<&AdminUser>, form: Form) -> Self {
        Self::of_user(Viewer::new(reader, Section::Users), change, user, form)
    }

    fn of_user(viewer: Viewer, change: UserChange, user: Option<&AdminUser>, form: Form) -> Self {
        let subject = user.map(|user| (user.username.to_string(), user.created_at.into()));
        Self { viewer, title: change.title(), subject, consequence: change.consequence(), form }
    }

    /// Whether to take a role away; after a refusal, without saying whose.
    pub fn take_role(reader: &Reader, held: Option<(&AdminUser, &str)>, form: Form) -> Self {
        Self::of_take_role(Viewer::new(reader, Section::Users), held, form)
    }

    fn of_take_role(viewer: Viewer, held: Option<(&AdminUser, &str)>, form: Form) -> Self {
        let subject = |(user, role): (&AdminUser, &str)| {
            (format!("{role} of {}", user.username), user.created_at.into())
        };
        Self {
            viewer,
            title: "Take this role away?",
            subject: held.map(subject),
            consequence: "What only this role allows is refused from the next request on.",
            form,
        }
    }

    /// The form that takes a role away.
    pub fn take_role_form(user: UserId, role: RoleId) -> Form {
        let form =
            Form::new(format!("/admin/users/{user}/roles/{role}/take"), "Take the role away", Vec::new());
        form.dangerous().or_back_to(format!("/admin/users/{user}"))
    }
}

impl ConfirmPage {
    /// Whether to delete a role; after a refusal, without saying which.
    pub fn role(reader: &Reader, role: Option<&Role>, form: Form) -> Self {
        Self::of_role(Viewer::new(reader, Section::Roles), role, form)
    }

    fn of_role(viewer: Viewer, role: Option<&Role>, form: Form) -> Self {
        Self {
            viewer,
            title: "Delete this role?",
            subject: role.map(|role| (role.name.clone(), role.created_at.into())),
            consequence: "It is taken from everybody who has it, and what only this role allows is refused from the next request on. This can't be undone.",
            form,
        }
    }

    /// The form that deletes a role.
    pub fn role_form(id: RoleId) -> Form {
        let form = Form::new(format!("/admin/roles/{id}/delete"), "Delete the role", Vec::new());
        form.dangerous().or_back_to(format!("/admin/roles/{id}"))
    }
}

impl Samples for ConfirmPage {
    const NAME: &'static str = "confirm";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let viewer = |section| Viewer::sample(text, section);
        let session = sessions::sample(2, text, false);
        let token = tokens::sample(text, &[]);
        let user = users::sample(text, UserStatus::Active);
        let id = UserId::from_u128(7);
        let suspend = UserChange::Suspend;
        let mut refused = UserChange::Delete.form(id, "");
        refused.refuse(None, text);
        let of_user = |change, user: Option<&AdminUser>, form| {
            Self::of_user(viewer(Section::Users), change, user, form)
        };
        let take = Self::take_role_form(id, RoleId::MEMBER);
        let held = user.as_ref().map(|user| (user, text));
        let identity = identities::sample(1, text);
        let role = roles::sample(text);
        let role = Self::of_role(viewer(Section::Roles), Some(&role), Self::role_form(role.id));
        vec![
            ("role", role),
            ("suspend", of_user(suspend, user.as_ref(), suspend.form(id, text))),
            ("identity", Self::of_identity(viewer(Section::Profile), identity.id, Some(&identity))),
            ("delete_refused", of_user(UserChange::Delete, None, refused)),
            ("take_role", Self::of_take_role(viewer(Section::Users), held, take)),
            ("session", Self::of_session(viewer(Section::Sessions), session.id, Some(&session))),
            ("session_unknown", Self::of_session(viewer(Section::Sessions), session.id, None)),
            ("other_sessions", Self::of_other_sessions(viewer(Section::Sessions))),
            ("token", Self::of_token(viewer(Section::Tokens), token.id, Some(&token))),
        ]
    }
}
