// Keeps spans of time true ("in 3 h", "2 days late", "5 min ago") and shows moments in the
// reader's own time zone. The same words and limits as in portal/templatetags/placet.py.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SOON = 4 * HOUR;

const words = JSON.parse(document.body.dataset.words);

const fill = (pattern, values) => pattern.replace(/%\((\w+)\)s/g, (_, name) => values[name]);

function span(length) {
  const minutes = Math.round(Math.abs(length) / MINUTE);
  if (minutes < 60) return fill(words.min, { n: minutes });
  if (minutes < 48 * 60) return fill(words.h, { n: Math.floor(minutes / 60) });
  return fill(words.days, { n: Math.floor(minutes / (24 * 60)) });
}

function due(left) {
  if (Math.abs(left) < MINUTE) return ["soon", words.due];
  if (left > 0) return [left <= SOON ? "soon" : "later", fill(words.in, { span: span(left) })];
  return ["late", fill(words.late, { span: span(left) })];
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function tick() {
  const now = Date.now();
  for (const element of document.querySelectorAll("[data-tick]")) {
    const length = new Date(element.dateTime) - now;
    if (element.dataset.tick === "due") {
      const [state, text] = due(length);
      write(element, text);
      element.parentElement.dataset.state = state;
    } else {
      write(element, -length < MINUTE ? words.now : fill(words.ago, { span: span(length) }));
    }
  }
}

function localize() {
  const here = new Date();
  const parts = new Intl.DateTimeFormat(document.documentElement.lang, {
    day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
    hourCycle: "h23",
  });
  for (const element of document.querySelectorAll("[data-moment]")) {
    const at = new Date(element.dateTime);
    const { day, month, year, hour, minute } = Object.fromEntries(
      parts.formatToParts(at).map(({ type, value }) => [type, value]),
    );
    const date = at.getFullYear() === here.getFullYear() ? `${day} ${month}` : `${day} ${month} ${year}`;
    write(element, `${date}, ${hour}:${minute}`);
  }
}

const refresh = () => {
  localize();
  tick();
};

refresh();
setInterval(tick, 15_000);
document.addEventListener("visibilitychange", () => document.hidden || tick());
document.addEventListener("htmx:afterSettle", refresh);
document.addEventListener("htmx:oobAfterSwap", refresh);
