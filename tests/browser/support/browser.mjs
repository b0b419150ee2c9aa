// A real browser, in which whatever a page should not do fails the test.

import assert from "node:assert/strict";
import process from "node:process";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function startBrowser() {
  const executablePath = process.env.CHROMIUM_BIN;
  assert.ok(executablePath, "CHROMIUM_BIN names no browser: run `cargo xtask test`, or set it");
  return await chromium.launch({ executablePath, headless: true, args: FLAGS });
}

/** Somebody's browser: cookies of its own, an address of its own, and a watch over everything that it does. */
export class Visitor {
  #complaints = [];
  #context;
  #origins;
  world;
  page;

  static async open(browser, world, { scripts = true, cookie, elsewhere = [], ...options } = {}) {
    const visitor = new Visitor();
    visitor.world = world;
    visitor.#origins = [world.url, ...elsewhere];
    visitor.#context = await browser.newContext({
      baseURL: world.url,
      javaScriptEnabled: scripts,
      extraHTTPHeaders: { "cf-connecting-ip": world.newAddress() },
      timezoneId: "Asia/Kolkata",
      locale: "en-GB",
      viewport: { width: 1280, height: 800 },
      ...options,
    });
    visitor.#context.setDefaultTimeout(10_000);
    visitor.#context.on("page", (page) => visitor.#watch(page));
    if (cookie !== undefined) await visitor.useCookie(cookie);
    visitor.page = await visitor.#context.newPage();
    return visitor;
  }

  get context() {
    return this.#context;
  }

  /** Is signed in by this cookie from now on. */
  async useCookie(cookie) {
    const [name, value] = cookie.split("=");
    // By URL, as `__Host-` demands: no domain, and the whole site.
    const url = this.world.url.replace("http:", "https:");
    await this.#context.addCookies([{ name, value, url, secure: true, httpOnly: true, sameSite: "Lax" }]);
  }

  #watch(page) {
    page.on("console", (message) => {
      const text = message.text();
      // What the tests ask for on purpose, and the browser notes.
      const refused = /^Failed to load resource: the server responded with a status of 4\d\d/.test(text);
      if (["error", "warning"].includes(message.type()) && !refused) this.#complaints.push(`${message.type()}: ${text}`);
    });
    page.on("pageerror", (error) => this.#complaints.push(`error: ${error.stack}`));
    page.on("dialog", (dialog) => {
      this.#complaints.push(`dialog: ${dialog.message()}`);
      return dialog.dismiss();
    });
    page.on("response", (response) => {
      if (response.status() >= 500) this.#complaints.push(`${response.status()} from ${response.url()}`);
    });
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (!this.#origins.includes(url.origin) && url.protocol !== "data:") this.#complaints.push(`asked ${url}`);
      if (request.headers().referer?.includes("token=")) this.#complaints.push(`a token in the Referer to ${url}`);
    });
  }

  /** Ends the visit; fails where a page did what it should not: errors, violations of the policy, requests to others. */
  async close() {
    await this.#context.close();
    assert.deepEqual(this.#complaints, []);
  }

  /** Where the browser is, without the origin. */
  get at() {
    const { pathname, search } = new URL(this.page.url());
    return pathname + search;
  }

  async goto(path) {
    await this.page.goto(path);
  }

  async fill(label, value) {
    await this.page.getByLabel(label, { exact: true }).fill(value);
  }

  async press(name) {
    await this.page.getByRole("button", { name, exact: true }).click();
  }

  async follow(name) {
    await this.page.getByRole("link", { name, exact: true }).first().click();
  }

  async sees(text) {
    await this.page.getByText(text).first().waitFor();
  }

  async seesHeading(name) {
    await this.page.getByRole("heading", { name, level: 1, exact: true }).waitFor();
  }

  /** Fails unless a field is marked as wrong, with this beside it. */
  async seesWrong(label, text) {
    const field = this.page.getByLabel(label, { exact: true });
    await field.and(this.page.locator("[aria-invalid=true]")).waitFor();
    const ids = (await field.getAttribute("aria-describedby")).split(" ");
    const said = await this.page.locator(`[id="${ids.at(-1)}"]`).textContent();
    assert.match(said, text);
  }

  async signIn(username, password) {
    await this.goto("/sign-in");
    await this.fill("E-mail address", username);
    await this.fill("Password", password);
    await this.press("Sign in");
  }
}
