// The pages of all areas: each folder lists its own in `pages.mjs`.

import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";

const ROOT = path.dirname(import.meta.dirname);

export async function allPages() {
  const areas = (await readdir(ROOT)).sort().filter((name) => existsSync(path.join(ROOT, name, "pages.mjs")));
  const lists = await Promise.all(areas.map((area) => import(path.join(ROOT, area, "pages.mjs"))));
  return lists.flatMap((list) => list.default);
}

export const SIZES = [
  { width: 360, height: 740 },
  { width: 1280, height: 800 },
];
export const SCHEMES = ["light", "dark"];
