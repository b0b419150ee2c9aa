//! Requests for mails, and the one-time tokens in them.

use accounts::{OneTimeToken, OutboxId, Timestamp, TokenHash};
use serde_json::{Value, json};
use store::audit::{self, MailRequested};
use store::one_time_tokens::{self, Life, Purpose};
use store::outbox::{self, Schedule};
use store::{Db, Param, Statement, guard, mail_requests, sessions, users};

use crate::check::{Check, guarded, none, same, some};
use crate::fixture::{
    NOW, audit_event_id, email, later, number, outbox_id, rows_of, session, sessions_of, user, user_id,
    windows,
};

struct Numbered;

impl accounts::Random for Numbered {
    fn fill(&self, buffer: &mut [u8]) {
        buffer[..8].copy_from_slice(&number().to_le_bytes());
    }
}

fn token() -> TokenHash {
    OneTimeToken::generate(&Numbered).hash()
}

const LIFE: Life = Life { created_at: NOW, expires_at: Timestamp::from_millis(NOW.as_millis() + 1_000) };

/// Not due before anything that other cases look for.
fn when(now: Timestamp) -> Schedule {
    Schedule { created_at: now, due_at: later(90_000_000) }
}

pub(crate) async fn request_becomes_work_for_a_known_address_alone(db: &impl Db) -> Check {
    let user = user(db).await?;
    let address = some(users::by_id(user).first(db).await?)?.email;
    let (known, unknown) = (outbox_id(), outbox_id());
    let event = audit_event_id(NOW);
    let mut batch = mail_requests::request(known, &address, "verify_email", when(NOW), NOW).to_vec();
    batch.push(audit::insert_mail_request(&MailRequested {
        id: event,
        at: NOW,
        email: &address,
        template: "verify_email",
        request_id: "r",
        client_address: None,
        outbox_id: known,
    }));
    db.batch(batch).await?;
    db.batch(mail_requests::request(unknown, &email()?, "verify_email", when(NOW), NOW).to_vec()).await?;
    let entry = some(outbox::by_id(known).first(db).await?)?;
    same((entry.kind.as_str(), entry.attempts, entry.due_at), ("send_mail", 0, later(90_000_000)))?;
    same(entry.payload, json!({ "template": "verify_email", "userId": user }))?;
    none(outbox::by_id(unknown).first(db).await?)?;
    let told = rows_of(
        db,
        Statement {
            name: "test",
            sql: "SELECT action, target_id, details FROM audit_log WHERE id = ?1",
            params: vec![Param::from(&event)],
        },
    )
    .await?;
    let details = json!({ "template": "verify_email" }).to_string();
    let expected: Value = json!([{ "action": "mail.requested", "target_id": user, "details": details }]);
    same(json!(told), expected)
}

pub(crate) async fn request_too_soon_after_the_last_of_its_kind_is_none(db: &impl Db) -> Check {
    let user = user(db).await?;
    let address = some(users::by_id(user).first(db).await?)?.email;
    for (seconds, template, becomes_work) in
        // The last one comes after a request from the future, made by a clock that was far ahead.
        [
            (0, "a", true),
            (59, "a", false),
            (59, "b", true),
            (60, "a", true),
            (61, "a", false),
            (30, "a", true),
        ]
    {
        let (id, now) = (outbox_id(), later(seconds));
        let not_since = Timestamp::from_millis(now.as_millis() - 60_000);
        db.batch(mail_requests::request(id, &address, template, when(now), not_since).to_vec()).await?;
        same(outbox::by_id(id).first(db).await?.is_some(), becomes_work)?;
    }
    Ok(())
}

pub(crate) async fn work_is_claimed_once(db: &impl Db) -> Check {
    let id = outbox_id();
    outbox::insert(id, "send_mail", &json!({}), when(NOW)).run(db).await?;
    let entry = some(outbox::by_id(id).first(db).await?)?;
    same(some(outbox::claim(&entry, later(90_000_001)).first(db).await?)?.id, id)?;
    none(outbox::claim(&entry, later(90_000_002)).first(db).await?)?;
    same(some(outbox::by_id(id).first(db).await?)?.due_at, later(90_000_001))
}

pub(crate) async fn token_is_usable_until_it_is_replaced_deleted_or_too_old(db: &impl Db) -> Check {
    let user = user(db).await?;
    let (old, new, other) = (token(), token(), token());
    one_time_tokens::upsert(&old, user, Purpose::ResetPassword, LIFE).run(db).await?;
    one_time_tokens::upsert(&other, user, Purpose::VerifyEmail, LIFE).run(db).await?;
    same(some(one_time_tokens::usable(&old, NOW).first(db).await?)?.purpose, Purpose::ResetPassword)?;
    one_time_tokens::upsert(&new, user, Purpose::ResetPassword, LIFE).run(db).await?;
    none(one_time_tokens::usable(&old, NOW).first(db).await?)?;
    guarded(db.batch(vec![guard::token_usable(&old, NOW)]).await, guard::TOKEN_USABLE)?;
    let found = some(one_time_tokens::usable(&new, NOW).first(db).await?)?;
    same(found.user_id, user)?;
    db.batch(vec![guard::token_usable(&new, NOW)]).await?;
    none(one_time_tokens::usable(&new, LIFE.expires_at).first(db).await?)?;
    guarded(db.batch(vec![guard::token_usable(&new, LIFE.expires_at)]).await, guard::TOKEN_USABLE)?;
    one_time_tokens::delete(&new).run(db).await?;
    none(one_time_tokens::usable(&new, NOW).first(db).await?)?;
    same(some(one_time_tokens::usable(&other, NOW).first(db).await?)?.purpose, Purpose::VerifyEmail)?;
    one_time_tokens::delete_by_user(user).run(db).await?;
    none(one_time_tokens::usable(&other, NOW).first(db).await?)
}

pub(crate) async fn address_is_verified_once_and_a_reset_ends_sessions(db: &impl Db) -> Check {
    let user = user(db).await?;
    none(users::mail_recipient(user_id()).first(db).await?)?;
    users::verify_email(user, later(1)).run(db).await?;
    let before = some(users::by_id(user).first(db).await?)?.email_verified_at;
    session(db, user).await?;
    db.batch(vec![users::reset_password(user, "new", later(2)), sessions::delete_by_user(user)]).await?;
    same(some(users::by_id(user).first(db).await?)?.email_verified_at, before)?;
    let recipient = some(users::mail_recipient(user).first(db).await?)?;
    same((recipient.verified, recipient.status.as_str(), recipient.tenant_active), (true, "active", true))?;
    let credentials = some(users::credentials_by_email(&recipient.email).first(db).await?)?;
    same(credentials.password_hash.as_deref(), Some("new"))?;
    same(sessions_of(db, user).await?, 0)
}

pub(crate) async fn tokens_that_are_over_are_swept_and_others_stay(db: &impl Db) -> Check {
    let user = user(db).await?;
    let stays = token();
    one_time_tokens::upsert(&stays, user, Purpose::VerifyEmail, LIFE).run(db).await?;
    for window in windows()? {
        for (ends, kept) in [(10, false), (11, true)] {
            let token = token();
            let life =
                Life { created_at: Timestamp::from_millis(1), expires_at: Timestamp::from_millis(ends) };
            one_time_tokens::upsert(&token, user, Purpose::ResetPassword, life).run(db).await?;
            one_time_tokens::sweep(&window, Timestamp::from_millis(10)).run(db).await?;
            let found = one_time_tokens::usable(&token, life.created_at).first(db).await?;
            same((ends, found.is_some()), (ends, kept))?;
        }
    }
    some(one_time_tokens::usable(&stays, NOW).first(db).await?)?;
    Ok(())
}

/// Whether these pieces of work are there.
async fn waiting<const N: usize>(db: &impl Db, ids: [OutboxId; N]) -> Check<[bool; N]> {
    let mut found = [false; N];
    for (id, found) in ids.into_iter().zip(&mut found) {
        *found = outbox::by_id(id).first(db).await?.is_some();
    }
    Ok(found)
}

pub(crate) async fn a_newer_mail_takes_the_place_of_one_of_its_kind_that_waits(db: &impl Db) -> Check {
    let (ada, bob) = (user(db).await?, user(db).await?);
    let address = some(users::by_id(ada).first(db).await?)?.email;
    let [first, of_another_kind, of_bob, too_soon, second, third] = std::array::from_fn(|_| outbox_id());
    let ask = |id, template, seconds| {
        let now = later(seconds);
        let not_since = Timestamp::from_millis(now.as_millis() - 60_000);
        mail_requests::request(id, &address, template, when(now), not_since).to_vec()
    };
    db.batch(ask(first, "a", 0)).await?;
    db.batch(ask(of_another_kind, "b", 0)).await?;
    db.batch(mail_requests::owe(of_bob, bob, "a", when(NOW)).to_vec()).await?;
    db.batch(ask(too_soon, "a", 59)).await?;
    same(waiting(db, [first, of_another_kind, of_bob, too_soon]).await?, [true, true, true, false])?;
    db.batch(ask(second, "a", 60)).await?;
    same(waiting(db, [first, of_another_kind, of_bob, second]).await?, [false, true, true, true])?;
    // What somebody is owed comes whenever it comes, and is the last request of its kind too.
    db.batch(mail_requests::owe(third, ada, "a", when(later(61))).to_vec()).await?;
    let entry = some(outbox::by_id(third).first(db).await?)?;
    same(json!([entry.kind, entry.payload]), json!(["send_mail", { "template": "a", "userId": ada }]))?;
    db.batch(ask(too_soon, "a", 62)).await?;
    same(waiting(db, [second, third, too_soon]).await?, [false, true, false])
}

pub(crate) async fn requests_of_long_ago_are_swept_and_others_stay(db: &impl Db) -> Check {
    let user = user(db).await?;
    let address = some(users::by_id(user).first(db).await?)?.email;
    for (template, millis, sent) in [("old", 10, true), ("waits", 10, false), ("new", 11, true)] {
        let (id, now) = (outbox_id(), Timestamp::from_millis(millis));
        db.batch(mail_requests::request(id, &address, template, when(now), now).to_vec()).await?;
        if sent {
            outbox::delete(id).run(db).await?;
        }
    }
    let rows = rows_of(db, mail_requests::sweep(Timestamp::from_millis(10), 0)).await?;
    same(rows.len(), 0)?;
    let rows = rows_of(db, mail_requests::sweep(Timestamp::from_millis(10), 1_000)).await?;
    same(rows.len(), 1)?;
    users::delete(user).run(db).await?;
    Ok(())
}
