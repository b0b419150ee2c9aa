// What a flood of sign-ins takes from everybody else: requests that read, alone and beside so many sign-ins at a time. Prints the
// table of docs/ASSURANCE.md.

import process from "node:process";
import { Connection } from "./traffic.mjs";
import { PASSWORD, address, edgeward } from "./worlds.mjs";

const SECONDS = 10;
const READERS = 2;
const FLOODS = [0, 8, 64];
/** How long a client that was told to come again later waits, in milliseconds: less than it was told. */
const IMPATIENCE = 200;

const world = await edgeward({ hash: "argon2id" });
const base = world.urls["account-pages"];
const at = (values, share) => values.toSorted((one, other) => one - other)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
const unexpected = [];

async function beside(flood) {
  let over = false;
  const reads = [];
  const signIns = [];
  let refused = 0;
  const reader = async () => {
    const connection = new Connection();
    while (!over) {
      const reply = await connection.send(base, { path: "/api/load-user", headers: { cookie: world.member } });
      if (reply.status !== 200) unexpected.push(`${reply.status} ${reply.text}`);
      reads.push(reply.took);
    }
    connection.close();
  };
  const flooder = async (number) => {
    const connection = new Connection();
    while (!over) {
      const body = { username: address(100 + number), password: PASSWORD };
      const reply = await connection.send(base, { method: "POST", path: "/api/login", body });
      if (reply.status === 200) signIns.push(reply.took);
      else if (reply.status === 503 && JSON.parse(reply.text).code === "busy") {
        refused += 1;
        await new Promise((resolve) => setTimeout(resolve, IMPATIENCE));
      } else unexpected.push(`${reply.status} ${reply.text}`);
    }
    connection.close();
  };
  const clients = [...Array.from({ length: READERS }, reader), ...Array.from({ length: flood }, (_, number) => flooder(number))];
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000));
  over = true;
  await Promise.all(clients);
  return [flood, reads.length / SECONDS, at(reads, 0.5), at(reads, 0.99), signIns.length / SECONDS, at(signIns, 0.99), refused / SECONDS];
}

await beside(1);
const head = ["sign-ins at a time", "reads a second", "p50 ms", "p99 ms", "sign-ins a second", "their p99 ms", "refused a second"];
console.log(`| ${head.join(" | ")} |\n| ${head.map(() => "---:").join(" | ")} |`);
for (const flood of FLOODS) console.log(`| ${(await beside(flood)).map((value, n) => (n === 0 ? value : value.toFixed(1))).join(" | ")} |`);
await world.stop();
for (const what of unexpected.slice(0, 5)) console.log(what);
process.exitCode = unexpected.length === 0 ? 0 : 1;
