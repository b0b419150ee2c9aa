// Binding calls with nothing around them: what was counted in a worker, made again on the same data. `PUT /NAME` takes the calls of
// a job, `GET /NAME` makes them.

import { derive } from "../better-auth/pbkdf2.mjs";

const jobs = new Map();

/** The same statements with other names for these, which nobody can write twice. */
function renewed(statements, unique) {
  const another = (name) => name.slice(0, -8) + crypto.randomUUID().slice(0, 8);
  return JSON.parse(unique.reduce((text, name) => text.replaceAll(name, another(name)), JSON.stringify(statements)));
}

const make = {
  d1: ({ statements, unique }, env) =>
    env.DB.batch((unique ? renewed(statements, unique) : statements).map(({ sql, params }) => env.DB.prepare(sql).bind(...params))),
  kv: ({ operation, args }, env) => env.SESSIONS[operation](...args),
  limiter: ({ key }, env) => env.LIMITER.limit({ key }),
  hash: () => derive("a-password-of-the-bench", new Uint8Array(16)),
  service: async (_, env) => (await env.NEXT.fetch("http://next/")).text(),
};

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (request.method === "PUT") jobs.set(pathname, await request.json());
    else for (const call of jobs.get(pathname)) await make[call.binding](call, env);
    return new Response("done");
  },
};
