// Mixed traffic, as much as there can be, for so many minutes: every answer has to be one that is documented, and neither memory nor
// latency may grow. Prints a line for each minute, and at last what docs/ASSURANCE.md says of it.
//
// node benches/workerd/sustained.mjs MINUTES [CONNECTIONS]

import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { memory } from "./load.mjs";
import { Connection, KINDS, MOST_CONNECTIONS, person, wrong } from "./traffic.mjs";
import { ask, edgeward } from "./worlds.mjs";

const [minutes = 15, connections = 12] = process.argv.slice(2).map(Number);
if (!(minutes > 0) || !(connections > 0 && connections <= MOST_CONNECTIONS)) {
  throw new Error(`MINUTES, and from 1 to ${MOST_CONNECTIONS} CONNECTIONS`);
}
const MINUTE = 60_000;
const WORKERS = ["account-pages", "user-mgmt", "session-state", "application"];
/** How many times as much the last third may have as the first one, which noise alone explains. */
const FLAT = { memory: 1.15, latency: 1.5 };

const world = await edgeward({ weighing: true, hash: "argon2id" });

// What the wasm of each isolate holds ----------------------------------------------------------------------------------

const MIB = 1024 * 1024;

/** The linear memories of wasm in MiB. */
async function wasm() {
  const sizes = {};
  for (const name of WORKERS) sizes[name] = Number(await (await ask(`${world.urls[name]}/__memory`)).text()) / MIB;
  return sizes;
}

// The minutes -------------------------------------------------------------------------------------------------------------

const unexpected = [];
let current;
const fresh = () => ({ answers: Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, { statuses: {}, took: [] }])) });
let over = false;

async function work(number) {
  const connection = new Connection();
  const next = person(world, number, connection);
  while (!over) {
    try {
      const [kind, reply] = await next();
      const { statuses, took } = current.answers[kind];
      statuses[reply.status] = (statuses[reply.status] ?? 0) + 1;
      took.push(reply.took);
      const reason = wrong(kind, reply);
      if (reason !== undefined) unexpected.push(`${kind}: ${reply.status}, ${reason}: ${reply.text.slice(0, 300)}`);
    } catch (error) {
      unexpected.push(`no answer: ${error.message}`);
      // Whoever does not answer is not asked a thousand times a second.
      await sleep(1_000);
    }
  }
  connection.close();
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const latency = (took) => {
  const sorted = took.toSorted((one, other) => one - other);
  return { count: sorted.length, p50: at(sorted, 0.5), p99: at(sorted, 0.99) };
};
const all = (minute) => Object.values(minute.answers).flatMap(({ took }) => took);
const cells = (...values) => `| ${values.join(" | ")} |`;
const sum = (values) => values.reduce((total, value) => total + value, 0);

const head = ["minute", "requests", "2xx", "4xx as asked for", "busy", "p50 ms", "p99 ms", "p99 ms of sign-ins", "RSS MiB", ...WORKERS.map((name) => `wasm of ${name}, MiB`)];
console.log(cells(...head));
console.log(cells(...head.map(() => "---:")));
current = fresh();
const people = Array.from({ length: connections }, (_, number) => work(number));
const kept = [];
const userMgmt = await world.miniflare.getWorker("user-mgmt");
for (let minute = 1; minute <= minutes; minute += 1) {
  const started = current;
  await sleep(MINUTE / 2);
  const { outcome } = await userMgmt.scheduled({ cron: "* * * * *" });
  if (outcome !== "ok") unexpected.push(`the cron trigger: ${outcome}`);
  await sleep(MINUTE / 2);
  current = fresh();
  started.rss = memory(world.pid);
  started.wasm = await wasm();
  kept.push(started);
  const statuses = Object.values(started.answers).flatMap(({ statuses }) => Object.entries(statuses));
  const count = (wanted) => sum(statuses.filter(([status]) => wanted(Number(status))).map(([, n]) => n));
  const busy = (status) => status === 503 || status === 429;
  const { count: requests, p50, p99 } = latency(all(started));
  console.log(
    cells(minute, requests, count((status) => status < 300), count((status) => status >= 300 && !busy(status)), count(busy), p50.toFixed(1), p99.toFixed(1),
      latency(started.answers["sign in"].took).p99.toFixed(0), started.rss.toFixed(0), ...WORKERS.map((name) => started.wasm[name].toFixed(1))),
  );
}
over = true;
await Promise.all(people);

// The verdict -------------------------------------------------------------------------------------------------------------

console.log(`\n${cells("what is asked", "requests", "answered", "p50 ms", "p99 ms")}\n${cells("---", "---:", "---", "---:", "---:")}`);
for (const kind of Object.keys(KINDS)) {
  const { count, p50, p99 } = latency(kept.flatMap(({ answers }) => answers[kind].took));
  const statuses = {};
  for (const { answers } of kept) {
    for (const [status, n] of Object.entries(answers[kind].statuses)) statuses[status] = (statuses[status] ?? 0) + n;
  }
  console.log(cells(kind, count, Object.entries(statuses).map(([status, n]) => `${status}: ${n}`).join(", "), p50.toFixed(1), p99.toFixed(1)));
}

// A fifth is for warming up; of the rest, the last third against the first.
const warm = kept.slice(Math.ceil(minutes / 5));
const third = Math.floor(warm.length / 3);
const flat = [];
if (third > 0) {
  const [first, last] = [warm.slice(0, third), warm.slice(-third)];
  const compare = (what, of, limit) => {
    const times = of(last) / of(first);
    flat.push([what, times <= limit]);
    console.log(`${what}: ${of(first).toFixed(1)}, then ${of(last).toFixed(1)}: ${times.toFixed(2)} times, ${times <= limit ? "flat" : "NOT FLAT"}`);
  };
  compare("RSS, MiB", (part) => sum(part.map(({ rss }) => rss)) / part.length, FLAT.memory);
  compare("wasm, MiB", (part) => sum(part.map((minute) => sum(Object.values(minute.wasm)))) / part.length, FLAT.memory);
  compare("p50, ms", (part) => latency(part.flatMap(all)).p50, FLAT.latency);
  compare("p99, ms", (part) => latency(part.flatMap(all)).p99, FLAT.latency);
}
console.log(`${sum(kept.map((minute) => all(minute).length))} requests by ${connections} connections in ${minutes} minutes; not documented: ${unexpected.length}`);
for (const what of unexpected.slice(0, 10)) console.log(`  ${what}`);
await world.stop();
process.exitCode = unexpected.length === 0 && flat.every(([, holds]) => holds) ? 0 : 1;
