use std::fmt::Display;

use askama::Template;
use askama::filters::HtmlSafe;

use super::Field;
use crate::forms::sentence;
use crate::user_mgmt::Refusal;

/// A form, with what was entered and what is wrong with it.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/form.html")]
pub struct Form {
    action: String,
    submit: &'static str,
    dangerous: bool,
    cancel: Option<String>,
    hidden: Vec<(&'static str, String)>,
    fields: Vec<Field>,
    message: Option<String>,
}

impl HtmlSafe for Form {}

impl Form {
    /// A form that is sent to `action` by a button called `submit`.
    pub fn new(action: impl Into<String>, submit: &'static str, fields: Vec<Field>) -> Self {
        let action = action.into();
        Self { action, submit, dangerous: false, cancel: None, hidden: Vec::new(), fields, message: None }
    }

    /// Has a way out beside the button.
    #[must_use]
    pub fn or_back_to(self, cancel: impl Into<String>) -> Self {
        Self { cancel: Some(cancel.into()), ..self }
    }

    /// Does what can't be undone.
    #[must_use]
    pub fn dangerous(self) -> Self {
        Self { dangerous: true, ..self }
    }

    /// The same form with another text on its button.
    #[must_use]
    pub fn called(self, submit: &'static str) -> Self {
        Self { submit, ..self }
    }

    /// Sends this along, where it is there.
    #[must_use]
    pub fn hidden(mut self, name: &'static str, value: Option<impl Display>) -> Self {
        self.hidden.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// Takes a value, or says beside its field why it can't be one.
    pub fn check<T, E: Display>(&mut self, field: &str, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.refuse(Some(field), &error.to_string())).ok()
    }

    /// Says what is wrong: beside the field, if this form has it, and above the form otherwise.
    pub fn refuse(&mut self, field: Option<&str>, message: &str) {
        let message = sentence(message);
        match self.fields.iter_mut().find(|known| Some(known.name) == field) {
            Some(field) => field.error = Some(message),
            None => self.message = Some(message),
        }
    }

    /// Says what user-mgmt found wrong; with `scopes[2]`, beside the field `scopes`.
    pub(crate) fn refuse_as(&mut self, refusal: &Refusal) {
        let field = refusal.field.as_deref().and_then(|path| path.split('[').next());
        self.refuse(field, &refusal.detail);
    }

    /// Whether anything is wrong.
    pub fn is_refused(&self) -> bool {
        self.message.is_some() || self.has_wrong_fields()
    }

    fn has_wrong_fields(&self) -> bool {
        self.fields.iter().any(|field| field.error.is_some())
    }
}
