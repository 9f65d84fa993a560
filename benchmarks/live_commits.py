"""The process that decides while others look on: says the moment of each commit.

Run by `benchmarks.live`: reads one order a line, answers with one JSON document a line.
"""

import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

import django
from django.db import transaction

CROWD = "benchmark-crowd"
DECIDER = "benchmark-decider"
SOURCE = """
<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL"
               xmlns:placet="urn:placet:bpmn:1" targetNamespace="urn:benchmark">
  <b:process id="{key}" name="{name}" isExecutable="true">
    <b:startEvent id="start"/>
    <b:userTask id="ask" name="Ask"><b:extensionElements>
      <placet:assignment {asked}/></b:extensionElements></b:userTask>
    <b:endEvent id="end"/>
    <b:sequenceFlow id="f1" sourceRef="start" targetRef="ask"/>
    <b:sequenceFlow id="f2" sourceRef="ask" targetRef="end"/>
  </b:process>
</b:definitions>
"""


def main() -> None:
    """Prepare people and tasks, then claim or release one whenever told to."""
    django.setup()
    answer(prepare(int(sys.argv[1])))
    for line in sys.stdin:
        answer(change(line.strip()))


def answer(document: dict[str, Any]) -> None:
    print(json.dumps(document), flush=True)


def prepare(people: int) -> dict[str, Any]:
    """Return the sessions of the crowd, and one open task for all of it and one for its first."""
    from django.contrib.auth.models import Group, User

    crowd, _ = Group.objects.get_or_create(name=CROWD)
    decider, _ = User.objects.get_or_create(username=DECIDER)
    users = [User.objects.get_or_create(username=f"{CROWD}-{n}")[0] for n in range(people)]
    crowd.user_set.set([decider, *users])
    return {
        "sessions": [signed_in(user) for user in users],
        "crowd": open_task("live-crowd", f'candidateGroups="{CROWD}"'),
        "one": open_task("live-one", f'candidateUsers="{CROWD}-0, {DECIDER}"'),
    }


def signed_in(user: Any) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def open_task(key: str, asked: str) -> str:
    from processes import services as engine

    source = SOURCE.format(key=key, name=key, asked=asked)
    version = engine.deploy(source=source.encode(), now=datetime.now(UTC))
    instance = engine.start(
        process=version.process, variables={}, initiator=None, now=datetime.now(UTC)
    )
    return str(instance.tasks.get().pk)


def change(task_id: str) -> dict[str, Any]:
    """Claim the task, or release it if it is claimed, and say when that was committed."""
    from django.contrib.auth.models import User

    from tasks import services
    from tasks.models import Task

    decider = User.objects.get(username=DECIDER)
    offered = Task.objects.get(pk=task_id).status == Task.Status.READY
    verb = services.claim if offered else services.release
    committed: dict[str, float] = {}

    def note() -> None:
        committed.update(steady=time.monotonic(), wall=time.time())

    with transaction.atomic():
        # Registered first, so it runs right after the commit and before anybody is told.
        transaction.on_commit(note)
        verb(task_id=task_id, person=decider, now=datetime.now(UTC))
    return {**committed, "told": time.monotonic(), "offered": not offered}


if __name__ == "__main__":
    main()
