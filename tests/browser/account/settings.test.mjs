// What somebody changes about their own account.

import assert from "node:assert/strict";
import { visit, visitBothWays } from "../support/suite.mjs";
import { PASSWORD } from "../support/world.mjs";

const NEW_PASSWORD = "another horse battery";
const HOSTILE = "<script>alert(1)</script>";
const LONG = "W".repeat(200);

visitBothWays("names are saved, and shown as they are", async ({ world, visitor }) => {
  const ada = await visitor({ cookie: await world.signIn(await world.person("named")) });
  for (const [firstName, lastName] of [["Ada", "Lovelace"], [HOSTILE, LONG]]) {
    await ada.goto("/profile");
    await ada.fill("First name (optional)", firstName);
    await ada.fill("Last name (optional)", lastName);
    await ada.press("Save");
    await ada.sees("Saved.");
    assert.equal(await ada.page.getByLabel("First name (optional)").inputValue(), firstName);
    await ada.page.getByRole("link", { name: `${firstName} ${lastName}`, exact: true }).waitFor();
  }
  await ada.follow("Sessions");
  await ada.seesHeading("Your sessions");
});

visitBothWays("a changed password signs out everywhere else", async ({ world, visitor }) => {
  const email = await world.person("changing");
  const ada = await visitor({ cookie: await world.signIn(email) });
  const elsewhere = await visitor({ cookie: await world.signIn(email) });
  await ada.goto("/password");
  await ada.fill("Current password", "not the password");
  await ada.fill("New password", NEW_PASSWORD);
  await ada.press("Change the password");
  await ada.seesWrong("Current password", /current password is wrong/);
  assert.equal(await ada.page.getByLabel("New password", { exact: true }).inputValue(), "");
  await ada.fill("Current password", PASSWORD);
  await ada.fill("New password", NEW_PASSWORD);
  await ada.press("Change the password");
  await ada.sees("Your password is changed.");
  await elsewhere.goto("/profile");
  assert.equal(elsewhere.at, "/sign-in?next=%2Fprofile");
  await elsewhere.signIn(email, NEW_PASSWORD);
  await elsewhere.seesHeading("Your profile");
});

visitBothWays("sessions are ended one by one, or all others", async ({ world, visitor, scripts }) => {
  const email = await world.person("everywhere");
  const ada = await visitor({ cookie: await world.signIn(email) });
  const userAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1";
  const phone = await visitor({ userAgent });
  await phone.signIn(email, PASSWORD);
  const others = [await visitor(), await visitor()];
  for (const other of others) await other.signIn(email, PASSWORD);

  await ada.goto("/sessions");
  await ada.sees("Safari on iPhone");
  await ada.sees("this browser");
  await ada.follow("End the session on Safari on iPhone");
  await ada.sees("That browser is signed out at once.");
  // With scripts the question stands in a dialog over the list, and nothing is loaded anew.
  assert.equal(ada.at === "/sessions", scripts);
  assert.equal(await ada.page.getByRole("dialog").count(), scripts ? 1 : 0);
  await ada.press("End the session");
  await ada.sees("That session is over.");
  // The dialog named it too, and goes a moment after it has closed.
  await ada.page.getByText("Safari on iPhone").waitFor({ state: "detached" });
  await phone.goto("/profile");
  assert.equal(phone.at, "/sign-in?next=%2Fprofile");

  await ada.follow("End all other sessions");
  await ada.press("End them all");
  await ada.sees("Everywhere else this account was signed out.");
  assert.equal(await ada.page.getByRole("link", { name: "End all other sessions" }).count(), 0);
  for (const other of others) {
    await other.goto("/sessions");
    assert.equal(other.at, "/sign-in?next=%2Fsessions");
  }
  await ada.goto("/profile");
  await ada.seesHeading("Your profile");
});

visit("a dialog is left by Escape and by its way out, and the focus returns", async ({ world, visitor }) => {
  const ada = await visitor({ cookie: await world.signIn(await world.person("hesitant")) });
  await ada.goto("/tokens/new");
  await ada.fill("Name", "Backup");
  await ada.press("Create the token");
  await ada.follow("Done");
  for (const leave of [() => ada.page.keyboard.press("Escape"), () => ada.follow("Cancel")]) {
    const link = ada.page.getByRole("link", { name: "Revoke Backup" });
    await link.click();
    await ada.page.getByRole("dialog", { name: "Revoke this token?" }).waitFor();
    await leave();
    await ada.page.getByRole("dialog").waitFor({ state: "detached" });
    assert.ok(await link.evaluate((element) => element === document.activeElement));
  }
});

visitBothWays("an API token is shown once, works, and is revoked", async ({ world, visitor }) => {
  const ada = await visitor({ cookie: await world.signIn(await world.person("programmer")) });
  await ada.goto("/tokens");
  await ada.sees("You have no token.");
  await ada.follow("Create a token");
  await ada.fill("Name", `CI ${HOSTILE}`);
  await ada.page.getByLabel("Expires after").selectOption({ label: "30 days" });
  await ada.page.getByLabel("users:read").check();
  await ada.press("Create the token");
  await ada.seesHeading("Your new API token");
  const token = await ada.page.getByLabel(`CI ${HOSTILE}`).inputValue();
  assert.equal((await world.api("GET", "/load-user", { token })).status, 200);
  assert.equal((await world.api("GET", "/rbac/roles", { token })).status, 403);

  await ada.follow("Done");
  await ada.seesHeading("Your API tokens");
  assert.ok(!(await ada.page.content()).includes(token));
  await ada.sees("users:read");
  await ada.follow(`Revoke CI ${HOSTILE}`);
  await ada.press("Revoke the token");
  await ada.sees("That token is revoked.");
  await ada.sees("You have no token.");
  assert.equal((await world.api("GET", "/load-user", { token })).status, 401);
});

visit("a reload after a new token makes no second one", async ({ world, visitor }) => {
  const ada = await visitor({ cookie: await world.signIn(await world.person("reloading")) });
  await ada.goto("/tokens/new");
  await ada.fill("Name", "Once");
  await ada.press("Create the token");
  await ada.seesHeading("Your new API token");
  await ada.page.reload();
  await ada.seesHeading("Your API tokens");
  assert.equal(await ada.page.getByRole("heading", { name: "Once" }).count(), 1);
});

visit("times are shown in the reader's zone", async ({ world, visitor }) => {
  const ada = await visitor({ cookie: await world.signIn(await world.person("far-away")) });
  await ada.goto("/sessions");
  const time = ada.page.locator("time").first();
  const [shown, exact, before] = [await time.textContent(), await time.getAttribute("datetime"), await time.getAttribute("title")];
  const expected = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Kolkata" });
  assert.equal(shown, expected.format(new Date(exact)));
  assert.match(before, / UTC$/);
});
