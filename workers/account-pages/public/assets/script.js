// Makes the pages a little smoother. Every page works without it.
"use strict";

// "Saved." is said once, not again at every reload, and the token of a mail does not stay in the history.
const address = new URL(location.href);
for (const name of ["notice", "token"]) {
  address.searchParams.delete(name);
}
if (address.href !== location.href) {
  history.replaceState(null, "", address);
}

const inWords = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** Improves a part of a page, when it is loaded and whenever it is replaced. */
function improve(part) {
  // What is wrong with a form is read out and reached first.
  part.querySelector(".alert")?.focus();
  for (const time of part.querySelectorAll("time")) showLocally(time);
  for (const form of part.querySelectorAll("form")) sendOnce(form);
  for (const input of part.querySelectorAll("input[type=password]")) letItBeSeen(input);
  for (const input of part.querySelectorAll("input[data-copy]")) letItBeCopied(input);
  for (const link of part.querySelectorAll("a[data-dialog]")) askInPlace(link);
  for (const form of part.querySelectorAll("form[data-live]")) searchLive(form);
  for (const form of part.querySelectorAll("form[data-dialog]")) reviewInPlace(form);
}

/** In the reader's own zone and manner; what it was stays to be seen. */
function showLocally(time) {
  time.title = time.textContent;
  time.textContent = inWords.format(new Date(time.dateTime));
}

/** A second click sends nothing while the first one is under way. */
function sendOnce(form) {
  const button = form.querySelector("button[type=submit]");
  form.addEventListener("submit", (event) => {
    if (button.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    button.setAttribute("aria-disabled", "true");
  });
  // Back from the next page, the form may be sent again.
  addEventListener("pageshow", () => button.removeAttribute("aria-disabled"));
}

/** Puts a button into a field. */
function addButton(input, label) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = label;
  const box = document.createElement("div");
  box.className = "secret";
  input.replaceWith(box);
  box.append(input, button);
  return button;
}

/** Long passwords are easier to get right where they can be seen. */
function letItBeSeen(input) {
  const button = addButton(input, "Show");
  button.setAttribute("aria-controls", input.id);
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? "Hide" : "Show";
    button.setAttribute("aria-label", shown ? "Hide the password" : "Show the password");
  };
  button.addEventListener("click", () => show(input.type === "password"));
  // Sent as a password, so that no browser keeps it among what was typed before.
  input.form.addEventListener("submit", () => show(false));
  show(false);
}

/** What is shown once is easily copied, and a reload leads on instead of making another one. */
function letItBeCopied(input) {
  history.replaceState(null, "", input.dataset.copy);
  input.addEventListener("focus", () => input.select());
  const button = addButton(input, "Copy");
  button.addEventListener("click", async () => {
    input.focus();
    await navigator.clipboard?.writeText(input.value);
    button.textContent = "Copied";
  });
}

/** Asks in a dialog over the page what the link would ask on a page of its own. */
function askInPlace(link) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    try {
      const { document: asked, response } = await load(link.href);
      const card = asked.querySelector("main > .card");
      if (response.redirected || !response.ok || card === null) throw new Error("not a question");
      open(card, link);
    } catch {
      // The page itself says best what is the matter.
      location.assign(link.href);
    }
  });
}

/** Shows in a dialog what a form would change, and keeps what is ticked until it is saved. */
function reviewInPlace(form) {
  const button = form.querySelector("button[type=submit]");
  if (button === null) return;
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  let sent = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const { document: next, response } = await send(form);
      if (response.redirected) lead(next, response);
      else open(next.querySelector("main > .card"), button);
    } catch {
      sent = true;
      form.submit();
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
  addEventListener("beforeunload", (event) => {
    const unsaved = boxes.some((box) => box.checked !== box.defaultChecked);
    if (unsaved && form.isConnected && !sent) event.preventDefault();
  });
}

function open(card, link) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "dialog-title");
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (link.isConnected) link.focus();
  });
  document.body.append(dialog);
  show(card, dialog);
  dialog.showModal();
}

/** Shows a question in a dialog, or what is wrong with the answer to it. */
function show(card, dialog) {
  dialog.replaceChildren(document.adoptNode(card));
  dialog.querySelector("h1").id = "dialog-title";
  dialog.querySelector("a.button").addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  });
  improve(dialog);
  dialog.querySelector("form")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await submit(event.target, dialog);
    } catch {
      // Sent the ordinary way, it leads to the page that says what is the matter.
      event.target.submit();
    }
  });
}

/** Sends a form and shows where it leads, or what is wrong with it. */
async function submit(form, dialog) {
  const { document: next, response } = await send(form);
  if (response.redirected) {
    dialog.close();
    lead(next, response);
  } else {
    show(next.querySelector("main > .card"), dialog);
  }
}

/** Not `form.action`, which is a field of that name where there is one. */
function addressOf(form) {
  return form.getAttribute("action");
}

function send(form) {
  return load(addressOf(form), { method: "POST", body: new URLSearchParams(new FormData(form)) });
}

/** Goes where an answer leads: in the place of what is shown now, where that is the same page. */
function lead(next, response) {
  if (new URL(response.url).pathname !== location.pathname) {
    location.assign(response.url);
    return;
  }
  const main = document.adoptNode(next.querySelector("main"));
  document.querySelector("main").replaceWith(main);
  document.title = next.title;
  improve(main);
  main.focus();
}

/** Shows what fits while it is typed. */
function searchLive(form) {
  let waiting;
  let asking = new AbortController();
  const search = async () => {
    const url = new URL(addressOf(form), location);
    for (const [name, value] of new FormData(form)) if (value !== "") url.searchParams.set(name, value);
    asking.abort();
    asking = new AbortController();
    const shown = document.getElementById(form.dataset.live);
    shown.setAttribute("aria-busy", "true");
    try {
      const { document: next, response } = await load(url, { signal: asking.signal });
      const found = document.adoptNode(next.getElementById(form.dataset.live));
      if (response.redirected) throw new Error("leads elsewhere");
      shown.replaceWith(found);
      history.replaceState(null, "", url);
      improve(found);
    } catch (error) {
      if (error.name !== "AbortError") location.assign(url);
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 200);
  });
}

async function load(url, options) {
  const response = await fetch(url, options);
  return { response, document: new DOMParser().parseFromString(await response.text(), "text/html") };
}

improve(document);
