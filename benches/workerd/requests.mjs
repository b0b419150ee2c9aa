// Requests on workerd: Edgeward beside better-auth, one job after the other, on each deployment in turn. Prints the section of
// docs/PERFORMANCE.md to standard output.

import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { load, summary } from "./load.mjs";
import { ACCOUNTS, PASSWORD, address, ask, betterAuth, edgeward, id } from "./worlds.mjs";

// For trying out: `--quick` and words of the jobs that are wanted.
const quick = process.argv.includes("--quick");
const wanted = process.argv.slice(2).filter((argument) => argument !== "--quick");
const ROUNDS = quick ? 1 : 5;
const SECONDS = quick ? 0.5 : 1;
/** By when what a job runs through is compiled for good, in wasm and JavaScript alike. */
const WARM = quick ? 0.5 : 4;
const CONNECTIONS = [1, 8, 32];
/** Connections at which a request is compared with its bare calls. */
const COMPARED = [1, 8];
/** Connections that ask who they are, and those that sign in meanwhile. */
const READERS = 2;
const CROWD = 8;
/** By when the guard and user-mgmt have written down what they gather for a while. */
const GATHERED = 6_500;
/** By when what is done after a response is done. */
const DEFERRED = 500;
/** By when nothing is left of the requests that were under way at the end of a run. */
const GIVEN_UP = 600;

const say = (text) => process.stderr.write(`${text}\n`);

// The worlds ---------------------------------------------------------------------------------------------------------------

const KINDS = ["D1", "KV", "KV and cookie"];
const NAMES = { Edgeward: "Edgeward", D1: "better-auth, D1", KV: "better-auth, D1 and KV", "KV and cookie": "better-auth, with cookie cache" };

/** Where Edgeward's data are while its calls are counted, and while they are measured: the same, so that the calls made again find the same. */
const storage = await mkdtemp(path.join(tmpdir(), "edgeward-requests-"));
const COUNTED = path.join(storage, "counted");
const MEASURED = path.join(storage, "measured");

/** Edgeward with its accounts and sessions, in both folders. */
async function fill() {
  const world = await edgeward({ folder: MEASURED });
  await signInSome(world.urls["account-pages"], signIn.Edgeward);
  await world.stop();
  await cp(MEASURED, COUNTED, { recursive: true });
  return world;
}

/** One deployment after the other; the first one started is the first one in every table. */
async function worlds(filled, folder, options) {
  const all = { Edgeward: await edgeward({ ...options, folder, before: filled }) };
  for (const kind of KINDS) {
    all[kind] = await betterAuth(kind, options);
    await signInSome(all[kind].urls["better-auth"], signIn["*"]);
  }
  return all;
}

async function signInSome(url, request) {
  for (let n = SIGNED_IN; n < ACCOUNTS; n += 1) await make(url, request(n));
}

// The jobs -----------------------------------------------------------------------------------------------------------------

/** The accounts from one number up to another, in turn. */
function inTurn(from, to) {
  let next = from;
  return () => {
    const number = next;
    next = next + 1 < to ? next + 1 : from;
    return number;
  };
}

/** Each job has accounts of its own; those of the last kind have a session each. Number 0 is the member who asks. */
const SIGNED_IN = ACCOUNTS - 100;
const toSignIn = inTurn(1, ACCOUNTS / 2);
const toAssign = inTurn(ACCOUNTS / 2, SIGNED_IN);
const toAssignSignedIn = inTurn(SIGNED_IN, ACCOUNTS);

const get = (path, cookie) => ({ method: "GET", path, headers: { cookie } });
const send = (method, path, headers, body) => ({
  method,
  path,
  headers: { ...headers, ...(body && { "content-type": "application/json" }) },
  body: body && JSON.stringify(body),
});
/** Where people are, the platform says. */
const FROM = { "cf-connecting-ip": "192.0.2.1" };
const ORIGIN = { origin: "http://bench.example" };

/** So many that a connection repeats none for a while. */
const several = (one) => Array.from({ length: 50 }, one);

const signIn = {
  Edgeward: (n) => send("POST", "/api/login", FROM, { username: address(n), password: PASSWORD }),
  "*": (n) => send("POST", "/api/auth/sign-in/email", { ...FROM, ...ORIGIN }, { email: address(n), password: PASSWORD }),
};

/** Gives a role to one of these accounts, and takes it. */
const assign = (another) => ({
  Edgeward: (world) => [
    "account-pages",
    () => {
      const path = `/api/rbac/users/${id(another())}/roles`;
      const headers = { cookie: world.admin };
      return [
        send("POST", path, headers, { roleId: world.role }),
        send("DELETE", `${path}/${world.role}`, headers),
      ];
    },
  ],
  "*": (world) => [
    "better-auth",
    () => {
      const userId = id(another());
      const headers = { cookie: world.admin, ...ORIGIN };
      return ["admin", "user"].map((role) => send("POST", "/api/auth/admin/set-role", headers, { userId, role }));
    },
  ],
});

/** What a job is on each deployment: which worker is asked, and the requests that a client repeats. */
const JOBS = {
  "who am I": {
    Edgeward: (world) => ["account-pages", () => [get("/api/load-user", world.member)]],
    "*": (world) => ["better-auth", () => [get("/api/auth/get-session", world.member)]],
  },
  "may I, cached": {
    Edgeward: (world) => ["application", () => [get("/cached", world.member)]],
    KV: (world) => ["better-auth", () => [get("/protected", world.member)]],
    "KV and cookie": (world) => ["better-auth", () => [get("/protected", world.member)]],
  },
  "may I, strict": {
    Edgeward: (world) => ["application", () => [get("/strict", world.member)]],
    D1: (world) => ["better-auth", () => [get("/protected", world.member)]],
  },
  "list users": {
    Edgeward: (world) => ["account-pages", () => [get("/api/v1/admin/users?limit=50", world.admin)]],
    "*": (world) => ["better-auth", () => [get("/api/auth/admin/list-users?limit=50", world.admin)]],
  },
  "sign in": {
    Edgeward: () => ["account-pages", () => several(() => signIn.Edgeward(toSignIn()))],
    "*": () => ["better-auth", () => several(() => signIn["*"](toSignIn()))],
  },
  "assign a role": assign(toAssign),
  "assign a role, signed in": assign(toAssignSignedIn),
};

/** The rows of the table: a job on a deployment. */
const ROWS = Object.entries(JOBS)
  .filter(([job]) => wanted.length === 0 || wanted.some((word) => job.includes(word)))
  .flatMap(([job, on]) =>
  Object.keys(NAMES)
    .filter((kind) => on[kind] || (kind !== "Edgeward" && on["*"]))
    .map((kind) => ({ job, kind, of: on[kind] ?? on["*"] })),
);

/** The route that checks are compared with. */
const OPEN = { job: "open", kind: "Edgeward", of: () => ["application", () => [get("/open", "")]] };

/** A row in these worlds: whom to ask, and for what. */
function deployed(row, all) {
  const { pid, urls } = all[row.kind];
  const [worker, requests] = row.of(all[row.kind]);
  return { row, pid, url: urls[worker], requests };
}

// Counting -----------------------------------------------------------------------------------------------------------------

/** The workers that others are compared with. */
const MINIMAL = ["bare", "nothing", "bare-rust", "nothing-rust"];

/** What the workers of a world have asked their bindings since the last time. */
async function calls(world) {
  const own = Object.entries(world.urls).filter(([name]) => !MINIMAL.includes(name));
  const made = await Promise.all(own.map(async ([, url]) => (await ask(`${url}/__calls`)).json()));
  return made.flat();
}

/** Makes a request whose answer has to be a good one. */
async function make(url, { method, path, headers, body }) {
  const response = await fetch(`${url}${path}`, { method, headers, body });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}

/** The binding calls of one request of each row, exactly. */
async function count(filled) {
  const counted = new Map();
  const all = await worlds(filled, COUNTED, { counting: true });
  const deployments = [...ROWS, OPEN].map((row) => deployed(row, all));
  for (const { url, requests } of deployments) await make(url, requests()[0]);
  await sleep(GATHERED);
  for (const { row, url, requests } of deployments) {
    const [request] = requests();
    const once = async () => {
      await calls(all[row.kind]);
      await make(url, request);
      await sleep(DEFERRED);
      return await calls(all[row.kind]);
    };
    counted.set(row, await once());
    if (row.job === HASHED && row.kind === "Edgeward") row.unique = onlyIn(counted.get(row), await once());
  }
  for (const world of Object.values(all)) await world.stop();
  return counted;
}

/** The names in what is written that are others each time. */
function onlyIn(calls, others) {
  const written = (made) => made.filter(writes).flatMap(({ statements }) => statements.flatMap(({ params }) => params));
  const names = (made) => written(made).filter((value) => /^[\w-]{20,}$/.test(value));
  const known = new Set(names(others));
  return [...new Set(names(calls))].filter((name) => !known.has(name));
}

const tally = (made) => ({
  d1: made.filter(({ binding }) => binding === "d1").length,
  reads: made.filter(({ binding, operation }) => binding === "kv" && ["get", "list"].includes(operation)).length,
  writes: made.filter(({ binding, operation }) => binding === "kv" && ["put", "delete"].includes(operation)).length,
  services: made.filter(({ binding }) => binding === "service").length,
});

// Measuring ----------------------------------------------------------------------------------------------------------------

/** The same binding calls with nothing around them: what was counted in Edgeward's jobs that only read. */
const BARE = ["who am I", "may I, cached", "may I, strict", "list users"];
/** Signing in writes too, after the hash. */
const HASHED = "sign in";
const writes = ({ statements = [] }) => statements.some(({ sql }) => /\b(INSERT INTO|UPDATE|DELETE FROM)\b/.test(sql));
const again = ({ job, unique }, calls) =>
  job === HASHED
    ? [...calls.filter((call) => !writes(call)), { binding: "hash" }, ...calls.filter(writes).map((call) => ({ ...call, unique }))]
    : calls;

/** What takes turns for a job, by name: the deployments that do it and, in Edgeward's, its bare binding calls and what makes none. */
async function contestants(job, all, counted) {
  const rows = ROWS.filter((row) => row.job === job);
  const found = Object.fromEntries(rows.map((row) => [row.kind, deployed(row, all)]));
  if (job.startsWith("may I")) found.open = deployed(OPEN, all);
  const { pid, urls } = all.Edgeward;
  const minimal = (BARE.includes(job) && MINIMAL) || (job === HASHED && ["bare"]) || [];
  const path = `/${job.replaceAll(/\W+/g, "-")}`;
  for (const worker of minimal) {
    const bare = worker.startsWith("bare");
    if (bare) await ask(`${urls[worker]}${path}`, { method: "PUT", body: again(found.Edgeward.row, counted.get(found.Edgeward.row)) });
    found[worker] = { pid, url: urls[worker], requests: () => [get(bare ? path : "/", "")] };
  }
  return found;
}

/** Job after job, so that nobody comes to a job from minutes of idleness. */
async function measure(filled, counted) {
  const all = await worlds(filled, MEASURED);
  const renew = async () => await all["KV and cookie"].renew();
  const jobs = new Map();
  for (const job of new Set(ROWS.map((row) => row.job))) {
    await renew();
    const found = await contestants(job, all, counted);
    const contests = Object.values(found);
    for (const contest of contests) {
      contest.runs = new Map(CONNECTIONS.map((connections) => [connections, []]));
      await load({ ...contest, connections: 8, seconds: WARM });
    }
    for (let round = 1; round <= ROUNDS; round += 1) {
      await renew();
      for (const connections of CONNECTIONS) {
        // Every other round goes backwards, so that nobody is always first.
        for (const contest of round % 2 === 1 ? contests : contests.toReversed()) {
          contest.runs.get(connections).push(await load({ ...contest, connections, seconds: SECONDS }));
          await sleep(GIVEN_UP);
        }
      }
      say(`  ${job}: round ${round} of ${ROUNDS}`);
    }
    for (const [name, contest] of Object.entries(found)) {
      contest.at = new Map(CONNECTIONS.map((connections) => [connections, summary(contest.runs.get(connections))]));
      contest.processor = summary([...contest.runs.values()].flat()).processor;
      say(`  ${job}, ${name}: ${contest.at.get(8).throughput.toFixed(0)} a second, ${contest.processor.toFixed(2)} ms of CPU`);
    }
    jobs.set(job, found);
  }
  await renew();
  const crowds = await beside(jobs);
  for (const world of Object.values(all)) await world.stop();
  return { jobs, crowds };
}

/** What a request spends beyond the same calls made bare, compared within each round: a minute later, the same spends a tenth more or less. */
function beyond(found, connections) {
  const rounds = Array.from({ length: ROUNDS }, (_, round) => {
    const spent = (name) => summary([found[name].runs.get(connections)[round]]).processor;
    const [whole, bare, inRust, none] = ["Edgeward", "bare", "bare-rust", "nothing"].map(spent);
    // A protected route of an application is compared with the same one open; both have the cost of a request in them.
    const unprotected = spent(found.open ? "open" : "nothing");
    return { whole, bare, inRust, own: whole - bare - (unprotected - none), rust: inRust - bare - (spent("nothing-rust") - none) };
  });
  return Object.fromEntries(Object.keys(rounds[0]).map((key) => [key, median(rounds.map((round) => round[key]))]));
}

const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];

/** How long it takes to know who one is while others sign in. */
async function beside(jobs) {
  const crowds = Object.keys(NAMES)
    .map((kind) => ({ kind, readers: jobs.get("who am I")?.[kind], others: jobs.get("sign in")?.[kind], reads: [], signIns: [] }))
    .filter(({ readers, others }) => readers && others);
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const crowd of round % 2 === 1 ? crowds : crowds.toReversed()) {
      const [reads, signIns] = await Promise.all([
        load({ ...crowd.readers, connections: READERS, seconds: 2 * SECONDS }),
        load({ ...crowd.others, connections: CROWD, seconds: 2 * SECONDS }),
      ]);
      crowd.reads.push(reads);
      crowd.signIns.push(signIns);
      await sleep(GIVEN_UP);
    }
  }
  return crowds;
}

// The section --------------------------------------------------------------------------------------------------------------

const cells = (...values) => `| ${values.join(" | ")} |`;
const number = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const milliseconds = (value) => value.toFixed(2);

/** How many times as many requests one of these answers as another. */
const times = (found, one, other) => found[one].at.get(8).throughput / found[other].at.get(8).throughput;

function section(counted, { jobs, crowds }) {
  const measured = (some) => some.filter((job) => jobs.has(job));
  const lines = [];
  const table = (head, rows) => lines.push(cells(...head), cells(...head.map((_, n) => (n < 1 ? "---" : "---:"))), ...rows, "");

  for (const job of measured(Object.keys(EXPLAINED))) {
    const [title, text] = EXPLAINED[job];
    const found = jobs.get(job);
    lines.push(`### ${title}`, "", text, "");
    table(
      ["", ...CONNECTIONS.map((n) => `requests/s at ${n}`), ...CONNECTIONS.map((n) => `p50 / p99 ms at ${n}`), "CPU ms", "D1", "KV read", "KV written", "services", "Edgeward is"],
      ["open", ...Object.keys(NAMES)].filter((name) => found[name]).map((name) => {
        const { row, at, processor } = found[name];
        const { d1, reads, writes, services } = tally(counted.get(row));
        return cells(
          NAMES[name] ?? "*Edgeward's, open*",
          ...CONNECTIONS.map((n) => number(at.get(n).throughput)),
          ...CONNECTIONS.map((n) => `${milliseconds(at.get(n).p50)} / ${milliseconds(at.get(n).p99)}`),
          milliseconds(processor),
          d1,
          reads,
          writes,
          services,
          KINDS.includes(name) ? `${times(found, "Edgeward", name).toFixed(1)} times as fast` : "",
        );
      }),
    );
  }

  if (crowds.length > 0) {
    lines.push(
      "### Who am I, while others sign in",
      "",
      `The first job by ${READERS} connections, while ${CROWD} others do nothing but sign in. An isolate does one thing at a time, and a hash takes as long as many ` +
        "requests together: Edgeward has other requests take their turn before the next one.",
      "",
    );
    table(
      ["", "who am I, a second", "p50 / p99 ms", "sign-ins a second"],
      crowds.map(({ kind, reads, signIns }) => {
        const { throughput, p50, p99 } = summary(reads);
        return cells(NAMES[kind], number(throughput), `${milliseconds(p50)} / ${milliseconds(p99)}`, number(summary(signIns).throughput));
      }),
    );
  }

  lines.push(
    "### Beside the bare binding calls",
    "",
    "What a request spends of the processor, and what the same binding calls spend on the same data in a worker of a few lines that only makes them: " +
      "in JavaScript, and in Rust, where what is found comes into wasm as one text and nobody reads it. D1 and KV are simulated here, and most of the time is theirs. " +
      "What is *beyond* is beyond the calls in JavaScript, and for checks beyond what the same worker spends on a route that is open. " +
      `Compared within each round; medians of ${ROUNDS} rounds.`,
    "",
  );
  table(
    ["", "connections", "CPU ms", "bare calls, CPU ms", "in Rust, CPU ms", "Edgeward beyond, CPU ms", "Rust beyond, CPU ms"],
    measured(BARE).flatMap((job) =>
      COMPARED.map((connections) => {
        const { whole, bare, inRust, own, rust } = beyond(jobs.get(job), connections);
        return cells(job, connections, ...[whole, bare, inRust, own, rust].map(milliseconds));
      }),
    ),
  );

  lines.push(
    "### The budgets",
    "",
    "Throughput is that of eight connections. The best that there can be is what a worker reaches that makes the same binding calls and the same hash, and " +
      "does nothing else: in JavaScript / in Rust. What not even a worker in Rust reaches that does nothing else is out of reach here.",
    "",
  );
  const budgets = [];
  const budget = (what, limit, value, met, unit = "", most = "", reachable = true) =>
    budgets.push(cells(what, limit, `${value}${unit}`, most, met ? "met" : reachable ? "**missed**" : "out of reach"));
  const bests = (found) => ["bare", "bare-rust"].filter((name) => found[name]);
  for (const [job, limit] of [["may I, cached", 2], ["may I, strict", 5]].filter(([job]) => jobs.has(job))) {
    const found = jobs.get(job);
    const light = (name, none) => found[name].at.get(1).p99 - found[none].at.get(1).p99;
    const more = light("Edgeward", "open");
    const least = [light("bare", "nothing"), light("bare-rust", "nothing-rust")];
    const most = `${least.map(milliseconds).join(" / ")} ms`;
    budget(`${job}: p99 over the same route open, one connection`, `< ${limit} ms`, milliseconds(more), more < limit, " ms", most, least.at(-1) < limit);
    for (const connections of COMPARED) {
      const { own, rust } = beyond(found, connections);
      const what = `${job}: CPU beyond the bare binding calls, ${connections === 1 ? "one connection" : `${connections} connections`}`;
      budget(what, "≤ 0.2 ms", milliseconds(own), own <= 0.2, " ms", `0 / ${milliseconds(rust)} ms`, rust <= 0.2);
    }
  }
  for (const [job, limit] of [["who am I", 2], ["may I, cached", 2], ["may I, strict", 2], ["list users", 2], ["sign in", 1.5], ["assign a role", 1], ["assign a role, signed in", 1]].filter(([job]) => jobs.has(job))) {
    const found = jobs.get(job);
    for (const kind of KINDS.filter((kind) => found[kind])) {
      const own = times(found, "Edgeward", kind);
      const best = bests(found).map((name) => times(found, name, kind));
      const most = best.length > 0 ? `${best.map((times) => times.toFixed(2)).join(" / ")} times` : "";
      const what = `${job}: throughput against ${NAMES[kind]}`;
      budget(what, limit === 1 ? "ahead" : `≥ ${limit} times`, own.toFixed(2), own >= limit, " times", most, best.length === 0 || best.at(-1) >= limit);
    }
  }
  const made = (job) => tally(counted.get(jobs.get(job).Edgeward.row));
  for (const [job, limit] of [["may I, cached", 0], ["may I, strict", 1], ["list users", 2]].filter(([job]) => jobs.has(job))) {
    const { d1 } = made(job);
    budget(`${job}: D1 round trips`, `≤ ${limit}`, d1, d1 <= limit);
  }
  for (const job of measured(BARE)) {
    const { writes } = made(job);
    budget(`${job}: KV writes on a warm session`, "0", writes, writes === 0);
  }
  table(["budget", "limit", "measured", "the best there can be", ""], budgets);
  return lines.join("\n");
}

const EXPLAINED = {
  "who am I": ["Who am I", "`GET /load-user`, through account-pages, against `get-session` of better-auth."],
  "may I, cached": [
    "May I, cached",
    "A route of an application behind the guard, by session-state; against a route of better-auth's worker that reads the session and " +
      "compares the role's permissions in memory. The cookie cache asks nobody: a session that was revoked, or a role that was taken, is believed until it expires.",
  ],
  "may I, strict": ["May I, strict", "The same on the truth: a strict check, against the session and the user in D1."],
  "list users": ["List users", "Fifty of them, for an administrator."],
  "sign in": [
    "Sign in",
    "PBKDF2 with 100,000 iterations of SHA-256 by WebCrypto, in both. Both count sign-ins by client address: Edgeward by the platform's binding, which is " +
      "simulated here by a database of its own, better-auth in D1, since KV can't count.",
  ],
  "assign a role": ["Assign a role", "Given and taken in turn, each request one change, to somebody who has no session."],
  "assign a role, signed in": [
    "Assign a role to somebody who is signed in",
    "The same. What KV has of the session must not be believed any more: better-auth wrote it there at the sign-in, and writes it anew. Edgeward writes it with the first " +
      "cached check of the session, and marks it after its answer where there has been one since the last change; here there is none.",
  ],
};

const filled = await fill();
say("counting binding calls");
const counted = await count(filled);
say("measuring");
const measured = await measure(filled, counted);
await rm(storage, { recursive: true });
process.stdout.write(`## Requests on workerd

Three workers of Edgeward as they are deployed, and better-auth on the same D1 and KV, each deployment on a workerd of its own, asked on its
own socket without a development proxy. ${ACCOUNTS.toLocaleString("en")} accounts, the same in all. One job follows the other. Each has ${WARM} s to warm up on each deployment, for compilers that begin
with the first request. Then deployments take turns, ${ROUNDS} rounds of ${SECONDS} s for each number of connections; the ratio is that of throughput at 8. CPU is what workerd spends on a request, in user and kernel mode.

${section(counted, measured)}`);
