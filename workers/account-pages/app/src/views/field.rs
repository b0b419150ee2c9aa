use accounts::password;
use askama::Template;
use askama::filters::HtmlSafe;

/// A field of a form, with its label, what was entered, and what is wrong with it.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/field.html")]
pub struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
    value: String,
    required: bool,
    half: bool,
    readonly: bool,
    choices: Vec<Choice>,
    least: Option<usize>,
    most: Option<usize>,
    hint: Option<&'static str>,
    pub(crate) error: Option<String>,
}

impl HtmlSafe for Field {}

/// One of several values to choose from.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What it means; empty where the value says it.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

impl Field {
    fn new(name: &'static str, label: &'static str, kind: &'static str, autocomplete: &'static str) -> Self {
        Self {
            name,
            label,
            kind,
            autocomplete,
            value: String::new(),
            required: true,
            half: false,
            readonly: false,
            choices: Vec::new(),
            least: None,
            most: None,
            hint: None,
            error: None,
        }
    }

    /// The e-mail address, which is the name to sign in with.
    pub fn email(value: &str) -> Self {
        Self { value: value.to_owned(), ..Self::new("username", "E-mail address", "email", "username") }
    }

    /// The e-mail address of somebody else.
    pub fn new_email(value: &str) -> Self {
        Self { autocomplete: "off", ..Self::email(value) }
    }

    /// The address of the account that a form is about. It can't be changed; password managers look for it.
    pub fn own_email(value: &str) -> Self {
        Self { readonly: true, required: false, ..Self::email(value) }
    }

    /// The password of an account. What was entered is never shown again.
    pub fn password() -> Self {
        Self::new("password", "Password", "password", "current-password")
    }

    /// A password that is being chosen.
    pub fn new_password() -> Self {
        Self {
            hint: Some(
                "At least 12 characters. Four or five words that nobody would expect together do well.",
            ),
            least: Some(password::MIN_CHARS),
            most: Some(password::MAX_CHARS),
            ..Self::new("password", "Password", "password", "new-password")
        }
    }

    /// The password until now.
    pub fn current_password() -> Self {
        Self::new("currentPassword", "Current password", "password", "current-password")
    }

    /// The password from now on.
    pub fn next_password() -> Self {
        Self { name: "newPassword", label: "New password", ..Self::new_password() }
    }

    /// What somebody calls a token of theirs.
    pub fn token_name(value: &str) -> Self {
        Self {
            value: value.to_owned(),
            hint: Some("What it is for, so that you know it again."),
            most: Some(100),
            ..Self::new("name", "Name", "text", "off")
        }
    }

    /// What a role is called.
    pub fn role_name(value: &str) -> Self {
        Self {
            value: value.to_owned(),
            hint: Some("Letters, digits, spaces and _ . -, such as EDITOR."),
            most: Some(64),
            ..Self::new("name", "Name", "text", "off")
        }
    }

    /// What a role is for.
    pub fn role_description(value: &str) -> Self {
        Self {
            most: Some(500),
            ..Self::optional_text("description", "Description", "Who should have it, and for what.", value)
        }
    }

    /// One of several values.
    pub fn select(name: &'static str, label: &'static str, choices: Vec<Choice>) -> Self {
        Self { choices, ..Self::new(name, label, "select", "off") }
    }

    /// Any of several values.
    pub fn checks(name: &'static str, label: &'static str, hint: &'static str, choices: Vec<Choice>) -> Self {
        Self { choices, hint: Some(hint), required: false, ..Self::new(name, label, "checks", "off") }
    }

    /// A line of text that may be left empty.
    pub fn optional_text(name: &'static str, label: &'static str, hint: &'static str, value: &str) -> Self {
        Self {
            value: value.to_owned(),
            hint: Some(hint),
            required: false,
            ..Self::new(name, label, "text", "off")
        }
    }

    /// The first name.
    pub fn first_name(value: &str) -> Self {
        Self::person_name("firstName", "First name", "given-name", value)
    }

    /// The last name.
    pub fn last_name(value: &str) -> Self {
        Self::person_name("lastName", "Last name", "family-name", value)
    }

    fn person_name(name: &'static str, label: &'static str, autocomplete: &'static str, value: &str) -> Self {
        Self {
            value: value.to_owned(),
            required: false,
            half: true,
            most: Some(200),
            ..Self::new(name, label, "text", autocomplete)
        }
    }

    /// Whether people write words into it, with capitals and all.
    fn is_prose(&self) -> bool {
        self.kind == "text"
    }

    /// The ids of what explains the field.
    fn described_by(&self) -> Option<String> {
        let hint = self.hint.map(|_| format!("{}-hint", self.name));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.name));
        let ids: Vec<String> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}
