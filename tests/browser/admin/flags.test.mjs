// What is switched off is not there, for whoever asks.

import assert from "node:assert/strict";
import { visit } from "../support/suite.mjs";

visit("with the flags off there is no admin area, and no word of it", async ({ world, visitor }) => {
  const cookie = await world.signIn(await world.person("owner", { role: "SUPER_ADMIN" }));
  await world.during({ "account-pages": { USER_MGMT_UI: "off" } }, async () => {
    const owner = await visitor({ cookie });
    await owner.goto("/profile");
    await owner.sees("You may do everything here.");
    assert.equal(await owner.page.getByText("Administration").count(), 0);
    for (const path of ["/admin/users", "/admin/users/invite", "/admin/roles", "/admin/roles/new", "/admin/audit", "/admin/rollout"]) {
      await owner.goto(path);
      await owner.seesHeading("There is no such page");
    }
  });
  await world.during({ "user-mgmt": { RBAC_ENABLED: "off", USER_MGMT_CORE: "off", USER_MGMT_ENFORCE: "off" } }, async () => {
    const owner = await visitor({ cookie });
    await owner.goto("/profile");
    await owner.sees("Permissions are off");
    assert.deepEqual(await owner.page.locator("nav.sections a").allTextContents(), ["Profile", "Password", "Sessions"]);
    for (const path of ["/admin/users", "/admin/roles", "/admin/audit", "/admin/rollout"]) {
      await owner.goto(path);
      await owner.seesHeading("This is not for you to see or do");
    }
  });
  const owner = await visitor({ cookie });
  await owner.goto("/admin/users");
  await owner.seesHeading("Users");
});
