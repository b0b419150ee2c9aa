// Stands before a worker, or in the place of what sends mail, and lets a test say what becomes of what passes.

import { WorkerEntrypoint } from "cloudflare:workers";

const HANGING_MILLISECONDS = 60_000;

let behaviour = "works";

export default class Gate extends WorkerEntrypoint {
  async fetch(request) {
    const url = new URL(request.url);
    if (url.pathname.startsWith("/behaviour/")) {
      behaviour = url.pathname.slice("/behaviour/".length);
      return new Response(null, { status: 204 });
    }
    switch (behaviour) {
      case "works":
        return await this.env.BEHIND.fetch(request);
      case "fails":
        return new Response("made to fail", { status: 500 });
      case "hangs":
        await scheduler.wait(HANGING_MILLISECONDS);
        return new Response("much too late", { status: 500 });
      default:
        throw new Error(`no such behaviour: ${behaviour}`);
    }
  }

  /** What the binding `EMAIL` has; nothing is sent from here. */
  async send() {
    if (behaviour === "hangs") await scheduler.wait(HANGING_MILLISECONDS);
    throw new Error("made to fail");
  }
}
