use api::Provider;
use askama::Template;

use super::viewer::Section;
use super::{Field, Form, Permissions, Samples, Viewer};
use crate::reader::Reader;

/// `/profile`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/profile.html")]
pub struct ProfilePage {
    viewer: Viewer,
    notice: Option<&'static str>,
    email: String,
    tenant: String,
    form: Form,
    access: Option<Permissions>,
    /// The identity providers, each with a form to link an identity there.
    links: Vec<(String, Form)>,
}

impl ProfilePage {
    /// The profile of `user`, with this form. `notice` says what happened before.
    pub fn new(reader: &Reader, form: Form, notice: Option<&'static str>) -> Self {
        let user = &reader.user;
        let access = user
            .roles
            .clone()
            .map(|roles| Permissions::new(roles, user.permissions.as_deref().unwrap_or_default()));
        Self {
            viewer: Viewer::new(reader, Section::Profile),
            notice,
            email: user.username.to_string(),
            tenant: user.tenant.clone(),
            form,
            access,
            links: Vec::new(),
        }
    }

    /// Offers to link an identity at each of these.
    pub fn offer_links(&mut self, providers: &[Provider]) {
        let form = |provider: &Provider| {
            let form = Form::new("/identities/link", "Link an identity", Vec::new());
            (provider.name.clone(), form.hidden("provider", Some(&provider.id)))
        };
        self.links = providers.iter().map(form).collect();
    }

    /// The form for the names.
    pub fn form(first_name: &str, last_name: &str) -> Form {
        Form::new("/profile", "Save", vec![Field::first_name(first_name), Field::last_name(last_name)])
    }
}

impl Samples for ProfilePage {
    const NAME: &'static str = "profile";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let of = |access: Option<Permissions>| Self {
            viewer: Viewer::sample(text, Section::Profile),
            notice: None,
            email: "ada@example.com".to_owned(),
            tenant: "default".to_owned(),
            form: Self::form(text, text),
            access,
            links: Vec::new(),
        };
        let editor = Permissions::new(
            texts(&["EDITOR", "MEMBER", text]),
            &texts(&[
                "*:export",
                "comments:moderate",
                "comments:read",
                "media:*",
                "posts:create",
                "posts:publish",
                "posts:read",
                "posts:update",
                "users:read",
                &format!("{text}:{text}"),
            ]),
        );
        let admin = Permissions::new(texts(&["SUPER_ADMIN"]), &texts(&["admin:all"]));
        let mut long_names = texts(&["users:read"]);
        long_names.extend((0..700).map(|n| format!("{}{n}:{}", "a".repeat(60), "b".repeat(64))));
        let many = Permissions::new((0..40).map(|n| format!("ROLE_{n}")).collect(), &long_names);
        let saved = Self { notice: Some("Saved."), ..of(Some(editor.clone())) };
        let mut linking = of(Some(editor.clone()));
        linking.offer_links(&[Provider { id: "sso".to_owned(), name: text.to_owned() }]);
        let mut refused = of(Some(editor));
        refused.form.refuse(Some("firstName"), "the name is longer than 200 characters");
        vec![
            ("linking", linking),
            ("admin", of(Some(admin))),
            ("many", of(Some(many))),
            ("new", of(Some(Permissions::default()))),
            ("off", of(None)),
            ("refused", refused),
            ("saved", saved),
        ]
    }
}
