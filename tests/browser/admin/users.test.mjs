// What administrators do with accounts, and what others see of it.

import assert from "node:assert/strict";
import { visit, visitBothWays } from "../support/suite.mjs";
import { PASSWORD } from "../support/world.mjs";

const HOSTILE = "<script>alert(1)</script>";

async function admin(world, visitor) {
  return await visitor({ cookie: await world.signIn(await world.person("administrator", { role: "SUPER_ADMIN" })) });
}

visitBothWays("users are found by name, and one is opened", async ({ world, visitor, scripts }) => {
  const email = await world.person("findable", { firstName: HOSTILE, lastName: `Quentin${scripts}` });
  const reader = await admin(world, visitor);
  await reader.goto("/profile");
  await reader.follow("Administration");
  await reader.seesHeading("Users");
  await reader.fill("Name or address", `quentin${scripts}`);
  // With scripts the list follows what is typed.
  if (!scripts) await reader.press("Search");
  const rows = reader.page.getByRole("row");
  await rows.nth(1).filter({ hasText: email }).waitFor();
  await rows.nth(2).waitFor({ state: "detached" });
  assert.equal(new URL(reader.page.url()).searchParams.get("q"), `quentin${scripts}`);
  await reader.follow(`${HOSTILE} Quentin${scripts}`);
  await reader.seesHeading(`${HOSTILE} Quentin${scripts}`);
  await reader.sees(email);
});

visitBothWays("a role is given and taken away, from the next request on", async ({ world, visitor }) => {
  const email = await world.person("promoted");
  const cookie = await world.signIn(email);
  const [{ id }] = await world.sql("SELECT id FROM users WHERE email = ?1", email);
  const reader = await admin(world, visitor);
  await reader.goto(`/admin/users/${id}`);
  await reader.follow("Give a role");
  await reader.page.getByLabel("Role", { exact: true }).selectOption({ label: "SUPER_ADMIN" });
  await reader.press("Give the role");
  await reader.sees("The role is given.");
  assert.equal((await world.api("GET", "/rbac/roles", { cookie })).status, 200);
  await reader.follow("Take away SUPER_ADMIN");
  await reader.press("Take the role away");
  await reader.sees("The role is taken away.");
  assert.equal((await world.api("GET", "/rbac/roles", { cookie })).status, 403);
});

visitBothWays("somebody is invited, and chooses a password", async ({ world, visitor, scripts }) => {
  const email = `guest-${scripts}@example.com`;
  const reader = await admin(world, visitor);
  await reader.goto("/admin/users");
  await reader.follow("Invite somebody");
  await reader.fill("E-mail address", email);
  await reader.fill("First name (optional)", "Grace");
  await reader.press("Send the invitation");
  await reader.seesHeading("Grace");
  await reader.sees("invited by mail");
  const { link } = await world.mail(email, "You are invited");
  const guest = await visitor();
  await guest.goto(link);
  await guest.fill("Password", PASSWORD);
  await guest.press("Set the password");
  await guest.signIn(email, PASSWORD);
  await guest.seesHeading("Your profile");
  await reader.goto("/admin/users/invite");
  await reader.fill("E-mail address", email);
  await reader.press("Send the invitation");
  await reader.page.locator(".alert").waitFor();
  assert.equal(await reader.page.getByLabel("E-mail address").inputValue(), email);
});

visitBothWays("an account is deleted after a question", async ({ world, visitor }) => {
  const email = await world.person("unwanted");
  const [{ id }] = await world.sql("SELECT id FROM users WHERE email = ?1", email);
  const reader = await admin(world, visitor);
  await reader.goto(`/admin/users/${id}`);
  await reader.follow("Delete");
  await reader.sees("This can't be undone.");
  await reader.press("Delete");
  await reader.sees("That account is deleted.");
  assert.deepEqual(await world.sql("SELECT id FROM users WHERE id = ?1", id), []);
});

visitBothWays("an account is suspended, reactivated and signed out everywhere", async ({ world, visitor }) => {
  const email = await world.person("watched");
  const [{ id }] = await world.sql("SELECT id FROM users WHERE email = ?1", email);
  let cookie = await world.signIn(email);
  const reader = await admin(world, visitor);
  await reader.goto(`/admin/users/${id}`);
  await reader.follow("Suspend");
  await reader.sees("It is signed out everywhere at once");
  await reader.fill("Reason (optional)", `Left us ${HOSTILE}`);
  await reader.press("Suspend");
  await reader.sees("The account is suspended");
  assert.equal((await world.api("GET", "/load-user", { cookie })).status, 401);
  await reader.follow("Reactivate");
  await reader.press("Reactivate");
  await reader.sees("The account is active again.");
  cookie = await world.signIn(email);
  await reader.follow("Sign out everywhere");
  await reader.press("Sign out everywhere");
  await reader.sees("The account is signed out everywhere.");
  assert.equal((await world.api("GET", "/load-user", { cookie })).status, 401);
});

visitBothWays("the sessions of an account are listed, and one is ended", async ({ world, visitor }) => {
  const email = await world.person("roaming");
  const [{ id }] = await world.sql("SELECT id FROM users WHERE email = ?1", email);
  const phone = await world.signIn(email, { userAgent: "Mozilla/5.0 (iPhone) Version/18.5 Safari/604.1" });
  const laptop = await world.signIn(email);
  const reader = await admin(world, visitor);
  await reader.goto(`/admin/users/${id}`);
  await reader.follow("Where it is signed in");
  await reader.seesHeading("Sessions");
  await reader.follow("End the session on Safari on iPhone");
  await reader.sees("Whoever uses it has to sign in again.");
  await reader.press("End the session");
  await reader.sees("That session is over.");
  assert.equal((await world.api("GET", "/load-user", { cookie: phone })).status, 401);
  assert.equal((await world.api("GET", "/load-user", { cookie: laptop })).status, 200);
});

visitBothWays("whoever may do more is not suspended, and the question says why", async ({ world, visitor, scripts }) => {
  const name = `SUPPORT_${scripts}`;
  const cookie = await world.signIn(await world.person("creator", { role: "SUPER_ADMIN" }));
  const role = { name, permissions: ["users:read", "users:update"] };
  assert.equal((await world.api("POST", "/rbac/roles", { cookie, body: role })).status, 201);
  const email = await world.person("superior", { role: "SUPER_ADMIN" });
  const [{ id }] = await world.sql("SELECT id FROM users WHERE email = ?1", email);
  const support = await visitor({ cookie: await world.signIn(await world.person("support", { role: name })) });
  await support.goto(`/admin/users/${id}`);
  assert.deepEqual(await support.page.locator("main a[data-dialog]").allTextContents(), ["Suspend"]);
  await support.follow("Suspend");
  await support.fill("Reason (optional)", "because");
  await support.press("Suspend");
  await support.sees("This account may do more than you may yourself.");
  assert.equal(await support.page.getByLabel("Reason (optional)").inputValue(), "because");
  assert.equal(await support.page.getByRole("dialog").count(), scripts ? 1 : 0);
});

visitBothWays("a member sees users, and nothing that would be refused", async ({ world, visitor }) => {
  const cookie = await world.signIn(await world.person("curious"));
  const [{ id }] = await world.sql("SELECT id FROM users ORDER BY id DESC LIMIT 1");
  const member = await visitor({ cookie });
  await member.goto("/admin/users");
  assert.equal(await member.page.getByRole("link", { name: "Invite somebody" }).count(), 0);
  await member.goto(`/admin/users/${id}`);
  assert.equal(await member.page.locator("main a.button").count(), 0);
  for (const path of ["/admin/users/invite", `/admin/users/${id}/delete`, `/admin/users/${id}/give-role`]) {
    await member.goto(path);
    await member.seesHeading("This is not for you to see or do");
  }
});

visitBothWays("nobody sees the admin area signed out", async ({ visitor }) => {
  const stranger = await visitor();
  await stranger.goto("/admin/users?q=a");
  assert.equal(stranger.at, "/sign-in?next=%2Fadmin%2Fusers%3Fq%3Da");
});

visit("10,000 users are paged through and searched", async ({ world, visitor }) => {
  await world.sql(
    `INSERT INTO users (id, tenant_id, email, first_name, last_name, created_at, updated_at)
     WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 10000)
     SELECT printf('01900000-0000-7000-8000-%012x', n), '00000000-0000-7000-8000-000000000001',
       'crowd-' || n || '@example.com', 'Crowd', 'Number' || n, 0, 0 FROM counted`,
  );
  const reader = await admin(world, visitor);
  await reader.goto("/admin/users");
  const seen = new Set();
  for (let page = 0; page < 5; page += 1) {
    for (const address of await reader.page.locator("tbody th .hint").allTextContents()) {
      assert.ok(!seen.has(address), `${address} twice`);
      seen.add(address);
    }
    await Promise.all([reader.page.waitForEvent("load"), reader.follow("Next page")]);
  }
  assert.equal(seen.size, 250);
  await reader.goto("/admin/users");
  await reader.fill("Name or address", "Number9999");
  await reader.page.getByRole("link", { name: "Crowd Number9999" }).waitFor();
});
