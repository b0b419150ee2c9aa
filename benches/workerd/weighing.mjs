// Stands around a worker in the run that watches its memory: it gives at /__memory how large that of its wasm is, in bytes.
// The module that it is around is `./worker.js` beside it.

let memory;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(...args) {
    super(...args);
    memory = this.exports.memory;
  }
};

const { default: Inner } = await import("./worker.js");

export default class extends Inner {
  async fetch(request) {
    if (new URL(request.url).pathname !== "/__memory") return super.fetch(request);
    return new Response(memory.buffer.byteLength);
  }
}
