"""Called processes: instances of their own, whose end, failure and cancellation find the caller."""

import pytest

from processes import jobs, services
from processes.core.errors import Invalid
from processes.core.world import DEEPEST
from processes.models import Dispatch, Instance
from processes.services.dispatch import GRACE
from tasks import services as tasks
from tests.factories import NOW, asked, deployed_source, person
from tests.processes.drawn import ask, boundary, call, end, error, file_of, process, start

pytestmark = pytest.mark.django_db(transaction=True)

N = '<placet:variable name="n"/>'
ASKING = process("asking", start(), ask(), end(), flow="start ask end", extension=N)
FAILING = process("failing", start(), end(error()), flow="start end")
QUICK = process("quick", start(), end(), flow="start end", extension=N)


def calling(key: str, called: str, **binding: str) -> str:
    return process(key, start(), call(called, **binding), end(), flow="start call end", extension=N)


def again(instance: Instance) -> Instance:
    return Instance.objects.get(pk=instance.pk)


def child_of(instance: Instance) -> Instance:
    return instance.children.latest("id")


def answer(instance: Instance) -> None:
    task = asked(instance, "ask")
    tasks.complete(task_id=task.pk, person=person("bob"), outcome="approved", now=NOW)


def incident(instance: Instance) -> str:
    return instance.incidents.get(status="open").sentence


# --- the end -------------------------------------------------------------------------------------


def test_the_caller_goes_on_when_the_called_process_has_ended(run, broker):
    run.publish(ASKING, calling("outer", "asking", propagateAll="true"))
    outer = run.start("outer", n=3)
    assert outer.status == "running"

    broker.deliver()
    inner = child_of(outer)
    assert (inner.parent, inner.depth, inner.initiator) == (outer, 1, outer.initiator)
    assert inner.variables == {"n": 3}
    answer(inner)
    broker.deliver()

    assert [again(inner).status, again(outer).status] == ["completed", "completed"]
    assert again(outer).variables["ask"]["outcome"] == "approved"
    assert not Dispatch.objects.exists()
    assert services.verify(again(outer)) is services.verify(again(inner)) is None


def test_three_calls_deep_everything_comes_back(run, broker):
    run.publish(
        ASKING,
        calling("third", "asking", propagateAll="true"),
        calling("second", "third", propagateAll="true"),
        calling("first", "second", propagateAll="true"),
    )
    first = run.start("first", n=1)
    broker.deliver()
    innermost = child_of(child_of(child_of(first)))
    assert innermost.depth == 3

    answer(innermost)
    broker.deliver()

    assert set(Instance.objects.values_list("status", flat=True)) == {"completed"}
    assert again(first).variables["ask"]["outcome"] == "approved"


def test_a_call_whose_messages_are_lost_is_found_by_the_sweep(run, broker, clock):
    run.publish(QUICK, calling("outer", "quick"))
    outer = run.start("outer")
    for _ in range(2):
        broker.lose()
        clock.pass_(GRACE)
        jobs.sweep()

    assert again(outer).status == "completed"
    assert outer.children.count() == 1


def test_the_same_delivery_twice_starts_one_process(run, broker):
    run.publish(ASKING, calling("outer", "asking"))
    outer = run.start("outer")
    dispatch = Dispatch.objects.get()

    jobs.deliver(dispatches=[str(dispatch.pk)] * 2)
    broker.deliver()

    assert outer.children.count() == 1


# --- which version -------------------------------------------------------------------------------


def test_latest_is_the_version_published_when_the_call_is_made(run, broker):
    run.publish(ASKING, calling("outer", "asking"))
    newer = run.publish(ASKING.replace('"Asking"', '"Newer"'))
    outer = run.start("outer")
    broker.deliver()
    assert child_of(outer).version == newer


def test_pinned_is_the_version_published_when_the_caller_was(run, broker):
    pinned = run.publish(ASKING)
    run.publish(calling("outer", "asking", binding="pinned"))
    run.publish(ASKING.replace('"Asking"', '"Newer"'))
    outer = run.start("outer")
    broker.deliver()
    assert child_of(outer).version == pinned


def test_a_version_can_be_called_by_its_number(run, broker):
    first = run.publish(ASKING)
    run.publish(ASKING.replace('"Asking"', '"Newer"'))
    run.publish(calling("outer", "asking", binding="version", version="1"))
    outer = run.start("outer")
    broker.deliver()
    assert child_of(outer).version == first


@pytest.mark.parametrize(
    ("binding", "sentence"),
    [
        ({"binding": "pinned"}, "calls the process “asking”, of which no version is published"),
        ({"binding": "version", "version": "2"}, "calls version 2 of “asking”, which was never"),
    ],
)
def test_a_fixed_version_that_is_not_there_keeps_the_caller_from_being_published(
    binding, sentence, run
):
    with pytest.raises(Invalid) as refused:
        run.publish(calling("outer", "asking", **binding))
    assert sentence in refused.value.what


# --- failure -------------------------------------------------------------------------------------


def test_an_error_that_leaves_the_called_process_is_caught_at_the_edge_of_the_call(run, broker):
    run.publish(
        FAILING,
        process(
            "outer",
            start(),
            call("failing"),
            boundary("edge", "call", error()),
            end(),
            end(name="mended"),
            flow="""start call end
            edge mended""",
        ),
    )
    outer = run.start("outer")
    broker.deliver()

    assert again(child_of(outer)).status == "failed"
    assert child_of(outer).ended_at == NOW
    assert again(outer).status == "completed"
    completed = outer.history.filter(kind="node.completed").values_list("node", flat=True)
    assert "mended" in completed


def test_an_error_that_nobody_catches_is_an_incident_and_a_retry_calls_again(run, broker):
    run.publish(FAILING, calling("outer", "failing"))
    outer = run.start("outer")
    broker.deliver()
    assert again(outer).status == "running"
    assert "ended with the error “broke”" in incident(outer)

    run.publish(QUICK.replace('"quick"', '"failing"'))
    found = outer.incidents.get(status="open")
    services.retry_incident(incident_id=found.pk, actor=services.ENGINE, now=NOW)
    broker.deliver()

    assert again(outer).status == "completed"
    assert outer.children.count() == 2


def test_a_process_that_is_not_there_is_an_incident_that_says_so(run, broker):
    run.publish(calling("outer", "nothing"))
    outer = run.start("outer")
    broker.deliver()
    assert incident(outer) == (
        "“nothing” could not be called. No version of it is published. Publish one; then retry."
    )


def test_a_process_that_calls_itself_without_end_is_stopped(run, broker):
    run.publish(calling("endless", "endless"))
    run.start("endless")
    broker.deliver()

    assert Instance.objects.count() == DEEPEST + 1
    deepest = Instance.objects.get(depth=DEEPEST)
    assert f"{DEEPEST} processes wait for one another already" in incident(deepest)


# --- cancellation --------------------------------------------------------------------------------


def test_cancelling_the_caller_cancels_what_it_called_at_any_depth(run, broker):
    run.publish(ASKING, calling("second", "asking"), calling("first", "second"))
    first = run.start("first")
    broker.deliver()

    services.cancel(instance_id=first.pk, actor=services.ENGINE, reason="Enough.", now=NOW)
    broker.deliver()

    assert set(Instance.objects.values_list("status", flat=True)) == {"cancelled"}
    innermost = child_of(child_of(first))
    assert asked(innermost, "ask").status == "exited"
    assert not Dispatch.objects.exists()


def test_a_call_that_is_withdrawn_before_it_began_never_begins(run, broker):
    run.publish(ASKING, calling("outer", "asking"))
    outer = run.start("outer")
    services.cancel(instance_id=outer.pk, actor=services.ENGINE, reason="Enough.", now=NOW)

    broker.deliver()

    assert not outer.children.exists()
    assert not Dispatch.objects.exists()


def test_cancelling_what_was_called_stops_the_caller_until_it_calls_again(run, broker):
    run.publish(ASKING, calling("outer", "asking"))
    outer = run.start("outer")
    broker.deliver()
    services.cancel(
        instance_id=child_of(outer).pk, actor=services.ENGINE, reason="Mistaken.", now=NOW
    )
    broker.deliver()
    assert incident(outer) == "“Asking” was cancelled: Mistaken."


def test_the_end_waits_for_a_caller_that_is_suspended(run, broker):
    run.publish(QUICK, calling("outer", "quick"))
    outer = run.start("outer")
    services.suspend(instance_id=outer.pk, actor=services.ENGINE, now=NOW)
    broker.deliver()
    assert again(outer).status == "suspended"

    services.resume(instance_id=outer.pk, actor=services.ENGINE, now=NOW)
    broker.deliver()

    assert again(outer).status == "completed"


# --- together ------------------------------------------------------------------------------------


def test_processes_of_one_file_are_published_together_and_pinned_to_each_other(run, broker):
    inner = QUICK.replace('id="start', 'id="s').replace('id="end', 'id="e')
    inner = inner.replace('Ref="start"', 'Ref="s"').replace('Ref="end"', 'Ref="e"')
    outer = calling("outer", "quick", binding="pinned")
    version = deployed_source(file_of(outer, inner), now=NOW)
    assert version.process.key == "outer"
    assert version.pins == {"quick": 1}

    deployed_source(file_of(outer, inner.replace('"Quick"', '"Newer"')), now=NOW)
    instance = run.start("outer")
    broker.deliver()

    assert again(instance).status == "completed"
    assert child_of(instance).version.number == 2
