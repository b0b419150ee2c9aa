// How long a worker takes from nothing to its first answer, and what memory it holds then, beside a worker that does nothing and has the
// same bindings. Prints a table to standard output.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { memory } from "./load.mjs";
import { alone, ask } from "./worlds.mjs";

const STARTS = 7;
const WORKERS = ["account-pages", "user-mgmt", "session-state", "better-auth"];

const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];

// better-auth looks at its tables when it starts, so they are there.
const database = await mkdtemp(path.join(tmpdir(), "edgeward-bench-"));
const prepared = await alone("better-auth", false, database);
await ask(`${prepared.urls["better-auth"]}/migrate`);
await prepared.stop();

async function start(name, empty) {
  const began = performance.now();
  const world = await alone(name, empty, database);
  const response = await fetch(`${world.urls[name]}/healthz`);
  await response.arrayBuffer();
  const figures = { time: performance.now() - began, memory: memory(world.pid) };
  await world.stop();
  return figures;
}

const found = new Map(WORKERS.map((name) => [name, { worker: [], empty: [] }]));
for (let round = 0; round < STARTS; round += 1) {
  for (const [name, { worker, empty }] of found) {
    worker.push(await start(name, false));
    empty.push(await start(name, true));
  }
}
await rm(database, { recursive: true });
const rows = ["| worker | first answer after, ms | of it the worker, ms | memory, MiB | of it the worker, MiB |", "|---|---:|---:|---:|---:|"];
for (const [name, { worker, empty }] of found) {
  const figures = ["time", "memory"].flatMap((what) => {
    const [all, without] = [worker, empty].map((starts) => median(starts.map((start) => start[what])));
    return [all.toFixed(0), (all - without).toFixed(0)];
  });
  rows.push(`| ${name} | ${figures.join(" | ")} |`);
}
process.stdout.write(`${rows.join("\n")}\n`);
