// What every file of tests uses: one set of workers and one browser for all of them.

import { after, before, test } from "node:test";
import { startBrowser, Visitor } from "./browser.mjs";
import { World } from "./world.mjs";

/** In milliseconds; a test that hangs should say so. */
const TIMEOUT = 60_000;

let world;
let browser;

before(async () => {
  // One after the other, so that what has started is ended where the next one fails.
  browser = await startBrowser();
  world = await World.start();
});

after(async () => {
  await Promise.all([browser?.close(), world?.stop()]);
});

/** A test that gets the workers and a way to open browsers, all of which are looked through when it ends. */
export function visit(name, run, options = {}) {
  test(name, { timeout: TIMEOUT }, async () => {
    const open = [];
    const visitor = async (more) => {
      const opened = await Visitor.open(browser, world, { ...options, ...more });
      open.push(opened);
      return opened;
    };
    let failed = true;
    try {
      await run({ world, visitor, scripts: options.scripts ?? true });
      failed = false;
    } finally {
      for (const opened of open) {
        // The first failure says more than what follows from it.
        if (failed) await opened.context.close();
        else await opened.close();
      }
    }
  });
}

/** A test that runs twice: with scripts, and in a browser that has none. */
export function visitBothWays(name, run) {
  visit(`${name}, with scripts`, run, { scripts: true });
  visit(`${name}, without scripts`, run, { scripts: false });
}
