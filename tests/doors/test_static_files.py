"""The portal serves its own files and the packages' from one process, small and cacheable."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from portal.static_files import CollectedFiles

ROOT = Path(__file__).resolve().parents[2]
HTMX = "/static/vendor/htmx/htmx.min.js"

pytestmark = pytest.mark.skipif(
    not settings.NODE_MODULES.is_dir(), reason="needs node_modules: make setup"
)


def test_a_file_of_a_package_is_served_whole(client):
    response = client.get(HTMX)

    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/javascript")
    assert response.content == (settings.NODE_MODULES / "htmx.org/dist/htmx.min.js").read_bytes()


def test_a_browser_that_has_it_gets_nothing_again(client):
    first = client.get(HTMX)

    again = client.get(HTMX, headers={"If-Modified-Since": first["Last-Modified"]})

    assert (again.status_code, again.content) == (304, b"")


def test_large_files_travel_compressed(client):
    address = "/static/vendor/tabler/css/tabler.min.css"
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})

    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(plain.content) / 4


@pytest.mark.parametrize(
    "path", ["/static/../portal/settings.py", "/static/vendor/htmx/../../../package.json"]
)
def test_nothing_outside_the_static_folders_is_served(client, path):
    assert client.get(path).status_code in (302, 404)


def test_a_name_without_a_file_is_kept_as_it_is(tmp_path):
    files = CollectedFiles(location=tmp_path, base_url="/static/")

    assert files.hashed_name("missing.css.map") == "missing.css.map"


@pytest.mark.slow
def test_collected_files_carry_their_hash_in_their_names(tmp_path):
    environment = {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PLACET_VAR_DIR": str(tmp_path),
        "PLACET_COLLECTED_STATIC": "on",
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, cwd=ROOT, env=environment, check=True, timeout=120)

    folder = tmp_path / "static" / "vendor" / "htmx"
    (hashed,) = (path for path in folder.glob("htmx.min.*.js") if len(path.suffixes) == 3)
    assert hashed.read_bytes() == (folder / "htmx.min.js").read_bytes()
    assert hashed.with_name(f"{hashed.name}.gz").exists()
