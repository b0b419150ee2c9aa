// The mailbox of a local session: what the workers would have sent, to be read in a browser.
//
// wrangler keeps the mails of a local session and answers for them on the address of the pages. This shows them on an
// address of its own, so that nothing of it is part of a worker or could be deployed with one.

import { createServer } from "node:http";
import process from "node:process";

const [port, workers] = process.argv.slice(2);
const KEPT = new URL("/cdn-cgi/local/explorer/api/local/email/sending", workers);
// Another name for this machine would be another site's, which must not read along.
const HOSTS = new Set([`localhost:${port}`, `127.0.0.1:${port}`]);
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const STYLE = `:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem}
table{width:100%;border-collapse:collapse}
th,td{padding:.5rem;border-bottom:1px solid #8886;text-align:left;overflow-wrap:anywhere}
pre{padding:1rem;border:1px solid #8886;white-space:pre-wrap;overflow-wrap:anywhere}
iframe{width:100%;height:32rem;border:1px solid #8886;background:#fff}`;

async function ask(query) {
  const url = new URL(KEPT);
  url.search = new URLSearchParams(query);
  const response = await fetch(url);
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`wrangler answered ${response.status}`);
  return (await response.json()).result;
}

function escape(text) {
  return String(text ?? "").replace(/[&<>"']/g, (sign) => ESCAPES[sign]);
}

function page(title, body, head = "") {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>${head}<style>${STYLE}</style><main><h1>${escape(title)}</h1>${body}</main></html>`;
}

async function list() {
  const mails = (await ask({ per_page: "100" })) ?? [];
  mails.sort((one, other) => other.sentAt.localeCompare(one.sentAt));
  const row = ({ messageId, to, subject, sentAt }) =>
    `<tr><td><a href="/mail?id=${encodeURIComponent(messageId)}">${escape(subject)}</a><td>${escape(to)}<td>${escape(sentAt)}`;
  const table = `<table><tr><th>Subject<th>To<th>Sent${mails.map(row).join("")}</table>`;
  const body = mails.length === 0 ? "<p>Nothing was sent yet. This page looks again by itself.</p>" : table;
  return page("Mailbox", body, '<meta http-equiv="refresh" content="3">');
}

async function mail(id) {
  const found = await ask({ email_id: id });
  if (found === undefined) return undefined;
  // Links open beside the mailbox; nothing else that a mail could contain has any power.
  const html = `<base target="_blank">${found.html ?? ""}`;
  const sandbox = "allow-popups allow-popups-to-escape-sandbox";
  const text = escape(found.text).replace(/https?:\/\/[^\s<]+/g, '<a href="$&" target="_blank">$&</a>');
  const parts = `<p><a href="/">All mails</a><p>To ${escape(found.to)}, from ${escape(found.from)}, ${escape(found.sentAt)}
<h2>As text</h2><pre>${text}</pre>
<h2>As HTML</h2><iframe title="The mail as HTML" sandbox="${sandbox}" srcdoc="${escape(html)}"></iframe>`;
  return page(found.subject, parts);
}

async function answer(request) {
  if (!HOSTS.has(request.headers.host)) return [421, page("Mailbox", "<p>This is for the machine that it runs on.</p>")];
  const { pathname, searchParams } = new URL(request.url, workers);
  try {
    const found = pathname === "/" ? await list() : pathname === "/mail" ? await mail(searchParams.get("id") ?? "") : undefined;
    return found === undefined ? [404, page("Not found", '<p><a href="/">All mails</a>')] : [200, found];
  } catch (error) {
    return [502, page("Mailbox", `<p>The workers can't be asked: ${escape(error.message)}`)];
  }
}

createServer(async (request, response) => {
  const [status, body] = await answer(request);
  response.writeHead(status, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" }).end(body);
}).listen(Number(port), "127.0.0.1", () => console.log("listening"));
