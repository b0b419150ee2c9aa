// Every page of the admin area, in every state that looks different, and how to get there.

const at = (path) => (visitor) => visitor.goto(path);

/** The page of a user, or one that hangs on it. */
const ofUser = (name, rest = "") => async (visitor, people) => visitor.goto(`/admin/users/${people.ids[name]}${rest}`);

/** The page of a role, or one that hangs on it. */
const ofRole = (name, rest = "") => async (visitor, people) => visitor.goto(`/admin/roles/${people.roles[name]}${rest}`);

/** Ticks something on a page of the matrix and has it reviewed. */
async function review(visitor, label) {
  await visitor.page.getByLabel(label).check();
  await visitor.press("Review the changes");
  await visitor.page.getByRole("dialog").waitFor();
}

export default [
  { name: "admin-users", as: "admin", picture: true, open: at("/admin/users") },
  { name: "admin-users-member", as: "member", open: at("/admin/users") },
  { name: "admin-users-none", as: "admin", open: at("/admin/users?q=nobody+is+called+so") },
  { name: "admin-users-wrong", as: "admin", open: at("/admin/users?status=gone") },
  { name: "admin-invite", as: "admin", open: at("/admin/users/invite") },
  {
    name: "admin-invite-wrong",
    as: "admin",
    open: async (visitor) => {
      await visitor.goto("/admin/users/invite");
      await visitor.page.locator("main form").evaluate((form) => (form.noValidate = true));
      await visitor.fill("E-mail address", "nobody");
      await visitor.press("Send the invitation");
    },
  },
  { name: "admin-user", as: "admin", open: ofUser("member") },
  { name: "admin-user-hostile", as: "admin", open: ofUser("hostile") },
  { name: "admin-user-member", as: "member", open: ofUser("admin") },
  { name: "admin-user-suspend", as: "admin", open: ofUser("member", "/suspend") },
  { name: "admin-user-delete", as: "admin", open: ofUser("member", "/delete") },
  { name: "admin-user-give-role", as: "admin", open: ofUser("member", "/give-role") },
  { name: "admin-user-sessions", as: "admin", open: ofUser("hostile", "/sessions") },
  {
    name: "admin-user-dialog",
    as: "admin",
    open: async (visitor, people) => {
      await visitor.goto(`/admin/users/${people.ids.member}`);
      await visitor.follow("Give a role");
      await visitor.page.getByRole("dialog").waitFor();
    },
  },
  { name: "admin-roles", as: "admin", picture: true, open: at("/admin/roles") },
  { name: "admin-roles-posts", as: "admin", open: at("/admin/roles?prefix=posts") },
  { name: "admin-roles-auditor", as: "auditor", open: at("/admin/roles") },
  { name: "admin-roles-none", as: "admin", open: at("/admin/roles?prefix=nothing") },
  { name: "admin-roles-new", as: "admin", open: at("/admin/roles/new") },
  {
    name: "admin-roles-new-wrong",
    as: "admin",
    open: async (visitor) => {
      await visitor.goto("/admin/roles/new");
      await visitor.fill("Name", "MEMBER");
      await visitor.press("Create the role");
    },
  },
  {
    name: "admin-roles-review",
    as: "admin",
    open: async (visitor, people) => {
      await ofRole("EDITOR", "?prefix=posts")(visitor, people);
      await visitor.page.getByLabel("EDITOR grants posts:publish").uncheck();
      await review(visitor, "EDITOR grants posts:*");
    },
  },
  { name: "admin-role", as: "admin", open: ofRole("EDITOR") },
  { name: "admin-role-hostile", as: "admin", open: ofRole("hostile") },
  { name: "admin-role-auditor", as: "auditor", open: ofRole("hostile") },
  { name: "admin-role-edit", as: "admin", open: ofRole("EDITOR", "/edit") },
  { name: "admin-role-delete", as: "admin", open: ofRole("EDITOR", "/delete") },
  { name: "admin-audit-auditor", as: "auditor", open: at("/admin/audit") },
  { name: "admin-audit", as: "admin", picture: true, open: at("/admin/audit") },
  {
    name: "admin-audit-details",
    as: "admin",
    open: async (visitor) => {
      await visitor.goto("/admin/audit?action=token.created");
      await visitor.page.locator("#results summary").first().click();
    },
  },
  { name: "admin-audit-none", as: "admin", open: at("/admin/audit?tenant=nobody&requestId=none") },
  { name: "admin-audit-wrong", as: "admin", open: at("/admin/audit?actor=nobody") },
  { name: "admin-rollout", as: "admin", picture: true, open: at("/admin/rollout?days=30") },
  {
    name: "admin-rollout-numbers",
    as: "admin",
    open: async (visitor) => {
      await visitor.goto("/admin/rollout");
      await visitor.page.getByText("The numbers").click();
    },
  },
  { name: "admin-rollout-wrong", as: "admin", open: at("/admin/rollout?days=0") },
  { name: "admin-refused", as: "member", open: at("/admin/users/invite") },
];
