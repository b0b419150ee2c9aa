// From the registration to the end of an account.

import assert from "node:assert/strict";
import { visitBothWays } from "../support/suite.mjs";
import { PASSWORD } from "../support/world.mjs";

const NEW_PASSWORD = "another horse battery";

visitBothWays("a new account is confirmed by mail and leads to where it was wanted", async ({ world, visitor, scripts }) => {
  const ada = await visitor();
  const email = `ada-${scripts}@example.com`;
  await ada.goto("/sign-in?next=/sessions");
  await ada.follow("Create an account");
  await ada.fill("E-mail address", email);
  await ada.fill("First name (optional)", "Ada");
  await ada.fill("Password", PASSWORD);
  await ada.press("Create account");
  await ada.seesHeading("Check your mail");
  assert.equal(ada.at, "/register/check-mail?next=%2Fsessions");

  // Before the address is confirmed, the password alone does not do, and the page says what does.
  await ada.follow("Go to sign-in");
  await ada.fill("E-mail address", email);
  await ada.fill("Password", PASSWORD);
  await ada.press("Sign in");
  await ada.sees("Confirm the e-mail address first");
  await world.sql("UPDATE mail_requests SET requested_at = 0");
  await ada.follow("Have that mail sent again");
  await ada.fill("E-mail address", email);
  await ada.press("Send it again");
  await ada.sees("another mail is on its way");

  const { link } = await world.mail(email, "Confirm your e-mail address");
  // What looks through the mail first uses nothing up.
  assert.equal((await fetch(link)).status, 200);
  await ada.goto(link);
  await ada.seesHeading("Confirm your address");
  if (scripts) assert.equal(ada.at, "/verify-email", "the token stays in the history");
  await ada.press("Confirm the address");
  await ada.sees("Your e-mail address is confirmed.");

  await ada.goto("/sessions");
  await ada.fill("E-mail address", email);
  await ada.fill("Password", PASSWORD);
  await ada.press("Sign in");
  await ada.seesHeading("Your sessions");

  await ada.goto(link);
  await ada.press("Confirm the address");
  await ada.seesHeading("This link does not work");
});

visitBothWays("what is wrong with a registration is said beside the field", async ({ visitor }) => {
  const ada = await visitor();
  await ada.goto("/register");
  // The browser's own checks stand aside, so that those of the server show.
  await ada.page.locator("form").evaluate((form) => (form.noValidate = true));
  await ada.fill("E-mail address", "ada");
  await ada.fill("First name (optional)", "<b>Ada</b>");
  await ada.fill("Password", "short");
  await ada.press("Create account");
  await ada.seesWrong("E-mail address", /e-mail address/);
  await ada.seesWrong("Password", /at least 12 characters/);
  assert.equal(await ada.page.getByLabel("E-mail address", { exact: true }).inputValue(), "ada");
  assert.equal(await ada.page.getByLabel("First name (optional)").inputValue(), "<b>Ada</b>");
  assert.equal(await ada.page.getByLabel("Password", { exact: true }).inputValue(), "");
  assert.match(await ada.page.title(), /^Error: /);
});

visitBothWays("a forgotten password is set anew by mail, once", async ({ world, visitor }) => {
  const email = await world.person("forgetful");
  const ada = await visitor();
  await ada.goto("/sign-in");
  await ada.follow("Forgot your password?");
  await ada.fill("E-mail address", email);
  await ada.press("Send the mail");
  await ada.seesHeading("Check your mail");
  const { link } = await world.mail(email, "Set a new password");
  await ada.goto(link);
  await ada.seesHeading("Set a new password");
  assert.equal(await ada.page.getByLabel("E-mail address").inputValue(), email);
  await ada.fill("Password", "passwordpassword");
  await ada.press("Set the new password");
  await ada.seesWrong("Password", /most common/);
  await ada.fill("Password", NEW_PASSWORD);
  await ada.press("Set the new password");
  await ada.sees("Your password is set.");
  await ada.signIn(email, NEW_PASSWORD);
  await ada.seesHeading("Your profile");
  await ada.goto(link);
  await ada.seesHeading("This link does not work");
});

visitBothWays("an invited account gets its password by mail", async ({ world, visitor }) => {
  const email = await world.person("invited");
  await world.sql("UPDATE users SET status = 'invited', password_hash = NULL, email_verified_at = NULL WHERE email = ?1", email);
  await world.api("POST", "/forgot-password", { body: { username: email } });
  const { link } = await world.mail(email, "You are invited");
  const bob = await visitor();
  await bob.goto(link);
  await bob.seesHeading("Choose your password");
  await bob.fill("Password", NEW_PASSWORD);
  await bob.press("Set the password");
  await bob.signIn(email, NEW_PASSWORD);
  await bob.seesHeading("Your profile");
});

visitBothWays("an unknown address is answered as a known one", async ({ visitor }) => {
  const stranger = await visitor();
  await stranger.goto("/forgot-password");
  await stranger.fill("E-mail address", "nobody@example.com");
  await stranger.press("Send the mail");
  await stranger.seesHeading("Check your mail");
});

visitBothWays("an account is deleted by its password alone", async ({ world, visitor }) => {
  const email = await world.person("leaving");
  const ada = await visitor({ cookie: await world.signIn(email) });
  await ada.goto("/profile");
  await ada.follow("Delete my account");
  await ada.fill("Password", "not the password");
  await ada.press("Delete my account");
  await ada.seesWrong("Password", /wrong/);
  await ada.fill("Password", PASSWORD);
  await ada.press("Delete my account");
  await ada.sees("Your account is deleted.");
  await ada.signIn(email, PASSWORD);
  await ada.sees("The e-mail address or the password is wrong.");
  assert.deepEqual(await world.sql("SELECT id FROM users WHERE email = ?1", email), []);
});
