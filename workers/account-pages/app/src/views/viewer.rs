use api::LoadUser;
use askama::Template;
use askama::filters::HtmlSafe;

/// Who is signed in, with the way out, at the top of a page.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/viewer.html")]
pub struct Viewer {
    name: String,
}

impl HtmlSafe for Viewer {}

impl Viewer {
    /// Somebody of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }
}

impl From<&LoadUser> for Viewer {
    /// By name, or by e-mail address where there is none.
    fn from(user: &LoadUser) -> Self {
        let names: Vec<&str> =
            [&user.first_name, &user.last_name].into_iter().flatten().map(String::as_str).collect();
        Self::new(if names.is_empty() { user.username.to_string() } else { names.join(" ") })
    }
}
