// Mixed traffic, as much as there can be, for so many minutes: every answer has to be one that is documented, and neither memory nor
// latency may grow. Prints a line for each minute, and at last what docs/ASSURANCE.md says of it.
//
// node benches/workerd/sustained.mjs MINUTES [CONNECTIONS]

import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";
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
/** MiB that count for nothing: so much garbage is left between two collections of V8, or not. */
const GARBAGE = 8;

const world = await edgeward({ weighing: true, inspected: true, hash: "argon2id" });

// What each worker holds --------------------------------------------------------------------------------------------------

const MIB = 1024 * 1024;
/** How often it is asked, in milliseconds. The least of a minute is what is left after a collection, or nearly. */
const SAMPLE = 2_000;

/** Gives what asks the inspector of a worker how much of its heap of JavaScript is in use, in MiB. */
async function heap(name) {
  const base = await world.miniflare.getInspectorURL();
  const targets = await (await fetch(new URL("/json", base).href.replace("ws:", "http:"))).json();
  const { webSocketDebuggerUrl } = targets.find(({ id, title }) => `${id} ${title}`.includes(`core:user:${name}`));
  const socket = new WebSocket(webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  let last = 0;
  const waiting = new Map();
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = JSON.parse(data);
    waiting.get(id)?.(result.usedSize / MIB);
    waiting.delete(id);
  });
  return () =>
    new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      socket.send(JSON.stringify({ id: last, method: "Runtime.getHeapUsage" }));
    });
}

const heaps = new Map();
for (const name of WORKERS) heaps.set(name, await heap(name));

async function watch() {
  while (!over) {
    for (const [name, used] of heaps) {
      const now = await used();
      current.heap[name] = Math.min(current.heap[name] ?? now, now);
    }
    await sleep(SAMPLE);
  }
}

/** The linear memories of wasm in MiB, which only ever grow. */
async function wasm() {
  const sizes = {};
  for (const name of WORKERS) sizes[name] = Number(await (await ask(`${world.urls[name]}/__memory`)).text()) / MIB;
  return sizes;
}

// The minutes -------------------------------------------------------------------------------------------------------------

const unexpected = [];
let current;
const fresh = () => ({ heap: {}, answers: Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, { statuses: {}, took: [] }])) });
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

const head = ["minute", "requests", "2xx", "4xx as asked for", "busy", "p50 ms", "p99 ms", "p99 ms of sign-ins", "RSS MiB", ...WORKERS.map((name) => `${name}: JavaScript and wasm, MiB`)];
console.log(cells(...head));
console.log(cells(...head.map(() => "---:")));
current = fresh();
const people = [watch(), ...Array.from({ length: connections }, (_, number) => work(number))];
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
      latency(started.answers["sign in"].took).p99.toFixed(0), started.rss.toFixed(0), ...WORKERS.map((name) => `${started.heap[name].toFixed(1)} + ${started.wasm[name].toFixed(1)}`)),
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
  const compare = (what, of, limit, slack = 0) => {
    const times = of(last) / of(first);
    const holds = times <= limit || of(last) - of(first) <= slack;
    flat.push([what, holds]);
    console.log(`${what}: ${of(first).toFixed(1)}, then ${of(last).toFixed(1)}: ${times.toFixed(2)} times, ${holds ? "flat" : "NOT FLAT"}`);
  };
  const mean = (of) => (part) => sum(part.map(of)) / part.length;
  const held = (kind) => mean((minute) => sum(Object.values(minute[kind])));
  compare("JavaScript of the workers, MiB", held("heap"), FLAT.memory, GARBAGE);
  compare("wasm of the workers, MiB", held("wasm"), FLAT.memory, GARBAGE);
  compare("RSS of workerd, MiB", mean(({ rss }) => rss), FLAT.memory, GARBAGE);
  compare("p50, ms", (part) => latency(part.flatMap(all)).p50, FLAT.latency);
  compare("p99, ms", (part) => latency(part.flatMap(all)).p99, FLAT.latency);
}
console.log(`${sum(kept.map((minute) => all(minute).length))} requests by ${connections} connections in ${minutes} minutes; not documented: ${unexpected.length}`);
for (const what of unexpected.slice(0, 10)) console.log(`  ${what}`);
await world.stop();
process.exitCode = unexpected.length === 0 && flat.every(([, holds]) => holds) ? 0 : 1;
