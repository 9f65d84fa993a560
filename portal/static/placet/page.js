// Alerts, and what happens around htmx requests.

const alerts = document.getElementById("alerts");
const READ = 7_000;

const copy = (id) => document.getElementById(id).content.cloneNode(true);

function dress(alert) {
  if (alert.dataset.dressed) return;
  alert.dataset.dressed = "yes";
  alert.append(copy("alert-close"));
  // What can be followed stays until it is closed.
  if (alert.dataset.alert === "error" || alert.querySelector("a")) return;
  let timer;
  const leave = () => (timer = setTimeout(() => alert.remove(), READ));
  const stay = () => clearTimeout(timer);
  for (const event of ["pointerenter", "focusin"]) alert.addEventListener(event, stay);
  for (const event of ["pointerleave", "focusout"]) alert.addEventListener(event, leave);
  leave();
}

const dressAll = () => alerts.querySelectorAll("[data-alert]").forEach(dress);

function show(id) {
  alerts.replaceChildren(copy(id));
  dressAll();
}

alerts.addEventListener("click", (event) => {
  event.target.closest("[data-close]")?.closest("[data-alert]").remove();
});

// Whoever signs in again in another tab gets a new secret; the forms of this page go on with it.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const secret = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  if (detail.verb === "post" && secret) detail.parameters.csrfmiddlewaretoken = secret;
});

// The server's refusals say where they go. Anything else that failed, a proxy's page for example,
// must not replace part of this page.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { status, responseURL } = detail.xhr;
  if (responseURL && new URL(responseURL).pathname === document.body.dataset.login) {
    detail.shouldSwap = false;
    show("alert-signed-out");
    return;
  }
  if (status < 400 || status === 422 || detail.xhr.getResponseHeader("HX-Retarget")) return;
  detail.shouldSwap = false;
  show("alert-offline");
});

for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, ({ detail }) => {
    if (detail.elt.hasAttribute("data-refetch")) return; // live.js says so by its own sign.
    show("alert-offline");
  });
}

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  dressAll();
  if (detail.xhr?.status === 422) {
    (detail.target.isConnected ? detail.target : document.getElementById(detail.target.id))
      ?.querySelector("[aria-invalid='true']")?.focus();
  }
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful && detail.elt.matches("form[data-reset]")) detail.elt.reset();
});

// A page that went wrong on the way in starts at its first mistake.
document.querySelector("main [aria-invalid='true']")?.focus();
dressAll();
