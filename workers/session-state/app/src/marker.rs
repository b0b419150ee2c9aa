use api::session_state::SessionRecord;
use serde::{Deserialize, Serialize};

/// Which records of a session are over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Marker {
    /// All of them, for good.
    Revoked,
    /// Those of earlier versions of the user.
    #[serde(rename_all = "camelCase")]
    Invalidated { user_version: i64 },
}

impl Marker {
    /// How long a marker lives, in seconds: a day longer than any record. So it outlives every record that a writer who
    /// had not seen it can have left, however late that writer was.
    pub(crate) const TTL_SECONDS: u64 = 31 * 86_400;

    /// Reads what is stored. What can't be read counts as the strictest marker: user-mgmt then answers for the session.
    pub(crate) fn parse(text: &str) -> (Self, Readable) {
        serde_json::from_str(text).map_or((Self::Revoked, false), |marker| (marker, true))
    }

    pub(crate) fn covers(self, record: &SessionRecord) -> bool {
        match self {
            Self::Revoked => true,
            Self::Invalidated { user_version } => record.user_version < user_version,
        }
    }
}

/// Whether what is stored could be read.
pub(crate) type Readable = bool;
