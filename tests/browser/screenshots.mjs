// A picture of every page in every state: `cargo xtask screenshots` says where they are.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { startBrowser, Visitor } from "./support/browser.mjs";
import { allPages, SCHEMES, SIZES } from "./support/all_pages.mjs";
import { makeFriends, makePeople } from "./support/people.mjs";
import { World } from "./support/world.mjs";

const [folder, only = ""] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const [world, browser] = await Promise.all([World.start(), startBrowser()]);
const pages = (await allPages()).filter((page) => page.name.includes(only));

async function take(people, { as, open }, pictures) {
  const visitor = await Visitor.open(browser, world, { cookie: people.cookies[as] });
  await open(visitor, people);
  for (const { size, colorScheme, file, fullPage } of pictures) {
    await visitor.page.setViewportSize(size);
    await visitor.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await visitor.page.screenshot({ path: path.join(folder, `${file}.png`), fullPage });
  }
  await visitor.close();
}

// Those of the documentation come first, while everybody has an ordinary name.
const friends = await makeFriends(world);
for (const page of pages.filter(({ picture }) => picture)) {
  await take(friends, page, [{ size: { width: 1280, height: 800 }, colorScheme: "light", file: `docs-${page.name}`, fullPage: false }]);
}
const people = await makePeople(world, friends);
for (const page of pages) {
  const all = SIZES.flatMap((size) => SCHEMES.map((colorScheme) => ({ size, colorScheme })));
  const named = ({ size, colorScheme }) => ({ size, colorScheme, file: `${page.name}-${size.width}-${colorScheme}`, fullPage: true });
  await take(people, page, all.map(named));
}
await browser.close();
await world.stop();
