// A picture of every page in every state: `cargo xtask screenshots` says where they are.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { startBrowser, Visitor } from "./support/browser.mjs";
import { allPages, SCHEMES, SIZES } from "./support/all_pages.mjs";
import { makePeople } from "./support/people.mjs";
import { World } from "./support/world.mjs";

const [folder, only = ""] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const [world, browser] = await Promise.all([World.start(), startBrowser()]);
const people = await makePeople(world);
for (const { name, as, open } of (await allPages()).filter((page) => page.name.includes(only))) {
  const visitor = await Visitor.open(browser, world, { cookie: people.cookies[as] });
  await open(visitor, people);
  for (const size of SIZES) {
    for (const colorScheme of SCHEMES) {
      await visitor.page.setViewportSize(size);
      await visitor.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await visitor.page.screenshot({ path: path.join(folder, `${name}-${size.width}-${colorScheme}.png`), fullPage: true });
    }
  }
  await visitor.close();
}
await browser.close();
await world.stop();
