// Signing in and out, and what is left afterwards.

import assert from "node:assert/strict";
import { visit, visitBothWays } from "../support/suite.mjs";
import { PASSWORD } from "../support/world.mjs";

const PAGES = ["/profile", "/password", "/sessions", "/sessions/end-others", "/tokens", "/tokens/new", "/identities", "/sign-in-again", "/delete-account"];

visitBothWays("every page of the account asks for a sign-in and is come back to", async ({ world, visitor }) => {
  const email = await world.person("returning");
  for (const path of PAGES) {
    const ada = await visitor();
    await ada.goto(path);
    assert.equal(ada.at, `/sign-in?next=${encodeURIComponent(path)}`);
    await ada.fill("E-mail address", email);
    await ada.fill("Password", PASSWORD);
    await ada.press("Sign in");
    assert.equal(ada.at, path);
  }
});

visitBothWays("a wrong password is said, and nothing is kept of it", async ({ world, visitor }) => {
  const email = await world.person("mistaken");
  const ada = await visitor();
  await ada.signIn(email, "not the password");
  await ada.sees("The e-mail address or the password is wrong.");
  assert.equal(await ada.page.getByLabel("E-mail address").inputValue(), email);
  assert.equal(await ada.page.getByLabel("Password", { exact: true }).inputValue(), "");
  await ada.fill("Password", PASSWORD);
  await ada.press("Sign in");
  await ada.seesHeading("Your profile");
});

visitBothWays("a link to another site leads nowhere after the sign-in", async ({ world, visitor }) => {
  const email = await world.person("careful");
  for (const next of ["https://evil.example/", "//evil.example", "/\\evil.example"]) {
    const ada = await visitor();
    await ada.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await ada.fill("E-mail address", email);
    await ada.fill("Password", PASSWORD);
    await ada.press("Sign in");
    assert.equal(ada.at, "/profile");
  }
});

visitBothWays("the back button after a sign-out shows nothing", async ({ world, visitor }) => {
  const email = await world.person("gone");
  const ada = await visitor({ cookie: await world.signIn(email) });
  for (const path of PAGES) await ada.goto(path);
  await ada.press("Sign out");
  await ada.sees("You have signed out.");
  for (const path of PAGES.toReversed()) {
    await ada.page.goBack();
    assert.equal(ada.at, `/sign-in?next=${encodeURIComponent(path)}`);
    assert.ok(!(await ada.page.content()).includes(email));
  }
});

visit("a form of another site changes nothing", async ({ world, visitor }) => {
  const email = await world.person("attacked");
  const ada = await visitor({ cookie: await world.signIn(email) });
  await ada.goto(`data:text/html,<form method=post action="${world.url}/sign-out"><button>Win</button></form>`);
  await ada.press("Win");
  await ada.seesHeading("This did not come from one of our pages");
  await ada.goto("/profile");
  await ada.seesHeading("Your profile");
});

visit("no page can be framed", async ({ world, visitor }) => {
  const response = await fetch(`${world.url}/sign-in`);
  assert.match(response.headers.get("content-security-policy"), /frame-ancestors 'none'/);
  const ada = await visitor();
  await ada.goto("/sign-in");
  assert.equal(await ada.page.evaluate(() => getComputedStyle(document.body).marginTop), "0px", "the style sheet is loaded");
});

visit("a second click sends nothing", async ({ world, visitor }) => {
  const email = await world.person("hasty");
  const ada = await visitor();
  await ada.goto("/sign-in");
  await ada.fill("E-mail address", email);
  await ada.fill("Password", PASSWORD);
  let sent = 0;
  ada.page.on("request", (request) => (sent += Number(request.method() === "POST")));
  await ada.page.getByRole("button", { name: "Sign in" }).dblclick();
  await ada.seesHeading("Your profile");
  assert.equal(sent, 1);
});

visit("a password can be looked at, and is sent as one", async ({ visitor }) => {
  const ada = await visitor();
  await ada.goto("/sign-in");
  await ada.fill("Password", PASSWORD);
  const field = ada.page.getByLabel("Password", { exact: true });
  await ada.press("Show the password");
  assert.equal(await field.getAttribute("type"), "text");
  await ada.press("Hide the password");
  assert.equal(await field.getAttribute("type"), "password");
});

visit("the keyboard reaches everything, and one sees where it is", async ({ world, visitor }) => {
  const ada = await visitor({ cookie: await world.signIn(await world.person("keyboard")) });
  await ada.goto("/profile");
  const focused = () => ada.page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return { text: document.activeElement.textContent.trim() || document.activeElement.id, outline: `${outlineStyle} ${outlineWidth}` };
  });
  const reached = [];
  for (let step = 0; step < 15; step += 1) {
    await ada.page.keyboard.press("Tab");
    const { text, outline } = await focused();
    assert.equal(outline, "solid 3px", text);
    reached.push(text);
  }
  const email = reached[2];
  assert.deepEqual(reached, [
    "Skip to the content", "Edgeward", email, "Sign out", "Profile", "Password", "Sessions", "API tokens", "Administration",
    "firstName", "lastName", "Save", "The identities that open this account", "Link an identity", "Delete my account",
  ]);
});
