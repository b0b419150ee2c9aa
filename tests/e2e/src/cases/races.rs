//! Requests that come at the same moment.

use serde_json::json;
use testkit::{Client, World};
use tokio::join;

use super::{
    PASSWORD, assign, count, create_role, member, my_id, register_permissions, role_id, super_admin,
};

/// Each removes the other, many times over; one is always left.
pub async fn two_admins_removed_at_once_leave_one<W: World>(world: &mut W) {
    let mut one = super_admin(world, "one@example.com").await;
    let mut two = super_admin(world, "two@example.com").await;
    let (one_id, two_id) = (my_id(&mut one).await, my_id(&mut two).await);
    let role = role_id(world, "SUPER_ADMIN").await;
    let holders = "user_roles JOIN roles ON roles.id = user_roles.role_id WHERE roles.name = 'SUPER_ADMIN'";
    for round in 0..5 {
        let (remove_two, remove_one) =
            (format!("/rbac/users/{two_id}/roles/{role}"), format!("/rbac/users/{one_id}/roles/{role}"));
        let (first, second) = join!(one.delete(&remove_two), two.delete(&remove_one));
        assert_eq!(count(world, holders).await, 1, "round {round}: {first:?} {second:?}");
        let succeeded = [&first, &second].iter().filter(|reply| reply.status == 204).count();
        assert_eq!(succeeded, 1, "round {round}: {} {}", first.text(), second.text());
        if first.status == 204 {
            assign(&mut one, &two_id, &role).await;
        } else {
            assign(&mut two, &one_id, &role).await;
        }
    }
    // Both give it up themselves.
    let (one_leaves, two_leaves) =
        (format!("/rbac/users/{one_id}/roles/{role}"), format!("/rbac/users/{two_id}/roles/{role}"));
    join!(one.delete(&one_leaves), two.delete(&two_leaves));
    assert_eq!(count(world, holders).await, 1);
}

/// One of them is first, and nobody is there twice.
pub async fn parallel_registration_makes_one_account<W: World>(world: &mut W) {
    let (mut a, mut b, mut c) = (Client::new(world), Client::new(world), Client::new(world));
    let (first, second, third) = join!(
        a.register("ada@example.com", PASSWORD),
        b.register("ADA@example.com", PASSWORD),
        c.register("ada@Example.com", PASSWORD)
    );
    let mut statuses = [first.status.as_u16(), second.status.as_u16(), third.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409]);
    assert_eq!(count(world, "users").await, 1);
    assert_eq!(count(world, "user_roles").await, 1);
    assert_eq!(count(world, "audit_log WHERE action = 'user.registered'").await, 1);
}

/// Whatever the order, the state afterwards is one that a sequence of the two could have left.
pub async fn whoever_is_being_demoted_can_not_still_grant<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    register_permissions(&mut admin, &["docs:read"]).await;
    let reader = create_role(&mut admin, "reader", &["docs:read"]).await;
    let assigner = create_role(&mut admin, "assigner", &["roles:assign", "docs:read"]).await;
    let mut mia = member(world, "mia@example.com").await;
    let mia_id = my_id(&mut mia).await;
    let ada_id = my_id(&mut member(world, "ada@example.com").await).await;
    for round in 0..10 {
        assign(&mut admin, &mia_id, &assigner).await;
        let (demote, grant) =
            (format!("/rbac/users/{mia_id}/roles/{assigner}"), format!("/rbac/users/{ada_id}/roles"));
        let body = json!({ "roleId": reader });
        let (demoted, granted) = join!(admin.delete(&demote), mia.post(&grant, &body));
        demoted.expect(204);
        let holders = count(world, &format!("user_roles WHERE role_id = '{reader}'")).await;
        match granted.status.as_u16() {
            204 => assert_eq!(holders, 1, "round {round}"),
            403 => assert_eq!(holders, 0, "round {round}"),
            _ => panic!("round {round}: {}", granted.text()),
        }
        // The audit log has them in the order that counts: no grant by somebody who had been demoted.
        let last = "SELECT action FROM audit_log WHERE action IN ('role.assigned', 'role.removed') \
                    ORDER BY rowid DESC LIMIT 1";
        if granted.status == 204 {
            assert_eq!(world.sql(last).await[0]["action"], "role.removed", "round {round}");
            admin.delete(&format!("/rbac/users/{ada_id}/roles/{reader}")).await.expect(204);
        }
        mia.post(&grant, &body).await.expect_problem(403, "permission_denied");
    }
}

/// All of them are counted, so that the next one has to wait; none of them signs in.
pub async fn parallel_guesses_are_all_counted<W: World>(world: &mut W) {
    Client::new(world).register("ada@example.com", PASSWORD).await.expect(201);
    let guess = async || Client::new(world).login("ada@example.com", "wrong password").await.status.as_u16();
    let statuses = join!(guess(), guess(), guess(), guess(), guess(), guess(), guess(), guess());
    let statuses: [u16; 8] = statuses.into();
    let wrong = statuses.iter().filter(|status| **status == 401).count();
    assert!(
        (5..=8).contains(&wrong) && statuses.iter().all(|status| [401, 429].contains(status)),
        "{statuses:?}"
    );
    let counted = world.sql("SELECT failures FROM sign_in_failures WHERE failures > 0").await;
    assert_eq!(counted[0]["failures"], wrong, "{statuses:?}");
}
