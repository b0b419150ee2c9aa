use std::time::Duration;

use accounts::Timestamp;
use api::session_state::{Freshness, SessionRecord};

/// How far the clocks of two machines may lie apart.
const CLOCK_SKEW: Duration = Duration::from_mins(1);

/// What is known of the present epoch of the role data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Epoch {
    /// It is this; zero until somebody says otherwise.
    Known(i64),
    /// What is stored can't be read, so no permissions can be shown to be up to date.
    Unreadable,
}

impl Epoch {
    pub(crate) fn parse(text: Option<&str>) -> Self {
        text.map_or(Self::Known(0), |text| text.parse().map_or(Self::Unreadable, Self::Known))
    }
}

/// Whether a record may be relied on: whether its permissions are up to date, if it has any, and whether it says everything
/// that a decision needs.
pub(crate) fn freshness(
    record: &SessionRecord,
    epoch: Epoch,
    now: Timestamp,
    permission_max_age: Duration,
) -> Freshness {
    let has_permissions = record.permissions.is_some();
    let behind = match (record.epoch, epoch) {
        (Some(of_record), Epoch::Known(current)) => of_record < current,
        (None, _) | (_, Epoch::Unreadable) => has_permissions,
    };
    let too_old = now.since(record.created_at) > permission_max_age;
    // A record from the future was written by a clock that is far off, so its age is unknown.
    let ageless = record.created_at.since(now) > CLOCK_SKEW;
    // Written by a release that did not know these fields yet.
    let incomplete = record.tenant.is_none() || record.staff.is_none();
    if incomplete || behind || (has_permissions && (too_old || ageless)) {
        Freshness::Stale
    } else {
        Freshness::Fresh
    }
}
