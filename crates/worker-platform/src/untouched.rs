use std::cell::Cell;
use std::sync::Arc;

use http::Extensions;
use worker::send::SendWrapper;

/// A request or an answer of the platform that only passes through: it goes on as it is, and what stands around it says nothing of
/// its headers and its body.
#[derive(Clone)]
pub(crate) struct Untouched<T>(Arc<SendWrapper<Cell<Option<T>>>>);

impl<T: 'static> Untouched<T> {
    pub(crate) fn new(original: T) -> Self {
        Self(Arc::new(SendWrapper::new(Cell::new(Some(original)))))
    }

    pub(crate) fn take(extensions: &Extensions) -> Option<T> {
        extensions.get::<Self>()?.0.take()
    }

    pub(crate) fn is_in(extensions: &Extensions) -> bool {
        extensions.get::<Self>().is_some()
    }
}
