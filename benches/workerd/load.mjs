// Requests, as many as there can be, from so many connections; and what the process that answers them spends.

import { readFileSync } from "node:fs";
import autocannon from "autocannon";

/** Ticks of the kernel's clock in a second, as Linux reports times to programs on every machine. */
const TICKS = 100;

/** Seconds of processor time that a process has spent, in user and kernel mode. */
export function processorTime(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Resident memory of a process in MiB. */
export function memory(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
}

/** Asks for `seconds`; every answer has to be a good one. */
export async function load({ url, pid, requests, connections, seconds }) {
  const latencies = [];
  const before = processorTime(pid);
  const started = performance.now();
  const run = autocannon({
    url,
    connections,
    duration: seconds,
    // What is under way when the time is over is not waited for.
    forever: false,
    setupClient: (client) => client.setRequests(requests()),
  });
  run.on("response", (_client, _status, _bytes, milliseconds) => latencies.push(milliseconds));
  const result = await run;
  const elapsed = (performance.now() - started) / 1_000;
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${url}: ${result.non2xx} refused, ${result.errors} failed, ${latencies.length} answered`);
  }
  return { latencies, elapsed, processor: processorTime(pid) - before };
}

/** The figures of several runs of the same. */
export function summary(runs) {
  const latencies = runs.flatMap((run) => run.latencies).sort((one, other) => one - other);
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
  const sum = (of) => runs.reduce((total, run) => total + of(run), 0);
  return {
    count: latencies.length,
    throughput: latencies.length / sum((run) => run.elapsed),
    processor: (sum((run) => run.processor) * 1_000) / latencies.length,
    p50: at(0.5),
    p99: at(0.99),
  };
}
