use askama::Template;
use askama::filters::HtmlSafe;

use crate::forms::sentence;
use crate::user_mgmt::Refusal;

/// What is wrong with the filter of a list, with a link to the field where that is known.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/refused_filter.html")]
pub struct RefusedFilter {
    /// The field's id and label.
    field: Option<(&'static str, &'static str)>,
    message: String,
}

impl HtmlSafe for RefusedFilter {}

impl RefusedFilter {
    /// What user-mgmt says of a filter with these fields, each with its id and label.
    pub(crate) fn new(refusal: &Refusal, fields: &[(&'static str, &'static str)]) -> Self {
        let field = fields.iter().copied().find(|(id, _)| refusal.field.as_deref() == Some(id));
        Self { field, message: sentence(&refusal.detail) }
    }

    pub(super) fn sample(text: &str, fields: &[(&'static str, &'static str)]) -> Self {
        Self { field: fields.first().copied(), message: text.to_owned() }
    }
}
