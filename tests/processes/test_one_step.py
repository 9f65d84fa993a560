"""What is opened and taken back within one step leaves nothing that somebody could find."""

import pytest

from processes import services
from processes.models import Dispatch, Incident, Instance, Job, Subscription, Timer
from tasks.models import Candidate, Task
from tests.processes.drawn import (
    ask,
    boundary,
    call,
    catch,
    end,
    every,
    message,
    process,
    start,
    terminate,
    topic,
)

pytestmark = pytest.mark.django_db(transaction=True)

FORK = '<b:parallelGateway id="fork"/>'
INNER = process("inner", start(), ask(), end(), flow="start ask end")


def test_a_terminating_end_takes_back_what_the_same_step_opened(run, broker):
    run.publish(
        INNER,
        process(
            "p",
            start(),
            FORK,
            ask(),
            boundary("late", "ask", every("R/PT1H"), interrupting=False),
            topic("credit"),
            catch("wait", message()),
            call("inner"),
            end(),
            end(terminate(), "stop"),
            flow="""start fork ask end
            late end
            fork credit end
            fork wait end
            fork call end
            fork stop""",
        ),
    )

    instance = run.start("p")

    assert instance.status == "completed"
    assert Task.objects.get().status == "exited"
    assert Job.objects.get().status == "withdrawn"
    for gone in (Timer, Subscription, Candidate, Incident):
        assert not gone.objects.exists(), gone
    broker.deliver()
    assert Instance.objects.count() == 1, "what nobody waits for is not begun"
    assert not Dispatch.objects.exists()
    assert services.verify(Instance.objects.get()) is None


def test_a_message_sent_and_awaited_in_one_step_arrives(run, broker):
    sent = (
        '<b:sendTask id="pay" messageRef="m-paid"><b:extensionElements>'
        '<placet:message payload="={amount: 1}"/></b:extensionElements></b:sendTask>'
    )
    run.publish(
        process(
            "p",
            start(),
            FORK,
            sent,
            catch("wait", message()),
            end(),
            flow="""start fork pay end
            fork wait end""",
        )
    )
    instance = run.start("p")
    assert instance.status == "running"

    broker.deliver()

    found = Instance.objects.get()
    assert (found.status, found.variables["wait"]) == ("completed", {"amount": 1})
