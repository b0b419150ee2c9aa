// The three workers on workerd, by the same host that the end-to-end cases use, a certified identity provider, and the people
// that the tests need.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const HOST = fileURLToPath(new URL("../../e2e/workerd/host.mjs", import.meta.url));
const PROVIDER = fileURLToPath(new URL("../../../xtask/identity-provider.mjs", import.meta.url));
/** What the sign-in page calls the identity provider. */
export const PROVIDER_NAME = "Local SSO";

const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0";
export const PASSWORD = "correct horse battery";

export class World {
  #host;
  #waiting = new Map();
  #calls = 0;
  #people = 0;
  #provider;
  #vars;
  url;
  /** The origin of the identity provider, at which any password will do. */
  provider;

  /** Starts the workers with every flag on, mail with the confirmation of addresses, and an identity provider. */
  static async start() {
    const world = new World();
    const env = { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" };
    world.#host = spawn(process.execPath, [HOST], { env, stdio: ["pipe", "pipe", "pipe"] });
    const said = [];
    createInterface({ input: world.#host.stderr }).on("line", (line) => said.push(line));
    createInterface({ input: world.#host.stdout }).on("line", (line) => world.#answered(JSON.parse(line)));
    world.#host.on("exit", () => {
      for (const { reject } of world.#waiting.values()) reject(new Error(`the host ended:\n${said.slice(-40).join("\n")}`));
    });
    const userMgmt = {
      RBAC_ENABLED: "on",
      USER_MGMT_CORE: "on",
      USER_MGMT_ENFORCE: "on",
      MAIL_FROM: "Edgeward <no-reply@example.com>",
    };
    const vars = { "user-mgmt": userMgmt, "account-pages": { USER_MGMT_UI: "on" } };
    // Mails and the provider have to know where the workers are, so these start anew once they do.
    userMgmt.PUBLIC_URL = "http://localhost";
    const { url } = await world.#call("start", { vars });
    world.url = url.replace("127.0.0.1", "localhost");
    userMgmt.PUBLIC_URL = world.url;
    Object.assign(userMgmt, await world.#startProvider());
    world.#vars = vars;
    await world.#call("update", { vars });
    return world;
  }

  /** Runs something while a few variables are others, and goes back to what was before; what is stored stays. */
  async during(vars, run) {
    const merged = Object.entries(this.#vars).map(([worker, own]) => [worker, { ...own, ...vars[worker] }]);
    await this.#call("update", { vars: Object.fromEntries(merged) });
    try {
      await run();
    } finally {
      await this.#call("update", { vars: this.#vars });
    }
  }

  /** Starts the provider; gives the variables by which people sign in there. */
  async #startProvider() {
    this.#provider = spawn(process.execPath, [PROVIDER, JSON.stringify({ origin: this.url })], { stdio: ["pipe", "pipe", "ignore"] });
    const [line] = await once(createInterface({ input: this.#provider.stdout }), "line");
    const { issuer, clientId, clientSecret } = JSON.parse(line);
    this.provider = issuer;
    const provider = { id: "local", name: PROVIDER_NAME, issuer, clientId, trustedEmailDomains: ["example.com"] };
    return {
      OIDC_PROVIDERS: JSON.stringify([provider]),
      OIDC_CLIENT_SECRET_LOCAL: clientSecret,
      OIDC_AUTO_PROVISION_USERS: "on",
    };
  }

  async stop() {
    // The end of its input is its sign to end; it needs a moment to end workerd first.
    const insist = setTimeout(() => this.#host.kill("SIGKILL"), 10_000);
    this.#host.stdin.end();
    this.#provider.stdin.end();
    // Its end, not that of its output, which a child of it may still hold.
    await once(this.#host, "exit");
    clearTimeout(insist);
    this.#host.stdout.destroy();
    this.#host.stderr.destroy();
  }

  async sql(sql, ...params) {
    const [rows] = await this.#call("sql", { statements: [{ sql, params }] });
    return rows;
  }

  /** The newest mail to an address with this subject, once it is there, with its link. */
  async mail(to, subject) {
    for (let tries = 0; tries < 100; tries += 1) {
      const mails = (await this.#call("mails")).filter((mail) => mail.to.includes(to) && mail.subject === subject);
      const mail = mails.at(-1);
      if (mail !== undefined) {
        const link = mail.text.split(/\s/).find((word) => word.startsWith(`${this.url}/`));
        return { ...mail, link };
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`no mail "${subject}" to ${to}`);
  }

  /** A client address that nobody else has, so that no test uses up the attempts of another. */
  newAddress() {
    this.#people += 1;
    return `10.1.${this.#people >> 8}.${this.#people & 255}`;
  }

  /** Calls the API as a program would; gives status, body and session cookie. */
  async api(method, path, { body, token, cookie, userAgent = FIREFOX } = {}) {
    const headers = { "cf-connecting-ip": this.newAddress(), "user-agent": userAgent };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    if (cookie !== undefined) headers.cookie = cookie;
    const init = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
    const response = await fetch(`${this.url}/api${path}`, init);
    const text = await response.text();
    return {
      status: response.status,
      body: text === "" ? undefined : JSON.parse(text),
      cookie: response.headers.getSetCookie()[0]?.split(";")[0],
    };
  }

  /** A new account that may sign in. Its address is `name` at example.com, with a number. */
  async person(name, { firstName, lastName, role } = {}) {
    const username = `${name}-${this.#people}@example.com`;
    const registered = await this.api("POST", "/register", { body: { username, password: PASSWORD, firstName, lastName } });
    assert.equal(registered.status, 201, JSON.stringify(registered.body));
    await this.sql("UPDATE users SET email_verified_at = 0 WHERE email = ?1", username);
    if (role !== undefined) {
      const give = `INSERT INTO user_roles (user_id, role_id, granted_at)
        SELECT users.id, roles.id, 0 FROM users, roles WHERE email = ?1 AND name = ?2`;
      await this.sql(give, username, role);
    }
    return username;
  }

  /** Signs somebody in; gives the cookie. */
  async signIn(username, { password = PASSWORD, userAgent } = {}) {
    const { status, body, cookie } = await this.api("POST", "/login", { body: { username, password }, userAgent });
    assert.equal(status, 200, JSON.stringify(body));
    return cookie;
  }

  #call(command, args = {}) {
    const id = (this.#calls += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#host.stdin.write(`${JSON.stringify({ ...args, id, do: command })}\n`);
    });
  }

  #answered({ id, ok, error }) {
    const { resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) resolve(ok);
    else reject(new Error(error));
  }
}
