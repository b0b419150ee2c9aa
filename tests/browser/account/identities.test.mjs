// Signing in at an identity provider, with a certified one on this machine.

import assert from "node:assert/strict";
import { visitBothWays } from "../support/suite.mjs";
import { PROVIDER_NAME } from "../support/world.mjs";

/** A browser that may go to the provider too. */
async function open(world, visitor, more = {}) {
  const fonts = "https://fonts.googleapis.com";
  const reader = await visitor({ elsewhere: [world.provider, fonts], ...more });
  // The provider's own pages ask for a font; nothing leaves this machine.
  await reader.context.route(`${fonts}/**`, (route) => route.fulfill({ contentType: "text/css", body: "" }));
  return reader;
}

/** Enters credentials at the provider, where any will do. */
async function enter(reader, login) {
  await reader.page.getByPlaceholder("Enter any login").fill(login);
  await reader.page.getByPlaceholder("and password").fill("any");
  await reader.press("Sign-in");
}

/** Signs in by the button, in a browser that the provider does not know. */
async function signIn(reader, login) {
  await reader.goto("/sign-in");
  await reader.follow(`Sign in with ${PROVIDER_NAME}`);
  await enter(reader, login);
  await reader.seesHeading("Your profile");
}

visitBothWays("the button of a provider signs in, and signing out there is offered", async ({ world, visitor, scripts }) => {
  const email = `button-${scripts}@example.com`;
  const ada = await open(world, visitor);
  await ada.goto("/sessions");
  await ada.follow(`Sign in with ${PROVIDER_NAME}`);
  await enter(ada, email);
  await ada.seesHeading("Your sessions");
  await ada.goto("/profile");
  await ada.sees(email);

  // Signed out here alone, the provider still knows the browser, and asks nothing.
  await ada.press("Sign out");
  await ada.seesHeading("You have signed out");
  await ada.goto("/profile");
  assert.equal(ada.at, "/sign-in?next=%2Fprofile");
  await ada.follow(`Sign in with ${PROVIDER_NAME}`);
  await ada.seesHeading("Your profile");
  await ada.press("Sign out");
  await ada.follow("Sign out there too");
  await ada.press("Yes, sign me out");
  await ada.seesHeading("Sign in");
  await ada.follow(`Sign in with ${PROVIDER_NAME}`);
  await ada.page.getByPlaceholder("Enter any login").waitFor();
});

visitBothWays("whoever turns back at the provider is told so", async ({ world, visitor }) => {
  const ada = await open(world, visitor);
  await ada.goto("/sign-in");
  await ada.follow(`Sign in with ${PROVIDER_NAME}`);
  await ada.follow("[ Cancel ]");
  await ada.seesHeading("Sign in");
  await ada.sees("You did not sign in there.");
});

visitBothWays("an identity is linked and unlinked, and its owner gets a mail", async ({ world, visitor, scripts }) => {
  const email = await world.person("linking");
  const identity = `private-${scripts}@elsewhere.example`;
  const bob = await open(world, visitor, { cookie: await world.signIn(email) });
  await bob.goto("/profile");
  await bob.press("Link an identity");
  await bob.seesHeading("Link an identity");
  await bob.follow("Go on to the identity provider");
  await enter(bob, identity);
  await bob.seesHeading("Your profile");
  const { link, text } = await world.mail(email, "A new way to sign in to your account");
  assert.ok(text.includes(PROVIDER_NAME));
  // The mail leads to where it can be undone; by another browser, the identity opens the account.
  await bob.goto(link);
  await bob.seesHeading("Your identities");
  await bob.sees(identity);
  const elsewhere = await open(world, visitor);
  await signIn(elsewhere, identity);
  await elsewhere.sees(email);

  await bob.follow(`Unlink ${PROVIDER_NAME} as ${identity}`);
  await bob.sees("It opens this account no more.");
  assert.equal(await bob.page.getByRole("dialog").count(), scripts ? 1 : 0);
  await bob.press("Unlink the identity");
  await bob.sees("That identity opens this account no more.");
  await bob.sees("There are none.");
  await elsewhere.goto("/profile");
  assert.equal(elsewhere.at, "/sign-in?next=%2Fprofile");
});

visitBothWays("the last way into an account is not unlinked", async ({ world, visitor, scripts }) => {
  const email = `only-${scripts}@example.com`;
  const ada = await open(world, visitor);
  await signIn(ada, email);
  await ada.follow("The identities that open this account");
  await ada.follow(`Unlink ${PROVIDER_NAME} as ${email}`);
  // What opens the account is changed by nobody who has only found it signed in.
  await ada.press("Unlink the identity");
  await ada.seesHeading("Sign in once more");
  await ada.follow(`Sign in once more with ${PROVIDER_NAME}`);
  await enter(ada, email);
  await ada.press("Unlink the identity");
  await ada.sees("That identity is the only way into this account.");
  await ada.page.getByRole("link", { name: `Unlink ${PROVIDER_NAME} as ${email}` }).waitFor();
});

visitBothWays("an account without a password is deleted by credentials entered once more", async ({ world, visitor, scripts }) => {
  const email = `leaving-sso-${scripts}@example.com`;
  const ada = await open(world, visitor);
  await signIn(ada, email);
  await ada.follow("Password");
  await ada.sees("This account has no password");
  await ada.goto("/profile");
  await ada.follow("Delete my account");
  // That the session is new does not do: the provider may have asked nothing.
  await ada.press("Delete my account");
  await ada.sees("Sign in once more first.");
  await ada.follow(`Sign in once more with ${PROVIDER_NAME}`);
  // It knows the browser, and asks all the same.
  await enter(ada, email);
  await ada.sees("You have signed in once more.");
  assert.equal(new URL(ada.page.url()).pathname, "/delete-account");
  await ada.press("Delete my account");
  await ada.sees("Your account is deleted.");
  assert.deepEqual(await world.sql("SELECT id FROM users WHERE email = ?1", email), []);
});
