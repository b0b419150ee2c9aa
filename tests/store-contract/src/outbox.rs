//! The outbox: work that follows from a change.

use std::collections::BTreeSet;
use std::time::Duration;

use accounts::{OutboxId, Timestamp, UserId};
use serde_json::{Value, json};
use store::outbox::{self, Schedule};
use store::{Db, sessions, users};

use crate::check::{Check, none, same, some};
use crate::fixture::{cached_session, later, outbox_id, session, session_id, sessions_of, token_hash, user};

/// Nothing here is due for being put off too long.
const NEVER: Duration = Duration::from_hours(24 * 365 * 100);

/// Due so many seconds after everything that other cases write.
fn due(seconds: u64) -> Schedule {
    Schedule { created_at: later(0), due_at: later(10_000_000 + seconds) }
}

fn at(seconds: u64) -> Timestamp {
    due(seconds).due_at
}

/// What is due by then, of these.
async fn taken_up(db: &impl Db, now: Timestamp, of: &[OutboxId]) -> Check<Vec<OutboxId>> {
    let entries = outbox::due(now, NEVER, 10_000).all(db).await?;
    Ok(entries.into_iter().map(|entry| entry.id).filter(|id| of.contains(id)).collect())
}

pub(crate) async fn work_is_read_as_it_was_written(db: &impl Db) -> Check {
    let id = outbox_id();
    let payload = json!({ "userId": "it's \"quoted\" — €", "list": [1, null, true], "nested": { "a": {} } });
    outbox::insert(id, "invalidate_user", &payload, due(0)).run(db).await?;
    let entry = some(outbox::by_id(id).first(db).await?)?;
    same(entry.id, id)?;
    same((entry.kind.as_str(), entry.attempts), ("invalidate_user", 0))?;
    same(entry.payload, payload)?;
    outbox::delete(id).run(db).await?;
    none(outbox::by_id(id).first(db).await?)
}

pub(crate) async fn work_is_taken_up_when_due_the_longest_due_first(db: &impl Db) -> Check {
    let ids = [outbox_id(), outbox_id(), outbox_id()];
    for (id, seconds) in ids.iter().zip([30, 10, 20]) {
        outbox::insert(*id, "k", &json!({}), due(seconds)).run(db).await?;
    }
    let before = Timestamp::from_millis(at(10).as_millis() - 1);
    same(taken_up(db, before, &ids).await?, Vec::<OutboxId>::new())?;
    same(taken_up(db, at(10), &ids).await?, [ids[1]])?;
    same(taken_up(db, at(99), &ids).await?, [ids[1], ids[2], ids[0]])?;
    same(outbox::due(at(99), NEVER, 2).all(db).await?.len(), 2)?;
    // Later than anything is put off: by a clock that was far ahead.
    for (longest, taken) in [(10_000_009, true), (10_000_010, false)] {
        let found = outbox::due(later(0), Duration::from_secs(longest), 10_000).all(db).await?;
        same((longest, found.iter().any(|entry| entry.id == ids[1])), (longest, taken))?;
    }
    for id in ids {
        outbox::delete(id).run(db).await?;
    }
    same(taken_up(db, at(99), &ids).await?, Vec::<OutboxId>::new())
}

pub(crate) async fn work_that_failed_is_due_again_later(db: &impl Db) -> Check {
    let id = outbox_id();
    outbox::insert(id, "k", &json!({}), due(10)).run(db).await?;
    outbox::retry(id, at(50)).run(db).await?;
    outbox::retry(id, at(60)).run(db).await?;
    same(taken_up(db, at(59), &[id]).await?, Vec::<OutboxId>::new())?;
    same(taken_up(db, at(60), &[id]).await?, [id])?;
    same(some(outbox::by_id(id).first(db).await?)?.attempts, 2)?;
    Ok(outbox::delete(id).run(db).await?)
}

/// The payload as the code that does the work reads it.
async fn hashes(db: &impl Db, id: OutboxId) -> Check<BTreeSet<String>> {
    let entry = some(outbox::by_id(id).first(db).await?)?;
    same(entry.kind.as_str(), "revoke_sessions")?;
    same(entry.payload.as_object().map(serde_json::Map::len), Some(1))?;
    tokens(&entry.payload)
}

fn tokens(payload: &Value) -> Check<BTreeSet<String>> {
    let list = some(payload["tokenHashes"].as_array())?;
    Ok(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

pub(crate) async fn revocation_of_a_session_names_its_token(db: &impl Db) -> Check {
    let user = user(db).await?;
    let (gone, _stays) = (cached_session(db, user).await?, session(db, user).await?);
    let id = outbox_id();
    db.batch(vec![outbox::insert_revocation_of_session(id, gone.id, due(0)), sessions::delete(gone.id)])
        .await?;
    same(hashes(db, id).await?, BTreeSet::from([gone.token_hash.to_string()]))?;
    same(sessions_of(db, user).await?, 1)?;
    same(taken_up(db, at(0), &[id]).await?, [id])
}

pub(crate) async fn revocation_of_a_user_names_the_tokens_of_all_sessions(db: &impl Db) -> Check {
    let (gone, stays) = (user(db).await?, user(db).await?);
    let mut expected = BTreeSet::new();
    for _ in 0..3 {
        expected.insert(cached_session(db, gone).await?.token_hash.to_string());
    }
    session(db, gone).await?;
    cached_session(db, stays).await?;
    let id = outbox_id();
    db.batch(vec![outbox::insert_revocation_of_user(id, gone, due(0)), users::delete(gone)]).await?;
    same(hashes(db, id).await?, expected)
}

pub(crate) async fn invalidation_of_a_user_names_their_sessions_and_version(db: &impl Db) -> Check {
    let (stale, other) = (user(db).await?, user(db).await?);
    let mut expected = BTreeSet::new();
    for _ in 0..3 {
        expected.insert(cached_session(db, stale).await?.token_hash.to_string());
    }
    session(db, stale).await?;
    cached_session(db, other).await?;
    let id = outbox_id();
    change(db, id, stale).await?;
    let entry = some(outbox::by_id(id).first(db).await?)?;
    same((entry.kind.as_str(), &entry.payload["userVersion"]), ("invalidate_user", &json!(2)))?;
    same(tokens(&entry.payload)?, expected)
}

/// A change to a user, as far as the cache has to know.
async fn change(db: &impl Db, id: OutboxId, user: UserId) -> Check {
    let version = users::bump_authz_version(user, later(0));
    let told = outbox::insert_invalidation_of_user(id, user, due(0));
    db.batch(vec![version, told, sessions::outdate(user)]).await?;
    Ok(())
}

pub(crate) async fn the_cache_is_told_once_until_it_has_another_record(db: &impl Db) -> Check {
    let user = user(db).await?;
    let cached = cached_session(db, user).await?;
    let [first, second, third] = [outbox_id(), outbox_id(), outbox_id()];
    change(db, first, user).await?;
    change(db, second, user).await?;
    same(outbox::by_ids(&[first, second]).all(db).await?.len(), 1)?;
    some(sessions::cache(cached.id, 3).first(db).await?)?;
    change(db, third, user).await?;
    let entry = some(outbox::by_id(third).first(db).await?)?;
    same(&entry.payload["userVersion"], &json!(4))?;
    // It may still have the record that is out of date: whoever ends the session has that removed.
    let revocation = outbox_id();
    outbox::insert_revocation_of_session(revocation, cached.id, due(0)).run(db).await?;
    same(hashes(db, revocation).await?, BTreeSet::from([cached.token_hash.to_string()]))
}

pub(crate) async fn the_cache_is_told_nothing_of_what_it_does_not_have(db: &impl Db) -> Check {
    let user = user(db).await?;
    let (one, kept) = (session(db, user).await?, cached_session(db, user).await?);
    let id = outbox_id();
    outbox::insert_revocation_of_session(id, one.id, due(0)).run(db).await?;
    outbox::insert_revocation_of_token(id, &one.token_hash, due(0)).run(db).await?;
    outbox::insert_revocation_of_others(id, user, kept.id, due(0)).run(db).await?;
    sessions::delete(kept.id).run(db).await?;
    outbox::insert_revocation_of_user(id, user, due(0)).run(db).await?;
    outbox::insert_invalidation_of_user(id, user, due(0)).run(db).await?;
    none(outbox::by_id(id).first(db).await?)
}

pub(crate) async fn work_of_several_ids_is_what_there_is_of_it(db: &impl Db) -> Check {
    let (one, other, missing) = (outbox_id(), outbox_id(), outbox_id());
    for id in [one, other] {
        outbox::insert(id, "raise_epoch", &json!({}), due(0)).run(db).await?;
    }
    let found = outbox::by_ids(&[other, missing, one]).all(db).await?;
    let ids =
        |entries: Vec<outbox::Entry>| entries.into_iter().map(|entry| entry.id).collect::<BTreeSet<_>>();
    same(ids(found), BTreeSet::from([one, other]))?;
    same(outbox::by_ids(&[missing]).all(db).await?.len(), 0)
}

pub(crate) async fn revocation_of_a_token_or_of_the_others_names_theirs(db: &impl Db) -> Check {
    let user = user(db).await?;
    let kept = cached_session(db, user).await?;
    let (one, two) = (cached_session(db, user).await?, cached_session(db, user).await?);
    let id = outbox_id();
    outbox::insert_revocation_of_token(id, &one.token_hash, due(0)).run(db).await?;
    same(hashes(db, id).await?, BTreeSet::from([one.token_hash.to_string()]))?;
    let id = outbox_id();
    outbox::insert_revocation_of_others(id, user, kept.id, due(0)).run(db).await?;
    same(hashes(db, id).await?, BTreeSet::from([one, two].map(|session| session.token_hash.to_string())))
}

pub(crate) async fn revocation_of_nothing_is_no_work(db: &impl Db) -> Check {
    let id = outbox_id();
    outbox::insert_revocation_of_session(id, session_id(), due(0)).run(db).await?;
    none(outbox::by_id(id).first(db).await?)?;
    outbox::insert_revocation_of_user(id, user(db).await?, due(0)).run(db).await?;
    none(outbox::by_id(id).first(db).await?)?;
    outbox::insert_invalidation_of_user(id, user(db).await?, due(0)).run(db).await?;
    none(outbox::by_id(id).first(db).await?)?;
    outbox::insert_revocation_of_token(id, &token_hash(), due(0)).run(db).await?;
    none(outbox::by_id(id).first(db).await?)?;
    let user = user(db).await?;
    let alone = session(db, user).await?;
    outbox::insert_revocation_of_others(id, user, alone.id, due(0)).run(db).await?;
    none(outbox::by_id(id).first(db).await?)
}

pub(crate) async fn work_of_long_ago_is_given_up(db: &impl Db) -> Check {
    let (old, new) = (outbox_id(), outbox_id());
    for (id, millis) in [(old, 10), (new, 11)] {
        let when = Schedule { created_at: Timestamp::from_millis(millis), due_at: at(0) };
        outbox::insert(id, "k", &json!({}), when).run(db).await?;
    }
    let before = Timestamp::from_millis(11);
    same(outbox::give_up(before, 0).all(db).await?.len(), 0)?;
    let given_up = outbox::give_up(before, 1_000).all(db).await?;
    same(given_up.into_iter().find(|work| work.id == old).map(|work| work.kind), Some("k".to_owned()))?;
    none(outbox::by_id(old).first(db).await?)?;
    some(outbox::by_id(new).first(db).await?)?;
    Ok(outbox::delete(new).run(db).await?)
}
