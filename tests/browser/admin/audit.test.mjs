// The audit log and the rollout, as those who watch over a deployment read them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { visit, visitBothWays } from "../support/suite.mjs";

const HOSTILE = "<script>alert(1)</script>";

async function makeAuditor(world, visitor, name) {
  const cookie = await world.signIn(await world.person("founder", { role: "SUPER_ADMIN", firstName: HOSTILE, lastName: name }));
  const body = { name, permissions: ["audit:read", "rollout:read"] };
  assert.equal((await world.api("POST", "/rbac/roles", { cookie, body })).status, 201);
  return { cookie, reader: await visitor({ cookie: await world.signIn(await world.person("auditor", { role: name })) }) };
}

visitBothWays("events are found, opened and exported", async ({ world, visitor, scripts }) => {
  const name = `AUDITOR_${scripts}`;
  const { cookie, reader } = await makeAuditor(world, visitor, name);
  await world.api("POST", "/tokens", { cookie, body: { name: `Backup ${HOSTILE} ${scripts}`, scopes: [] } });
  await reader.goto("/profile");
  await reader.follow("Administration");
  await reader.follow("Audit log");
  await reader.page.getByLabel("What was done").selectOption({ label: "API tokens" });
  if (!scripts) await reader.press("Search");
  const newest = reader.page.locator(".events .item").first();
  await newest.filter({ hasText: "Token: created" }).filter({ hasText: `${HOSTILE} ${name}` }).waitFor();
  await newest.locator("summary").click();
  await newest.getByText(`Backup ${HOSTILE} ${scripts}`).waitFor();

  // A day on which nothing was done.
  await reader.fill("To (UTC)", "2001-01-01");
  if (!scripts) await reader.press("Search");
  await reader.sees("Nothing fits.");
  await reader.goto("/admin/audit?action=token.");

  const downloading = reader.page.waitForEvent("download");
  await reader.follow("CSV");
  const download = await downloading;
  assert.match(download.suggestedFilename(), /^audit-.*\.csv$/);
  const text = await readFile(await download.path(), "utf8");
  assert.match(text, /^id,at,action/);
  assert.ok(text.includes(`Backup ${HOSTILE} ${scripts}`) && !text.includes("session.created"), text);
});

visit("the audit log is paged through, each event once", async ({ world, visitor }) => {
  const { cookie, reader } = await makeAuditor(world, visitor, "AUDITOR_PAGES");
  for (let n = 0; n < 35; n += 1) {
    await world.api("PUT", "/rbac/permissions", { cookie, body: { application: "paging", permissions: [{ name: `paging${n}:read` }] } });
  }
  await reader.goto("/admin/audit?action=permissions.registered");
  const seen = new Set();
  for (const expected of [30, 5]) {
    const requests = await reader.page.locator(".details div:has(dt:text-is('Request')) dd").allTextContents();
    assert.equal(requests.length, expected);
    for (const request of requests) seen.add(request);
    if (expected === 30) await Promise.all([reader.page.waitForEvent("load"), reader.follow("Older events")]);
  }
  assert.equal(seen.size, 35);
  await world.api("PUT", "/rbac/permissions", { cookie, body: { application: "paging", permissions: [] } });
});

visitBothWays("the rollout shows flags, denials over time and readiness", async ({ world, visitor, scripts }) => {
  const { reader } = await makeAuditor(world, visitor, `WATCHER_${scripts}`);
  const today = "(unixepoch() / 86400) * 86400000";
  await world.sql(
    `INSERT INTO authz_counters (day, finding, mode, route, permission, count)
     VALUES (${today}, 'would_deny', 'report', ?1, 'reports:read', 40)`,
    `GET /reports/${scripts}/${HOSTILE}`,
  );
  await reader.goto("/admin/rollout");
  await reader.seesHeading("Rollout");
  await reader.page.getByRole("heading", { name: "Not ready for enforcement" }).waitFor();
  await reader.sees(`GET /reports/${scripts}/${HOSTILE}`);
  assert.ok((await reader.page.locator(".chart rect.would-deny").count()) > 0);
  // The picture is drawn as it was sent: as high as its share, within its frame.
  const frame = await reader.page.locator(".chart svg").boundingBox();
  const bar = await reader.page.locator(".chart rect.would-deny").last().boundingBox();
  assert.ok(bar.height > 0 && bar.y >= frame.y - 1 && bar.y + bar.height <= frame.y + frame.height + 1, JSON.stringify({ frame, bar }));
  const flags = await reader.page.locator(".flags dd").allTextContents();
  assert.deepEqual(flags.map((text) => text.trim()), ["on", "on", "on", "on", "everyone"]);
  await reader.page.getByLabel("The last").selectOption({ label: "Today" });
  if (!scripts) await reader.press("Show");
  await reader.page.waitForFunction(() => new URL(location).searchParams.get("days") === "1");
  await reader.page.getByText("The numbers").click();
  await reader.page.waitForFunction(() => document.querySelectorAll(".numbers tbody tr").length === 1);
});
