// The API description by the rules of Redocly's linter, `recommended-strict`: every finding is an error.
//
//   node tests/schema/lint.mjs

import { fileURLToPath } from "node:url";
import { createConfig, formatProblems, getTotals, lint } from "@redocly/openapi-core";

const description = fileURLToPath(new URL("../../workers/account-pages/public/openapi.json", import.meta.url));
// Findings that are right about the description and ask for something that is not so.
const exceptions = [
  // A public address that takes nothing and is always there can't be asked wrongly.
  ["operation-4xx-response", "#/paths/~1healthz/get/responses"],
  // Browsers come here to be sent on.
  ["operation-2xx-response", "#/paths/~1oidc~1login/get/responses"],
  ["operation-2xx-response", "#/paths/~1oidc~1callback/get/responses"],
];
const config = await createConfig({ extends: ["recommended-strict"] });
const found = await lint({ ref: description, config });
const isOf = ({ ruleId, location }) => ([rule, pointer]) => rule === ruleId && pointer === location[0].pointer;
const problems = found.filter((problem) => !exceptions.some(isOf(problem)));
const stale = exceptions.filter((exception) => !found.some((problem) => isOf(problem)(exception)));
for (const [rule, pointer] of stale) console.error(`No longer found, so no exception: ${rule} at ${pointer}`);
const totals = getTotals(problems);
if (problems.length + stale.length > 0) {
  formatProblems(problems, { format: "codeframe", totals, version: "", maxProblems: 100 });
  process.exit(1);
}
console.log("The API description has nothing that the linter would mend.");
