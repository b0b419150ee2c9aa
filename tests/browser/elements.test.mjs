// The example of elements that are shown by permission, as a page under the host name of account-pages.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { may } from "../../examples/elements/elements.js";
import { visit } from "./support/suite.mjs";

const FOLDER = fileURLToPath(new URL("../../examples/elements", import.meta.url));
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript" };
const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:";
const ALL = ["The first post", "Write a post", "Write and publish", "Your account"];

/** Serves the files of the example beside the pages. */
async function serve(visitor) {
  await visitor.context.route("**/posts/**", async (route) => {
    const { pathname } = new URL(route.request().url());
    const file = path.join(FOLDER, pathname.slice("/posts/".length) || "index.html");
    const headers = { "content-type": TYPES[path.extname(file)], "content-security-policy": POLICY };
    await route.fulfill({ body: await readFile(file), headers });
  });
}

async function shown(visitor) {
  await visitor.goto("/posts/");
  await visitor.page.locator("#who:not(:empty)").waitFor();
  return await visitor.page.locator("[data-needs]:visible").allTextContents();
}

test("a grant satisfies what the permission language says", () => {
  for (const [grants, permission, expected] of [
    [[], "posts:read", false],
    [["posts:read"], "posts:read", true],
    [["posts:read"], "posts:write", false],
    [["posts:*"], "posts:write", true],
    [["posts:*"], "postscript:write", false],
    [["*:read"], "posts:read", true],
    [["*:read"], "posts:write", false],
    [["admin:all"], "posts:write", true],
    [["admin:all"], "admin:all", true],
    [["*:all", "admin:*", "*:*", "Admin:all"], "admin:all", false],
    [["*:*"], "posts:write", false],
  ]) {
    assert.equal(may(grants, permission), expected, `${grants} ${permission}`);
  }
});

visit("a page shows each reader what they may use", async ({ world, visitor }) => {
  const cookie = await world.signIn(await world.person("publisher", { role: "SUPER_ADMIN" }));
  const names = ["posts:read", "posts:write", "posts:publish"];
  const manifest = { application: "blog", permissions: names.map((name) => ({ name })) };
  assert.equal((await world.api("PUT", "/rbac/permissions", { cookie, body: manifest })).status, 200);
  await world.api("POST", "/rbac/permissions", { cookie, body: { name: "posts:*" } });
  const roleOf = async (name, permissions) => {
    const { status, body } = await world.api("POST", "/rbac/roles", { cookie, body: { name, permissions } });
    assert.equal(status, 201, JSON.stringify(body));
    return body.id;
  };
  const author = await roleOf("ELEMENTS_AUTHOR", ["posts:read", "posts:write"]);
  await roleOf("ELEMENTS_CHIEF", ["posts:*"]);
  const open = async (role) => {
    const reader = await visitor(role === null ? {} : { cookie: await world.signIn(await world.person("reader", { role })) });
    await serve(reader);
    return reader;
  };
  assert.deepEqual(await shown(await open(null)), []);
  assert.deepEqual(await shown(await open(undefined)), ["Your account"]);
  assert.deepEqual(await shown(await open("ELEMENTS_CHIEF")), ALL);
  assert.deepEqual(await shown(await open("SUPER_ADMIN")), ALL);

  const reader = await open("ELEMENTS_AUTHOR");
  assert.deepEqual(await shown(reader), ["The first post", "Write a post", "Your account"]);
  const body = { permissions: ["posts:read"] };
  assert.equal((await world.api("PUT", `/rbac/roles/${author}/permissions`, { cookie, body })).status, 200);
  assert.deepEqual(await shown(reader), ["The first post", "Your account"]);
});
