// The people who look at the pages.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

const HOSTILE = "<script>alert(1)</script>";
const BLOG = [
  { name: "posts:read", description: "Read posts" },
  { name: "posts:write", description: "Write and change posts" },
  { name: "posts:publish", description: "Publish posts" },
];

/** Makes them once, beside those that are there already; gives the cookie of each, and what else the pages need. */
export async function makePeople(world, friends) {
  const people = friends ?? (await makeFriends(world));
  const { cookies, ids, roles } = people;
  const hostile = await world.person("hostile", { firstName: HOSTILE, lastName: "W".repeat(200) });
  cookies.hostile = await world.signIn(hostile);
  ids.hostile = await idOf(world, hostile);
  await world.signIn(hostile, { userAgent: HOSTILE.repeat(8) });
  for (const name of [HOSTILE.repeat(4), "W".repeat(100)]) {
    await world.api("POST", "/tokens", { cookie: cookies.hostile, body: { name, scopes: ["users:read"] } });
  }
  const sso = await world.person("sso", { firstName: "Sam", lastName: "Single" });
  cookies.sso = await world.signIn(sso);
  await world.sql("UPDATE users SET password_hash = NULL WHERE email = ?1", sso);
  for (const subject of [sso, HOSTILE.repeat(4)]) {
    const link = `INSERT INTO external_identities (id, issuer, subject, user_id, created_at, last_used_at)
      SELECT ?1, ?2, ?3, id, 1769851800000, 1769851800000 FROM users WHERE email = ?4`;
    await world.sql(link, randomUUID(), world.provider, subject, sso);
  }
  const body = { name: "posts:*", description: HOSTILE + "W".repeat(200) };
  await world.api("POST", "/rbac/permissions", { cookie: cookies.admin, body });
  roles.hostile = await makeRole(world, cookies.admin, "H".repeat(64), HOSTILE + "W".repeat(200), ["posts:*"]);
  await found(world, hostile, [["would_deny", `GET /${HOSTILE.repeat(8)}`, "posts:read", "1 + n % 2"]]);
  const rows = await world.sql("SELECT email FROM users WHERE id = ?1", ids.admin);
  await world.api("POST", "/forgot-password", { body: { username: rows[0].email } });
  const { link: resetLink } = await world.mail(rows[0].email, "Set a new password");
  return { ...people, resetLink };
}

/** Those with ordinary names, whom the pictures of the documentation show. */
export async function makeFriends(world) {
  const member = await world.person("max", { firstName: "Max", lastName: "Member" });
  const admin = await world.person("ada", { firstName: "Ada", lastName: "Lovelace", role: "SUPER_ADMIN" });
  const cookies = { member: await world.signIn(member), admin: await world.signIn(admin) };
  await world.api("PUT", "/rbac/permissions", { cookie: cookies.admin, body: { application: "blog", permissions: BLOG } });
  const roles = {};
  for (const [name, description, permissions] of [
    ["AUDITOR", "Reads what was done.", ["users:read", "roles:read", "audit:read", "rollout:read"]],
    ["EDITOR", "Writes and publishes posts.", ["posts:read", "posts:write", "posts:publish"]],
    ["SUPPORT", "Helps people with their accounts.", ["users:read", "users:update", "sessions:revoke", "posts:read"]],
  ]) {
    roles[name] = await makeRole(world, cookies.admin, name, description, permissions);
  }
  const auditor = await world.person("olga", { firstName: "Olga", lastName: "Auditor", role: "AUDITOR" });
  cookies.auditor = await world.signIn(auditor);
  await world.person("grace", { firstName: "Grace", lastName: "Hopper", role: "EDITOR" });
  await world.person("alan", { firstName: "Alan", lastName: "Turing", role: "SUPPORT" });
  const ids = { member: await idOf(world, member), admin: await idOf(world, admin) };
  const path = `/rbac/users/${ids.member}/roles`;
  await world.api("POST", path, { cookie: cookies.admin, body: { roleId: roles.EDITOR } });
  await world.signIn(member, { userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1" });
  await world.signIn(member, { userAgent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.5 Safari/605.1.15" });
  await found(world, member, [
    ["would_deny", "PUT /users/{id}", "users:update", "5 + n * 7 % 11"],
    ["denied", "GET /rbac/roles", "roles:read", "2 + n % 3"],
    ["would_allow", "DELETE /users/{id}", "users:delete", "n % 4 + 1"],
  ]);
  return { cookies, ids, roles };
}

async function idOf(world, email) {
  const [{ id }] = await world.sql("SELECT id FROM users WHERE email = ?1", email);
  return id;
}

async function makeRole(world, cookie, name, description, permissions) {
  const { status, body } = await world.api("POST", "/rbac/roles", { cookie, body: { name, description, permissions } });
  assert.equal(status, 201, JSON.stringify(body));
  return body.id;
}

/** What enforcement would change for somebody, as if they had worked for a fortnight. */
async function found(world, email, findings) {
  const days = "WITH RECURSIVE days (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM days WHERE n < 13)";
  const day = "(unixepoch() / 86400 - n) * 86400000";
  for (const [finding, route, permission, count] of findings) {
    await world.sql(
      `INSERT INTO authz_counters (day, finding, mode, route, permission, count)
       ${days} SELECT ${day}, ?1, 'report', ?2, ?3, ${count} FROM days`,
      finding,
      route,
      permission,
    );
    await world.sql(
      "INSERT OR IGNORE INTO authz_routes (route, exercised_on) VALUES (?1, unixepoch() / 86400 * 86400000)",
      route,
    );
    await world.sql(
      `INSERT INTO authz_user_counters (day, finding, user_id, mode, permission, count)
       ${days} SELECT ${day}, ?1, users.id, 'report', ?2, ${count} FROM days, users WHERE email = ?3`,
      finding,
      permission,
      email,
    );
  }
}
