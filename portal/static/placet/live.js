// Keeps the page true while it is open. The server sends hints, never content; a hint makes the
// page fetch again what it shows. Nothing is lost when hints are: on every connection the page
// tells what it has seen, and hears of what is newer.
//
// Regions:  <… data-live="inbox" data-refetch="/inbox/?part=list">
//           <… data-live="instance" data-refetch="/tasks/…/?part=live">
// Seen:     #pulse[data-stamp], and [data-instance][data-sequence] on whatever is watched.

const GAP = 250; // at most one round of requests in this many ms
const FIRST = 500;
const LONGEST = 30_000;
const SLEPT = 45_000;
const SIGNED_OUT = 4401;
const MOST_WATCHED = 20;

const sign = document.getElementById("live");
const said = document.getElementById("said");
let socket = null;
let tries = 0;
let retry = 0;
let told = "";
let connected = false;

// --- what is shown, and what of it has been seen ----------------------------------------------

const pulse = () => document.getElementById("pulse");
const regions = (about) => [...document.querySelectorAll(`[data-live~="${about}"]`)];

function sequences() {
  const seen = {};
  for (const { dataset } of [...document.querySelectorAll("[data-instance]")].slice(0, MOST_WATCHED)) {
    seen[dataset.instance] = Math.max(seen[dataset.instance] ?? 0, Number(dataset.sequence));
  }
  return seen;
}

function greet() {
  const instances = sequences();
  socket.send(JSON.stringify({
    watch: { instances: Object.keys(instances) },
    seen: { inbox: pulse().dataset.stamp, instances },
  }));
  told = Object.keys(instances).join();
}

// --- refetching -------------------------------------------------------------------------------

const stale = new Set();
const busy = new Set();
let last = 0;
let timer = 0;

function want(region) {
  stale.add(region);
  if (!timer) timer = setTimeout(flush, Math.max(0, last + GAP - Date.now()));
}

function flush() {
  timer = 0;
  last = Date.now();
  for (const region of [...stale]) {
    if (busy.has(region)) continue;
    stale.delete(region);
    refetch(region);
  }
}

async function refetch(name) {
  const region = document.getElementById(name);
  if (!region) return;
  const before = rows(region);
  const url = new URL(region.dataset.refetch, location.href);
  if (before.size > Number(region.dataset.page ?? Infinity)) url.searchParams.set("rows", before.size);
  // What the page has and must keep, because somebody may be writing in it.
  const { have } = region.dataset;
  if (have && document.getElementById(have)) url.searchParams.set("have", have);
  const whole = region.dataset.swap !== "none";
  busy.add(name);
  try {
    await htmx.ajax("GET", url.pathname + url.search, {
      source: region, target: region, swap: whole ? "outerHTML" : "none",
    });
    if (whole) announce(document.getElementById(name), before);
  } finally {
    busy.delete(name);
    if (stale.has(name)) want(name);
    count();
    if (socket?.readyState === WebSocket.OPEN && Object.keys(sequences()).join() !== told) greet();
  }
}

const rows = (region) =>
  new Map([...region.querySelectorAll("[data-row]")].map((row) => [row.id, row.dataset.row]));

function announce(region, before) {
  if (!region) return;
  const fresh = [...region.querySelectorAll("[data-row]")].filter((row) => !before.has(row.id));
  for (const row of fresh) row.classList.add("is-new");
  const { newOne, newMany } = region.dataset;
  if (fresh.length === 1 && newOne) said.textContent = `${newOne} ${fresh[0].dataset.row}`;
  else if (fresh.length > 1 && newMany) said.textContent = newMany.replace("%s", fresh.length);
}

function count() {
  const number = pulse().dataset.count;
  const title = document.title.replace(/^\(\d+\+?\) /, "");
  document.title = number ? `(${number}) ${title}` : title;
}

// A refusal says that the page is behind: whoever was first has changed it.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.xhr.status === 409) for (const region of regions("instance")) want(region.id);
});

function heard({ about, id, sequence }) {
  if (about === "inbox" || about === "notifications") {
    const lists = regions(about);
    for (const region of lists.length ? lists : [pulse()]) want(region.id);
  } else if (about === "instance" && !(sequence <= sequences()[id])) {
    for (const region of regions("instance")) want(region.id);
  }
}

// --- the connection ---------------------------------------------------------------------------

function show(state) {
  sign.hidden = false;
  sign.dataset.state = state;
  document.getElementById("live-top").hidden = state !== "off";
  const text = sign.dataset[state];
  if (sign.firstElementChild.textContent !== text) sign.firstElementChild.textContent = text;
}

function connect() {
  clearTimeout(retry);
  if (socket && socket.readyState <= WebSocket.OPEN) return;
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const opened = (socket = new WebSocket(`${scheme}//${location.host}${sign.dataset.url}`));
  opened.onopen = () => {
    tries = 0;
    show("on");
    greet();
    // Lists watch no single instance, so after a gap they look for themselves.
    if (connected) for (const region of document.querySelectorAll("[data-catch-up]")) want(region.id);
    connected = true;
  };
  opened.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === "hint") heard(message);
  };
  opened.onclose = ({ code }) => {
    if (socket !== opened) return;
    // One lost connection is everyday; only a second failure is worth a word.
    if (tries > 0 || code === SIGNED_OUT) show("off");
    if (code === SIGNED_OUT) tries = 10;
    const wait = Math.min(LONGEST, FIRST * 2 ** tries++) * (0.5 + Math.random());
    retry = setTimeout(connect, wait);
  };
}

function again() {
  const old = socket;
  socket = null;
  old?.close();
  tries = 0;
  connect();
}

// After sleep a socket can look open and be dead: a clock that jumped tells.
let beat = Date.now();
setInterval(() => {
  const now = Date.now();
  if (now - beat > SLEPT) again();
  beat = now;
}, 5_000);

// A hint can get lost between two machines: now and then the page asks whether one did.
setInterval(() => {
  if (document.hidden || socket?.readyState !== WebSocket.OPEN) return;
  socket.send(JSON.stringify({ seen: { inbox: pulse().dataset.stamp } }));
}, 60_000);

addEventListener("online", again);
document.addEventListener("visibilitychange", () => document.hidden || connect());
// A page that goes into the browser's back-forward store must not hold a socket.
addEventListener("pagehide", () => {
  const old = socket;
  socket = null;
  clearTimeout(retry);
  old?.close();
});
addEventListener("pageshow", ({ persisted }) => persisted && again());

count();
connect();
