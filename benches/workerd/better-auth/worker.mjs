// better-auth as its documentation sets it up on Workers: D1 as the database, by its binding, and, where there is one, KV as
// secondary storage. Beside its own routes: the same answer open and protected, and what prepares the database.

import { WorkerEntrypoint } from "cloudflare:workers";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { admin } from "better-auth/plugins";
import { createAccessControl } from "better-auth/plugins/access";
import { adminAc, defaultStatements } from "better-auth/plugins/admin/access";

import { hash, verify } from "./pbkdf2.mjs";

// The permissions of the example: what a member may, and an administrator besides.
const access = createAccessControl({ ...defaultStatements, users: ["read"] });
const roles = {
  user: access.newRole({ users: ["read"] }),
  admin: access.newRole({ ...adminAc.statements, users: ["read"] }),
};

/** KV as the interface of secondary storage wants it. KV keeps nothing for less than a minute. */
const secondaryStorage = (kv) => ({
  get: (key) => kv.get(key),
  set: (key, value, ttl) => kv.put(key, value, ttl ? { expirationTtl: Math.max(60, ttl) } : undefined),
  delete: (key) => kv.delete(key),
});

const options = (env) => ({
  baseURL: "http://bench.example",
  basePath: "/api/auth",
  secret: env.SECRET,
  database: env.DB,
  secondaryStorage: env.KV && secondaryStorage(env.KV),
  session: { cookieCache: { enabled: env.COOKIE_CACHE === "on", maxAge: 300 } },
  emailAndPassword: {
    enabled: true,
    ...(env.PASSWORD_HASH === "pbkdf2" && { password: { hash, verify } }),
  },
  plugins: [admin({ ac: access, roles })],
  // As in Edgeward, sign-ins are counted by client address, and nothing else is; the limit is never reached. In the database, since
  // KV can't count, and each isolate has a memory of its own.
  rateLimit: { enabled: true, storage: "database", customRules: { "/sign-in/*": { window: 60, max: 1e9 }, "/**": false } },
  advanced: { ipAddress: { ipAddressHeaders: ["cf-connecting-ip"] } },
  // Known to the generator of requests alone.
  trustedOrigins: ["http://bench.example"],
  telemetry: { enabled: false },
});

let auth;

export default class extends WorkerEntrypoint {
  async fetch(request) {
    const { env } = this;
    // Made once for the isolate: everything that it needs of the bindings stays the same.
    auth ??= betterAuth(options(env));
    const { pathname } = new URL(request.url);
    if (pathname === "/open") return new Response("done");
    if (pathname === "/protected") return (await mayRead(request)) ?? new Response("done");
    if (pathname === "/migrate") {
      await (await getMigrations(options(env))).runMigrations();
      return new Response(null, { status: 204 });
    }
    return auth.handler(request);
  }
}

/** The answer to whoever may not. Who it is comes from the session, what the role may from memory. */
async function mayRead(request) {
  const session = await auth.api.getSession({ headers: request.headers });
  if (session === null) return new Response("unauthenticated", { status: 401 });
  const { success } = await auth.api.userHasPermission({
    body: { role: session.user.role, permissions: { users: ["read"] } },
  });
  return success ? undefined : new Response("forbidden", { status: 403 });
}
