"""Run every test on SQLite, and again on PostgreSQL and Redis where they answer.

Run by ``make test``, as ``python -m tests.matrix [pytest arguments]``. ``DATABASE_URL`` and
``REDIS_URL`` say where to look; otherwise the usual local ports are tried. With ``CI`` set, a
missing service or browser is a failure.
"""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests import services

ROOT = Path(__file__).resolve().parent.parent
WITH_SERVICES = ["processes", "tasks", "doors", "faults", "security", "journeys"]


@dataclass(frozen=True)
class Result:
    """What one pass of the tests counted."""

    name: str
    exit_code: int
    tests: int
    failed: int
    skipped: int

    @property
    def passed(self) -> int:
        """Return the tests that neither failed nor were skipped."""
        return self.tests - self.failed - self.skipped

    @property
    def counts(self) -> str:
        """Return the counts as pytest says them."""
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def main(arguments: list[str]) -> int:
    """Probe, run the passes, and tell plainly what was run."""
    database, redis, browser = services.postgres(), services.redis(), services.browser()
    print("PostgreSQL", f"answers at {services.shown(database)}" if database else "does not answer")
    print("Redis     ", f"answers at {services.shown(redis)}" if redis else "does not answer")
    print("Chromium  ", f"is {browser}" if browser else "is not installed", flush=True)
    absent = [
        name
        for name, found in (("PostgreSQL", database), ("Redis", redis), ("Chromium", browser))
        if not found
    ]
    if absent and os.environ.get("CI"):
        print(f"CI needs {', '.join(absent)}. No test was run.")
        return 1

    results = [
        run("SQLite", ["tests", "-m", "not postgres and not services"], {}, arguments),
    ]
    if database and redis:
        where = [f"tests/{name}" for name in WITH_SERVICES if (ROOT / "tests" / name).is_dir()]
        environment = {"DATABASE_URL": database, "REDIS_URL": redis}
        chosen = [*where, "-m", "services or not browser"]
        results.append(run("PostgreSQL and Redis", chosen, environment, arguments))
    print()
    for result in results:
        print(f"On {result.name}: {result.counts}")
    if not (database and redis):
        print("On PostgreSQL and Redis: NOT RUN, because one of them does not answer.")
    together = (sum(getattr(r, part) for r in results) for part in ("tests", "failed", "skipped"))
    print("Together:", Result("all", 0, *together).counts)
    return max(result.exit_code for result in results)


def run(
    name: str, selection: list[str], environment: dict[str, str], arguments: list[str]
) -> Result:
    """Run one pass in its own process and read its counts."""
    print(f"\n== Tests on {name}", flush=True)
    clean = {k: v for k, v in os.environ.items() if k not in services.VARIABLES}
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.xml"
        command = [sys.executable, "-m", "pytest", *selection, "-n", "2", "--dist", "loadfile"]
        command += ["-q", f"--junitxml={report}", *arguments]
        finished = subprocess.run(command, cwd=ROOT, env=clean | environment)
        if not report.exists():
            return Result(name, finished.returncode or 1, 0, 0, 0)
        suite = ElementTree.parse(report).getroot()
        suite = suite if suite.tag == "testsuite" else suite[0]
    count = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
    failed = count["failures"] + count["errors"]
    return Result(name, finished.returncode, count["tests"], failed, count["skipped"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
