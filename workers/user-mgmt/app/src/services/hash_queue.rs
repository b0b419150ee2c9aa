//! Whose password is hashed next.
//!
//! An isolate does one thing at a time, and a hash takes as long as many other requests together. So passwords are hashed one
//! after the other, with a pause in between in which whatever else there is to do gets its turn; and only so many requests
//! wait for that. One more is refused at once, with 503 `busy`: alike for whoever has an account and whoever has none, and
//! without its counting as a guess. However many sign in, the others wait for one hash at a time.
//!
//! Where nobody waits, the round trip that finds the account is such a pause as well (`HashQueue::glance`). And where nobody who
//! has signed in has asked for anything lately, several hashes follow one another: together, those who sign in are done sooner.
//!
//! Nobody is woken by somebody else, since on Workers a request may do nothing on behalf of another: each looks again by
//! itself. And where a client goes away, the platform neither goes on with its request nor drops it, so that a place whose
//! owner does not look when it should is passed over.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use accounts::Timestamp;
use http_kit::Runtime;

/// How many wait at the most. With the hash that is the default, the last of them waits for two or three seconds.
pub const MOST: usize = 32;
/// What is free between two hashes, at the least.
const PAUSE: Duration = Duration::from_millis(2);
/// How long hashes follow one another without a pause, while there is nobody else. Whoever then comes waits for one more.
const RUN: Duration = Duration::from_millis(70);
/// For how long there is somebody else, once they have asked for something.
const PRESENCE: Duration = Duration::from_secs(1);
/// No hash is so quick that whoever is behind others should look more often.
const PATIENCE: Duration = Duration::from_millis(8);
/// Whoever is so late to look may have gone. Where it has not, it only comes after somebody else.
const LATE: Duration = Duration::from_millis(200);

/// The requests of an isolate that want a password hashed.
#[derive(Debug, Default)]
pub struct HashQueue(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Places in the order in which they were taken, and by when each is looked at again.
    waiting: BTreeMap<u64, Timestamp>,
    /// How many places were taken so far.
    taken: u64,
    /// How many turns there were so far.
    turns: u64,
    /// When a hash last came after a pause.
    run_began: Option<Timestamp>,
    /// When somebody last asked for something else.
    others_asked: Option<Timestamp>,
}

/// How many turns there had been before a round trip to the database, in which other requests had theirs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Glance(u64);

/// Too many wait already.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl HashQueue {
    /// Somebody asks for something else, and is not to wait for several hashes.
    pub(crate) fn give_way(&self, now: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).others_asked = Some(now);
    }

    /// Looks at the queue before a round trip to the database. Whoever finds it as it was, with nobody in it, need not pause
    /// once more.
    pub(crate) fn glance(&self) -> Glance {
        Glance(self.0.lock().unwrap_or_else(PoisonError::into_inner).turns)
    }

    /// Waits for a turn: whoever gets one hashes at once.
    pub(crate) async fn turn(&self, runtime: &dyn Runtime, before: Option<Glance>) -> Result<(), Full> {
        if self.present(runtime.now()).waiting.len() >= MOST {
            return Err(Full);
        }
        self.wait(runtime, before).await;
        Ok(())
    }

    /// Waits for a turn more, for a request that had one: whoever was let in is not turned away half-way.
    pub(crate) async fn another_turn(&self, runtime: &dyn Runtime) {
        self.wait(runtime, None).await;
    }

    async fn wait(&self, runtime: &dyn Runtime, before: Option<Glance>) {
        let place = Place::take(self);
        let mut turns = before.map(|Glance(turns)| turns);
        while let Some(pause) = place.look(&mut turns, runtime.now()) {
            runtime.sleep(pause).await;
        }
    }

    /// The state without those who may have gone.
    fn present(&self, now: Timestamp) -> MutexGuard<'_, State> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting.retain(|_, due| *due >= now.minus(LATE));
        state
    }
}

impl State {
    /// Whether the next hash may follow the last one at once.
    fn may_go_on(&self, now: Timestamp) -> bool {
        let within = |since: Option<Timestamp>, limit| since.is_some_and(|since| now.since(since) < limit);
        within(self.run_began, RUN) && !within(self.others_asked, PRESENCE)
    }
}

/// A place in the queue.
struct Place<'a> {
    queue: &'a HashQueue,
    number: u64,
}

impl<'a> Place<'a> {
    fn take(queue: &'a HashQueue) -> Self {
        let mut state = queue.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.taken += 1;
        Self { queue, number: state.taken }
    }

    /// Takes the turn where nobody is ahead, and where nobody has had one since the last look, which saw so many `turns`, or
    /// there is nobody to pause for. Gives how long to wait otherwise.
    fn look(&self, turns: &mut Option<u64>, now: Timestamp) -> Option<Duration> {
        let mut state = self.queue.present(now);
        let ahead = state.waiting.range(..self.number).count();
        let paused = *turns == Some(state.turns);
        if ahead == 0 && (paused || state.may_go_on(now)) {
            if paused {
                state.run_began = Some(now);
            }
            state.turns += 1;
            return None;
        }
        *turns = Some(state.turns);
        let pause = PAUSE + PATIENCE * u32::try_from(ahead).unwrap_or(u32::MAX);
        state.waiting.insert(self.number, now.plus(pause));
        Some(pause)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.queue.0.lock().unwrap_or_else(PoisonError::into_inner).waiting.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_follow_one_another_for_so_long_and_give_way_to_others() {
        let queue = HashQueue::default();
        let has_its_turn = |mut turns: Option<u64>, millis| {
            Place::take(&queue).look(&mut turns, Timestamp::from_millis(millis)).is_none()
        };
        assert!(!has_its_turn(None, 1_000), "there was no pause yet");
        assert!(has_its_turn(Some(0), 1_000));
        assert!(has_its_turn(None, 1_069));
        assert!(!has_its_turn(None, 1_070), "the run is over");
        assert!(!has_its_turn(Some(1), 1_070), "somebody else has had a turn since");
        assert!(has_its_turn(Some(2), 1_070), "after a pause");
        queue.give_way(Timestamp::from_millis(1_080));
        assert!(!has_its_turn(None, 1_090));
        assert!(has_its_turn(Some(3), 2_050));
        assert!(!has_its_turn(None, 2_079), "others are still there");
        assert!(has_its_turn(None, 2_080));
    }
}
