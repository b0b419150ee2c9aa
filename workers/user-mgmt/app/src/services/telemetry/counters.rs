//! What an isolate has counted and not written down yet.
//!
//! Findings come one by one and at times in floods; the database sees a batch of a few statements, every
//! [`FLUSH_EVERY`] at most. The first finding after a quiet time is written at once, after its response; those that follow
//! wait for the next turn, which work after a response has been waiting for. So only an isolate that is stopped in those
//! few seconds loses anything.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use accounts::{Timestamp, UserId};
use enforce::Finding;
use http::Method;
use http_kit::Turns;
use store::Statement;
use store::telemetry::{self, Count, Exercised, MinuteCount, USER_ROWS_A_DAY, UserCount};

/// How often an isolate writes at most.
pub(super) const FLUSH_EVERY: Duration = Duration::from_secs(5);
/// How many users an isolate names between two flushes. Those beyond are counted, though not by name.
const USERS: usize = 1_000;

const DAY: Duration = Duration::from_hours(24);
const MINUTE: Duration = Duration::from_mins(1);

/// A route.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum RouteKey {
    /// One of the table.
    Own(Method, &'static str),
    /// One of an application, by its whole name: `bookmarks PUT /bookmarks/{id}`.
    OfApplication(String),
}

/// Something that was found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) finding: Finding,
    pub(super) mode: &'static str,
    pub(super) route: RouteKey,
    pub(super) permission: String,
    pub(super) user: Option<UserId>,
    /// How often.
    pub(super) count: u32,
}

/// The counters of an isolate.
#[derive(Debug)]
pub struct Counters(Mutex<State>);

#[derive(Debug)]
struct State {
    pending: Pending,
    /// The day that each route was last noted on.
    exercised: HashMap<RouteKey, Timestamp>,
    turns: Turns,
}

impl Default for Counters {
    fn default() -> Self {
        Self(Mutex::new(State {
            pending: Pending::default(),
            exercised: HashMap::new(),
            turns: Turns::new(FLUSH_EVERY),
        }))
    }
}

/// What is to be written down.
#[derive(Debug, Default)]
pub(super) struct Pending {
    counts: HashMap<CountKey, u64>,
    users: HashMap<UserKey, u64>,
    minutes: HashMap<(Timestamp, Finding), u64>,
    routes: HashMap<RouteKey, Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct CountKey {
    day: Timestamp,
    finding: Finding,
    mode: &'static str,
    route: RouteKey,
    permission: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct UserKey {
    day: Timestamp,
    finding: Finding,
    mode: &'static str,
    user: UserId,
    permission: String,
}

impl Counters {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A route came to a decision; noted once a day.
    pub(super) fn exercise(&self, route: &RouteKey, now: Timestamp) {
        let (mut state, day) = (self.state(), now.floor(DAY));
        if state.exercised.get(route) != Some(&day) {
            state.exercised.insert(route.clone(), day);
            state.pending.routes.insert(route.clone(), day);
        }
    }

    /// Counts up.
    pub(super) fn count(&self, found: Found, now: Timestamp) {
        let day = now.floor(DAY);
        let Found { finding, mode, route, permission, user, count } = found;
        let count = u64::from(count);
        let mut state = self.state();
        let pending = &mut state.pending;
        *pending.minutes.entry((now.floor(MINUTE), finding)).or_default() += count;
        if let Some(user) = user {
            let key = UserKey { day, finding, mode, user, permission: permission.clone() };
            pending.add_user(key, count);
        }
        *pending.counts.entry(CountKey { day, finding, mode, route, permission }).or_default() += count;
    }

    /// How long to wait before the next flush, for the one who is to do it; nothing where there is nothing to write, or
    /// somebody waits already.
    pub(super) fn claim_flush(&self, now: Timestamp) -> Option<Duration> {
        let mut state = self.state();
        if state.pending.is_empty() { None } else { state.turns.claim(now) }
    }

    /// Everything that is not written down yet; whoever takes it writes it, or puts it back.
    pub(super) fn take(&self, now: Timestamp) -> Option<Pending> {
        let mut state = self.state();
        state.turns.taken(now);
        Some(std::mem::take(&mut state.pending)).filter(|pending| !pending.is_empty())
    }

    /// It could not be written.
    pub(super) fn put_back(&self, pending: Pending) {
        let mut state = self.state();
        for (key, count) in pending.counts {
            *state.pending.counts.entry(key).or_default() += count;
        }
        for (key, count) in pending.minutes {
            *state.pending.minutes.entry(key).or_default() += count;
        }
        for (key, count) in pending.users {
            state.pending.add_user(key, count);
        }
        for (route, day) in pending.routes {
            state.pending.routes.entry(route).or_insert(day);
        }
    }
}

impl Pending {
    fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.routes.is_empty()
    }

    fn add_user(&mut self, key: UserKey, count: u64) {
        if self.users.len() < USERS || self.users.contains_key(&key) {
            *self.users.entry(key).or_default() += count;
        }
    }

    /// One batch that writes all of it down.
    pub(super) fn statements(&self, now: Timestamp) -> Vec<Statement> {
        let mut statements = Vec::new();
        if !self.routes.is_empty() {
            let routes: Vec<_> =
                self.routes.iter().map(|(route, day)| Exercised { route: name(route), day: *day }).collect();
            statements.push(telemetry::exercise(&routes));
        }
        if !self.counts.is_empty() {
            let counts: Vec<_> = self
                .counts
                .iter()
                .map(|(key, count)| Count {
                    day: key.day,
                    finding: key.finding.as_str(),
                    mode: key.mode,
                    route: name(&key.route),
                    permission: key.permission.clone(),
                    count: *count,
                })
                .collect();
            statements.push(telemetry::add(&counts));
            let minutes: Vec<_> = self
                .minutes
                .iter()
                .map(|((minute, finding), count)| MinuteCount {
                    minute: *minute,
                    finding: finding.as_str(),
                    count: *count,
                })
                .collect();
            statements.push(telemetry::add_by_minute(&minutes));
        }
        if !self.users.is_empty() {
            let users: Vec<_> = self
                .users
                .iter()
                .map(|(key, count)| UserCount {
                    day: key.day,
                    finding: key.finding.as_str(),
                    user_id: key.user,
                    mode: key.mode,
                    permission: key.permission.clone(),
                    count: *count,
                })
                .collect();
            statements.push(telemetry::add_by_user(&users, now.floor(DAY), USER_ROWS_A_DAY));
        }
        statements
    }
}

/// A route as the counters name it: `PUT /users/{id}`.
pub(super) fn name(route: &RouteKey) -> String {
    match route {
        RouteKey::Own(method, path) => format!("{method} {path}"),
        RouteKey::OfApplication(name) => name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_772_323_200_000);

    fn found(user: u128) -> Found {
        Found {
            finding: Finding::Denied,
            mode: "on",
            route: RouteKey::Own(Method::PUT, "/users/{id}"),
            permission: "users:update".to_owned(),
            user: Some(UserId::from_u128(user)),
            count: 1,
        }
    }

    #[test]
    fn first_finding_is_written_at_once_and_the_next_ones_together() {
        let counters = Counters::default();
        assert_eq!(counters.claim_flush(NOW), None, "nothing to write");
        counters.count(found(1), NOW);
        assert_eq!(counters.claim_flush(NOW), Some(Duration::ZERO));
        assert_eq!(counters.take(NOW).unwrap().statements(NOW).len(), 3);

        let mut waiting = 0;
        for millis in 0..4_000 {
            let now = NOW.plus(Duration::from_millis(millis));
            counters.count(found(1), now);
            if let Some(wait) = counters.claim_flush(now) {
                assert_eq!(now.plus(wait), NOW.plus(FLUSH_EVERY));
                waiting += 1;
            }
        }
        assert_eq!(waiting, 1, "one of 4,000 waits for the next turn");
        let pending = counters.take(NOW.plus(FLUSH_EVERY)).unwrap();
        assert_eq!(pending.counts.values().copied().collect::<Vec<_>>(), [4_000]);
        assert!(counters.take(NOW.plus(FLUSH_EVERY)).is_none());
    }

    #[test]
    fn what_is_put_back_adds_to_what_came_since() {
        let counters = Counters::default();
        counters.exercise(&RouteKey::Own(Method::PUT, "/users/{id}"), NOW);
        counters.count(found(1), NOW);
        let pending = counters.take(NOW).unwrap();
        counters.count(found(1), NOW);
        counters.count(found(2), NOW);
        counters.put_back(pending);
        let pending = counters.take(NOW).unwrap();
        assert_eq!(pending.counts.values().sum::<u64>(), 3);
        assert_eq!(pending.minutes.values().sum::<u64>(), 3);
        assert_eq!((pending.users.len(), pending.users.values().sum::<u64>()), (2, 3));
        assert_eq!(pending.routes.len(), 1);
    }

    #[test]
    fn route_is_noted_once_a_day() {
        let (counters, route) = (Counters::default(), RouteKey::Own(Method::GET, "/rbac/roles"));
        let mut noted = 0;
        for hour in 0..48 {
            let now = NOW.plus(Duration::from_hours(hour));
            counters.exercise(&route, now);
            noted += usize::from(counters.take(now).is_some());
        }
        assert_eq!(noted, 2);
    }

    #[test]
    fn users_beyond_the_limit_are_counted_without_a_name() {
        let counters = Counters::default();
        for user in 0..5_000 {
            counters.count(found(user), NOW);
        }
        let pending = counters.take(NOW).unwrap();
        assert_eq!((pending.users.len(), pending.counts.values().sum::<u64>()), (USERS, 5_000));
    }
}
