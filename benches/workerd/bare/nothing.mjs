// The least that a worker can do.

export default {
  fetch: () => new Response("done"),
};
