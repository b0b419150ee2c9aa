// Stands around a worker in the run that counts: it keeps what the worker asks its bindings, and gives it at /__calls.
// The module that it is around is `./worker.js` beside it.

import Inner from "./worker.js";

let calls = [];

/** Calls these methods through `note`, and everything else as it is. */
function watched(target, notes) {
  return new Proxy(target, {
    get(_, name) {
      const value = target[name];
      if (typeof value !== "function" || name === "constructor") return value;
      return (...args) => {
        notes[name]?.(args);
        return value.apply(target, args);
      };
    },
  });
}

const statements = new WeakMap();

function statement(native, sql, params) {
  const one = () => ({ sql, params });
  const ask = () => calls.push({ binding: "d1", statements: [one()] });
  const wrapped = new Proxy(native, {
    get(_, name) {
      if (name === "bind") return (...values) => statement(native.bind(...values), sql, values);
      const value = native[name];
      if (typeof value !== "function" || name === "constructor") return value;
      return (...args) => {
        if (["all", "run", "first", "raw"].includes(name)) ask();
        return value.apply(native, args);
      };
    },
  });
  statements.set(wrapped, { native, one });
  return wrapped;
}

function d1(native) {
  return new Proxy(native, {
    get(_, name) {
      if (name === "prepare") return (sql) => statement(native.prepare(sql), sql, []);
      if (name === "batch") {
        return (wrapped) => {
          const inner = wrapped.map((one) => statements.get(one));
          calls.push({ binding: "d1", statements: inner.map(({ one }) => one()) });
          return native.batch(inner.map((one) => one.native));
        };
      }
      const value = native[name];
      return typeof value === "function" && name !== "constructor" ? value.bind(native) : value;
    },
  });
}

function kv(native) {
  const note = (operation) => (args) => calls.push({ binding: "kv", operation, args: JSON.parse(JSON.stringify(args)) });
  return watched(native, { get: note("get"), put: note("put"), delete: note("delete"), list: note("list") });
}

function service(native, binding) {
  return watched(native, { fetch: () => calls.push({ binding: "service", to: binding }) });
}

function limiter(native) {
  return watched(native, { limit: ([{ key }]) => calls.push({ binding: "limiter", key }) });
}

const WRAP = { D1Database: d1, KvNamespace: kv, Fetcher: service, Ratelimit: limiter };

function wrap(env) {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, WRAP[value?.constructor?.name]?.(value, name) ?? value]),
  );
}

export default class extends Inner {
  constructor(context, env) {
    super(context, wrap(env));
  }

  async fetch(request) {
    if (new URL(request.url).pathname !== "/__calls") return super.fetch(request);
    const made = calls;
    calls = [];
    return Response.json(made);
  }
}
