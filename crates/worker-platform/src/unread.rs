use std::cell::Cell;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use http::Extensions;
use wasm_bindgen_futures::JsFuture;
use worker::js_sys::Uint8Array;
use worker::send::{SendFuture, SendWrapper};
use worker::web_sys;

/// The longest body that is read in one piece, in bytes; a longer one, or one of unknown length, is read as it comes.
pub(crate) const WHOLE: u64 = 256 * 1024;

/// An answer whose body nobody has read, kept beside that body in a response: if the response goes on to the platform, so can
/// the answer's own body, which then never comes into wasm.
///
/// It is gone once the body is read or dropped, so it never stands for another one.
#[derive(Clone)]
pub(crate) struct Unread(Arc<SendWrapper<Cell<Option<web_sys::Response>>>>);

impl Unread {
    /// A body that is read once somebody asks for it, in one piece if it is known to be short.
    pub(crate) fn body(answer: web_sys::Response, length: Option<u64>) -> (Body, Self) {
        let unread = Self(Arc::new(SendWrapper::new(Cell::new(Some(answer)))));
        let opened = Opened(unread.clone());
        let chunks = SendFuture::new(async move { opened.read(length).await });
        (Body::from_stream(stream::once(chunks).try_flatten()), unread)
    }

    /// The answer beside the body of a response, if nobody has read it.
    pub(crate) fn take(extensions: &Extensions) -> Option<web_sys::Response> {
        extensions.get::<Self>()?.0.take()
    }
}

/// The side that belongs to the body, and goes with it.
struct Opened(Unread);

impl Opened {
    async fn read(
        self,
        length: Option<u64>,
    ) -> worker::Result<impl Stream<Item = worker::Result<Bytes>> + Send> {
        let Some(answer) = self.0.0.take() else { return Ok(stream::empty().boxed()) };
        if length.is_some_and(|length| length <= WHOLE) {
            let bytes = Uint8Array::new(&JsFuture::from(answer.array_buffer()?).await?).to_vec();
            return Ok(stream::once(async { Ok(bytes.into()) }).boxed());
        }
        Ok(answer.body().map_or_else(
            || stream::empty().boxed(),
            |body| {
                Body::new(worker::Body::new(body))
                    .into_data_stream()
                    .map_err(|error| error.to_string().into())
                    .boxed()
            },
        ))
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.0.take();
    }
}
