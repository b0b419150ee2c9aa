// workerd is killed with SIGKILL while clients write, and started again on what it had stored: what clients were told holds, and nothing is
// there by halves. Prints the table of docs/ASSURANCE.md.
//
// node benches/workerd/kill.mjs ROUNDS

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Connection, cookies } from "./traffic.mjs";
import { PASSWORD, address, edgeward, id } from "./worlds.mjs";

const [rounds = 50] = process.argv.slice(2).map(Number);
const CLIENTS = 12;
/** How many accounts each client has for itself: the first two have a session, and the second changes its password. */
const OWN = 8;
/** When the signal comes, in milliseconds after the clients have begun. */
const SOONEST = 100;
const LATEST = 900;
/** How often the cron trigger may have to run until nothing is left of what the killed process had to do. */
const RUNS = 5;

const account = (client, n) => 1 + client * OWN + n;
const tally = { changes: 0, answered: 0, landed: 0, lost: 0, cached: 0, left: 0, checks: 0 };
const broken = [];
const holds = (what, truth) => {
  tally.checks += 1;
  if (!truth) broken.push(what);
};

const folder = await mkdtemp(path.join(tmpdir(), "edgeward-kill-"));
const options = { folder, vars: { PBKDF2_ITERATIONS: "10000" } };
let world = await edgeward(options);
const { id: member } = await world.db.prepare("SELECT id FROM roles WHERE name = 'MEMBER'").first();
// What each account is like, as far as anybody was told or the audit log says.
const roles = new Map();
const names = new Map();
const passwords = new Map();

/** Asks a worker on a connection of its own. */
async function once(request, worker = "account-pages") {
  const connection = new Connection();
  const reply = await connection.send(world.urls[worker], request);
  connection.close();
  return reply;
}

const signIn = (n, password, headers = {}) => ({ method: "POST", path: "/api/login", headers, body: { username: address(n), password } });
const passwordOf = (n) => passwords.get(n) ?? PASSWORD;

/** One change after the other until nobody answers. What is asked is written down before it is sent, and the answer when it comes. */
async function write(round, client, ledger, sessions) {
  const connection = new Connection();
  const admin = { cookie: world.admin };
  const held = new Map(roles);
  let open;
  for (let n = 0; ; n += 1) {
    const requestId = `kill-${round}-${client}-${n}`;
    const target = account(client, Math.floor(Math.random() * OWN));
    const path = `/api/rbac/users/${id(target)}/roles`;
    const entry = { requestId };
    let request;
    switch (n % 6) {
      case 0:
      case 3: {
        const has = held.get(target) ?? true;
        Object.assign(entry, { action: has ? "role.removed" : "role.assigned", of: roles, target, value: !has });
        held.set(target, !has);
        request = has
          ? { method: "DELETE", path: `${path}/${member}`, headers: admin }
          : { method: "POST", path, headers: admin, body: { roleId: member } };
        break;
      }
      case 1:
        Object.assign(entry, { action: "user.updated", of: names, target, value: requestId });
        request = { method: "PUT", path: `/api/users/${id(target)}`, headers: admin, body: { firstName: requestId } };
        break;
      case 2:
        Object.assign(entry, { action: "user.registered", address: `${requestId}@example.com` });
        request = { method: "POST", path: "/api/register", body: { username: entry.address, password: PASSWORD } };
        break;
      case 4: {
        const own = account(client, 1);
        const newPassword = `a password of ${requestId}`;
        const before = sessions[client].changes;
        Object.assign(entry, { action: "user.password_changed", of: passwords, target: own, value: newPassword, ends: before });
        const body = { currentPassword: sessions[client].password, newPassword };
        request = { method: "POST", path: "/api/change-password", headers: { cookie: sessions[client].changes }, body };
        break;
      }
      default:
        if (open === undefined) {
          Object.assign(entry, { action: "session.created" });
          request = signIn(account(client, 0), PASSWORD);
        } else {
          Object.assign(entry, { action: "session.ended", session: open });
          request = { method: "POST", path: "/api/logout", headers: { cookie: open.cookie }, body: {} };
        }
    }
    ledger.push(entry);
    let reply;
    try {
      reply = await connection.send(world.urls["account-pages"], { ...request, headers: { ...request.headers, "x-request-id": requestId } });
    } catch {
      break;
    }
    entry.status = reply.status;
    if (reply.status >= 300) {
      entry.text = reply.text;
      break;
    }
    if (entry.action === "user.password_changed") sessions[client] = { ...sessions[client], changes: cookies(reply), password: entry.value };
    if (entry.action === "session.created") entry.session = open = { cookie: cookies(reply) };
    else if (entry.action === "session.ended") open = undefined;
    sessions[client] = { ...sessions[client], open: open?.cookie };
  }
  connection.close();
}

/** One cached check after the other of the sessions of a client, until nobody answers: each may have a record written while things change. */
async function check(client, sessions) {
  const connection = new Connection();
  for (let n = 0; ; n += 1) {
    const cookies = [sessions[client].reads, sessions[client].changes, sessions[client].open].filter(Boolean);
    const cookie = cookies[n % cookies.length];
    try {
      const { status } = await connection.send(world.urls.application, { path: "/cached", headers: { cookie } });
      holds(`a cached check while things change: ${status}`, [200, 401, 403].includes(status));
      tally.cached += 1;
    } catch {
      break;
    }
  }
  connection.close();
}

/** Events by the request that they are of. */
function grouped(rows) {
  const groups = new Map();
  for (const row of rows) groups.set(row.request_id, [...(groups.get(row.request_id) ?? []), row]);
  return groups;
}

/** Holds the ledger against the audit log: gives what has landed, in its order. */
async function compare(round, ledger) {
  const { results } = await world.db
    .prepare("SELECT id, request_id, action, target_id FROM audit_log WHERE request_id LIKE ?1 ORDER BY rowid")
    .bind(`kill-${round}-%`)
    .all();
  const events = grouped(results);
  const asked = new Set(ledger.map(({ requestId }) => requestId));
  for (const row of results) holds(`an event without a change: ${JSON.stringify(row)}`, asked.has(row.request_id));
  const landed = [];
  for (const entry of ledger) {
    const { requestId, action, status, text } = entry;
    const found = (events.get(requestId) ?? []).map((row) => row.action);
    tally.changes += 1;
    holds(`${action} ${requestId} was refused: ${status} ${text}`, status === undefined || status < 300);
    if (status === undefined) {
      holds(`${action} ${requestId} has the events ${found}`, found.length === 0 || (found.length === 1 && found[0] === action));
      tally[found.length === 0 ? "lost" : "landed"] += 1;
    } else {
      holds(`${action} ${requestId} was acknowledged, and has the events ${found}`, found.length === 1 && found[0] === action);
      tally.answered += 1;
    }
    entry.landed = found.length > 0;
    entry.about = events.get(requestId)?.[0]?.target_id;
    if (entry.landed) landed.push(entry);
  }
  return landed;
}

/** The rows are what the audit log says that they are. */
async function state(ledger, landed) {
  for (const { of, target, value } of landed) of?.set(target, value);
  const { results } = await world.db
    .prepare(
      "SELECT users.id, email, first_name, (SELECT count(*) FROM user_roles WHERE user_id = users.id AND role_id = ?1) AS member, " +
        "(SELECT count(*) FROM sessions WHERE user_id = users.id) AS sessions FROM users",
    )
    .bind(member)
    .all();
  const byId = new Map(results.map((row) => [row.id, row]));
  const byAddress = new Map(results.map((row) => [row.email, row]));
  for (const [n, has] of roles) holds(`roles of account ${n}`, byId.get(id(n)).member === Number(has));
  for (const [n, name] of names) holds(`the name of account ${n}`, byId.get(id(n)).first_name === name);
  for (const entry of ledger) {
    if (entry.action === "user.registered") {
      const row = byAddress.get(entry.address);
      holds(`the account ${entry.address}`, entry.landed ? row?.member === 1 && row.id === entry.about : row === undefined);
    }
    if (entry.action === "session.created" && entry.status === undefined && entry.landed) {
      const row = await world.db.prepare("SELECT 1 FROM sessions WHERE id = ?1").bind(entry.about).first();
      holds(`the session ${entry.about}`, row !== null);
    }
  }
  const { results: dangling } = await world.db.prepare("PRAGMA foreign_key_check").all();
  holds(`rows that point nowhere: ${JSON.stringify(dangling)}`, dangling.length === 0);
  const { ids, events } = await world.db.prepare("SELECT count(DISTINCT id) AS ids, count(*) AS events FROM audit_log").first();
  holds("each event is there once", ids === events);
}

/** What people can do is what they were told: passwords, sessions. */
async function people(ledger, sessions) {
  for (const entry of ledger) {
    if (entry.of === passwords && entry.status === undefined) {
      const other = entry.landed ? sessions[entry.client].password : entry.value;
      const reply = await once(signIn(entry.target, other));
      holds(`the other password of account ${entry.target}: ${reply.status}`, reply.status === 401);
    }
  }
  for (let client = 0; client < CLIENTS; client += 1) {
    const reply = await once(signIn(account(client, 1), passwordOf(account(client, 1))));
    holds(`the password of account ${account(client, 1)}: ${reply.status}`, reply.status === 200);
  }
  const landed = ledger.filter((entry) => entry.landed);
  const ended = new Set(landed.filter(({ action }) => action === "session.ended").map(({ session }) => session));
  for (const { session, action } of ledger) {
    if (session === undefined || action !== "session.created") continue;
    const expected = ended.has(session) ? 401 : 200;
    const reply = await once({ path: "/api/load-user", headers: { cookie: session.cookie } });
    holds(`a session, ended ${ended.has(session)}: ${reply.status}`, reply.status === expected);
  }
  for (const { ends } of landed) if (ends !== undefined) ended.add({ cookie: ends });
  return ended;
}

/** What the killed process had left to do is done by the cron trigger; then the cache knows what the database does. */
async function cache(ledger, ended, sessions) {
  const left = async () => (await world.db.prepare("SELECT count(*) AS n FROM outbox").first()).n;
  tally.left += await left();
  const userMgmt = await world.miniflare.getWorker("user-mgmt");
  for (let run = 0; run < RUNS && (await left()) > 0; run += 1) {
    // As if the time that the process had for it were over.
    await world.db.prepare("UPDATE outbox SET due_at = created_at").run();
    await userMgmt.scheduled({ cron: "* * * * *" });
  }
  holds("the outbox is empty", (await left()) === 0);
  const check = async (what, cookie, expected) => {
    for (const path of ["/cached", "/strict"]) {
      const { status } = await once({ path, headers: { cookie } }, "application");
      holds(`${what} on ${path}: ${status} instead of ${expected}`, status === expected);
    }
  };
  for (let client = 0; client < CLIENTS; client += 1) {
    const allowed = (roles.get(account(client, 0)) ?? true) ? 200 : 403;
    await check(`the roles of account ${account(client, 0)}`, sessions[client].reads, allowed);
  }
  for (const session of ended) await check("a session that was ended", session.cookie, 401);
}

for (let round = 1; round <= rounds && broken.length === 0; round += 1) {
  const sessions = [];
  for (let client = 0; client < CLIENTS; client += 1) {
    const password = passwordOf(account(client, 1));
    const reads = cookies(await once(signIn(account(client, 0), PASSWORD)));
    await once({ path: "/cached", headers: { cookie: reads } }, "application");
    sessions.push({ reads, changes: cookies(await once(signIn(account(client, 1), password))), password });
  }
  const ledgers = sessions.map(() => []);
  const clients = ledgers.flatMap((ledger, client) => [write(round, client, ledger, sessions), check(client, sessions)]);
  await sleep(SOONEST + Math.random() * (LATEST - SOONEST));
  process.kill(world.pid, "SIGKILL");
  await Promise.all(clients);
  await world.stop();
  world = await edgeward({ ...options, before: world });
  const ledger = ledgers.flatMap((entries, client) => entries.map((entry) => Object.assign(entry, { client })));
  const landed = await compare(round, ledger);
  await state(ledger, landed);
  const ended = await people(ledger, sessions);
  await cache(ledger, ended, sessions);
  if (round % 10 === 0 || round === rounds) process.stderr.write(`  round ${round} of ${rounds}: ${tally.changes} changes\n`);
}
await world.stop();
await rm(folder, { recursive: true });

const rows = [
  ["times that workerd was killed", rounds],
  ["changes that were asked for", tally.changes],
  ["acknowledged", tally.answered],
  ["under way when it was killed", tally.landed + tally.lost],
  ["of these, landed whole", tally.landed],
  ["of these, not made", tally.lost],
  ["cached checks meanwhile", tally.cached],
  ["pieces of work left behind, done by the cron trigger", tally.left],
  ["comparisons", tally.checks],
  ["that did not hold", broken.length],
];
console.log(`| | figure |\n|---|---:|\n${rows.map(([what, n]) => `| ${what} | ${n} |`).join("\n")}`);
for (const what of broken.slice(0, 10)) console.log(what);
process.exitCode = broken.length === 0 ? 0 : 1;
