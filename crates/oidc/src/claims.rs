use serde_json::{Map, Value};

/// What a provider says of whoever signs in, checked and not yet interpreted.
#[derive(Clone, Debug, Default)]
pub struct Claims(pub(crate) Map<String, Value>);

impl Claims {
    /// A text that is not empty, without the spaces around it.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// Yes or no; some providers say so in words.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.0.get(name)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// Texts: a list of them, or one alone.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        match self.0.get(name) {
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the provider said anything of this.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Adds what another source says, where there is nothing yet.
    pub(crate) fn complete(&mut self, more: Map<String, Value>) {
        for (name, value) in more {
            self.0.entry(name).or_insert(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn claims_are_read_as_what_they_are_and_as_nothing_else() {
        let Value::Object(map) = json!({
            "name": " Ada ", "empty": " ", "number": 7, "yes": true, "no": "False", "maybe": "perhaps",
            "one": "a", "many": ["a", 7, "b"], "none": null
        }) else {
            unreachable!()
        };
        let claims = Claims(map);
        assert_eq!(
            [claims.text("name"), claims.text("empty"), claims.text("number"), claims.text("absent")],
            [Some("Ada"), None, None, None]
        );
        assert_eq!(
            ["yes", "no", "maybe", "number", "absent"].map(|name| claims.flag(name)),
            [Some(true), Some(false), None, None, None]
        );
        assert_eq!(claims.texts("one"), ["a"]);
        assert_eq!(claims.texts("many"), ["a", "b"]);
        assert_eq!(claims.texts("none"), [""; 0]);
    }
}
