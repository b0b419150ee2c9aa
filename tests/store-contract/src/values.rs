//! Values come back as they were bound.

use serde_json::{Value, json};
use store::{Db, Param};

use crate::check::{Check, refused, same, some};
use crate::fixture::{NOW, outbox_id, permission_id, rows_of, sql, value};

/// The largest whole number that JavaScript tells from its neighbours.
const MAX: i64 = (1 << 53) - 1;

/// Numbers are bound as floating point and kept as integers, since the columns are.
pub(crate) async fn integers_round_trip(db: &impl Db) -> Check {
    for number in [0, 1, -1, 1 << 31, -(1 << 31) - 1, NOW.as_millis(), MAX, -MAX] {
        let id = outbox_id();
        let insert = "INSERT INTO outbox (id, kind, payload, attempts, due_at, created_at)
            VALUES (?1, 'k', '{}', ?2, ?3, 0)";
        sql(insert, [(&id).into(), number.into(), NOW.into()]).run(db).await?;
        let select =
            "SELECT attempts, typeof(attempts) AS type, due_at FROM outbox WHERE id = ?1 AND attempts = ?2";
        let rows = rows_of(db, sql(select, [(&id).into(), number.into()])).await?;
        same(rows, [json!({ "attempts": number, "type": "integer", "due_at": NOW.as_millis() })])?;
    }
    Ok(())
}

pub(crate) async fn integers_from_2_to_the_53_are_refused_rather_than_rounded(db: &impl Db) -> Check {
    for number in [MAX + 1, -MAX - 1, i64::MAX, i64::MIN] {
        refused(rows_of(db, sql("SELECT ?1 AS n", [number.into()])).await)?;
        refused(db.batch(vec![sql("SELECT ?1 AS n", [number.into()])]).await)?;
    }
    Ok(())
}

/// Neither a driver nor a caller can tell 3 from 3.0, as in JavaScript.
pub(crate) async fn whole_numbers_read_as_integers_however_they_are_kept(db: &impl Db) -> Check {
    for number in [0, 3, -7, NOW.as_millis(), MAX] {
        same(value(db, sql("SELECT ?1 AS n", [number.into()])).await?, json!(number))?;
        same(value(db, sql("SELECT CAST(?1 AS REAL) AS n", [number.into()])).await?, json!(number))?;
    }
    same(value(db, sql("SELECT 0.5 AS n", [])).await?, json!(0.5))
}

pub(crate) async fn texts_round_trip(db: &impl Db) -> Check {
    let control: String = ('\u{1}'..='\u{1f}').chain(['\u{7f}', '\u{80}', '\u{9f}']).collect();
    let megabyte = "ä€😀x".repeat(100_000);
    for text in [
        "",
        " ",
        "0",
        "1.0",
        "null",
        "it's \"quoted\" `thus` \\ and 'so'; -- not a comment /* nor this */ ?1",
        "Zoë Ångström — Ωμέγα — Ада — 文字 — שלום — 👩‍👩‍👧",
        "\u{feff}starts with a mark and ends with one\u{feff}",
        "e\u{301} is not é",
        "\r\n\t",
        control.as_str(),
        "\u{ffff}\u{10ffff}",
        megabyte.as_str(),
    ] {
        let id = permission_id();
        let insert = "INSERT INTO permissions (id, name, description, created_at) VALUES (?1, ?1, ?2, 0)";
        sql(insert, [(&id).into(), text.into()]).run(db).await?;
        let select = "SELECT description, description = ?2 AS same FROM permissions WHERE id = ?1";
        let rows = rows_of(db, sql(select, [(&id).into(), text.into()])).await?;
        let row = some(rows.first())?;
        // Compared before it is shown: nobody wants to read a megabyte twice.
        let what: String = text.chars().take(40).collect();
        same((&what, row["description"] == text), (&what, true))?;
        same((&what, row["same"].clone()), (&what, json!(1)))?;
    }
    Ok(())
}

pub(crate) async fn null_is_neither_text_nor_number(db: &impl Db) -> Check {
    let select = "SELECT ?1 AS value, ?1 IS NULL AS missing, typeof(?1) AS type";
    let rows = rows_of(db, sql(select, [Param::Null])).await?;
    same(rows, [json!({ "value": null, "missing": 1, "type": "null" })])?;
    let rows = rows_of(db, sql(select, [Param::from("")])).await?;
    same(rows, [json!({ "value": "", "missing": 0, "type": "text" })])
}

/// A text that looks like a number stays one, or `007` would become `7`.
pub(crate) async fn texts_of_digits_stay_texts(db: &impl Db) -> Check {
    same(value(db, sql("SELECT typeof(?1) AS type", ["007".into()])).await?, json!("text"))?;
    same(value(db, sql("SELECT ?1 AS text", ["007".into()])).await?, json!("007"))
}

pub(crate) async fn flags_are_1_and_0(db: &impl Db) -> Check {
    let rows =
        rows_of(db, sql("SELECT ?1 AS yes, ?2 AS no, 1 = 1 AS same", [true.into(), false.into()])).await?;
    same(rows, [json!({ "yes": 1, "no": 0, "same": 1 })])
}

/// A list is one value, so that it may be longer than the number of values that a statement takes.
pub(crate) async fn lists_of_any_length_go_in_as_json(db: &impl Db) -> Check {
    for length in [0, 1, 100, 5_000] {
        let list: Vec<String> = (0..length).map(|number| format!("it's \"{number}\" €")).collect();
        let rows = rows_of(db, sql("SELECT value FROM json_each(?1)", [list.as_slice().into()])).await?;
        let expected: Vec<Value> = list.iter().map(|text| json!({ "value": text })).collect();
        same(rows == expected, true)?;
    }
    Ok(())
}

pub(crate) async fn limit_takes_a_bound_number(db: &impl Db) -> Check {
    let list: Param = ["a", "b", "c"].as_slice().into();
    for (limit, expected) in [(0, 0), (2, 2), (9, 3)] {
        let select = sql("SELECT value FROM json_each(?1) LIMIT ?2", [list.clone(), i64::into(limit)]);
        same(rows_of(db, select).await?.len(), expected)?;
    }
    Ok(())
}

pub(crate) async fn numbers_are_bound_in_their_order(db: &impl Db) -> Check {
    let rows = rows_of(db, sql("SELECT ?2 AS b, ?1 AS a, ?2 AS again", ["one".into(), "two".into()])).await?;
    same(rows, [json!({ "a": "one", "b": "two", "again": "two" })])
}

pub(crate) async fn statement_without_rows_gives_none(db: &impl Db) -> Check {
    same(rows_of(db, sql("SELECT 1 AS one WHERE FALSE", [])).await?, Vec::<Value>::new())?;
    same(rows_of(db, sql("UPDATE outbox SET attempts = 1 WHERE FALSE", [])).await?, Vec::<Value>::new())
}
