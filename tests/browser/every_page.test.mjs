// What holds for every page in every state: accessible, light, within its width.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { allPages, SCHEMES, SIZES } from "./support/all_pages.mjs";
import { makePeople } from "./support/people.mjs";
import { visit } from "./support/suite.mjs";

/** What a page may weigh with everything that it loads, in bytes, gzipped. */
const WEIGHT = 50 * 1024;
const AXE = await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

let people;

for (const { name, as, open } of await allPages()) {
  visit(`page ${name} is accessible, fits and is light`, async ({ world, visitor }) => {
    people ??= await makePeople(world);
    const reader = await visitor({ cookie: people.cookies[as] });
    const loaded = [];
    reader.page.on("response", (response) => loaded.push(response));
    await open(reader, people);
    await reader.page.evaluate(AXE);
    for (const size of SIZES) {
      for (const colorScheme of SCHEMES) {
        await reader.page.setViewportSize(size);
        await reader.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const where = `${name}, ${size.width} px, ${colorScheme}`;
        const found = await reader.page.evaluate(() => axe.run({ resultTypes: ["violations"] }));
        const violations = found.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(" ")}`);
        assert.deepEqual(violations, [], where);
        const beyond = await reader.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(beyond <= 0, `${where}: ${beyond} px too wide`);
      }
    }
    const last = new Map();
    for (const response of loaded) last.set(new URL(response.url()).pathname, response);
    const shown = [...last.values()].filter((response) => response.status() !== 303);
    const bodies = await Promise.all(shown.map((response) => response.body().catch(() => "")));
    const weight = bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
    assert.ok(weight <= WEIGHT, `${name} weighs ${weight} bytes`);
  });
}
