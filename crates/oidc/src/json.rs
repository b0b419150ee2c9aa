use serde::de::{DeserializeOwned, Error};

/// Reads a JSON object. serde alone would take a list for the fields in their order, and would not look at the encoding of what
/// it passes over.
pub(crate) fn object<T: DeserializeOwned>(json: &[u8]) -> Result<T, serde_json::Error> {
    let text = str::from_utf8(json).map_err(Error::custom)?;
    if !text.trim_ascii_start().starts_with('{') {
        return Err(Error::custom("not an object"));
    }
    serde_json::from_str(text)
}
