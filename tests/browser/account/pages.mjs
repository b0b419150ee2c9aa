// Every page of the account area, in every state that looks different, and how to get there.

const TOKEN = "A".repeat(43);

const at = (path) => (visitor) => visitor.goto(path);

/** Fills in a form whose own checks stand aside, and sends it. */
async function submit(visitor, path, fields, button) {
  await visitor.goto(path);
  await visitor.page.locator("main form").evaluate((form) => (form.noValidate = true));
  for (const [label, value] of Object.entries(fields)) await visitor.fill(label, value);
  await visitor.press(button);
}

/** `as` says who looks: nobody, or one of the people that `support/people.mjs` makes. */
export default [
  { name: "sign-in", open: at("/sign-in") },
  { name: "sign-in-next", open: at("/sign-in?next=/profile") },
  { name: "sign-in-wrong", open: (visitor) => submit(visitor, "/sign-in", { "E-mail address": "ada@example.com", Password: "wrong" }, "Sign in") },
  { name: "sign-in-provider-refused", open: at("/sign-in?error=oidc_not_provisioned") },
  { name: "register", open: at("/register") },
  {
    name: "register-wrong",
    open: (visitor) => submit(visitor, "/register", { "E-mail address": "ada", Password: "short" }, "Create account"),
  },
  { name: "check-mail", open: at("/register/check-mail") },
  { name: "check-mail-again", open: (visitor) => submit(visitor, "/register/check-mail", { "E-mail address": "ada@example.com" }, "Send it again") },
  { name: "verify-email", open: at(`/verify-email?token=${TOKEN}`) },
  { name: "verify-email-broken", open: at("/verify-email") },
  { name: "forgot-password", open: at("/forgot-password") },
  { name: "forgot-password-check-mail", open: at("/forgot-password/check-mail") },
  { name: "reset-password", open: async (visitor, people) => visitor.goto(people.resetLink) },
  { name: "reset-password-broken", open: at("/reset-password") },
  { name: "not-found", open: at("/nowhere") },
  { name: "profile-member", as: "member", picture: true, open: at("/profile") },
  { name: "profile-admin", as: "admin", open: at("/profile") },
  { name: "profile-hostile", as: "hostile", open: at("/profile") },
  {
    name: "profile-wrong",
    as: "member",
    open: async (visitor) => {
      await visitor.goto("/profile");
      await visitor.page.getByLabel("First name (optional)").evaluate((input) => input.removeAttribute("maxlength"));
      await visitor.fill("First name (optional)", "x".repeat(201));
      await visitor.press("Save");
    },
  },
  { name: "password", as: "member", open: at("/password") },
  {
    name: "password-wrong",
    as: "member",
    open: (visitor) => submit(visitor, "/password", { "Current password": "", "New password": "short" }, "Change the password"),
  },
  { name: "password-none", as: "sso", open: at("/password") },
  { name: "identities-none", as: "member", open: at("/identities") },
  { name: "identities", as: "sso", open: at("/identities") },
  {
    name: "identities-dialog",
    as: "sso",
    open: async (visitor) => {
      await visitor.goto("/identities");
      await visitor.page.locator("a[data-dialog]").first().click();
      await visitor.page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "identities-link",
    as: "member",
    open: async (visitor) => {
      await visitor.goto("/profile");
      await visitor.press("Link an identity");
      await visitor.seesHeading("Link an identity");
    },
  },
  { name: "sessions", as: "member", open: at("/sessions") },
  { name: "sessions-hostile", as: "hostile", open: at("/sessions") },
  { name: "sessions-end-others", as: "member", open: at("/sessions/end-others") },
  {
    name: "sessions-dialog",
    as: "member",
    open: async (visitor) => {
      await visitor.goto("/sessions");
      await visitor.follow("End all other sessions");
      await visitor.page.getByRole("dialog").waitFor();
    },
  },
  { name: "sign-in-again", as: "member", open: at("/sign-in-again?next=/sessions/end-others") },
  { name: "sign-in-again-wrong", as: "member", open: (visitor) => submit(visitor, "/sign-in-again", { Password: "not the password" }, "Sign in once more") },
  { name: "sign-in-again-sso", as: "sso", open: at("/sign-in-again?next=/identities") },
  { name: "tokens-none", as: "admin", open: at("/tokens") },
  { name: "tokens", as: "hostile", open: at("/tokens") },
  { name: "tokens-new-member", as: "member", open: at("/tokens/new") },
  { name: "tokens-new-admin", as: "admin", open: at("/tokens/new") },
  { name: "tokens-new-wrong", as: "admin", open: (visitor) => submit(visitor, "/tokens/new", { Name: "", "More scopes (optional)": "Posts" }, "Create the token") },
  { name: "tokens-created", as: "member", open: (visitor) => submit(visitor, "/tokens/new", { Name: "Backup" }, "Create the token") },
  {
    name: "tokens-revoke",
    as: "hostile",
    open: async (visitor) => {
      await visitor.goto("/tokens");
      await visitor.goto(await visitor.page.locator("a[data-dialog]").first().getAttribute("href"));
    },
  },
  { name: "delete-account", as: "member", open: at("/delete-account") },
  { name: "delete-account-sso", as: "sso", open: at("/delete-account") },
  { name: "delete-account-sso-refused", as: "sso", open: (visitor) => submit(visitor, "/delete-account", {}, "Delete my account") },
  { name: "delete-account-sso-again", as: "sso", open: at("/delete-account?notice=signed-in") },
  { name: "delete-account-wrong", as: "member", open: (visitor) => submit(visitor, "/delete-account", { Password: "not the password" }, "Delete my account") },
];

