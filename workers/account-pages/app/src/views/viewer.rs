use api::LoadUser;
use askama::Template;
use askama::filters::HtmlSafe;

/// Who is signed in, with the way out, at the top of a page.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/viewer.html")]
pub struct Viewer {
    name: String,
    /// Whether there are API tokens, which take RBAC.
    tokens: bool,
    pub(super) section: Section,
}

impl HtmlSafe for Viewer {}

/// The parts of the account area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Who one is and what one may do.
    Profile,
    /// The password.
    Password,
    /// Where one is signed in.
    Sessions,
    /// Programs that act for one.
    Tokens,
}

impl Section {
    const ALL: [Self; 4] = [Self::Profile, Self::Password, Self::Sessions, Self::Tokens];

    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Profile => "/profile",
            Self::Password => "/password",
            Self::Sessions => "/sessions",
            Self::Tokens => "/tokens",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Profile => "Profile",
            Self::Password => "Password",
            Self::Sessions => "Sessions",
            Self::Tokens => "API tokens",
        }
    }
}

impl Viewer {
    /// Whoever is signed in, looking at this section. By name, or by e-mail address where there is none.
    pub fn new(user: &LoadUser, section: Section) -> Self {
        let names: Vec<&str> =
            [&user.first_name, &user.last_name].into_iter().flatten().map(String::as_str).collect();
        let name = if names.is_empty() { user.username.to_string() } else { names.join(" ") };
        Self { name, tokens: user.permissions.is_some(), section }
    }

    /// Somebody of this name, for samples.
    pub fn sample(name: &str, section: Section) -> Self {
        Self { name: name.to_owned(), tokens: true, section }
    }

    /// The sections that there are.
    pub(super) fn sections(&self) -> impl Iterator<Item = Section> {
        let tokens = self.tokens;
        Section::ALL.into_iter().filter(move |section| tokens || *section != Section::Tokens)
    }
}
