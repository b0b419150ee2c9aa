use serde_json::{Value, json};

use crate::site::{Site, answer, done, ok, refused};

const EDITOR: &str = "0198c0de-0000-7000-8000-0000000000e0";
const WRITER: &str = "0198c0de-0000-7000-8000-0000000000e1";
const SUPER_ADMIN: &str = "00000000-0000-7000-8000-000000000011";

fn column(id: &str, name: &str, holders: u32, within: bool) -> Value {
    json!({
        "id": id, "name": name, "description": "<i>Edits</i>", "system": id == SUPER_ADMIN,
        "holders": holders, "withinOwnGrants": within,
    })
}

fn row(name: &str, granted_by: &[&str]) -> Value {
    json!({
        "id": "0198c0de-0000-7000-8000-0000000000f0", "name": name, "description": "Does it",
        "application": "wiki", "system": false, "grantedBy": granted_by,
    })
}

fn matrix() -> Value {
    json!({
        "roles": {
            "items": [
                column(EDITOR, "EDITOR", 1_000, true), column(WRITER, "WRITER", 1, false),
                column(SUPER_ADMIN, "SUPER_ADMIN", 0, true),
            ],
            "nextCursor": "6364",
        },
        "permissions": {
            "items": [row("docs:read", &[EDITOR, WRITER]), row("docs:write", &[]), row("other:read", &[])],
            "nextCursor": "6162",
        },
    })
}

fn of_one(system: bool) -> Value {
    let mut matrix = matrix();
    let id = if system { SUPER_ADMIN } else { EDITOR };
    matrix["roles"] = json!({ "items": [column(id, "EDITOR", 3, true)] });
    matrix
}

#[tokio::test]
async fn matrix_is_shown_with_what_the_reader_may_change_in_two_calls() {
    let site = Site::of_admin(&["roles:read", "roles:write", "docs:*"], |_| ok(&matrix()));
    let page = site.get_signed_in("/admin/roles?prefix=docs%26&roleCursor=aa").await.expect(200);
    page.shows(&[
        &format!(
            r#"<a href="/admin/roles/{EDITOR}">EDITOR</a><span class="hint">1,000 accounts or more</span>"#
        ),
        "1 account<",
        "nobody",
        r#"value="0.0" checked>"#,
        r#"name="was" value="0.0""#,
        r#"value="0.1">"#,
        "WRITER",
        r#"title="It holds admin:all""#,
        "Create a role",
        "Review the changes",
        r#"href="/admin/roles?prefix=docs%26&#38;cursor=6162&#38;roleCursor=aa""#,
        r#"href="/admin/roles?prefix=docs%26&#38;roleCursor=6364""#,
        "From the start",
    ]);
    // Neither a role that grants more than one holds, nor a permission that one does not hold.
    page.hides(&[r#"value="1.0""#, r#"value="1.1""#, r#"value="0.2""#, r#"value="2.0""#]);
    assert_eq!(site.lines(), ["GET /load-user", "GET /rbac/matrix?roleLimit=6&prefix=docs%26&roleCursor=aa"]);
}

#[tokio::test]
async fn matrix_is_only_looked_at_without_the_permission_to_write() {
    let site = Site::of_admin(&["roles:read"], |_| ok(&matrix()));
    let page = site.get_signed_in("/admin/roles").await.expect(200);
    page.shows(&["granted</span>", "not granted</span>"]);
    page.hides(&["checkbox", "Create a role", "Review the changes", "/admin/users", "/admin/audit"]);
    let site = Site::of_admin(&["roles:read"], |_| panic!("nothing more is asked"));
    for path in ["review", "apply", "new"].map(|rest| format!("/admin/roles/{rest}")) {
        site.post_signed_in(&path, &[]).await.expect(403);
    }
    for rest in ["edit", "delete"] {
        site.get_signed_in(&format!("/admin/roles/{EDITOR}/{rest}")).await.expect(403);
    }
    let site = Site::of_admin(&["users:read"], |_| panic!("nothing more is asked"));
    site.get_signed_in("/admin/roles").await.expect(403);
}

#[tokio::test]
async fn changes_are_shown_before_they_are_saved() {
    let effect = json!({ "roles": [{
        "id": EDITOR, "name": "EDITOR", "holders": 12, "granted": ["docs:write"], "revoked": ["docs:read"],
    }] });
    let shown = effect.clone();
    let site = Site::of_admin(&["admin:all"], move |_| ok(&shown));
    let ticked = [
        ("role", EDITOR),
        ("role", WRITER),
        ("permission", "docs:read"),
        ("permission", "docs:write"),
        ("was", "0.0"),
        ("was", "1.1"),
        ("on", "0.1"),
        ("on", "1.1"),
    ];
    let page = site.post_signed_in("/admin/roles/review", &ticked).await.expect(200);
    let plus = format!("+{EDITOR} docs:write");
    let minus = format!("-{EDITOR} docs:read");
    page.shows(&[
        "EDITOR",
        "12 accounts",
        "grants no more",
        &format!(r#"value="{plus}""#),
        &format!(r#"value="{minus}""#),
    ]);
    let cell =
        |permission, granted| json!({ "roleId": EDITOR, "permission": permission, "granted": granted });
    let changes = [cell("docs:read", false), cell("docs:write", true)];
    assert_eq!(site.lines(), ["GET /load-user", "PATCH /rbac/matrix"]);
    assert_eq!(site.asked()[1].json(), json!({ "changes": changes, "preview": true }));

    let site = Site::of_admin(&["admin:all"], move |_| ok(&effect));
    let reviewed = [("change", minus.as_str()), ("change", &plus), ("back", "/admin/roles")];
    let page = site.post_signed_in("/admin/roles/apply", &reviewed).await;
    page.expect_redirect("/admin/roles?notice=saved");
    assert_eq!(site.asked()[1].json(), json!({ "changes": changes, "preview": false }));
}

#[tokio::test]
async fn nothing_changed_is_said_so() {
    let site = Site::of_admin(&["admin:all"], |_| ok(&json!({ "roles": [] })));
    let same = [("role", EDITOR), ("permission", "docs:read"), ("was", "0.0"), ("on", "0.0"), ("one", "1")];
    let page = site.post_signed_in("/admin/roles/review", &same).await;
    page.expect_redirect(&format!("/admin/roles/{EDITOR}?notice=unchanged"));
    assert_eq!(site.lines().len(), 1);
    // What somebody else has done meanwhile.
    let page = site.post_signed_in("/admin/roles/review", &same[..3]).await;
    page.expect_redirect("/admin/roles?notice=unchanged");
    assert_eq!(site.lines().len(), 3);
}

#[tokio::test]
async fn changes_that_are_refused_are_explained() {
    let site = Site::of_admin(&["roles:write", "docs:read"], |_| {
        refused(403, "exceeds_own_grants", "this role grants more than you hold yourself", None)
    });
    let ticked = [("role", EDITOR), ("permission", "docs:read"), ("on", "0.0")];
    let page = site.post_signed_in("/admin/roles/review", &ticked).await.expect(403);
    page.shows(&["This role grants more than you hold yourself.", r#"href="/admin/roles""#]);
    let change = format!("+{EDITOR} docs:read");
    let reviewed = [("change", change.as_str()), ("back", "/admin/roles")];
    site.post_signed_in("/admin/roles/apply", &reviewed).await.expect(403).shows(&["This role grants more"]);
}

#[tokio::test]
async fn forms_that_no_page_has_are_refused() {
    let site = Site::of_admin(&["admin:all"], |_| panic!("nothing more is asked"));
    for fields in [
        &[("role", "x"), ("permission", "docs:read"), ("on", "0.0")][..],
        &[("role", EDITOR), ("permission", "docs:read"), ("on", "0.7")],
        &[("role", EDITOR), ("permission", "Not One"), ("on", "0.0")],
    ] {
        site.post_signed_in("/admin/roles/review", fields).await.expect(400);
    }
    let change = format!("+{EDITOR} docs:read");
    for fields in [
        &[("change", change.as_str()), ("back", "//evil.example")][..],
        &[("change", change.as_str())],
        &[("change", "*x docs:read"), ("back", "/admin/roles")],
        &[("change", "é"), ("back", "/admin/roles")],
    ] {
        site.post_signed_in("/admin/roles/apply", fields).await.expect(400);
    }
}

#[tokio::test]
async fn role_is_shown_with_its_permissions_in_two_calls() {
    let site = Site::of_admin(&["admin:all"], |_| ok(&of_one(false)));
    let page = site.get_signed_in(&format!("/admin/roles/{EDITOR}?prefix=docs")).await.expect(200);
    page.shows(&[
        "&#60;i&#62;Edits&#60;/i&#62;",
        r#"<a href="/admin/users?role=EDITOR">3 accounts</a>"#,
        &format!("/admin/roles/{EDITOR}/edit"),
        &format!("/admin/roles/{EDITOR}/delete"),
        r#"name="one""#,
        &format!(r#"href="/admin/roles/{EDITOR}?prefix=docs&#38;cursor=6162""#),
    ]);
    assert_eq!(site.lines()[1], format!("GET /rbac/matrix?role={EDITOR}&prefix=docs"));
    let site = Site::of_admin(&["admin:all"], |_| ok(&of_one(true)));
    let page = site.get_signed_in(&format!("/admin/roles/{SUPER_ADMIN}")).await.expect(200);
    page.shows(&["built in"]);
    page.hides(&["/delete", "/edit", "checkbox"]);
    let site = Site::of_admin(&["roles:read"], |_| refused(404, "not_found", "there is no such role", None));
    site.get_signed_in(&format!("/admin/roles/{EDITOR}")).await.expect(404);
}

#[tokio::test]
async fn role_is_created_renamed_and_deleted() {
    let role = json!({
        "id": EDITOR, "name": "EDITOR", "description": "Edits", "system": false,
        "createdAt": "2026-01-31T09:30:00.000Z", "updatedAt": "2026-01-31T09:30:00.000Z",
    });
    let path = format!("/admin/roles/{EDITOR}");
    let made = role.clone();
    let site = Site::of_admin(&["admin:all"], move |_| answer(201, &made));
    site.get_signed_in("/admin/roles/new").await.expect(200).shows(&["Create the role"]);
    let fields = [("name", "EDITOR"), ("description", "Edits")];
    let page = site.post_signed_in("/admin/roles/new", &fields).await;
    page.expect_redirect(&format!("{path}?notice=created"));
    assert_eq!(site.asked()[2].json(), json!({ "name": "EDITOR", "description": "Edits" }));

    let site = Site::of_admin(&["admin:all"], move |_| ok(&role));
    site.get_signed_in(&format!("{path}/edit")).await.expect(200).shows(&[r#"value="EDITOR""#]);
    let page = site.post_signed_in(&format!("{path}/edit"), &fields).await;
    page.expect_redirect(&format!("{path}?notice=renamed"));
    assert_eq!(site.lines()[3], format!("PUT /rbac/roles/{EDITOR}"));
    site.get_signed_in(&format!("{path}/delete")).await.expect(200).shows(&["EDITOR", "be undone"]);

    let site = Site::of_admin(&["admin:all"], |_| done());
    let page = site.post_signed_in(&format!("{path}/delete"), &[]).await;
    page.expect_redirect("/admin/roles?notice=deleted");
    assert_eq!(site.lines()[1], format!("DELETE /rbac/roles/{EDITOR}"));
}

#[tokio::test]
async fn role_that_can_not_be_made_is_explained_and_the_input_kept() {
    let site = Site::of_admin(&["admin:all"], |_| {
        refused(409, "role_name_taken", "there is a role of this name", None)
    });
    let fields = [("name", "1 <b>"), ("description", "Kept")];
    let page = site.post_signed_in("/admin/roles/new", &fields).await.expect(400);
    page.shows(&[r#"id="name-error""#, "1 &#60;b&#62;", r#"value="Kept""#]);
    for path in ["/admin/roles/new".to_owned(), format!("/admin/roles/{EDITOR}/edit")] {
        let page = site.post_signed_in(&path, &[("name", "EDITOR")]).await.expect(409);
        page.shows(&[r#"id="name-error""#, "There is a role of this name."]);
    }
    let page = site.post_signed_in(&format!("/admin/roles/{EDITOR}/delete"), &[]).await.expect(409);
    page.shows(&["There is a role of this name."]);
}
