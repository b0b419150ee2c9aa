// Notes: who may read them, who may write them, and whose they are.

import { type Binding, Guard } from "./edgeward";

interface Env {
  USER_MGMT: Binding;
  ACCOUNT_PAGES: Binding;
  NOTES: {
    get(key: string, type: "json"): Promise<unknown>;
    put(key: string, value: string): Promise<void>;
    delete(key: string): Promise<void>;
  };
}

interface Note {
  owner: string;
  text: string;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname } = new URL(request.url);
    const guard = new Guard("notes", env.USER_MGMT);
    const [, collection, id] = pathname.split("/");
    // One address for both, so that the session cookie reaches both.
    if (collection !== "notes") return env.ACCOUNT_PAGES.fetch(request);

    if (id === undefined && request.method === "POST") {
      const author = await guard.authorize(request, { route: "POST /notes", permissions: ["notes:write"] });
      if (author instanceof Response) return author;
      const note: Note = { owner: author.userId, text: (await request.text()).slice(0, 10_000) };
      const key = crypto.randomUUID();
      await env.NOTES.put(key, JSON.stringify(note));
      return Response.json({ id: key }, { status: 201 });
    }
    if (id !== undefined && request.method === "GET") {
      const reader = await guard.authorize(request, { route: "GET /notes/{id}", permissions: ["notes:read"] });
      if (reader instanceof Response) return reader;
      const note = await find(env, id);
      return note === null ? notFound() : Response.json(note);
    }
    if (id !== undefined && request.method === "DELETE") {
      // Who may not even read is not told whether there is such a note.
      const reader = await guard.authorize(request, { route: "DELETE /notes/{id}", permissions: ["notes:read"] });
      if (reader instanceof Response) return reader;
      const note = await find(env, id);
      if (note === null) return notFound();
      const remover = await guard.authorize(request, {
        route: "DELETE /notes/{id}",
        permissions: ["notes:moderate"],
        owner: note.owner, // may remove it without the permission
      });
      if (remover instanceof Response) return remover;
      await env.NOTES.delete(id);
      return new Response(null, { status: 204 });
    }
    return notFound();
  },
};

async function find(env: Env, id: string): Promise<Note | null> {
  return (await env.NOTES.get(id, "json")) as Note | null;
}

function notFound(): Response {
  const detail = "there is nothing at this address";
  return Response.json(
    { type: "urn:edgeward:problem:not_found", title: "Not Found", status: 404, code: "not_found", detail, error: detail },
    { status: 404, headers: { "content-type": "application/problem+json" } },
  );
}
