use crate::text::text_type;

/// Whether an account may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserStatus {
    /// It may.
    Active,
    /// Not before the invitation that was mailed is accepted.
    Invited,
    /// Not before an administrator lets it again.
    Suspended,
}

/// Why a text is not the status of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be active, invited or suspended")]
pub struct ParseUserStatusError;

impl UserStatus {
    /// Reads a status by its name.
    pub fn parse(text: &str) -> Result<Self, ParseUserStatusError> {
        match text {
            "active" => Ok(Self::Active),
            "invited" => Ok(Self::Invited),
            "suspended" => Ok(Self::Suspended),
            _ => Err(ParseUserStatusError),
        }
    }

    fn to_text(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Invited => "invited",
            Self::Suspended => "suspended",
        }
    }
}

text_type!(UserStatus, ParseUserStatusError, { "enum": ["active", "invited", "suspended"] }, "`active`, `invited` or `suspended`.");

/// Whether the members of a tenant may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TenantStatus {
    /// They may.
    Active,
    /// Not before an administrator lets them again.
    Suspended,
}

/// Why a text is not the status of a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be active or suspended")]
pub struct ParseTenantStatusError;

impl TenantStatus {
    /// Reads a status by its name.
    pub fn parse(text: &str) -> Result<Self, ParseTenantStatusError> {
        match text {
            "active" => Ok(Self::Active),
            "suspended" => Ok(Self::Suspended),
            _ => Err(ParseTenantStatusError),
        }
    }

    fn to_text(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }
}

text_type!(TenantStatus, ParseTenantStatusError, { "enum": ["active", "suspended"] }, "`active` or `suspended`.");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_have_one_spelling() {
        for status in [UserStatus::Active, UserStatus::Invited, UserStatus::Suspended] {
            assert_eq!(UserStatus::parse(&status.to_string()), Ok(status));
        }
        for status in [TenantStatus::Active, TenantStatus::Suspended] {
            assert_eq!(TenantStatus::parse(&status.to_string()), Ok(status));
        }
        assert_eq!(UserStatus::parse("Active"), Err(ParseUserStatusError));
        assert_eq!(TenantStatus::parse("invited"), Err(ParseTenantStatusError));
    }
}
