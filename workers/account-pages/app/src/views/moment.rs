use api::DateTime;
use askama::Template;
use askama::filters::HtmlSafe;

/// A point in time. The script shows it in the reader's own zone and language.
#[derive(Clone, Debug, Template)]
#[template(source = "<time datetime=\"{{ exact }}\">{{ text }}</time>", ext = "html")]
pub struct Moment {
    exact: String,
    text: String,
}

impl HtmlSafe for Moment {}

impl From<DateTime> for Moment {
    fn from(DateTime(time): DateTime) -> Self {
        let exact = time.to_string();
        // To the minute: `2026-01-31T09:30:00.000Z`.
        let text = exact.get(..16).map_or_else(|| exact.clone(), |start| start.replace('T', " ") + " UTC");
        Self { exact, text }
    }
}

#[cfg(test)]
mod tests {
    use accounts::Timestamp;

    use super::*;

    #[test]
    fn moment_is_exact_for_programs_and_short_for_people() {
        let moment = Moment::from(DateTime(Timestamp::from_millis(1_769_851_800_007)));
        let html = r#"<time datetime="2026-01-31T09:30:00.007Z">2026-01-31 09:30 UTC</time>"#;
        assert_eq!(moment.render().unwrap(), html);
    }
}
