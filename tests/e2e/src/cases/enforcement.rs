//! Enforcement for some before others, and what happens when RBAC can't be asked.

use enforce::percentile;
use serde_json::json;
use testkit::{Client, World};

use super::{PASSWORD, member, my_id, super_admin};

/// On for the cohort; for everyone else the rule from before still decides.
pub async fn a_cohort_is_enforced_for_before_the_others<W: World>(world: &mut W) {
    let mut ids = Vec::new();
    for name in ["ada", "bob", "eve"] {
        ids.push(my_id(&mut member(world, &format!("{name}@example.com")).await).await);
    }
    let (ada, bob, eve) = (&ids[0], &ids[1], &ids[2]);
    world.sql(&format!("UPDATE users SET staff = 1 WHERE id = '{ada}'")).await;
    world
        .sql(
            "INSERT INTO tenants (id, name, created_at) \
             VALUES ('00000000-0000-7000-8000-0000000000aa', 'acme', 0)",
        )
        .await;
    world
        .sql(&format!(
            "UPDATE users SET tenant_id = '00000000-0000-7000-8000-0000000000aa' WHERE id = '{bob}'"
        ))
        .await;

    let up_to_eve = format!("percent:{}", percentile(eve));
    let with_eve = format!("percent:{}", percentile(eve) + 1);
    for (cohorts, enforced) in [
        ("staff", [true, false, false]),
        ("tenant:acme", [false, true, false]),
        ("staff, tenant:acme", [true, true, false]),
        ("percent:0", [false, false, false]),
        (&up_to_eve, [percentile(ada) < percentile(eve), percentile(bob) < percentile(eve), false]),
        (&with_eve, [percentile(ada) <= percentile(eve), percentile(bob) <= percentile(eve), true]),
        ("percent:100", [true, true, true]),
        ("", [true, true, true]),
    ] {
        world.restart_with(&[("USER_MGMT_ENFORCE_FOR", cohorts)]).await;
        for (name, id, enforced) in
            [("ada", ada, enforced[0]), ("bob", bob, enforced[1]), ("eve", eve, enforced[2])]
        {
            let mut client = Client::new(world);
            client.login(&format!("{name}@example.com"), PASSWORD).await.expect(200);
            // Of another's account, which nobody here may delete: the code says who decided.
            let other = if id == ada { bob } else { ada };
            let code = if enforced { "permission_denied" } else { "forbidden" };
            let reply = client.delete(&format!("/users/{other}")).await;
            assert_eq!(reply.expect(403).code(), code, "{name} with {cohorts:?}");
            client.put(&format!("/users/{id}"), &json!({ "firstName": name })).await.expect(200);
        }
    }
}

/// Off and report go by the rule from before all the same; on, and whatever needs a permission, is closed.
pub async fn role_data_that_can_not_be_read_closes_only_what_rests_on_it<W: World>(world: &mut W) {
    let ids = {
        let mut ada = member(world, "ada@example.com").await;
        let mut root = super_admin(world, "root@example.com").await;
        (my_id(&mut ada).await, my_id(&mut root).await, ada.session.clone(), root.session.clone())
    };
    let (ada_path, root_path) = (format!("/users/{}", ids.0), format!("/users/{}", ids.1));
    world.sql("DROP TABLE role_permissions").await;
    for mode in ["off", "report", "on"] {
        world.restart_with(&[("USER_MGMT_ENFORCE", mode)]).await;
        let (mut ada, mut root) = (Client::new(world), Client::new(world));
        ada.session.clone_from(&ids.2);
        root.session.clone_from(&ids.3);
        let name = json!({ "firstName": mode });
        if mode == "on" {
            ada.put(&ada_path, &name).await.expect_problem(503, "unavailable");
            root.put(&ada_path, &name).await.expect_problem(503, "unavailable");
        } else {
            ada.put(&ada_path, &name).await.expect(200);
            ada.put(&root_path, &name).await.expect_problem(403, "forbidden");
            root.put(&ada_path, &name).await.expect_problem(403, "forbidden");
        }
        root.get("/rbac/roles").await.expect_problem(503, "unavailable");
    }
    let found = world.sql(&format!("SELECT first_name FROM users WHERE id = '{}'", ids.0)).await;
    assert_eq!(found[0]["first_name"], "report");
}
