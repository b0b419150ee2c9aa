use http_kit::Vars;

/// What an operator turns on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Config {
    /// `USER_MGMT_UI`: the admin area.
    pub admin_area: bool,
}

impl Config {
    /// Reads it; what is wrong stays with `vars`.
    pub fn read(vars: &mut Vars<'_>) -> Self {
        Self { admin_area: vars.flag("USER_MGMT_UI") }
    }
}
