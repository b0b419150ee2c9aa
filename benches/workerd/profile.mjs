// Where the time of a worker goes: a profile of the workers of Edgeward while a job of `requests.mjs` runs. For whoever makes it faster:
// `node benches/workerd/profile.mjs WORKER PATH`, with Node.js 22 or newer, and the functions that take longest.

import process from "node:process";
import { load } from "./load.mjs";
import { edgeward } from "./worlds.mjs";

const [worker = "application", path = "/cached", profiled = worker] = process.argv.slice(2);
const SECONDS = 4;

const world = await edgeward({ inspected: true });
const base = await world.miniflare.getInspectorURL();
const targets = await (await fetch(new URL("/json", base).href.replace("ws:", "http:"))).json();
const target = targets.find(({ id, title }) => `${id} ${title}`.includes(profiled));
const socket = new WebSocket(target.webSocketDebuggerUrl);
await new Promise((resolve) => socket.addEventListener("open", resolve));
let last = 0;
const answers = new Map();
socket.addEventListener("message", ({ data }) => {
  const { id, result, error } = JSON.parse(data);
  if (error) console.error(error);
  answers.get(id)?.(result);
});
const command = (method, params = {}) =>
  new Promise((resolve) => {
    last += 1;
    answers.set(last, resolve);
    socket.send(JSON.stringify({ id: last, method, params }));
  });
const requests = () => [{ method: "GET", path, headers: { cookie: path.includes("admin") ? world.admin : world.member } }];
const run = { url: world.urls[worker], pid: world.pid, requests, connections: 8 };
await load({ ...run, seconds: 1 });
await command("Profiler.enable");
await command("Profiler.setSamplingInterval", { interval: 200 });
await command("Profiler.start");
const { latencies, processor } = await load({ ...run, seconds: SECONDS });
const { profile } = await command("Profiler.stop");

const times = new Map();
const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
profile.samples.forEach((id, n) => {
  const { functionName, url, lineNumber, columnNumber } = nodes.get(id).callFrame;
  const name = `${functionName || "(anonymous)"} ${url.split("/").at(-1)}:${lineNumber}:${columnNumber}`;
  times.set(name, (times.get(name) ?? 0) + profile.timeDeltas[n]);
});
console.log(`${latencies.length} requests, ${((processor * 1000) / latencies.length).toFixed(2)} ms of CPU each`);
for (const [name, micros] of [...times].sort(([, one], [, other]) => other - one).slice(0, 45)) {
  console.log(`${(micros / latencies.length).toFixed(1).padStart(8)} µs a request  ${name}`);
}
socket.close();
await world.stop();
