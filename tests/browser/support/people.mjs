// The people who look at the pages.

import { randomUUID } from "node:crypto";

const HOSTILE = "<script>alert(1)</script>";

/** Makes them once; gives the cookie of each, and what else the pages need. */
export async function makePeople(world) {
  const member = await world.person("member", { firstName: "Max", lastName: "Member" });
  const admin = await world.person("admin", { firstName: "Ada", lastName: "Lovelace", role: "SUPER_ADMIN" });
  const hostile = await world.person("hostile", { firstName: HOSTILE, lastName: "W".repeat(200) });
  const cookies = {
    member: await world.signIn(member),
    admin: await world.signIn(admin),
    hostile: await world.signIn(hostile),
  };
  await world.signIn(member, { userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1" });
  await world.signIn(member, { userAgent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.5 Safari/605.1.15" });
  await world.signIn(hostile, { userAgent: HOSTILE.repeat(8) });
  for (const name of [HOSTILE.repeat(4), "W".repeat(100)]) {
    await world.api("POST", "/tokens", { cookie: cookies.hostile, body: { name, scopes: ["users:read"] } });
  }
  const sso = await world.person("sso", { firstName: "Sam", lastName: "Single" });
  cookies.sso = await world.signIn(sso);
  await world.sql("UPDATE users SET password_hash = NULL WHERE email = ?1", sso);
  for (const subject of [sso, HOSTILE.repeat(4)]) {
    const link = `INSERT INTO external_identities (id, issuer, subject, user_id, created_at, last_used_at)
      SELECT ?1, ?2, ?3, id, 1769851800000, 1769851800000 FROM users WHERE email = ?4`;
    await world.sql(link, randomUUID(), world.provider, subject, sso);
  }
  await world.api("POST", "/forgot-password", { body: { username: admin } });
  const { link: resetLink } = await world.mail(admin, "Set a new password");
  const rows = await world.sql("SELECT id, email FROM users");
  const idOf = (email) => rows.find((row) => row.email === email).id;
  const ids = { member: idOf(member), admin: idOf(admin), hostile: idOf(hostile) };
  return { cookies, ids, resetLink };
}
