// The tests in a real browser: `node --test-name-pattern=WORDS tests/browser/run.mjs` runs some of them.

import { readdir } from "node:fs/promises";

const files = await readdir(import.meta.dirname, { recursive: true });
for (const file of files.filter((name) => name.endsWith(".test.mjs")).sort()) await import(`./${file}`);
