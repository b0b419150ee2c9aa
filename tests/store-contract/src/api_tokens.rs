//! API tokens, and the check that starts from one.

use accounts::Timestamp;
use store::api_tokens::NewApiToken;
use store::{Db, StoreError, api_tokens, rbac_meta, users};

use crate::check::{Check, fails, none, same, some, taken};
use crate::fixture::{
    NOW, api_token, assign, later, new_api_token, permission, role, rows_of, sql, token_hash, user, user_id,
    windows,
};

pub(crate) async fn token_gives_its_scopes_and_what_its_owner_may_do_at_the_time(db: &impl Db) -> Check {
    let owner = user(db).await?;
    let token = api_token(db, owner).await?;
    let found = some(api_tokens::principal(&token.token_hash, later(1)).first(db).await?)?;
    same((found.token_id, found.account.user_id, found.last_used_at), (token.id, owner, None))?;
    same(found.scopes, ["docs:*", "users:read"].map(str::to_owned))?;
    same(found.held.epoch, rbac_meta::epoch().one(db).await?.epoch)?;
    same((found.held.roles.len(), found.held.grants.len()), (0, 0))?;
    let (permission, name) = permission(db).await?;
    let role = role(db, &[permission]).await?;
    assign(db, owner, role).await?;
    let found = some(api_tokens::principal(&token.token_hash, later(1)).first(db).await?)?;
    same((found.held.roles.len(), found.held.grants), (1, vec![name]))
}

pub(crate) async fn token_ends_to_the_millisecond_and_with_its_owner(db: &impl Db) -> Check {
    let owner = user(db).await?;
    let token = api_token(db, owner).await?;
    let usable = async |seconds: u64| -> Check<bool> {
        Ok(api_tokens::principal(&token.token_hash, later(seconds)).first(db).await?.is_some())
    };
    same((usable(3_599).await?, usable(3_600).await?), (true, false))?;
    for (status, expected) in [("suspended", false), ("invited", false), ("active", true)] {
        let update = "UPDATE users SET status = ?2 WHERE id = ?1";
        sql(update, [(&owner).into(), status.into()]).run(db).await?;
        same(usable(1).await?, expected)?;
    }
    users::delete(owner).run(db).await?;
    same(usable(1).await?, false)?;
    none(api_tokens::principal(&token_hash(), later(1)).first(db).await?)
}

pub(crate) async fn token_that_is_revoked_is_gone_and_others_are_not(db: &impl Db) -> Check {
    let owner = user(db).await?;
    let (gone, stays) = (api_token(db, owner).await?, api_token(db, owner).await?);
    api_tokens::delete(gone.id).run(db).await?;
    none(api_tokens::principal(&gone.token_hash, later(1)).first(db).await?)?;
    some(api_tokens::principal(&stays.token_hash, later(1)).first(db).await?)?;
    none(api_tokens::of_user(gone.id, owner).first(db).await?)?;
    Ok(())
}

pub(crate) async fn token_is_found_by_its_owner_alone(db: &impl Db) -> Check {
    let (owner, other) = (user(db).await?, user(db).await?);
    let token = api_token(db, owner).await?;
    let found = some(api_tokens::of_user(token.id, owner).first(db).await?)?;
    same((found.id, found.name.as_str(), found.expires_at), (token.id, "CI", later(3_600)))?;
    same(found.scopes, ["docs:*", "users:read"].map(str::to_owned))?;
    none(api_tokens::of_user(token.id, other).first(db).await?)
}

pub(crate) async fn pages_of_tokens_hold_each_once_the_newest_first(db: &impl Db) -> Check {
    let (owner, other) = (user(db).await?, user(db).await?);
    let mut expected = Vec::new();
    for _ in 0..5 {
        expected.insert(0, api_token(db, owner).await?.id);
        api_token(db, other).await?;
    }
    let mut found = Vec::new();
    loop {
        let after = found.last().map(ToString::to_string).unwrap_or_default();
        let page = api_tokens::list(owner, &after, 2).all(db).await?;
        if page.is_empty() {
            break;
        }
        for token in page {
            same((token.name.as_str(), token.created_at, token.expires_at), ("CI", NOW, later(3_600)))?;
            same(token.scopes, ["docs:*", "users:read"].map(str::to_owned))?;
            found.push(token.id);
        }
    }
    same(found, expected)
}

pub(crate) async fn use_is_written_down_once_in_a_while(db: &impl Db) -> Check {
    let token = api_token(db, user(db).await?).await?;
    for (used, unless_since, seen) in [(60, 0, 60), (90, 30, 60), (120, 60, 120)] {
        api_tokens::touch(token.id, later(used), later(unless_since)).run(db).await?;
        let found = some(api_tokens::principal(&token.token_hash, later(1)).first(db).await?)?;
        same(found.last_used_at, Some(later(seen)))?;
    }
    Ok(())
}

pub(crate) async fn token_needs_an_owner_and_a_secret_of_its_own(db: &impl Db) -> Check {
    let owner = user(db).await?;
    let first = api_token(db, owner).await?;
    let twin = NewApiToken { token_hash: first.token_hash, ..new_api_token(owner, &[])? };
    taken(api_tokens::insert(&twin).run(db).await, "api_tokens", "token_hash")?;
    let orphan = new_api_token(user_id(), &[])?;
    fails(api_tokens::insert(&orphan).run(db).await, StoreError::ForeignKey)
}

pub(crate) async fn tokens_that_ended_are_swept_and_others_stay(db: &impl Db) -> Check {
    let owner = user(db).await?;
    let stays = api_token(db, owner).await?;
    for window in windows()? {
        // Long before any token of the other cases ends.
        for (ended, swept) in [(10, 1), (11, 0)] {
            let token =
                NewApiToken { expires_at: Timestamp::from_millis(ended), ..new_api_token(owner, &[])? };
            api_tokens::insert(&token).run(db).await?;
            let rows = rows_of(db, api_tokens::sweep(&window, Timestamp::from_millis(10))).await?;
            same((ended, rows.len()), (ended, swept))?;
            api_tokens::delete(token.id).run(db).await?;
        }
    }
    some(api_tokens::principal(&stays.token_hash, later(1)).first(db).await?)?;
    Ok(())
}

pub(crate) async fn tokens_that_have_not_ended_are_counted_no_further_than_asked(db: &impl Db) -> Check {
    let (owner, other) = (user(db).await?, user(db).await?);
    api_token(db, other).await?;
    for _ in 0..3 {
        api_token(db, owner).await?;
    }
    for (seconds, most, expected) in [(1, 100, 3), (1, 2, 2), (3_599, 100, 3), (3_600, 100, 0)] {
        let found = api_tokens::count_live(owner, later(seconds), most).one(db).await?.tokens;
        same((seconds, most, found), (seconds, most, expected))?;
    }
    Ok(())
}
