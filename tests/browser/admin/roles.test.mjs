// What administrators do with roles and what they grant.

import assert from "node:assert/strict";
import { visit, visitBothWays } from "../support/suite.mjs";

async function admin(world, visitor, options) {
  const cookie = await world.signIn(await world.person("keeper", { role: "SUPER_ADMIN" }));
  return { cookie, reader: await visitor({ cookie, ...options }) };
}

/** A role of these permissions, made over the API. */
async function makeRole(world, cookie, name, permissions) {
  const { status, body } = await world.api("POST", "/rbac/roles", { cookie, body: { name, permissions } });
  assert.equal(status, 201, JSON.stringify(body));
  return body.id;
}

visitBothWays("a role is created, given permissions after a review, renamed and deleted", async ({ world, visitor, scripts }) => {
  const name = `EDITOR_${scripts}`;
  const { cookie, reader } = await admin(world, visitor);
  const granted = async (id) => {
    const { body } = await world.api("GET", `/rbac/roles/${id}/permissions`, { cookie });
    return body.items.map((permission) => permission.name);
  };
  await reader.goto("/admin/users");
  await reader.follow("Roles");
  await reader.seesHeading("Roles and permissions");
  await reader.follow("Create a role");
  await reader.fill("Name", "1 is no letter");
  await reader.press("Create the role");
  await reader.seesWrong("Name", /not with a letter/);
  await reader.fill("Name", name);
  await reader.fill("Description (optional)", "Looks after accounts");
  await reader.press("Create the role");
  await reader.seesHeading(name);
  await reader.sees("Looks after accounts");
  const id = reader.at.match(/roles\/([^?]+)/)[1];

  // Nothing is saved before the review is.
  await reader.page.getByLabel(`${name} grants users:read`).check();
  await reader.page.getByLabel(`${name} grants audit:read`).check();
  await reader.press("Review the changes");
  await reader.seesHeading("Save these changes?");
  await reader.sees("nobody");
  assert.deepEqual(await granted(id), []);
  await reader.press("Save the changes");
  await reader.sees("The changes are saved.");
  assert.deepEqual(await granted(id), ["audit:read", "users:read"]);
  await reader.page.getByLabel(`${name} grants audit:read`).uncheck();
  await reader.press("Review the changes");
  await reader.sees("grants no more");
  await reader.press("Save the changes");
  // That the changes before were saved is still there to be seen behind the dialog.
  await reader.page.getByRole("dialog").waitFor({ state: "detached" });
  await reader.sees("The changes are saved.");
  assert.deepEqual(await granted(id), ["users:read"]);
  await reader.press("Review the changes");
  await reader.sees("Nothing was changed.");

  await reader.follow("Rename");
  await reader.fill("Name", "MEMBER");
  await reader.press("Save");
  await reader.seesWrong("Name", /There is a role of this name/);
  await reader.fill("Name", `${name}_2`);
  await reader.press("Save");
  await reader.seesHeading(`${name}_2`);
  await reader.follow("Delete");
  await reader.sees("This can't be undone.");
  await reader.press("Delete the role");
  await reader.sees("That role is deleted.");
  assert.equal((await world.api("GET", `/rbac/roles/${id}`, { cookie })).status, 404);
});

visitBothWays("the matrix changes several roles at once, from the next request on", async ({ world, visitor, scripts }) => {
  const { cookie, reader } = await admin(world, visitor);
  const names = [`AA_FIRST_${scripts}`, `AA_SECOND_${scripts}`];
  for (const name of names) await makeRole(world, cookie, name, ["tenants:read"]);
  const holder = await world.signIn(await world.person("holder", { role: names[0] }));
  assert.equal((await world.api("GET", "/v1/admin/tenants", { cookie: holder })).status, 200);
  await reader.goto("/admin/roles");
  await reader.fill("Permissions that start with", "tenants:");
  await reader.press("Show");
  await reader.page.getByLabel(`${names[0]} grants tenants:read`).uncheck();
  await reader.page.getByLabel(`${names[1]} grants tenants:write`).check();
  await reader.press("Review the changes");
  const review = reader.page.locator("main .card, dialog .card").filter({ hasText: "Save these changes?" });
  await review.getByText("1 account").waitFor();
  assert.deepEqual(await review.locator("li").allTextContents(), ["grants no more tenants:read", "grants tenants:write"]);
  await reader.press("Save the changes");
  await reader.sees("The changes are saved.");
  assert.equal((await world.api("GET", "/v1/admin/tenants", { cookie: holder })).status, 403);
});

visit("what is ticked stays when the review is cancelled, and asks before it is lost", async ({ world, visitor }) => {
  const { cookie, reader } = await admin(world, visitor);
  const id = await makeRole(world, cookie, "AB_KEPT", []);
  await reader.goto(`/admin/roles/${id}`);
  const box = reader.page.getByLabel("AB_KEPT grants roles:read");
  await box.check();
  await reader.press("Review the changes");
  await reader.page.getByRole("dialog").getByRole("link", { name: "Cancel" }).click();
  assert.ok(await box.isChecked());
  const stays = await reader.page.evaluate(() => !dispatchEvent(new Event("beforeunload", { cancelable: true })));
  assert.ok(stays);
  await box.uncheck();
  assert.ok(await reader.page.evaluate(() => dispatchEvent(new Event("beforeunload", { cancelable: true }))));
});

visitBothWays("a limited administrator changes no more than they hold", async ({ world, visitor, scripts }) => {
  const { cookie } = await admin(world, visitor);
  const name = `A0_LIMITED_${scripts}`;
  await makeRole(world, cookie, name, ["roles:read", "roles:write", "tenants:read"]);
  const beyond = await makeRole(world, cookie, `A1_BEYOND_${scripts}`, ["audit:read"]);
  const limited = await visitor({ cookie: await world.signIn(await world.person("limited", { role: name })) });
  await limited.goto("/profile");
  await limited.follow("Administration");
  const sections = limited.page.getByRole("navigation", { name: "Administration" });
  await sections.waitFor();
  assert.deepEqual(await sections.getByRole("link").allTextContents(), ["Users", "Roles", "Your account"]);
  await limited.goto("/admin/roles?prefix=t");
  const boxes = await limited.page.getByRole("checkbox").evaluateAll((all) => all.map((box) => box.labels[0].textContent));
  assert.ok(boxes.includes(`${name} grants tenants:read`), boxes.join());
  assert.ok(!boxes.some((label) => label.includes("tenants:write") || label.includes("BEYOND")), boxes.join());
  await limited.goto(`/admin/roles/${beyond}`);
  await limited.sees("so you can't change it");
  assert.equal(await limited.page.getByRole("checkbox").count(), 0);
  for (const path of [`/admin/roles/${beyond}/delete`, `/admin/roles/${beyond}/edit`]) {
    await limited.goto(path);
    await limited.press(path.endsWith("delete") ? "Delete the role" : "Save");
    await limited.sees("This role grants more than you hold yourself.");
  }
  for (const path of ["/admin/audit", "/admin/rollout", "/admin/users/invite"]) {
    await limited.goto(path);
    await limited.seesHeading("This is not for you to see or do");
  }
});

visitBothWays("a member is refused roles, the audit log and the rollout", async ({ world, visitor }) => {
  const member = await visitor({ cookie: await world.signIn(await world.person("plain")) });
  await member.goto("/admin/users");
  assert.deepEqual(await member.page.locator("nav.sections a").allTextContents(), ["Users", "Your account"]);
  for (const path of ["/admin/roles", "/admin/roles/new", "/admin/audit", "/admin/rollout"]) {
    await member.goto(path);
    await member.seesHeading("This is not for you to see or do");
  }
  const stranger = await visitor();
  for (const path of ["/admin/roles", "/admin/audit", "/admin/rollout"]) {
    await stranger.goto(path);
    assert.equal(stranger.at, `/sign-in?next=${encodeURIComponent(path)}`);
  }
});
