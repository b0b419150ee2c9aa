// May whoever sent a request do this? user-mgmt decides, by its flags, and counts what it finds.
//
// The types come from openapi.json; README.md says how.

import type { components } from "./api";

type Schemas = components["schemas"];
export type Principal = Schemas["Principal"];

/** What is asked: permissions, whose the thing is, and what the rule from before has found. */
export type Question = Omit<Schemas["AuthorizeRequest"], "application">;

/** Another worker, by its service binding. */
export interface Binding {
  fetch(input: string | Request, init?: RequestInit): Promise<Response>;
}

/** How long the answer may take, in milliseconds. */
const PATIENCE = 2_000;

/** Nothing else of a request concerns user-mgmt. */
const CREDENTIALS = ["cookie", "authorization", "x-request-id"];

export class Guard {
  constructor(
    private readonly application: string,
    private readonly userMgmt: Binding,
  ) {}

  /** Whoever sent the request, or the answer to give them: 401, 403 or 503, as a problem. */
  async authorize(request: Request, question: Question): Promise<Principal | Response> {
    const headers = new Headers({ "content-type": "application/json" });
    for (const name of CREDENTIALS) {
      const value = request.headers.get(name);
      if (value !== null) headers.set(name, value);
    }
    const asked: Schemas["AuthorizeRequest"] = { application: this.application, ...question };
    try {
      const answer = await this.userMgmt.fetch("https://user-mgmt/internal/authorize", {
        method: "POST",
        headers,
        body: JSON.stringify(asked),
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (!answer.ok) return answer;
      return ((await answer.json()) as Schemas["AuthorizeResponse"]).principal;
    } catch (error) {
      console.error(JSON.stringify({ message: "user-mgmt does not answer", cause: String(error) }));
      return unavailable();
    }
  }
}

function unavailable(): Response {
  const detail = "this is not available at the moment; try again";
  const problem = { type: "urn:edgeward:problem:unavailable", title: "Service Unavailable", status: 503, code: "unavailable", detail, error: detail };
  return Response.json(problem, { status: 503, headers: { "content-type": "application/problem+json", "retry-after": "1" } });
}
