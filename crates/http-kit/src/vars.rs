use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Reads a worker's variables, each once and into its type, and gathers everything that is wrong with them.
pub struct Vars<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    errors: Vec<String>,
    warnings: Vec<String>,
}

impl<'a> Vars<'a> {
    /// Reads from `lookup`, which gives the text of a variable by its name.
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, errors: Vec::new(), warnings: Vec::new() }
    }

    fn text(&self, name: &str) -> Option<String> {
        (self.lookup)(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// A flag: `1 true yes on` in any case; anything else is off, and is warned about where it does not say so.
    pub fn flag(&mut self, name: &str) -> bool {
        let Some(text) = self.text(name) else { return false };
        match text.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => true,
            "0" | "false" | "no" | "off" => false,
            _ => {
                self.warnings.push(format!("{name}: `{text}` is neither on nor off; it counts as off"));
                false
            }
        }
    }

    /// A flag whose default depends on something else: nothing where it is not set.
    pub fn flag_if_set(&mut self, name: &str) -> Option<bool> {
        self.text(name).map(|_| self.flag(name))
    }

    /// A whole number within `range`.
    pub fn number(&mut self, name: &str, default: u64, range: RangeInclusive<u64>) -> u64 {
        let Some(text) = self.text(name) else { return default };
        match text.parse() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                let (least, most) = (range.start(), range.end());
                self.errors.push(format!("{name}: `{text}` is not a whole number from {least} to {most}"));
                default
            }
        }
    }

    /// A value of a domain type, if the variable is set.
    pub fn parsed<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<T> {
        let text = self.text(name)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.errors.push(format!("{name}: `{text}`: {error}"));
                None
            }
        }
    }

    /// The same for a secret: what is wrong with it is said without its text.
    pub fn secret<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<T> {
        match self.text(name)?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.errors.push(format!("{name}: {error}"));
                None
            }
        }
    }

    /// What looks wrong so far.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Something about the values looks wrong, though they can be used.
    pub fn warn(&mut self, reason: impl Into<String>) {
        self.warnings.push(reason.into());
    }

    /// Something is wrong with the values together.
    pub fn reject(&mut self, reason: impl Into<String>) {
        self.errors.push(reason.into());
    }

    /// The warnings, or everything that is wrong.
    pub fn finish(self) -> Result<Vec<String>, Vec<String>> {
        if self.errors.is_empty() { Ok(self.warnings) } else { Err(self.errors) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_true_in_four_spellings() {
        for (text, expected) in [
            ("1", true),
            (" TRUE ", true),
            ("Yes", true),
            ("on", true),
            ("", false),
            ("0", false),
            ("off", false),
            ("enabled", false),
            ("ｏｎ", false),
        ] {
            let lookup = |_: &str| Some(text.to_owned());
            assert_eq!(Vars::new(&lookup).flag("F"), expected, "{text:?}");
        }
    }

    #[test]
    fn a_flag_that_is_neither_is_warned_about() {
        let lookup = |_: &str| Some("enabled".to_owned());
        let mut vars = Vars::new(&lookup);
        vars.flag("F");
        assert_eq!(
            vars.finish(),
            Ok(vec!["F: `enabled` is neither on nor off; it counts as off".to_owned()])
        );
    }

    #[test]
    fn a_secret_that_is_wrong_is_not_repeated() {
        let lookup = |_: &str| Some("not-an-address".to_owned());
        let mut vars = Vars::new(&lookup);
        assert_eq!(vars.secret::<accounts::Email>("S"), None);
        let errors = vars.finish().unwrap_err();
        assert!(errors[0].starts_with("S: must be") && !errors[0].contains("not-an-address"), "{errors:?}");
    }

    #[test]
    fn everything_that_is_wrong_is_reported_together() {
        let lookup = |name: &str| Some(if name == "N" { "-3" } else { "nobody" }.to_owned());
        let mut vars = Vars::new(&lookup);
        assert_eq!(vars.number("N", 7, 1..=9), 7);
        assert_eq!(vars.parsed::<accounts::Email>("E"), None);
        assert_eq!(
            vars.finish(),
            Err(vec![
                "N: `-3` is not a whole number from 1 to 9".to_owned(),
                "E: `nobody`: must be an e-mail address such as name@example.com".to_owned(),
            ])
        );
    }
}
