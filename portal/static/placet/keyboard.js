// Single-letter shortcuts. They can be switched off in the help (WCAG 2.2, 2.1.4), and never act
// while somebody types or holds a modifier.

const KEY = "placet-shortcuts";
const help = document.getElementById("help");
const toggle = help.querySelector("[data-keys]");
const PLACES = { i: 0, s: 1, n: 2, o: 3 };
let going = 0;

const enabled = () => {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
};

toggle.checked = enabled();
toggle.addEventListener("change", () => {
  try {
    localStorage.setItem(KEY, toggle.checked ? "on" : "off");
  } catch {
    // Without storage they stay on.
  }
});

for (const button of document.querySelectorAll("[data-help]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    document.getElementById("user-menu").hidePopover();
    help.showModal();
  });
}

function step(by) {
  const rows = [...document.querySelectorAll(".row-link")];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1);
  rows[next].focus();
  rows[next].closest(".row-line").scrollIntoView({ block: "nearest" });
}

function act(key) {
  if (going && Date.now() - going < 1_200 && key in PLACES) {
    document.querySelectorAll(".side > .nav-list a")[PLACES[key]].click();
    return true;
  }
  going = key === "g" ? Date.now() : 0;
  if (key === "j") step(1);
  else if (key === "k") step(-1);
  else if (key === "/") document.getElementById("search").focus();
  else if (key === "?") help.showModal();
  else return key === "g";
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing) {
    if (event.key === "Escape" && typing.id === "search") typing.blur();
    return;
  }
  if (enabled() && act(event.key)) event.preventDefault();
});
