"""Web, worker and beat as processes of their own: they come up, fall one by one, and come back."""

import json
import urllib.error
import urllib.request

import pytest

from deploy.local_services import LocalServices
from tests import portals

pytestmark = [pytest.mark.services, pytest.mark.slow]


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    directory = tmp_path_factory.mktemp("services")
    with portals.with_services(directory, "infra_faults", redis_number=9) as running:
        yield running


def readiness(portal: LocalServices) -> tuple[int, dict]:
    try:
        with urllib.request.urlopen(f"{portal.url}/readyz", timeout=10) as answer:
            return answer.status, json.load(answer)["checks"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)["checks"]


def test_every_part_is_ready(portal):
    status, checks = readiness(portal)

    assert status == 200
    assert all(check["ok"] for check in checks.values())


def test_the_web_process_comes_back_after_a_crash(portal):
    portal.kill("web")
    with pytest.raises(OSError, match=r"refused|reset"):
        urllib.request.urlopen(f"{portal.url}/healthz", timeout=5)

    portal.start("web")
    portal.wait_until_ready()

    assert readiness(portal)[0] == 200


def test_a_redirect_to_https_spares_the_probes(tmp_path):
    environment = {"PLACET_HTTPS": "on"}
    with portals.with_services(
        tmp_path, "infra_https", redis_number=9, environment=environment
    ) as portal:
        assert readiness(portal)[0] == 200

        opener = urllib.request.build_opener(StayHere)
        with pytest.raises(urllib.error.HTTPError) as redirected:
            opener.open(f"{portal.url}/accounts/login/")

    with redirected.value as answer:
        assert answer.code == 301
        assert answer.headers["Location"].startswith("https://")


class StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args, **_kwargs) -> None:
        return None
