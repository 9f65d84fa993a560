// Shows a process with the place where it stands. The viewer is fetched when the diagram comes
// into view. The address of the XML and the marks are in data attributes; `#diagram-state` is
// replaced by live.js when the process moves on.

const READABLE = 0.4;
const CLOSE = 0.6;
const AIR = 20;
const TOOLS = 36;
const TALLEST = 640;
const STATES = ["here", "done", "stuck", "warned"];

const color = (name) => {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
};

const load = (element) =>
  new Promise((done, failed) => {
    element.onload = done;
    element.onerror = failed;
    document.head.append(element);
  });

async function viewer(box) {
  if (!window.BpmnJS) {
    const styles = box.dataset.styles.split(" ").map((href) =>
      load(Object.assign(document.createElement("link"), { rel: "stylesheet", href })));
    await Promise.all([
      ...styles,
      load(Object.assign(document.createElement("script"), { src: box.dataset.viewer })),
    ]);
  }
  return new window.BpmnJS({
    container: box.querySelector(".diagram-canvas"),
    bpmnRenderer: {
      defaultFillColor: color("--surface"),
      defaultStrokeColor: color("--ink-3"),
      defaultLabelColor: color("--ink"),
    },
  });
}

function mark(shown) {
  const state = document.getElementById("diagram-state");
  const canvas = shown.get("canvas");
  const elements = shown.get("elementRegistry");
  const overlays = shown.get("overlays");
  overlays.clear();
  for (const element of elements.getAll()) {
    for (const name of STATES) canvas.removeMarker(element.id, `is-${name}`);
  }
  for (const name of STATES) {
    for (const id of (state.dataset[name] ?? "").split(" ").filter((id) => elements.get(id)?.parent)) {
      canvas.addMarker(id, `is-${name}`);
      if (name === "done") continue;
      const html = document.createElement("div");
      html.className = name === "here" ? "token" : `token token-${name}`;
      overlays.add(id, { position: { top: -8, left: -8 }, html });
    }
  }
}

// A drawing that is taller than its room gets more of it, as long as it can be seen as a whole.
function makeRoom(box, shown) {
  const { inner, outer } = shown.get("canvas").viewbox();
  const scale = Math.min(1, (outer.width - 2 * TOOLS) / (inner.width + 2 * AIR));
  const wanted = Math.min((inner.height + 2 * AIR) * scale, TALLEST);
  if (wanted > outer.height) box.style.height = `${Math.ceil(wanted)}px`;
}

// The whole with some air around it and the buttons beside it; where that would be too small to read, the part that matters.
function fit(shown) {
  const canvas = shown.get("canvas");
  canvas.resized();
  const { inner, outer } = canvas.viewbox();
  const whole = Math.min(
    (outer.width - 2 * TOOLS) / (inner.width + 2 * AIR),
    outer.height / (inner.height + 2 * AIR),
    1);
  const here = document.getElementById("diagram-state").dataset.here.split(" ");
  const parts = here.map((id) => shown.get("elementRegistry").get(id)).filter(Boolean);
  // A sub-process is around its steps; the smallest part is where the work is.
  parts.sort((one, other) => one.width * one.height - other.width * other.height);
  const part = whole < READABLE && parts[0];
  const around = part || inner;
  const scale = part ? CLOSE : whole;
  const seen = (from, size) => {
    const room = outer[size] / scale;
    const centered = around[from] + around[size] / 2 - room / 2;
    const first = inner[from] - AIR;
    const last = inner[from] + inner[size] + AIR - room;
    if (last <= first) return (first + last) / 2;
    // No empty ground beside the part while there is more of the drawing to show.
    return Math.min(Math.max(centered, first), last);
  };
  canvas.viewbox({
    x: seen("x", "width"),
    y: seen("y", "height"),
    width: outer.width / scale,
    height: outer.height / scale,
  });
}

async function draw(box, xml) {
  const shown = await viewer(box);
  await shown.importXML(xml);
  // A wheel over the diagram scrolls the page; the buttons zoom.
  shown.get("zoomScroll").toggle(false);
  makeRoom(box, shown);
  fit(shown);
  mark(shown);
  return shown;
}

// A file that was not kept has no address; it comes with the page.
async function source(box) {
  if (!box.dataset.xml) return box.querySelector("[data-source]").content.textContent;
  const response = await fetch(box.dataset.xml, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`${response.status}`);
  return response.text();
}

async function start(box) {
  const wait = box.querySelector(".diagram-wait");
  let shown;
  try {
    const xml = await source(box);
    shown = await draw(box, xml);
    document.addEventListener("placet:look", async () => {
      shown.destroy();
      shown = await draw(box, xml);
    });
  } catch (error) {
    wait.textContent = box.dataset.failed;
    throw error;
  }
  wait.remove();
  const tools = box.querySelector(".diagram-tools");
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const { zoom } = event.target.closest("[data-zoom]")?.dataset ?? {};
    if (zoom === "fit") fit(shown);
    else if (zoom) shown.get("zoomScroll").stepZoom(Number(zoom));
  });
  for (const event of ["htmx:oobAfterSwap", "htmx:afterSettle"]) {
    document.addEventListener(event, () => mark(shown));
  }
}

const box = document.querySelector("[data-diagram]");
if (box) {
  const watcher = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    watcher.disconnect();
    start(box);
  }, { rootMargin: "200px" });
  watcher.observe(box);
}
