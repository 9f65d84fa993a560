"""State machines run as processes: the data goes through them as the language says."""

import pytest

from processes.core import commands as c
from processes.core.asl import import_machine
from processes.core.bpmn import read
from tests.core.asl.machines_of import FILES, answer, imported, of, play, request, result

END = {"End": True}
PARCEL = (FILES / "parcel.asl.json").read_bytes()
INPUT = {"shop": "berlin-1", "parcel": {"id": "P-1", "stamps": ["a", "b"]}}


# --- a whole machine -----------------------------------------------------------------------------


def test_a_parcel_is_weighed_priced_and_packed():
    instance = play(PARCEL, INPUT)
    assert request(instance, "Weigh")["topic"] == "weigh-parcel"
    assert request(instance, "Weigh")["variables"] == {
        "input": {"parcel": "P-1", "scale": "north", "label": "berlin-1/P-1"}
    }
    answer(instance, "Weigh", {"weight": 300})
    assert instance.waiting() == {"Let_it_rest": "event"}
    instance.fire("Let_it_rest")
    assert instance.state.status == "completed"
    assert instance.state.scopes["s0"].variables["state"] == {
        **INPUT,
        "measured": {"grams": 300},
        "both": [{"euro": 303}, "box"],
        "stamped": ["a", "b"],
    }


def test_a_heavy_parcel_goes_back_and_the_result_is_dropped():
    instance = play(PARCEL, INPUT)
    answer(instance, "Weigh", {"weight": 30_000})
    assert request(instance, "Return_to_shop")["topic"] == "return-desk"
    answer(instance, "Return_to_shop", "gone")
    assert instance.state.status == "completed"
    assert instance.state.scopes["s0"].variables["state"] == {
        **INPUT,
        "measured": {"grams": 30_000},
    }


def test_an_error_is_caught_by_its_name_and_noted():
    instance = play(PARCEL, INPUT)
    instance.do(c.FailJob(instance.token("Weigh"), "no such parcel", 1, "NotFound"))
    given = request(instance, "Return_to_shop")["variables"]["input"]
    assert given == {**INPUT, "error": {"Error": "NotFound", "Cause": "no such parcel"}}


def test_any_other_error_leads_to_the_end_that_fails():
    instance = play(PARCEL, INPUT)
    instance.do(c.FailJob(instance.token("Weigh"), "broken", 5, "States.TaskFailed"))
    assert instance.state.status == "failed"
    assert instance.completed()[-1] == "Lost"


def test_a_task_that_takes_too_long_is_caught_as_a_timeout():
    instance = play(PARCEL, INPUT)
    instance.fire("Weigh_too_late")
    assert instance.state.scopes["s0"].variables["state"] == {
        "Error": "States.Timeout",
        "Cause": "",
    }


def test_the_picture_shows_every_step():
    reading = read(import_machine(PARCEL, "parcel.asl.json").source)
    assert reading.has_diagram
    assert reading.undrawn == ()
    assert reading.findings == ()
    assert reading.graphs[0].id == "parcel"


def test_the_report_names_every_field_that_was_translated():
    report = import_machine(PARCEL, "parcel.asl.json").report
    told = {(taken.label, taken.what): taken.standing for taken in report}
    assert told["Weigh", "ResultSelector"] == "translated"
    assert told["Weigh", "HeartbeatSeconds"] == "kept"
    assert told["Heavy?", "Choices[1]"] == "translated"
    assert [taken.what for taken in report if taken.standing == "left"] == ["Retry"]


# --- the flow of data ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"a": {"b": 1}, "c": [1, 2]}),
        ({"Result": {"x": 1}}, {"x": 1}),
        ({"Result": 5, "ResultPath": "$.a.b"}, {"a": {"b": 5}, "c": [1, 2]}),
        ({"Result": 5, "ResultPath": "$.n.m"}, {"a": {"b": 1}, "c": [1, 2], "n": {"m": 5}}),
        ({"Result": 5, "ResultPath": "$['two words']", "OutputPath": "$['two words']"}, 5),
        ({"Result": 5, "ResultPath": None}, {"a": {"b": 1}, "c": [1, 2]}),
        ({"InputPath": "$.a"}, {"b": 1}),
        ({"InputPath": None}, {}),
        ({"OutputPath": "$.c[1]"}, 2),
        ({"OutputPath": None}, {}),
        ({"InputPath": "$.a", "Parameters": {"x.$": "$.b", "y": 2}}, {"x": 1, "y": 2}),
        (
            {"Parameters": {"x.$": "$.c"}, "ResultPath": "$.got", "OutputPath": "$.got.x"},
            [1, 2],
        ),
    ],
)
def test_data_goes_through_a_pass_state(fields, expected):
    machine = of("Only", Only={"Type": "Pass", **fields, **END})
    assert result(machine, {"a": {"b": 1}, "c": [1, 2]}) == expected


def test_without_input_the_state_is_empty():
    assert result(of("Only", Only={"Type": "Pass", **END})) == {}


def test_the_input_of_the_execution_is_known_all_the_time():
    machine = of(
        "Forget",
        Forget={"Type": "Pass", "Result": 0, "Next": "Remember"},
        Remember={"Type": "Pass", "Parameters": {"it.$": "$$.Execution.Input.a"}, **END},
    )
    assert result(machine, {"a": 7}) == {"it": 7}


def test_the_result_of_a_task_is_selected_placed_and_handed_on():
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "InputPath": "$.in",
        "ResultSelector": {"kept.$": "$.Payload.value"},
        "ResultPath": "$.out",
        "OutputPath": "$.out",
    }
    instance = play(of("Call", Call={**task, **END}), {"in": {"a": 1}})
    assert request(instance, "Call")["topic"] == "lambda:invoke"
    assert request(instance, "Call")["variables"] == {"input": {"a": 1}}
    assert request(instance, "Call")["attempts"] == 1
    answer(instance, "Call", {"Payload": {"value": 9}, "StatusCode": 200})
    assert instance.state.scopes["s0"].variables["state"] == {"kept": 9}


def test_a_choice_takes_the_first_rule_that_holds():
    rules = [
        {"Variable": "$.n", "NumericLessThan": 10, "Next": "Small"},
        {"Variable": "$.n", "NumericLessThan": 100, "Next": "Middle"},
    ]
    machine = of(
        "Which",
        Which={"Type": "Choice", "Choices": rules, "Default": "Large"},
        Small={"Type": "Pass", "Result": "small", **END},
        Middle={"Type": "Pass", "Result": "middle", **END},
        Large={"Type": "Pass", "Result": "large", **END},
    )
    assert [result(machine, {"n": n}) for n in (5, 50, 500, "x")] == [
        "small",
        "middle",
        "large",
        "large",
    ]


def test_states_may_go_back():
    machine = of(
        "Add",
        Add={
            "Type": "Pass",
            "Parameters": {"n.$": "States.MathAdd($.n, 1)"},
            "Next": "Enough?",
        },
        **{
            "Enough?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.n", "NumericLessThan": 3, "Next": "Add"}],
                "Default": "Done",
            },
            "Done": {"Type": "Succeed", "OutputPath": "$.n"},
        },
    )
    assert result(machine, {"n": 0}) == 3


@pytest.mark.parametrize("most", [0, 1, 5])
def test_a_map_keeps_the_order_of_its_items(most):
    machine = of(
        "Each",
        Each={
            "Type": "Map",
            "ItemsPath": "$.items",
            "Parameters": {"v.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index", "k.$": "$.k"},
            "MaxConcurrency": most,
            "Iterator": of(
                "Both",
                Both={
                    "Type": "Parallel",
                    "Branches": [
                        of("A", A={"Type": "Pass", "Parameters": {"a.$": "$.v"}, **END}),
                        of("B", B={"Type": "Succeed", "InputPath": "$.i"}),
                    ],
                    **END,
                },
            ),
            "ResultSelector": {"all.$": "$[*]", "k": 1},
            "ResultPath": "$.done",
            **END,
        },
    )
    found = result(machine, {"items": ["x", "y"], "k": 3})
    assert found["done"] == {"all": [[{"a": "x"}, 0], [{"a": "y"}, 1]], "k": 1}
    assert found["items"] == ["x", "y"]


def test_a_map_without_parameters_works_on_the_items_themselves():
    machine = of(
        "Each",
        Each={
            "Type": "Map",
            "ItemProcessor": of("Add", Add={
                "Type": "Pass", "Parameters": {"n.$": "States.MathAdd($, 1)"}, **END,
            }),
            **END,
        },
    )  # fmt: skip
    assert result(machine, [1, 2]) == [{"n": 2}, {"n": 3}]
    assert result(machine, []) == []


def test_an_error_in_a_branch_is_caught_on_the_whole():
    machine = of(
        "Both",
        Both={
            "Type": "Parallel",
            "Branches": [
                of("Bad", Bad={"Type": "Fail", "Error": "TooBad", "Cause": "x"}),
                of("Wait", Wait={"Type": "Wait", "Seconds": 60, **END}),
            ],
            "Catch": [{"ErrorEquals": ["TooBad"], "ResultPath": "$.e", "Next": "Tell"}],
            "Next": "Never",
        },
        Never={"Type": "Fail", "Error": "Never"},
        Tell={"Type": "Pass", "OutputPath": "$.e.Error", **END},
    )
    assert result(machine, {"a": 1}) == "TooBad"


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({"Seconds": 90}, "2026-03-02T09:01:30+00:00"),
        ({"SecondsPath": "$.s"}, "2026-03-02T09:00:05+00:00"),
        ({"Timestamp": "2026-03-03T00:00:00Z"}, "2026-03-03T00:00:00+00:00"),
        ({"TimestampPath": "$.t"}, "2026-03-04T00:00:00+00:00"),
    ],
)
def test_a_wait_ends_in_time(fields, due):
    machine = of("Rest", Rest={"Type": "Wait", **fields, **END})
    instance = play(machine, {"s": 5, "t": "2026-03-04T00:00:00Z"})
    assert instance.timer("Rest").due_at == due
    instance.fire("Rest")
    assert instance.state.status == "completed"


@pytest.mark.parametrize(
    ("resource", "topic"),
    [
        ("arn:aws:lambda:eu-west-1:111122223333:function:weigh", "weigh"),
        ("arn:aws:lambda:eu-west-1:111122223333:function:weigh:PROD", "weigh"),
        ("arn:aws:states:eu-west-1:111122223333:activity:desk", "desk"),
        ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", "sqs:sendMessage"),
        ("arn:aws:states:::states:startExecution.sync", "states:startExecution.sync"),
        ("something-else", "something-else"),
    ],
)
def test_a_resource_is_a_topic(resource, topic):
    instance = play(of("Call", Call={"Type": "Task", "Resource": resource, **END}))
    assert request(instance, "Call")["topic"] == topic


def test_retries_are_counted_as_tries():
    rule = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 3, "MaxAttempts": 2, "BackoffRate": 1}
    task = {"Type": "Task", "Resource": "x", "Retry": [rule], **END}
    found = request(play(of("Call", Call=task)), "Call")
    assert (found["attempts"], found["backoff"], found["factor"]) == (3, "PT3S", 1.0)


# --- what is wrong, and what is left -------------------------------------------------------------


@pytest.mark.parametrize(
    ("machine", "says"),
    [
        ({"States": {"A": {"Type": "Pass", **END}}}, "StartAt: The machine does not say"),
        (of("B", A={"Type": "Pass", **END}), "StartAt: “B” is none of the states"),
        (of("A", A={"Type": "Pass", "Next": "B"}), "States.A.Next: “B” is none of the states"),
        (of("A", A={"Type": "Pass"}), "States.A.Next: The state does not say"),
        (of("A", A={"Type": "Magic", **END}), "States.A.Type: “Magic” is no type"),
        (of("A", A=3), "States.A: A state must be an object"),
        (
            of("A", A={"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True}]}),
            "States.A.Choices[0].Next",
        ),
        (
            of("A", A={"Type": "Parallel", "Branches": [of("X", Y={})], **END}),
            "States.A.Branches[0].StartAt: “X” is none",
        ),
        (of("A", A={"Type": "Map", **END}), "States.A: The map does not say"),
    ],
)
def test_mistakes_are_told_with_their_place(machine, says):
    assert any(says in finding.sentence for finding in imported(machine).findings)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (b"{", "line 1, column 2"),
        (b'{"States": {}, "States": {}}', "“States” is written twice"),
        (b'{"a": 1}', "no object “States”"),
        (b'{"a": NaN}', "NaN is no number"),
        (b"[1]", "no object “States”"),
        (b"\xff{}", "not UTF-8"),
        (b"[" * 100_000, "not JSON that can be read"),
        (b" " * 2_000_000, "at most"),
        (b'{"States": {"A": {"Seconds": ' + b"9" * 5_000 + b"}}}", "not JSON that can be read"),
    ],
)
def test_what_is_no_machine_is_one_finding(source, says):
    found = import_machine(source)
    assert found.source == b""
    [finding] = found.findings
    assert says in finding.sentence


def test_machines_within_machines_have_a_limit():
    machine = of("A", A={"Type": "Pass", **END})
    for _ in range(15):
        machine = of("A", A={"Type": "Parallel", "Branches": [machine], **END})
    found = imported(machine)
    assert found.source == b""
    assert any("deep" in finding.sentence for finding in found.findings)


def test_too_many_states_are_refused():
    states = {f"S{n}": {"Type": "Pass", **END} for n in range(1_001)}
    found = imported({"StartAt": "S1", "States": states})
    assert found.source == b""
    assert found.findings[0].code == "too-many-states"


@pytest.mark.parametrize(
    "state",
    [
        {
            "Type": "Choice",
            "Choices": [{"Variable": "$.x", "IsNull": True, "Next": "A"}] * 1_000,
            "Default": "A",
        },
        {
            "Type": "Task",
            "Resource": "r",
            "Catch": [{"ErrorEquals": [f"E{n}" for n in range(1_000)], "Next": "A"}],
            **END,
        },
    ],
    ids=["choices", "errors"],
)
def test_too_many_ways_out_of_one_state_are_refused(state):
    found = imported(of("A", A=state))
    assert found.source == b""
    assert found.findings[0].code == "too-many-states"


def test_names_of_any_kind_become_ids():
    machine = of(
        "Größe prüfen!",
        **{
            "Größe prüfen!": {"Type": "Pass", "Next": "1 & <2>"},
            "1 & <2>": {"Type": "Pass", "Next": "  "},
            "  ": {"Type": "Succeed"},
        },
    )
    assert result(machine, {"a": 1}) == {"a": 1}


@pytest.mark.parametrize(
    "field",
    [
        {"Parameters": {"x.$": "$..a"}},
        {"ResultPath": "$.a[0]"},
        {"OutputPath": "$.a[1:2]"},
        {"Assign": {"x": "{% 1 %}"}},
        {"Unheard": 1},
    ],
)
def test_what_cannot_be_said_is_left_and_the_rest_runs(field):
    machine = of("A", A={"Type": "Pass", **field, **END})
    [left] = [taken for taken in imported(machine).report if taken.standing == "left"]
    assert left.what == next(iter(field))
    assert left.sentence.startswith(f"States.A.{left.what}: ")
    assert result(machine, {"a": 1}) == {"a": 1}


def test_jsonata_is_left_with_a_sentence():
    machine = {
        "QueryLanguage": "JSONata",
        **of(
            "A",
            A={
                "Type": "Choice",
                "Choices": [{"Condition": "{% $x > 1 %}", "Next": "B"}],
                "Default": "B",
            },
            B={"Type": "Pass", "Output": "{% $x %}", **END},
        ),
    }
    left = [taken.what for taken in imported(machine).report if taken.standing == "left"]
    assert left == ["QueryLanguage", "Choices[0]", "Output"]
