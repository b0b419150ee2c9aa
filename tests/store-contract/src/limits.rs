//! What D1 refuses, every driver refuses: tests on a kinder one would prove nothing.

use store::{Db, Param, StoreError};

use crate::check::{Check, Failure, refused, same};
use crate::fixture::{number, rows_of, sql};

fn sum_of(parameters: usize) -> &'static str {
    let parameters: Vec<String> = (1..=parameters).map(|number| format!("?{number}")).collect();
    // Every statement of the project is a file; these few are made here, once.
    format!("SELECT json_array_length(json_array({})) AS n", parameters.join(", ")).leak()
}

pub(crate) async fn hundred_values_are_taken_and_one_more_is_not(db: &impl Db) -> Check {
    let values = |count| (0..count).map(|_| Param::Integer(1));
    same(rows_of(db, sql(sum_of(100), values(100))).await?[0]["n"].clone(), 100)?;
    refused(rows_of(db, sql(sum_of(101), values(101))).await)?;
    refused(db.batch(vec![sql(sum_of(101), values(101))]).await)
}

pub(crate) async fn wrong_number_of_values_is_refused(db: &impl Db) -> Check {
    let one = Param::Integer(1);
    refused(rows_of(db, sql("SELECT ?1 AS n", [])).await)?;
    refused(rows_of(db, sql("SELECT ?1 + ?2 AS n", [one.clone()])).await)?;
    refused(rows_of(db, sql("SELECT 1 AS n", [one.clone()])).await)?;
    refused(rows_of(db, sql("SELECT ?1 AS n", [one.clone(), one])).await)
}

pub(crate) async fn statement_longer_than_100_kilobytes_is_refused(db: &impl Db) -> Check {
    let long = |text: usize| -> &'static str { format!("SELECT length('{}') AS n", "x".repeat(text)).leak() };
    same(rows_of(db, sql(long(99_900), [])).await?[0]["n"].clone(), 99_900)?;
    refused(rows_of(db, sql(long(100_000), [])).await)
}

pub(crate) async fn pattern_longer_than_50_bytes_is_refused(db: &impl Db) -> Check {
    let like = |pattern: &str| sql("SELECT 'text' LIKE ?1 AS found", [pattern.into()]);
    same(rows_of(db, like(&"%".repeat(50))).await?[0]["found"].clone(), 1)?;
    refused(rows_of(db, like(&"%".repeat(51))).await)
}

pub(crate) async fn more_than_five_selects_in_one_are_refused(db: &impl Db) -> Check {
    same(
        rows_of(db, sql("SELECT 1 AS n UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5", []))
            .await?
            .len(),
        5,
    )?;
    refused(
        rows_of(
            db,
            sql(
                "SELECT 1 AS n UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6",
                [],
            ),
        )
        .await,
    )
}

pub(crate) async fn sql_that_makes_no_sense_is_refused_in_its_own_words(db: &impl Db) -> Check {
    refused(rows_of(db, sql("SELEKT 1", [])).await)?;
    match rows_of(db, sql("SELECT * FROM nowhere", [])).await {
        Err(StoreError::Driver(text)) if text.contains("no such table: nowhere") => Ok(()),
        other => Err(Failure::new(format!("{other:?}"))),
    }
}

pub(crate) async fn number_with_a_fraction_is_refused_by_a_whole_column(db: &impl Db) -> Check {
    let insert = "INSERT INTO tenants (id, name, created_at) VALUES (?1, ?1, 0.5)";
    refused(rows_of(db, sql(insert, [format!("half-{}", number()).into()])).await)
}
