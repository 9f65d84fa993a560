"""How long after a commit do open pages know? On PostgreSQL and the Redis pub/sub layer.

    python -m benchmarks.live [--json] [--rounds 5] [--no-page]

A portal of separate processes runs as in production. Another process decides through the services
and says the moment of its commit. 500 open pages listen; ``frame_p99_ms`` is from the commit to a
frame in a page when all 500 must be told, over all their frames, and ``one_p99_ms`` when only one
of them must. ``p99_ms`` is from the commit to the changed row in the inbox of a real browser. Each
figure is the median of its rounds.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.live_sockets import Sockets
from deploy.local_services import ROOT, LocalServices

PAGES = 500
FRAME_BUDGET_MS, PAGE_BUDGET_MS = 25.0, 300.0
TO_ALL, TO_ONE, TO_BROWSER = 20, 50, 30
"""Commits in a round."""
PAUSE = 0.05
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

WATCH_THE_ROW = """
(id) => {
  const there = () => document.getElementById(id) !== null;
  window.changes = [];
  let last = there();
  new MutationObserver(() => {
    if (there() === last) return;
    last = there();
    window.changes.push(performance.timeOrigin + performance.now());
  }).observe(document.body, { childList: true, subtree: true });
}
"""
NOW = "() => performance.timeOrigin + performance.now()"


class Decider:
    """The process that commits; ``prepared`` names the people and tasks it has made."""

    def __init__(self, portal: LocalServices) -> None:
        command = [sys.executable, "-m", "benchmarks.live_commits", str(PAGES)]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=portal.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.prepared = self.answer()

    def order(self, task: str) -> None:
        """Have the task claimed or released; `answer` says when that was committed."""
        assert self.process.stdin
        self.process.stdin.write(f"{task}\n")
        self.process.stdin.flush()

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("The deciding process has ended.")
        answer: dict[str, Any] = json.loads(line)
        return answer


def measure(rounds: int, *, with_page: bool, port: int, redis: int) -> dict[str, Any]:
    """Return every figure, by name."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="placet-live-")))
        portal = stack.enter_context(
            LocalServices(directory, port=port, database="placet_live", redis_number=redis)
        )
        decider = Decider(portal)
        stack.callback(decider.close)
        figures = measure_frames(decider, port, rounds)
        if with_page:
            figures |= measure_page(decider, portal, rounds)
    return figures


# --- Commit → frame -----------------------------------------------------------------------------


def measure_frames(decider: Decider, port: int, rounds: int) -> dict[str, Any]:
    sockets = Sockets("127.0.0.1", port)
    try:
        pages = [sockets.connect(session) for session in decider.prepared["sessions"]]
        to_all = [tell_all(decider, sockets) for _ in range(rounds + 1)][1:]
        to_one = [tell_one(decider, sockets, pages[0]) for _ in range(rounds + 1)][1:]
    finally:
        sockets.close()
    return {
        "pages": PAGES,
        "frame_p99_ms": middle(to_all, "p99"),
        "frame_median_ms": middle(to_all, "median"),
        "told_ms": middle(to_all, "told"),
        "first_frame_ms": middle(to_all, "first"),
        "last_frame_ms": middle(to_all, "last"),
        "frames_lost": sum(found["lost"] for found in to_all),
        "one_p99_ms": middle(to_one, "p99"),
        "one_median_ms": middle(to_one, "median"),
    }


def tell_all(decider: Decider, sockets: Sockets) -> dict[str, float]:
    """Commit what concerns every page, again and again."""
    frames, first, last, told, lost = [], [], [], [], 0
    for _ in range(TO_ALL):
        sockets.hear(expected=1, seconds=PAUSE)
        decider.order(decider.prepared["crowd"])
        heard = sockets.hear(expected=PAGES, seconds=5)
        commit = decider.answer()
        times = [(at - commit["steady"]) * 1000 for at, _ in heard]
        frames += times
        first.append(min(times))
        last.append(max(times))
        told.append((commit["told"] - commit["steady"]) * 1000)
        lost += PAGES - len({page for _, page in heard})
    return {
        **spread(frames),
        "first": statistics.median(first),
        "last": statistics.median(last),
        "told": statistics.median(told),
        "lost": lost,
    }


def tell_one(decider: Decider, sockets: Sockets, page: int) -> dict[str, float]:
    """Commit what concerns one page while the others are open too."""
    frames = []
    for _ in range(TO_ONE):
        sockets.hear(expected=1, seconds=PAUSE / 5)
        decider.order(decider.prepared["one"])
        (heard,) = sockets.hear(expected=1, seconds=5)
        commit = decider.answer()
        if heard[1] != page:
            raise RuntimeError("A page was told what does not concern it.")
        frames.append((heard[0] - commit["steady"]) * 1000)
    return spread(frames)


# --- Commit → changed row -----------------------------------------------------------------------


def measure_page(decider: Decider, portal: LocalServices, rounds: int) -> dict[str, Any]:
    with inbox(portal, decider.prepared["sessions"][1]) as page:
        row = f"row-{decider.prepared['crowd']}"
        page.evaluate(WATCH_THE_ROW, row)
        found = [change_row(decider, page) for _ in range(rounds + 1)][1:]
    return {"p99_ms": middle(found, "p99"), "median_ms": middle(found, "median")}


@contextmanager
def inbox(portal: LocalServices, session: str) -> Iterator[Any]:
    """Open the inbox of one of the crowd in a real browser, and wait until it listens."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = browser.new_context()
        context.add_cookies([{"name": "sessionid", "value": session, "url": portal.url}])
        page = context.new_page()
        with page.expect_websocket() as opened:
            page.goto(f"{portal.url}/inbox/?scope=offered")
        opened.value.wait_for_event("framesent")
        yield page
        browser.close()


def change_row(decider: Decider, page: Any) -> dict[str, float]:
    """Commit what adds or takes away the row, again and again."""
    times = []
    for _ in range(TO_BROWSER):
        # A person does not decide faster, and the page collects what comes within a quarter second.
        page.wait_for_timeout(400)
        before, began = page.evaluate("() => window.changes.length"), time.time()
        ahead = page.evaluate(NOW) - (began + time.time()) / 2 * 1000
        decider.order(decider.prepared["crowd"])
        page.wait_for_function("(count) => window.changes.length > count", arg=before)
        commit = decider.answer()
        changed = page.evaluate("() => window.changes.at(-1)")
        times.append(changed - ahead - commit["wall"] * 1000)
    return spread(times)


# --- Figures ------------------------------------------------------------------------------------


def spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "median": statistics.median(ordered),
        "p99": ordered[max(0, round(len(ordered) * 0.99) - 1)],
    }


def middle(rounds: list[dict[str, float]], name: str) -> float:
    return round(statistics.median(found[name] for found in rounds), 2)


def table(figures: dict[str, Any]) -> str:
    lines = [
        ("commit → frame, all 500 told", "frame_median_ms", "frame_p99_ms", FRAME_BUDGET_MS),
        ("commit → frame, one of 500 told", "one_median_ms", "one_p99_ms", FRAME_BUDGET_MS),
        ("commit → row changed in Chromium", "median_ms", "p99_ms", PAGE_BUDGET_MS),
    ]
    rows = [f"{'':34}{'median':>10}{'p99':>10}{'budget':>10}   (ms)"]
    for label, median, p99, budget in lines:
        if p99 in figures:
            rows.append(f"{label:34}{figures[median]:10.1f}{figures[p99]:10.1f}{budget:10.0f}")
    rows.append(
        f"to all 500: hints published after {figures['told_ms']} ms, first frame after "
        f"{figures['first_frame_ms']} ms, last after {figures['last_frame_ms']} ms; "
        f"{figures['frames_lost']} frames lost"
    )
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-page", action="store_true", help="leave the browser out")
    parser.add_argument("--port", type=int, default=8760)
    parser.add_argument("--redis-number", type=int, default=8)
    options = parser.parse_args()
    figures = measure(
        options.rounds,
        with_page=not options.no_page,
        port=options.port,
        redis=options.redis_number,
    )
    print(json.dumps(figures) if options.json else table(figures))


if __name__ == "__main__":
    main()
