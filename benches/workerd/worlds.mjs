// The deployments that are measured, each on a workerd of its own, filled with the same accounts.

import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions as ofConfiguration, unstable_splitSqlQuery as splitSql } from "wrangler";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = path.join(HERE, "../..");
const COMPATIBILITY = { compatibilityDate: "2026-11-01", compatibilityFlags: ["nodejs_compat"] };

/** How many accounts there are. */
export const ACCOUNTS = 2_000;
export const PASSWORD = "a-password-of-the-bench";
const ADMIN = "admin@example.com";
const SECRETS = { SECRET: "a secret of the bench, which is long enough" };
const FIRST = Date.UTC(2026, 0, 1);
const BARE_RUST = "benches/bare/wrangler.jsonc";

export const address = (n) => `person${n}@example.com`;
/** The id of an account, in the order of their creation. */
export const id = (n) => `0199c0de-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;

/** A workerd, the process that it is, and the addresses of its workers. */
async function start(workers, options = {}) {
  const before = new Set(children());
  const sockets = { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      // What workers log is part of their work, and of no interest here.
      handleStructuredLogs: () => {},
      ...options,
      workers: workers.map((worker) => ({ ...worker, ...sockets })),
    }),
  );
  await miniflare.ready;
  const [pid] = children().filter((child) => !before.has(child));
  const urls = {};
  for (const { name } of workers) urls[name] = (await miniflare.unsafeGetDirectURL(name)).origin;
  return { miniflare, pid, urls, stop: () => miniflare.dispose() };
}

/** The processes that this one has started. */
function children() {
  return readdirSync("/proc/self/task").flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
}

/** The modules of a worker; in a run that looks into it, something stands around it: `counting`, or `weighing`. */
function modules(files, around) {
  const [main, ...others] = files;
  if (!around) return files;
  return [
    { type: "ESModule", path: `/${around}.js`, contents: readFileSync(path.join(HERE, `${around}.mjs`), "utf8") },
    { ...main, path: "/worker.js" },
    ...others,
  ];
}

/** A worker as it would be deployed, with other variables. */
function configured(name, file, { around, vars, ...others }) {
  const { main, workerOptions } = ofConfiguration(path.join(ROOT, file));
  const folder = path.dirname(main);
  const files = [
    { type: "ESModule", path: "/index.js", contents: readFileSync(main, "utf8") },
    { type: "CompiledWasm", path: "/index_bg.wasm", contents: readFileSync(path.join(folder, "index_bg.wasm")) },
  ];
  // Static files are served by the platform before the worker, and cost it nothing.
  delete workerOptions.assets;
  return {
    ...workerOptions,
    name,
    modulesRoot: "/",
    modules: modules(files, around),
    bindings: { ...workerOptions.bindings, ...vars },
    ...others,
  };
}

/** A worker of this folder, in one module. */
async function bundled(name, file, { around, ...others }) {
  const { outputFiles } = await build({
    entryPoints: [path.join(HERE, file)],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    logLevel: "error",
  });
  const files = [{ type: "ESModule", path: "/index.js", contents: outputFiles[0].text }];
  return { ...COMPATIBILITY, name, modulesRoot: "/", modules: modules(files, around), ...others };
}

/** A good answer, or none. */
export async function ask(url, { method = "GET", headers = {}, body } = {}) {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return response;
}

/** The cookies of an answer, as a browser sends them back. */
const cookies = (response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");

/** Runs a statement for every account, in batches. */
async function fill(db, sql, values) {
  const statement = db.prepare(sql);
  for (let from = 0; from < ACCOUNTS; from += 500) {
    const batch = Array.from({ length: Math.min(500, ACCOUNTS - from) }, (_, n) => statement.bind(...values(from + n)));
    await db.batch(batch);
  }
}

/**
 * The three workers, an application behind the guard, and workers that make nothing but binding calls, or not even those. What is
 * stored is in `folder`, or gone with the process; `before` is the world that has filled the folder.
 */
export async function edgeward({ counting = false, weighing = false, inspected = false, hash = "pbkdf2", vars = {}, folder, before } = {}) {
  const around = (counting && "counting") || (weighing && "weighing");
  const flags = { RBAC_ENABLED: "on", USER_MGMT_CORE: "on", USER_MGMT_ENFORCE: "on" };
  const worker = (name, options) => configured(name, `wrangler/${name}.jsonc`, { around, ...options });
  const d1Databases = { DB: "edgeward" };
  const kvNamespaces = { SESSIONS: "sessions", CACHE: "cache" };
  // The limit of sign-ins stays where it is in the way; here it is never reached.
  const limiter = (name) => ({ type: "ratelimit", name, namespace_id: "1", simple: { limit: 1e9, period: 60 } });
  const minimal = { d1Databases, kvNamespaces };
  const world = await start([
    worker("account-pages", { vars: { USER_MGMT_UI: "on" } }),
    worker("user-mgmt", {
      vars: { ...flags, PASSWORD_HASH: hash, ...vars },
      d1Databases,
      ratelimits: { SIGN_IN_LIMITER: limiter("SIGN_IN_LIMITER") },
    }),
    worker("session-state", { kvNamespaces }),
    configured("application", "benches/application/wrangler.jsonc", { around }),
    await bundled("bare", "bare/worker.mjs", { ...minimal, ratelimits: { LIMITER: limiter("LIMITER") }, serviceBindings: { NEXT: "nothing" } }),
    await bundled("nothing", "bare/nothing.mjs", {}),
    configured("bare-rust", BARE_RUST, { ...minimal, serviceBindings: { NEXT: "nothing-rust" } }),
    configured("nothing-rust", BARE_RUST, {}),
  ], {
    ...(inspected && { inspectorPort: 0 }),
    resourcePersistencePath: folder,
  });
  const db = await world.miniflare.getD1Database("DB", "user-mgmt");
  if (before) return { ...before, ...world, db };
  const migrations = path.join(ROOT, "migrations");
  for (const file of readdirSync(migrations).filter((name) => name.endsWith(".sql")).sort()) {
    const statements = splitSql(readFileSync(path.join(migrations, file), "utf8"));
    await db.batch(statements.map((statement) => db.prepare(statement)));
  }
  const api = `${world.urls["account-pages"]}/api`;
  await ask(`${api}/register`, { method: "POST", body: { username: ADMIN, password: PASSWORD } });
  const admin = await db.prepare("SELECT id, password_hash FROM users").first();
  await db.batch([
    db.prepare("UPDATE users SET email_verified_at = created_at"),
    db
      .prepare("INSERT INTO user_roles (user_id, role_id, granted_at) SELECT ?1, id, 0 FROM roles WHERE name = 'SUPER_ADMIN'")
      .bind(admin.id),
  ]);
  await fill(
    db,
    "INSERT INTO users (id, tenant_id, email, email_verified_at, password_hash, first_name, last_name, created_at, updated_at) " +
      "SELECT ?1, id, ?2, ?3, ?4, 'Person', ?5, ?3, ?3 FROM tenants",
    (n) => [id(n), address(n), FIRST + n, admin.password_hash, `Number ${n}`],
  );
  await fill(
    db,
    "INSERT INTO user_roles (user_id, role_id, granted_at) SELECT ?1, id, 0 FROM roles WHERE name = 'MEMBER'",
    (n) => [id(n)],
  );
  const signIn = async (username) =>
    cookies(await ask(`${api}/login`, { method: "POST", body: { username, password: PASSWORD } }));
  const { id: role } = await db.prepare("SELECT id FROM roles WHERE name = 'SUPER_ADMIN'").first();
  return { ...world, db, role, admin: await signIn(ADMIN), member: await signIn(address(0)) };
}

/**
 * better-auth on D1 alone, with sessions in KV, or with those in a signed cookie besides. That one is good for five minutes: a browser gets
 * the next one by then, a bench has to `renew` it.
 */
export async function betterAuth(kind, { counting = false, hash = "pbkdf2" } = {}) {
  const world = await start([
    await bundled("better-auth", "better-auth/worker.mjs", {
      around: counting && "counting",
      d1Databases: { DB: "better-auth" },
      ...(kind !== "D1" && { kvNamespaces: { KV: "better-auth" } }),
      bindings: {
        ...SECRETS,
        PASSWORD_HASH: hash,
        COOKIE_CACHE: kind === "KV and cookie" ? "on" : "off",
      },
    }),
  ]);
  const url = world.urls["better-auth"];
  const db = await world.miniflare.getD1Database("DB", "better-auth");
  await ask(`${url}/migrate`);
  const api = `${url}/api/auth`;
  const headers = { origin: "http://bench.example" };
  await ask(`${api}/sign-up/email`, { method: "POST", headers, body: { email: ADMIN, password: PASSWORD, name: "Admin" } });
  await db.prepare("UPDATE user SET role = 'admin', emailVerified = 1").run();
  const { password } = await db.prepare("SELECT password FROM account").first();
  const date = (n) => new Date(FIRST + n).toISOString();
  await fill(
    db,
    "INSERT INTO user (id, name, email, emailVerified, createdAt, updatedAt, role, banned) VALUES (?1, ?2, ?3, 1, ?4, ?4, 'user', 0)",
    (n) => [id(n), `Person Number ${n}`, address(n), date(n)],
  );
  await fill(
    db,
    "INSERT INTO account (id, accountId, providerId, userId, password, createdAt, updatedAt) VALUES (?1, ?1, 'credential', ?1, ?2, ?3, ?3)",
    (n) => [id(n), password, date(n)],
  );
  const signIn = async (email) =>
    cookies(await ask(`${api}/sign-in/email`, { method: "POST", headers, body: { email, password: PASSWORD } }));
  const filled = {
    ...world,
    db,
    async renew() {
      Object.assign(filled, { admin: await signIn(ADMIN), member: await signIn(address(0)) });
    },
  };
  await filled.renew();
  return filled;
}

/** One worker alone, or nothing in its place with the same bindings. */
export async function alone(name, empty, storage) {
  const bindings = {
    "account-pages": { serviceBindings: { USER_MGMT: "nothing" } },
    "user-mgmt": { d1Databases: { DB: "edgeward" }, serviceBindings: { SESSION_STATE: "nothing" } },
    "session-state": { kvNamespaces: { SESSIONS: "sessions", CACHE: "cache" } },
    "better-auth": { d1Databases: { DB: "better-auth" }, kvNamespaces: { KV: "better-auth" }, bindings: SECRETS },
  }[name];
  const worker = async () => {
    if (empty) return await bundled(name, "bare/nothing.mjs", bindings);
    if (name === "better-auth") return await bundled(name, "better-auth/worker.mjs", bindings);
    return configured(name, `wrangler/${name}.jsonc`, bindings);
  };
  return await start([await worker(), await bundled("nothing", "bare/nothing.mjs", {})], { resourcePersistencePath: storage });
}
