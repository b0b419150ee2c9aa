// Makes the pages a little smoother. Every page works without it.
"use strict";

// What is wrong with a form is read out and reached first.
document.querySelector(".alert")?.focus();

// "Saved." is said once, not again at every reload, and the token of a mail does not stay in the history.
const address = new URL(location.href);
for (const name of ["notice", "token"]) {
  address.searchParams.delete(name);
}
if (address.href !== location.href) {
  history.replaceState(null, "", address);
}

// A second click sends nothing while the first one is under way.
for (const form of document.forms) {
  const button = form.querySelector("button[type=submit]");
  form.addEventListener("submit", (event) => {
    if (button.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
    }
    button.setAttribute("aria-disabled", "true");
  });
  // Back from the next page, the form may be sent again.
  addEventListener("pageshow", () => button.removeAttribute("aria-disabled"));
}

// Long passwords are easier to get right where they can be seen.
for (const input of document.querySelectorAll("input[type=password]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.setAttribute("aria-controls", input.id);
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? "Hide" : "Show";
    button.setAttribute("aria-label", shown ? "Hide the password" : "Show the password");
  };
  button.addEventListener("click", () => show(input.type === "password"));
  // Sent as a password, so that no browser keeps it among what was typed before.
  input.form.addEventListener("submit", () => show(false));
  const box = document.createElement("div");
  box.className = "secret";
  input.replaceWith(box);
  box.append(input, button);
  show(false);
}
