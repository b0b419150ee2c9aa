// Hosts workers on workerd for a test in another process, which asks by lines of JSON. After `stop`, it can start others.
//
// A request is {"id", "do", …} on standard input, its answer {"id", "ok"} or {"id", "error"} on standard output.
// When the input ends, so does the host, with everything that it started: a test that dies leaves nothing behind.

import { Buffer } from "node:buffer";
import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createTestHarness, unstable_splitSqlQuery as splitSql } from "wrangler";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const MIGRATIONS = path.join(ROOT, "migrations");
const CONFIGURATIONS = {
  "account-pages": "wrangler/account-pages.jsonc",
  "user-mgmt": "wrangler/user-mgmt.jsonc",
  "session-state": "wrangler/session-state.jsonc",
  gate: "tests/e2e/workerd/gate/wrangler.jsonc",
  "user-mgmt-gate": "tests/e2e/workerd/gate/user-mgmt.jsonc",
  bookmarks: "examples/bookmarks/wrangler.jsonc",
  notes: "examples/typescript/wrangler.jsonc",
  "store-contract-worker": "tests/store-contract/worker/wrangler.jsonc",
};
// The first one is whom the address that `start` gives belongs to.
const APPLICATION = ["account-pages", "user-mgmt", "session-state", "gate"];

// Standard output carries answers and nothing else.
const answers = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

// What a person has set for local sessions is no business of the tests.
process.env.CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV = "false";

let harness;
let origin;
let hosted = APPLICATION;

function options(vars = {}, bindingOverrides = {}) {
  if (existsSync(path.join(ROOT, "wrangler/.dev.vars"))) {
    throw new Error("the tests would see wrangler/.dev.vars: move it to .edgeward/own.env");
  }
  const unknown = Object.keys(vars).filter((name) => !hosted.includes(name));
  if (unknown.length > 0) throw new Error(`no such worker: ${unknown.join(", ")}`);
  return {
    root: ROOT,
    workers: hosted.map((name) => ({
      configPath: CONFIGURATIONS[name],
      vars: vars[name] ?? {},
      bindingOverrides: bindingOverrides[name] ?? {},
    })),
  };
}

async function env(worker) {
  return await harness.getWorker(worker).getEnv();
}

/** The one database that there is. */
async function database() {
  return (await env(hosted.includes("user-mgmt") ? "user-mgmt" : hosted[0])).DB;
}

const statementsOf = new Map();

/** The statements of a file. They are kept, since to tell them apart takes longer than to run them. */
async function statements(file) {
  if (!statementsOf.has(file)) statementsOf.set(file, splitSql(await readFile(file, "utf8")));
  return statementsOf.get(file);
}

/** Applies what is not applied yet, each file in one batch with its entry in wrangler's own list. */
async function migrate(files, db, folder = MIGRATIONS) {
  if (files === "all") {
    files = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  }
  await db
    .prepare(
      "CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, " +
        "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)",
    )
    .run();
  const { results } = await db.prepare("SELECT name FROM d1_migrations").all();
  const applied = new Set(results.map((row) => row.name));
  const done = [];
  for (const name of files.filter((name) => !applied.has(name))) {
    await db.batch([
      ...(await statements(path.join(folder, name))).map((statement) => db.prepare(statement)),
      db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
    ]);
    done.push(name);
  }
  return done;
}

const commands = {
  async start({ workers = APPLICATION, vars, migrations = "all", bindingOverrides }) {
    if (harness !== undefined) throw new Error("already started");
    hosted = workers;
    harness = createTestHarness(options(vars, bindingOverrides));
    const { url } = await harness.listen();
    if (migrations !== "none") await migrate(migrations, await database());
    if (hosted.includes("bookmarks")) {
      await migrate("all", (await env("bookmarks")).DB, path.join(ROOT, "examples/bookmarks/migrations"));
    }
    origin = url.origin;
    return { url: origin };
  },

  /** Other variables; what is stored stays. */
  async update({ vars, bindingOverrides }) {
    await harness.update(options(vars, bindingOverrides));
    const { url } = await harness.listen();
    origin = url.origin;
    return { url: origin };
  },

  async migrate({ files }) {
    return await migrate(files, await database());
  },

  /** The way back from a migration, and out of wrangler's own list. */
  async rollBack({ file }) {
    const db = await database();
    await db.batch([
      ...(await statements(path.join(MIGRATIONS, "rollback", file))).map((statement) => db.prepare(statement)),
      db.prepare("DELETE FROM d1_migrations WHERE name = ?").bind(file),
    ]);
  },

  /** All statements in one batch; the rows of each. */
  async sql({ statements }) {
    const db = await database();
    const prepared = statements.map(({ sql, params = [] }) => db.prepare(sql).bind(...params));
    return (await db.batch(prepared)).map(({ results }) => results);
  },

  async kv({ namespace, op, key, value, ttl }) {
    const kv = (await env("session-state"))[namespace];
    switch (op) {
      case "get":
        return await kv.get(key);
      case "put":
        return await kv.put(key, value, ttl === undefined ? {} : { expirationTtl: ttl });
      case "delete":
        return await kv.delete(key);
      case "list": {
        const names = [];
        let page = { cursor: undefined, list_complete: false };
        while (!page.list_complete) {
          page = await kv.list({ prefix: key ?? undefined, cursor: page.cursor });
          names.push(...page.keys.map(({ name }) => name));
        }
        return names;
      }
      default:
        throw new Error(`no such operation: ${op}`);
    }
  },

  /** Straight to a worker, past whatever stands before it. */
  async fetch({ worker, method = "GET", path: target, headers = [], body }) {
    const response = await harness
      .getWorker(worker)
      .fetch(target, { method, headers, body: body ?? undefined, redirect: "manual" });
    return {
      status: response.status,
      headers: [...response.headers],
      body: Buffer.from(await response.arrayBuffer()).toString("utf8"),
    };
  },

  /** So many runs of a cron trigger at once. */
  async scheduled({ worker, cron, times = 1 }) {
    const run = () => harness.getWorker(worker).scheduled({ cron });
    return await Promise.all(Array.from({ length: times }, run));
  },

  /** What the workers logged since the last time. */
  async logs() {
    const logs = harness.getLogs();
    harness.clearLogs();
    return logs;
  },

  /** What the local simulation of mail has kept, the oldest first. */
  async mails() {
    const ask = async (query) => {
      const url = new URL(`/cdn-cgi/local/explorer/api/local/email/sending?${new URLSearchParams(query)}`, origin);
      return (await (await fetch(url)).json()).result;
    };
    const sent = await ask({ per_page: "100" });
    const mails = await Promise.all(sent.map(({ messageId }) => ask({ email_id: messageId })));
    mails.sort((one, other) => one.sentAt.localeCompare(other.sentAt));
    return mails;
  },

  async stop() {
    await harness?.close();
    harness = undefined;
  },
};

async function answer(line) {
  let id = null;
  let reply;
  try {
    const request = JSON.parse(line);
    id = request.id;
    if (!Object.hasOwn(commands, request.do)) throw new Error(`no such command: ${request.do}`);
    if (harness === undefined && request.do !== "start" && request.do !== "stop") throw new Error("not started");
    reply = { id, ok: (await commands[request.do](request)) ?? null };
  } catch (error) {
    console.error(error);
    reply = { id, error: error instanceof Error ? error.message : String(error) };
  }
  answers(`${JSON.stringify(reply)}\n`);
}

// One after the other: `update` while a request is under way would test nothing that anyone means to test.
let last = Promise.resolve();
const input = createInterface({ input: process.stdin });
input.on("line", (line) => {
  last = last.then(() => answer(line));
});
input.on("close", async () => {
  // Nothing that hangs is waited for; on its way out the process ends what it has started.
  setTimeout(() => process.exit(0), 5_000);
  await last;
  await commands.stop();
  process.exit(0);
});
