//! Failed sign-ins, counted.

use accounts::{Email, GuessDelay, GuessSubject, Timestamp};
use store::{Db, sign_in_failures};

use crate::check::{Check, Failure, none, same, some};
use crate::fixture::{number, rows_of_each};

const DELAY: GuessDelay = GuessDelay::DEFAULT;
const START: i64 = 5_000_000_000;

/// A subject that no other case knows.
fn subject() -> Check<GuessSubject> {
    let email = Email::parse(&format!("guessed{}@example.com", number()));
    Ok(GuessSubject::account(&email.map_err(|error| Failure::new(error.to_string()))?))
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millis(START + minutes * 60_000)
}

pub(crate) async fn failures_count_up_and_are_forgotten(db: &impl Db) -> Check {
    let subject = subject()?;
    none(sign_in_failures::by_subject(&subject).first(db).await?)?;
    // Each quarter of an hour that has passed takes one away; more than all there are can't go.
    for (minutes, failures) in [(0, 1), (0, 2), (1, 3), (15, 4), (30, 4), (75, 2), (500, 1), (499, 2)] {
        sign_in_failures::record(&subject, &DELAY, at(minutes)).run(db).await?;
        let found = some(sign_in_failures::by_subject(&subject).first(db).await?)?;
        same((minutes, found.failures, found.failed_at), (minutes, failures, at(minutes)))?;
    }
    sign_in_failures::delete(&subject).run(db).await?;
    none(sign_in_failures::by_subject(&subject).first(db).await?)
}

pub(crate) async fn failures_are_counted_no_further_than_they_matter(db: &impl Db) -> Check {
    let subject = subject()?;
    for _ in 0..DELAY.most() + 5 {
        sign_in_failures::record(&subject, &DELAY, at(0)).run(db).await?;
    }
    same(some(sign_in_failures::by_subject(&subject).first(db).await?)?.failures, DELAY.most())
}

pub(crate) async fn failures_of_long_ago_are_swept(db: &impl Db) -> Check {
    let (old, new) = (subject()?, subject()?);
    sign_in_failures::record(&old, &DELAY, Timestamp::from_millis(10)).run(db).await?;
    sign_in_failures::record(&new, &DELAY, Timestamp::from_millis(11)).run(db).await?;
    let swept = rows_of_each(db, vec![sign_in_failures::sweep(Timestamp::from_millis(11), 100)]).await?;
    same(swept[0].len(), 1)?;
    none(sign_in_failures::by_subject(&old).first(db).await?)?;
    some(sign_in_failures::by_subject(&new).first(db).await?)?;
    sign_in_failures::delete(&new).run(db).await?;
    Ok(())
}

pub(crate) async fn device_is_known_until_its_failures_are_forgotten(db: &impl Db) -> Check {
    let device = subject()?;
    sign_in_failures::remember(&device, at(1_000)).run(db).await?;
    let found = some(sign_in_failures::by_subject(&device).first(db).await?)?;
    same((found.failures, found.failed_at), (0, at(1_000)))?;
    sign_in_failures::record(&device, &DELAY, at(0)).run(db).await?;
    sign_in_failures::record(&device, &DELAY, at(0)).run(db).await?;
    let found = some(sign_in_failures::by_subject(&device).first(db).await?)?;
    same((found.failures, found.failed_at), (2, at(0)))?;
    sign_in_failures::remember(&device, at(2_000)).run(db).await?;
    same(some(sign_in_failures::by_subject(&device).first(db).await?)?.failures, 0)?;
    Ok(sign_in_failures::delete(&device).run(db).await?)
}
