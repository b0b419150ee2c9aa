use std::fmt;
use std::str::FromStr;

/// Who decides on a protected endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub enum Mode {
    /// The rule from before.
    #[default]
    Off,
    /// The rule from before; where RBAC would have decided otherwise, that is recorded.
    Report,
    /// RBAC.
    On,
}

/// The text names no mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be off, report or on")]
pub struct ParseModeError;

impl Mode {
    /// Its name: `off`, `report` or `on`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Report => "report",
            Self::On => "on",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Its name in any case, or a flag's word for off or on: a variable set to `true` means on, as any flag does.
impl FromStr for Mode {
    type Err = ParseModeError;

    fn from_str(text: &str) -> Result<Self, ParseModeError> {
        match text.trim().to_ascii_lowercase().as_str() {
            "off" | "0" | "false" | "no" => Ok(Self::Off),
            "report" => Ok(Self::Report),
            "on" | "1" | "true" | "yes" => Ok(Self::On),
            _ => Err(ParseModeError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_in_any_case_and_as_flags() {
        for (text, mode) in [
            ("off", Ok(Mode::Off)),
            ("No", Ok(Mode::Off)),
            (" Report ", Ok(Mode::Report)),
            ("ON", Ok(Mode::On)),
            ("true", Ok(Mode::On)),
            ("1", Ok(Mode::On)),
            ("", Err(ParseModeError)),
            ("enforce", Err(ParseModeError)),
            ("ｏｎ", Err(ParseModeError)),
        ] {
            assert_eq!(text.parse(), mode, "{text:?}");
        }
        for mode in [Mode::Off, Mode::Report, Mode::On] {
            assert_eq!(mode.to_string().parse(), Ok(mode));
        }
    }
}
