// Every page of the admin area, in every state that looks different, and how to get there.

const at = (path) => (visitor) => visitor.goto(path);

/** The page of a user, or one that hangs on it. */
const ofUser = (name, rest = "") => async (visitor, people) => visitor.goto(`/admin/users/${people.ids[name]}${rest}`);

export default [
  { name: "admin-users", as: "admin", open: at("/admin/users") },
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
  {
    name: "admin-user-dialog",
    as: "admin",
    open: async (visitor, people) => {
      await visitor.goto(`/admin/users/${people.ids.member}`);
      await visitor.follow("Give a role");
      await visitor.page.getByRole("dialog").waitFor();
    },
  },
  { name: "admin-refused", as: "member", open: at("/admin/users/invite") },
];
