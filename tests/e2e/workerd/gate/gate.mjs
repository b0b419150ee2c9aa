// Stands between user-mgmt and session-state, and lets a test say what becomes of what passes.

const HANGING_MILLISECONDS = 60_000;

let behaviour = "works";

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname.startsWith("/behaviour/")) {
      behaviour = url.pathname.slice("/behaviour/".length);
      return new Response(null, { status: 204 });
    }
    switch (behaviour) {
      case "works":
        return await env.SESSION_STATE.fetch(request);
      case "fails":
        return new Response("made to fail", { status: 500 });
      case "hangs":
        await scheduler.wait(HANGING_MILLISECONDS);
        return new Response("much too late", { status: 500 });
      default:
        throw new Error(`no such behaviour: ${behaviour}`);
    }
  },
};
