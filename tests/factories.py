"""The fixed cast and what they work on, made through the real services.

Alice asks, Bob manages, Carol stands in, Fiona is finance, Leo is legal, Dan operates, and
Mallory tries what she may not.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, User
from guardian.shortcuts import assign_perm

from processes import services as engine
from processes.models import Connection, Instance, Process, Version
from tasks.models import Substitution, Task

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEMPLATES = Path(__file__).parent.parent / "processes" / "templates_bpmn"
PASSWORD = "placet-demo"
LAPTOPS = {
    "title": "Laptops",
    "amount": 800,
    "currency": "EUR",
    "category": "hardware",
    "justification": "The old ones are slow.",
}
GROUPS = {
    "bob": ["employees", "managers"],
    "carol": ["employees", "deputies"],
    "fiona": ["employees", "finance"],
    "leo": ["employees", "legal"],
    "dan": ["employees", "operators"],
    "alice": ["employees"],
    "mallory": [],
}


def person(name: str, *groups: str, **more: Any) -> User:
    """Return the user, made on first use with the groups of the cast."""
    found = User.objects.filter(username=name).first()
    if found is None:
        more.setdefault("first_name", name.capitalize())
        found = User.objects.create_user(name, f"{name}@example.com", PASSWORD, **more)
        for group in groups or GROUPS.get(name, []):
            found.groups.add(team(group))
    return found


def team(name: str) -> Group:
    return Group.objects.get_or_create(name=name)[0]


def cast() -> dict[str, User]:
    """Return everybody by name; Dan is the one who administers."""
    everybody = {name: person(name) for name in GROUPS}
    if not everybody["dan"].is_superuser:
        everybody["dan"].is_superuser = everybody["dan"].is_staff = True
        everybody["dan"].save()
    return everybody


def deployed(template: str = "purchase-approval", *, now: datetime = NOW) -> Process:
    """Return the shipped process, published, that every employee may start."""
    source = (TEMPLATES / f"{template}.bpmn").read_bytes()
    process = engine.deploy(source=source, now=now).process
    assign_perm("start_process", team("employees"), process)
    Connection.objects.get_or_create(
        key="orders", defaults={"name": "Order service", "base_url": "http://127.0.0.1:9/"}
    )
    return process


def deployed_source(source: str, *, now: datetime = NOW) -> Version:
    """Return the published version of BPMN that a test wrote."""
    return engine.deploy(source=source.encode(), now=now)


def process_source(body: str, *, key: str = "test", extension: str = "") -> str:
    """Return BPMN around ``body``; BPMN's own elements have the prefix b."""
    return (
        '<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:placet="urn:placet:bpmn:1" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="urn:test">'
        f'<b:process id="{key}" name="Test" isExecutable="true">'
        f"<b:extensionElements>{extension}</b:extensionElements>{body}</b:process>"
        "</b:definitions>"
    )


def one_task(
    extension: str = '<placet:assignment candidateUsers="bob"/>',
    *,
    name: str = "Ask",
    process_extension: str = "",
) -> str:
    """Return BPMN with a single user task ``ask``."""
    return process_source(
        '<b:startEvent id="start"/>'
        f'<b:userTask id="ask" name="{name}"><b:extensionElements>{extension}'
        "</b:extensionElements></b:userTask>"
        '<b:endEvent id="end"/>'
        '<b:sequenceFlow id="f1" sourceRef="start" targetRef="ask"/>'
        '<b:sequenceFlow id="f2" sourceRef="ask" targetRef="end"/>',
        extension=process_extension,
    )


def started(
    process: Process, by: User | None = None, *, now: datetime = NOW, **variables: Any
) -> Instance:
    by = by or person("alice")
    return engine.start(process=process, variables=variables, initiator=by, now=now)


def purchase(by: User | None = None, *, now: datetime = NOW, **changed: Any) -> Instance:
    """Return a purchase that Alice asked for; its manager task is open."""
    cast()
    return started(deployed(now=now), by, now=now, **{**LAPTOPS, **changed})


def asked(instance: Instance, node: str = "manager") -> Task:
    """Return the latest task of the node."""
    return instance.tasks.filter(node=node).latest("created_at", "id")


def away(absentee: User, substitute: User, *, now: datetime = NOW, days: int = 7) -> Substitution:
    """Return an absence that began yesterday."""
    return Substitution.objects.create(
        absentee=absentee,
        substitute=substitute,
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=days),
    )
