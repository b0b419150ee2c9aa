// Asks a deployment whether it is well: `node xtask/health.mjs ORIGIN SECONDS`. A new deployment may take a while until
// every location has it, so it asks until all is well or the time is over.
const [origin, seconds] = process.argv.slice(2);

const questions = [
  ["/api/healthz", "user-mgmt and its database"],
  ["/sign-in", "the pages"],
  ["/openapi.json", "the static files"],
];

async function ask([path, what]) {
  try {
    const answer = await fetch(origin + path, { redirect: "manual", signal: AbortSignal.timeout(10_000) });
    await answer.arrayBuffer();
    return answer.status === 200 ? undefined : `${what}: ${origin}${path} answers ${answer.status}`;
  } catch (error) {
    return `${what}: ${origin}${path} does not answer (${error.cause?.code ?? error.name})`;
  }
}

const end = Date.now() + Number(seconds) * 1000;
for (;;) {
  const wrong = (await Promise.all(questions.map(ask))).filter(Boolean);
  if (wrong.length === 0) break;
  if (Date.now() > end) {
    console.error(wrong.join("\n"));
    process.exit(1);
  }
  await new Promise((resolve) => setTimeout(resolve, 2_000));
}
