"""/healthz tells that the process lives; /readyz whether people can work."""

import threading
import time

import pytest
from celery import Celery
from django.contrib.auth.models import User
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from portal import embedded, health
from portal.channel_layer import ThreadSafeLayer

pytestmark = pytest.mark.django_db


def test_a_live_process_says_so_and_asks_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "live"})


def test_it_is_ready_when_every_part_answers(client):
    response = client.get("/readyz")

    names = ("database", "migrations", "broker", "channel_layer", "parts")
    assert response.json() == {"status": "ready", "checks": {name: {"ok": True} for name in names}}
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_one_part_that_fails_makes_it_unready_and_the_others_still_tell(client, monkeypatch):
    def broken() -> None:
        raise ConnectionError("postgres://placet:hunter2@db/placet is gone")

    monkeypatch.setattr(health, "CHECKS", [health.Check(broken), health.Check(health.database)])

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["status"] == "not ready"
    assert response.json()["checks"]["database"] == {"ok": True}
    assert response.json()["checks"]["broken"] == {
        "ok": False,
        "problem": "It cannot be reached (ConnectionError).",
    }
    assert b"hunter2" not in response.content


def test_a_part_that_never_answers_costs_only_the_patience(client, monkeypatch):
    release = threading.Event()

    def silent() -> None:
        release.wait(timeout=30)

    monkeypatch.setattr(health, "PATIENCE", 0.2)
    monkeypatch.setattr(health, "CHECKS", [health.Check(silent)])
    began = time.monotonic()
    response = client.get("/readyz")
    took = time.monotonic() - began
    release.set()

    assert response.status_code == 503
    assert response.json()["checks"]["silent"]["problem"] == "No answer within 0.2 seconds."
    assert took < 2


def test_a_silent_part_is_asked_by_one_thread_however_often_people_look(monkeypatch):
    release, asked = threading.Event(), []

    def silent() -> None:
        asked.append(1)
        release.wait(timeout=30)

    check = health.Check(silent)
    for _ in range(5):
        assert check.answer(time.monotonic() + 0.01)["ok"] is False
    release.set()

    assert len(asked) == 1


def test_asking_the_live_layer_leaves_nothing_behind(monkeypatch):
    layer = ThreadSafeLayer()
    monkeypatch.setattr(health, "get_channel_layer", lambda: layer)

    health.channel_layer()

    assert not layer._mailboxes


def test_a_broker_that_is_down_is_noticed_in_time(monkeypatch):
    # Celery prefers the variable to what its application was given.
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    unreachable = Celery(broker="redis://127.0.0.1:1/0", set_as_current=False)
    monkeypatch.setattr(health, "app", unreachable)
    check = health.Check(health.broker)

    assert check.answer(time.monotonic() + 5)["ok"] is False


def test_a_migration_that_has_not_run_makes_it_unready():
    health._migrated.clear()
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")

    with pytest.raises(health.Unready, match="1 migrations have not run"):
        health.migrations()


def test_a_worker_that_died_makes_it_unready(monkeypatch):
    monkeypatch.setattr(embedded, "_parts", [embedded.Part("worker", object)])

    with pytest.raises(health.Unready, match="not any more: worker"):
        health.parts()


def test_metrics_are_for_operators(client):
    assert client.get("/metrics").status_code == 404

    client.force_login(User.objects.create_user("alice"))
    assert client.get("/metrics").status_code == 404

    client.force_login(User.objects.create_user("dan", is_staff=True))
    response = client.get("/metrics")
    assert response.status_code == 200
    assert b"django_http_requests_total" in response.content


def test_metrics_are_given_for_the_metrics_token_and_no_other(client, settings):
    settings.METRICS_TOKEN = "a-long-token-of-prometheus"

    good = client.get("/metrics", headers={"Authorization": "Bearer a-long-token-of-prometheus"})
    bad = client.get("/metrics", headers={"Authorization": "Bearer another"})
    none = client.get("/metrics")

    assert [good.status_code, bad.status_code, none.status_code] == [200, 404, 404]


def test_without_a_metrics_token_an_empty_one_opens_nothing(client, settings):
    settings.METRICS_TOKEN = ""

    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
