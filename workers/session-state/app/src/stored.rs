//! What is stored about one session, and what follows from it.

use accounts::Timestamp;
use api::session_state::{RECORD_VERSION, SessionRecord};
use http_kit::Problem;
use serde::Deserialize;

use crate::freshness::Epoch;
use crate::marker::Marker;

/// What is stored about a session.
pub(crate) struct Stored {
    pub(crate) record: Option<SessionRecord>,
    pub(crate) marker: Option<Marker>,
    pub(crate) epoch: Epoch,
}

impl Stored {
    /// The record, where it may be believed.
    pub(crate) fn live(self, now: Timestamp) -> Option<SessionRecord> {
        let marker = self.marker;
        self.record
            .filter(|record| now < record.expires_at && !marker.is_some_and(|marker| marker.covers(record)))
    }

    /// Refuses a session that is over.
    pub(crate) fn not_revoked(&self) -> Result<(), Problem> {
        match self.marker {
            Some(Marker::Revoked) => Err(Problem::conflict("revoked", "this session is over")),
            Some(Marker::Invalidated { .. }) | None => Ok(()),
        }
    }

    /// Refuses a record that knows less than what is stored: a slow writer brings it after a faster one.
    pub(crate) fn admits(&self, record: &SessionRecord) -> Result<(), Problem> {
        self.not_revoked()?;
        let invalidated = self.marker.is_some_and(|marker| marker.covers(record));
        let superseded = self.record.as_ref().is_some_and(|stored| {
            // A record without an epoch was made while RBAC was off; that is not earlier, only different.
            let of_earlier_epoch = record.epoch.zip(stored.epoch).is_some_and(|(new, old)| new < old);
            record.user_version < stored.user_version || of_earlier_epoch
        });
        if invalidated || superseded {
            return Err(Problem::conflict("older_version", "something newer is known about this session"));
        }
        Ok(())
    }
}

/// Why a stored record counts as missing. It says nothing of what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RecordError {
    /// It was written by another release.
    #[error("its format is version {0}")]
    Version(u32),
    /// It is no record.
    #[error("it is not a session record")]
    Garbage,
}

/// Reads a stored record of the present format.
pub(crate) fn parse(text: &str) -> Result<SessionRecord, RecordError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    if let Ok(record) = serde_json::from_str::<SessionRecord>(text)
        && record.version == RECORD_VERSION
    {
        return Ok(record);
    }
    // The version comes first: what follows in another one is not for us to read.
    match serde_json::from_str::<Versioned>(text) {
        Ok(Versioned { version }) if version != RECORD_VERSION => Err(RecordError::Version(version)),
        _ => Err(RecordError::Garbage),
    }
}
