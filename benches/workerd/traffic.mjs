// What many people do at once: one request after the other on each of so many connections, and what each may be answered.

import http from "node:http";
import { ACCOUNTS, PASSWORD, address, id } from "./worlds.mjs";

/** How many accounts each connection has for itself, so that none undoes what another does. */
const OWN = 40;
export const MOST_CONNECTIONS = Math.floor(ACCOUNTS / OWN);

/** One connection, which is kept. */
export class Connection {
  constructor() {
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  }

  async send(base, { method = "GET", path, headers = {}, body }) {
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const all = { ...headers };
    if (text !== undefined) all["content-length"] = Buffer.byteLength(text);
    if (typeof body === "object") all["content-type"] = "application/json";
    const started = performance.now();
    const response = await new Promise((resolve, reject) => {
      const request = http.request(`${base}${path}`, { method, headers: all, agent: this.agent }, resolve);
      request.on("error", reject);
      request.end(text);
    });
    response.setEncoding("utf8");
    let answer = "";
    for await (const part of response) answer += part;
    return { status: response.statusCode, headers: response.headers, text: answer, took: performance.now() - started };
  }

  close() {
    this.agent.destroy();
  }
}

export const cookies = ({ headers }) => (headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0]).join("; ");
const pick = (list) => list[Math.floor(Math.random() * list.length)];

/** Requests that mean nothing, and what each is refused with. */
const GARBAGE = [
  [{ path: "/api/nothing/here" }, 404],
  [{ path: "/api/load-user", headers: { cookie: "__Host-session=garbage" } }, 401],
  [{ path: "/api/load-user", headers: { authorization: "Bearer garbage" } }, 401],
  [{ path: "/api/v1/admin/users?limit=many", admin: true }, 400],
  [{ path: "/api/v1/admin/audit?cursor=%00", admin: true }, 400],
  [{ method: "DELETE", path: "/api/login" }, 405],
  [{ method: "POST", path: "/api/login", body: "{", headers: { "content-type": "application/json" } }, 400],
  [{ method: "POST", path: "/api/login", body: "x=y", headers: { "content-type": "text/plain" } }, 415],
  [{ method: "POST", path: "/api/login", body: { username: 7, password: [] } }, 400],
  [{ method: "POST", path: "/api/login", body: { username: "a@b.example", password: "x".repeat(100_000) } }, 413],
  [{ method: "POST", path: "/api/rbac/roles", body: { name: "x" } }, 401],
  [{ method: "POST", path: "/api/logout", body: {}, headers: { origin: "https://elsewhere.example" } }, 403],
];

/** What is done, how often in a hundred, and which statuses are as they should be. */
export const KINDS = {
  "who am I": { share: 22, fine: [200] },
  "check, cached": { share: 20, fine: [200] },
  "check, strict": { share: 14, fine: [200] },
  "list users": { share: 8, fine: [200] },
  search: { share: 6, fine: [200] },
  "audit log": { share: 5, fine: [200] },
  "own sessions": { share: 4, fine: [200] },
  "grant or take a role": { share: 8, fine: [204] },
  "change a name": { share: 4, fine: [200] },
  "sign in": { share: 2, fine: [200] },
  "sign out": { share: 2, fine: [204] },
  garbage: { share: 5, fine: [400, 401, 403, 404, 405, 413, 415] },
};

/** What may be answered to anything, since its time has not come: with a code, and `Retry-After`. */
const BUSY = { 503: "busy", 429: "too_many_requests" };

/** Whether an answer is what the documentation says; the reason where it is not. */
export function wrong(kind, { status, headers, text }) {
  if (status >= 400) {
    if (!headers["content-type"]?.startsWith("application/problem+json")) return "no problem";
    const { code } = JSON.parse(text);
    if (typeof code !== "string") return "no code";
    if (BUSY[status] === code && headers["retry-after"]) return undefined;
  }
  return KINDS[kind].fine.includes(status) ? undefined : "another status";
}

/** The work of one connection: each call makes one request. */
export function person(world, number, connection) {
  const { "account-pages": pages, application } = world.urls;
  const admin = { cookie: world.admin };
  const member = { cookie: world.member };
  const first = 1 + number * OWN;
  const own = () => first + Math.floor(Math.random() * OWN);
  // How each goes on where it left off.
  let lists = "";
  let events = "";
  let granted;
  let session;

  const page = async (path, cursor) => {
    const reply = await connection.send(pages, { path: `${path}${cursor && `&cursor=${cursor}`}`, headers: admin });
    return [reply, reply.status === 200 ? (JSON.parse(reply.text).nextCursor ?? "") : ""];
  };
  const jobs = {
    "who am I": () => connection.send(pages, { path: "/api/load-user", headers: member }),
    "check, cached": () => connection.send(application, { path: "/cached", headers: member }),
    "check, strict": () => connection.send(application, { path: "/strict", headers: member }),
    "own sessions": () => connection.send(pages, { path: "/api/sessions?limit=20", headers: member }),
    async "list users"() {
      const [reply, next] = await page("/api/v1/admin/users?limit=50", lists);
      lists = next;
      return reply;
    },
    search: () => connection.send(pages, { path: `/api/v1/admin/users?limit=20&q=person${own()}`, headers: admin }),
    async "audit log"() {
      const [reply, next] = await page("/api/v1/admin/audit?limit=50", events);
      events = next;
      return reply;
    },
    async "grant or take a role"() {
      const body = { roleId: world.role };
      if (granted === undefined) {
        const path = `/api/rbac/users/${id(own())}/roles`;
        const reply = await connection.send(pages, { method: "POST", path, headers: admin, body });
        if (reply.status === 204) granted = `${path}/${world.role}`;
        return reply;
      }
      const reply = await connection.send(pages, { method: "DELETE", path: granted, headers: admin });
      if (reply.status === 204) granted = undefined;
      return reply;
    },
    "change a name": () =>
      connection.send(pages, { method: "PUT", path: `/api/users/${id(own())}`, headers: admin, body: { firstName: `Person ${number}` } }),
    async "sign in"() {
      const body = { username: address(own()), password: PASSWORD };
      const reply = await connection.send(pages, { method: "POST", path: "/api/login", body });
      if (reply.status === 200) session = cookies(reply);
      return reply;
    },
    async "sign out"() {
      const headers = session === undefined ? {} : { cookie: session };
      session = undefined;
      return await connection.send(pages, { method: "POST", path: "/api/logout", headers, body: {} });
    },
    garbage() {
      const [{ admin: asAdmin, headers, ...request }] = pick(GARBAGE);
      return connection.send(pages, { ...request, headers: { ...headers, ...(asAdmin && admin) } });
    },
  };
  const dice = Object.entries(KINDS).flatMap(([kind, { share }]) => Array(share).fill(kind));
  return async () => {
    const kind = pick(dice);
    return [kind, await jobs[kind]()];
  };
}
