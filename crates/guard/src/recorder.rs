//! What was found and is not told yet.
//!
//! Findings come one by one and at times in floods; user-mgmt hears of them together, every few seconds at most, after a
//! response. Nothing of this can fail a request.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use accounts::{Timestamp, UserId};
use api::internal_api::{FindingCount, FindingsReport, MAX_FINDINGS};
use enforce::{Finding, Mode};
use http_kit::Turns;
use rbac::RoleName;

/// How often one isolate tells user-mgmt at most.
const EVERY: Duration = Duration::from_secs(5);
/// How many different findings name a user. Those beyond are counted without.
const USERS: usize = 800;
const DAY: Duration = Duration::from_hours(24);

/// What is counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Found {
    pub(crate) finding: Finding,
    pub(crate) mode: Mode,
    pub(crate) route: String,
    pub(crate) required: String,
    pub(crate) user: Option<UserId>,
}

#[derive(Debug)]
pub(crate) struct Recorder(Mutex<State>);

#[derive(Debug)]
struct State {
    counts: HashMap<Found, u32>,
    routes: HashSet<String>,
    /// When each route was last told of.
    told: HashMap<String, Timestamp>,
    turns: Turns,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State {
            counts: HashMap::new(),
            routes: HashSet::new(),
            told: HashMap::new(),
            turns: Turns::new(EVERY),
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A route came to a decision; told once a day.
    pub(crate) fn exercise(&self, route: &str, now: Timestamp) {
        let mut state = self.state();
        let fresh = state.told.get(route).is_some_and(|told| now.since(*told) < DAY);
        if !fresh && state.routes.len() < MAX_FINDINGS {
            state.told.insert(route.to_owned(), now);
            state.routes.insert(route.to_owned());
        }
    }

    /// Counts up.
    pub(crate) fn count(&self, found: Found) {
        self.state().add(found, 1);
    }

    /// How long to wait before telling, for the one who is to; nothing where there is nothing to tell, or somebody waits
    /// already.
    pub(crate) fn claim(&self, now: Timestamp) -> Option<Duration> {
        let mut state = self.state();
        let nothing = state.counts.is_empty() && state.routes.is_empty();
        if nothing { None } else { state.turns.claim(now) }
    }

    /// Everything that is not told yet; whoever takes it tells it, or puts it back.
    pub(crate) fn take(&self, application: &RoleName, now: Timestamp) -> Option<FindingsReport> {
        let mut state = self.state();
        state.turns.taken(now);
        let counts = std::mem::take(&mut state.counts);
        let routes = std::mem::take(&mut state.routes);
        if counts.is_empty() && routes.is_empty() {
            return None;
        }
        let findings = counts.into_iter().map(|(found, count)| FindingCount {
            finding: found.finding,
            mode: found.mode,
            route: found.route,
            required: found.required,
            user_id: found.user,
            count,
        });
        Some(FindingsReport {
            application: application.clone(),
            findings: findings.collect(),
            routes: routes.into_iter().collect(),
        })
    }

    /// It could not be told.
    pub(crate) fn put_back(&self, report: FindingsReport) {
        let mut state = self.state();
        for FindingCount { finding, mode, route, required, user_id, count } in report.findings {
            state.add(Found { finding, mode, route, required, user: user_id }, count);
        }
        state.routes.extend(report.routes);
    }
}

impl State {
    fn add(&mut self, mut found: Found, count: u32) {
        if self.counts.len() >= USERS && !self.counts.contains_key(&found) {
            found.user = None;
        }
        // What is left out beyond this has a route and a permission of its own: an application has not so many.
        if self.counts.len() < MAX_FINDINGS || self.counts.contains_key(&found) {
            let sum = self.counts.entry(found).or_default();
            *sum = sum.saturating_add(count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_772_323_200_000);

    fn found(user: u128) -> Found {
        Found {
            finding: Finding::WouldDeny,
            mode: Mode::Report,
            route: "GET /docs".to_owned(),
            required: "docs:read".to_owned(),
            user: Some(UserId::from_u128(user)),
        }
    }

    fn taken(recorder: &Recorder, now: Timestamp) -> FindingsReport {
        recorder.take(&RoleName::parse("docs").unwrap(), now).unwrap()
    }

    #[test]
    fn first_finding_is_told_at_once_and_the_next_ones_together() {
        let recorder = Recorder::new();
        assert_eq!(recorder.claim(NOW), None, "nothing to tell");
        recorder.count(found(1));
        assert_eq!(recorder.claim(NOW), Some(Duration::ZERO));
        taken(&recorder, NOW);
        let mut waiting = Vec::new();
        for millis in 0..4_000 {
            let now = NOW.plus(Duration::from_millis(millis));
            recorder.count(found(1));
            waiting.extend(recorder.claim(now));
        }
        assert_eq!(waiting, [EVERY], "one of 4,000 waits for the next turn");
        assert_eq!(taken(&recorder, NOW.plus(EVERY)).findings[0].count, 4_000);
    }

    #[test]
    fn what_is_put_back_adds_to_what_came_since() {
        let recorder = Recorder::new();
        recorder.exercise("GET /docs", NOW);
        recorder.count(found(1));
        let report = taken(&recorder, NOW);
        recorder.count(found(1));
        recorder.put_back(report);
        let report = taken(&recorder, NOW);
        assert_eq!((report.findings[0].count, report.routes.len()), (2, 1));
    }

    #[test]
    fn findings_beyond_the_limit_name_nobody() {
        let recorder = Recorder::new();
        for user in 0..5_000 {
            recorder.count(found(user));
        }
        let report = taken(&recorder, NOW);
        assert_eq!(report.findings.len(), USERS + 1);
        assert_eq!(report.findings.iter().map(|found| found.count).sum::<u32>(), 5_000);
    }

    #[test]
    fn route_is_told_of_once_a_day() {
        let recorder = Recorder::new();
        let mut told = 0;
        for hour in 0..48 {
            let now = NOW.plus(Duration::from_hours(hour));
            recorder.exercise("GET /docs", now);
            told += usize::from(recorder.take(&RoleName::parse("docs").unwrap(), now).is_some());
        }
        assert_eq!(told, 2);
    }
}
