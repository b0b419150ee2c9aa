//! As much of HTML as it takes to check what the templates write.

/// A start tag.
#[derive(Debug)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

impl Tag {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A page, read strictly: what a browser would have to mend is refused.
#[derive(Debug, Default)]
pub(crate) struct Html {
    pub(crate) tags: Vec<Tag>,
    /// Everything between the tags, decoded.
    pub(crate) text: String,
}

const VOID: [&str; 6] = ["br", "hr", "img", "input", "link", "wbr"];

impl Html {
    pub(crate) fn parse(source: &str) -> Result<Self, String> {
        let mut rest = source.strip_prefix("<!doctype html>").ok_or("no doctype")?;
        let mut html = Self::default();
        let mut open: Vec<String> = Vec::new();
        while let Some(at) = rest.find('<') {
            html.text.push_str(&decode(&rest[..at])?);
            rest = &rest[at + 1..];
            if let Some(name) = rest.strip_prefix('/') {
                let (name, after) = name.split_once('>').ok_or("an end tag without an end")?;
                if open.pop().as_deref() != Some(name) {
                    return Err(format!("</{name}> closes what is not open: {open:?}"));
                }
                rest = after;
                continue;
            }
            let (tag, after) = start_tag(rest)?;
            if !VOID.contains(&tag.name.as_str()) && tag.name != "meta" {
                open.push(tag.name.clone());
            }
            html.tags.push(tag);
            rest = after;
        }
        html.text.push_str(&decode(rest)?);
        if open.is_empty() { Ok(html) } else { Err(format!("never closed: {open:?}")) }
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Tag> {
        self.tags.iter().filter(move |tag| tag.name == name)
    }

    /// Every value of an attribute, wherever it stands.
    pub(crate) fn values<'a>(&'a self, attribute: &'a str) -> impl Iterator<Item = &'a str> {
        self.tags.iter().filter_map(move |tag| tag.get(attribute))
    }

    /// The tags and the names of their attributes, without any value and in no order of the page's.
    pub(crate) fn skeleton(&self) -> Vec<String> {
        let tag = |tag: &Tag| {
            let names: Vec<&str> = tag.attributes.iter().map(|(name, _)| name.as_str()).collect();
            format!("{} {}", tag.name, names.join(" "))
        };
        let mut tags: Vec<String> = self.tags.iter().map(tag).collect();
        tags.sort_unstable();
        tags
    }
}

fn start_tag(source: &str) -> Result<(Tag, &str), String> {
    let end = source.find([' ', '\n', '>']).ok_or("a tag without an end")?;
    let name = source[..end].to_owned();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return Err(format!("`<{name}` is no tag"));
    }
    let mut attributes: Vec<(String, String)> = Vec::new();
    let mut rest = &source[end..];
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            return Ok((Tag { name, attributes }, after));
        }
        let end = rest.find(['=', ' ', '\n', '>']).ok_or("an attribute without an end")?;
        let key = rest[..end].to_owned();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
            return Err(format!("`{key}` is no attribute of `{name}`"));
        }
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(quoted) = rest.strip_prefix('=') {
            let quoted = quoted.strip_prefix('"').ok_or(format!("`{key}` is not quoted"))?;
            let (raw, after) = quoted.split_once('"').ok_or(format!("`{key}` is never closed"))?;
            if raw.contains('<') {
                return Err(format!("`<` in `{key}`"));
            }
            value = decode(raw)?;
            rest = after;
        }
        if attributes.iter().any(|(other, _)| *other == key) {
            return Err(format!("`{key}` twice in `{name}`"));
        }
        attributes.push((key, value));
    }
}

fn decode(source: &str) -> Result<String, String> {
    if source.contains('>') {
        return Err(format!("`>` in {source:?}"));
    }
    let mut parts = source.split('&');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (entity, after) = part.split_once(';').ok_or(format!("`&` in {source:?}"))?;
        text.push(match entity {
            "#38" | "amp" => '&',
            "#60" | "lt" => '<',
            "#62" | "gt" => '>',
            "#34" | "quot" => '"',
            "#39" => '\'',
            _ => return Err(format!("`&{entity};`")),
        });
        text.push_str(after);
    }
    Ok(text)
}

#[test]
fn what_a_browser_would_mend_is_refused() {
    assert!(Html::parse("<!doctype html><p id=\"a\">1 &#60; 2</p>").is_ok());
    for source in [
        "<p></p>",
        "<!doctype html><p>",
        "<!doctype html><p></b>",
        "<!doctype html><b><p></b></p>",
        "<!doctype html><p>1 > 2</p>",
        "<!doctype html><p>a & b</p>",
        "<!doctype html><p id=a></p>",
        "<!doctype html><p id=\"a\" id=\"b\"></p>",
        "<!doctype html><p title=\"<b>\"></p>",
        "<!doctype html><p onclick=\"x\" \"></p>",
    ] {
        assert!(Html::parse(source).is_err(), "{source}");
    }
}
