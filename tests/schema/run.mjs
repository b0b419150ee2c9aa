// The running system against its own description, by schemathesis with every check: signed out, as the member, as the admin, and
// by an API token of the admin. The database is thrown away.
//
//   node tests/schema/run.mjs URL SCHEMATHESIS EXAMPLES

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

const [url, program, examples] = process.argv.slice(2);
const here = fileURLToPath(new URL(".", import.meta.url));
const folder = path.join(here, "../../.edgeward/schema/reports");
const description = path.join(here, "../../workers/account-pages/public/openapi.json");
const api = `${url}/api`;

async function post(address, body, cookie) {
  const headers = { "content-type": "application/json", ...(cookie ? { cookie } : {}) };
  const answer = await fetch(api + address, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`POST ${address}: ${answer.status} ${await answer.text()}`);
  return answer;
}

async function signIn(username, password) {
  const answer = await post("/login", { username, password });
  const cookie = answer.headers.getSetCookie().find((cookie) => cookie.startsWith("__Host-session="));
  return cookie.split(";")[0].split("=")[1];
}

async function token(session) {
  const body = { name: "schema", scopes: ["admin:all"] };
  return (await (await post("/tokens", body, `__Host-session=${session}`)).json()).token;
}

/** Runs it with these credentials, and gives how it ended. */
async function run(name, credentials, options) {
  const config = path.join(folder, `${name}.toml`);
  const auth = Object.entries(credentials).map(([scheme, value]) => `[auth.openapi.${scheme}]\n${value}\n`);
  await writeFile(config, [await readFile(path.join(here, "schemathesis.toml"), "utf8"), ...auth].join("\n"));
  const args = [
    ["--config-file", config, "run", description, "--url", api, "--checks", "all"],
    ["--max-examples", examples, "--continue-on-failure", "--no-color"],
    ["--report", "json", "--report-json-path", path.join(folder, `${name}.json`)],
    options,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args.flat(), { cwd: folder, stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (code) => resolve({ name, code }));
  });
}

await mkdir(folder, { recursive: true });
const member = await signIn("member@example.com", "demo-member-password");
const admin = await signIn("admin@example.com", "demo-admin-password");
const asToken = await token(admin);
// Those that end the session that the run is made with come last, alone.
const ends = ["postLogout", "deleteSessions"];
// Not there for a browser: what other workers alone may ask, and, without an identity provider, what is about one.
const hidden = ["--exclude-path-regex", "^/(internal|oidc|identities)"];
const others = [...hidden, ...ends.flatMap((id) => ["--exclude-operation-id", id])];
const outcomes = [
  await run("signed-out", {}, hidden),
  await run("member", { session: `api_key = "${member}"` }, others),
  await run("admin", { session: `api_key = "${admin}"` }, others),
  await run("admin-by-token", { token: `bearer = "${asToken}"` }, hidden),
  await run("ends", { session: `api_key = "${member}"` }, ends.flatMap((id) => ["--include-operation-id", id])),
];
for (const { name, code } of outcomes) console.log(`${name}: ${code === 0 ? "nothing found" : "see above"}`);
process.exit(outcomes.every(({ code }) => code === 0) ? 0 : 1);
