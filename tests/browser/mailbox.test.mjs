// The mailbox of a local session.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { visit } from "./support/suite.mjs";
import { PASSWORD } from "./support/world.mjs";

const SERVER = fileURLToPath(new URL("../../xtask/mailbox/server.mjs", import.meta.url));
const PORT = "18788";

visit("the mailbox shows a mail as text and as HTML, and its links open", async ({ world, visitor }) => {
  const email = "mailbox@example.com";
  await world.api("POST", "/register", { body: { username: email, password: PASSWORD, firstName: "<script>alert(1)</script>" } });
  await world.mail(email, "Confirm your e-mail address");
  const server = spawn(process.execPath, [SERVER, PORT, world.url]);
  try {
    await once(server.stdout, "data");
    const mailbox = `http://localhost:${PORT}`;
    const reader = await visitor({ elsewhere: [mailbox] });
    await reader.context.route(`${world.url}/verify-email**`, (route) => route.fulfill({ body: "the page" }));
    await reader.goto(mailbox);
    await reader.page.getByRole("row").filter({ hasText: email }).getByRole("link").click();
    await reader.seesHeading("Confirm your e-mail address");
    await reader.sees("somebody, probably you");
    const html = reader.page.frameLocator("iframe").getByRole("link", { name: "Confirm the address" });
    const text = reader.page.locator("pre a");
    for (const link of [text, html]) {
      const [opened] = await Promise.all([reader.context.waitForEvent("page"), link.click()]);
      assert.ok(opened.url().startsWith(`${world.url}/verify-email?token=`), opened.url());
      await opened.close();
    }
    // A site that has its own name lead to this machine is not let in.
    const [answer] = await once(get({ port: PORT, headers: { host: "evil.example" } }), "response");
    assert.equal(answer.statusCode, 421);
  } finally {
    server.kill();
  }
});
