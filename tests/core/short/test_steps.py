"""What each word of the short form becomes."""

import json
from textwrap import dedent

import pytest
from lxml import etree

from processes.core.bpmn.xml import BPMN, PLACET, load
from processes.core.short import compile_short, to_short
from tests.core.short.drawings import flows_of, steps_of


def compiled(steps: str) -> bytes:
    """Return the file for these steps; it must be fine and come back the same."""
    text = f"process: p\nsteps:\n{dedent(steps)}"
    source, findings = compile_short(text)
    assert source, findings
    assert not [f for f in findings if f.severity == "error"], findings
    told, lost = to_short(source)
    assert told, lost
    assert compile_short(told)[0] == source, told
    return source


def element(source: bytes, id_: str) -> etree._Element:
    (found,) = load(source).xpath(f"//*[@id='{id_}']")
    return found


def parts(source: bytes, id_: str) -> list[tuple[str, dict[str, str], str]]:
    return [
        (etree.QName(part).localname, dict(part.attrib), (part.text or "").strip())
        for part in element(source, id_).iterfind(f"{{{BPMN}}}extensionElements/{{{PLACET}}}*")
    ]


def targets(source: bytes) -> dict[str, list[str]]:
    return {id_: [flow[1] for flow in flows] for id_, flows in flows_of(source).items()}


def test_a_list_runs_from_top_to_bottom_with_a_start_and_an_end():
    source = compiled("""
        - user: a
        - user: b
    """)
    assert targets(source) == {"start": ["a"], "a": ["b"], "b": ["end"]}


def test_next_leads_elsewhere():
    source = compiled("""
        - user: a
          next: c
        - user: b
        - end: done
        - user: c
          next: b
    """)
    assert targets(source) == {"start": ["a"], "a": ["c"], "c": ["b"], "b": ["done"]}


def test_branches_that_go_on_meet_in_a_gateway_of_their_kind():
    source = compiled("""
        - choose: q
          when:
            - if: x > 1
              name: much
              steps:
                - user: a
          otherwise: {}
        - user: b
    """)
    assert steps_of(source)["q_join"][0] == "exclusiveGateway"
    assert flows_of(source)["q"] == [("", "a", "much", "=x > 1"), ("default", "q_join", "", "")]
    assert targets(source)["q_join"] == ["b"]


def test_a_branch_that_ends_needs_no_gateway_behind_it():
    source = compiled("""
        - choose: q
          when:
            - if: x
              steps:
                - end: no
          otherwise: {}
        - user: b
    """)
    assert targets(source)["q"] == ["no", "b"]


PARALLEL = """
    branches:
      - steps: [{task: a}]
      - steps: [{task: b}]
"""
INCLUSIVE = """
    when:
      - if: x
        steps: [{task: a}]
    otherwise: {}
"""
FIRST = """
    branches:
      - {wait: a, after: P1D}
      - {wait: b, message: m}
"""


@pytest.mark.parametrize(
    ("word", "branches", "join"),
    [
        ("parallel", PARALLEL, "parallel"),
        ("inclusive", INCLUSIVE, "inclusive"),
        ("first", FIRST, "exclusive"),
    ],
)
def test_each_kind_of_branching_has_its_join(word, branches, join):
    source = compiled(f"  - {word}: q{branches}")
    assert steps_of(source)["q_join"][0] == f"{join}Gateway"


def test_the_order_of_branches_is_the_order_of_the_text():
    source = compiled("""
        - choose: q
          when:
            - if: a
            - if: b
              steps: [{task: t}]
            - if: c
          otherwise: {}
    """)
    assert [flow[3] for flow in flows_of(source)["q"]] == ["=a", "=b", "=c", ""]


FORM = {
    "properties": {
        "limit": {"type": "number", "minimum": 0},
        "ok": {"type": "string", "default": "true"},
    }
}


def test_a_user_task_says_who_is_asked_for_what_and_until_when():
    source = compiled("""
        - user: a
          ask: {users: [bob, =boss], groups: managers, not: initiator}
          deadline: {within: PT24H, remind before: PT4H}
          escalate:
            - {after: PT0S, groups: deputies}
          evidence: [x, y]
          outcomes:
            yes: Yes
            no: {name: No, comment: required}
          form:
            properties:
              limit: {type: number, minimum: 0}
              ok: {type: string, default: 'true'}
          into: answer
    """)
    assert parts(source, "a") == [
        (
            "assignment",
            {"candidateUsers": "bob, =boss", "candidateGroups": "managers", "exclude": "initiator"},
            "",
        ),
        ("evidence", {"variables": "x y"}, ""),
        ("outcome", {"id": "yes", "name": "Yes"}, ""),
        ("outcome", {"id": "no", "name": "No", "comment": "required"}, ""),
        ("deadline", {"completeBy": "PT24H", "remindBefore": "PT4H"}, ""),
        ("escalation", {"after": "PT0S", "groups": "deputies"}, ""),
        (
            "form",
            {},
            json.dumps(FORM, indent=2),
        ),
    ]
    assert element(source, "a").get(f"{{{PLACET}}}resultVariable") == "answer"


def test_a_user_task_says_everything_about_people():
    source = compiled("""
        - user: a
        - user: b
          ask:
            roles: approver
            unit: =unit
            manager of: initiator
            levels: 2
            familiar: a
            decision: matrix
            not groups: interns
            separate from: [a]
            allocate: offer
            skills: [law]
            amount: total
          quorum: {need: 2, veto: [no], abstain: pass, early: false, secret: true, weights: w}
          tiers:
            finance: {need: 60%, groups: finance}
            legal: legal
          priority: =if total > 5 then 90 else 50
          outcomes: {yes: {kind: positive}, no: {kind: negative}, pass: Pass}
          deadline:
            start within: PT4H
            within: P2D
            remind before: [P1D, PT4H]
            follow up: P1D
            calendar: office
            counts: [ready, reserved]
          escalate:
            - {after: PT0S, of: startBy, do: notify, manager of: initiator}
            - {after: P1D, do: answer, outcome: no}
            - {after: P2D, add users: carol}
          policy: {send back: a, votes: kept, undo: PT5M, skippable: true, fails with: [lost]}
    """)
    said = [(kind, attributes) for kind, attributes, _ in parts(source, "b")]
    assert said[0] == (
        "assignment",
        {
            "candidateRoles": "approver",
            "unit": "=unit",
            "managerOf": "initiator",
            "levels": "2",
            "decision": "matrix",
            "familiar": "a",
            "excludeGroups": "interns",
            "separateFrom": "a",
            "allocate": "offer",
            "skills": "law",
            "amount": "=total",
        },
    )
    assert ("tier", {"key": "legal", "groups": "legal"}) in said
    assert ("priority", {"value": "=if total > 5 then 90 else 50"}) in said
    deadline = dict(said)["deadline"]
    assert (deadline["remindBefore"], deadline["counts"]) == ("P1D, PT4H", "ready reserved")
    rungs = [attributes for kind, attributes in said if kind == "escalation"]
    assert rungs[0] == {"after": "PT0S", "of": "startBy", "do": "notify", "managerOf": "initiator"}
    assert rungs[2] == {"after": "P2D", "addUsers": "carol"}


def test_a_process_says_what_is_searched_and_how_it_is_taken_back():
    text = (
        "process: p\nvariables:\n  city: {type: string, searchable: true}\n"
        "withdrawal: {until: end, to: a}\nsteps:\n  - user: a\n"
    )
    source, _ = compile_short(text)
    assert {kind: said for kind, said, _ in parts(source, "p")} == {
        "variable": {"name": "city", "type": "string", "searchable": "true"},
        "withdrawal": {"until": "end", "to": "a"},
    }
    assert compile_short(to_short(source)[0])[0] == source


def test_a_service_task_calls_tries_again_and_knows_errors():
    source = compiled("""
        - service: a
          http: {connection: bank, path: /x, body: '{n: n}'}
          retry: {attempts: 4, wait: PT2S}
          result: response.body
          errors: {404: gone, any: broken}
    """)
    assert parts(source, "a") == [
        ("http", {"connection": "bank", "path": "/x", "body": "={n: n}"}, ""),
        ("retry", {"attempts": "4", "backoff": "PT2S"}, ""),
        ("result", {}, "=response.body"),
        ("errorMapping", {"status": "404", "code": "gone"}, ""),
        ("errorMapping", {"code": "broken"}, ""),
    ]


def test_the_other_tasks():
    source = compiled("""
        - service: w
          topic: credit
          inputs: {a: x + 1}
          outputs: {b: score}
        - script: s
          set: {x: 1, y: x + 1}
        - script: f
          expression: x * 2
          into: z
        - decide: d
          decision: level
          into: l
        - call: c
          process: other
          version: 3
        - send: t
          message: {name: m, key: id, payload: '{a: 1}'}
        - receive: r
          message: n
    """)
    assert parts(source, "w") == [
        ("topic", {"name": "credit"}, ""),
        ("input", {"target": "a", "source": "=x + 1"}, ""),
        ("output", {"target": "b", "source": "=score"}, ""),
    ]
    assert [part[1] for part in parts(source, "s")] == [
        {"variable": "x", "value": "=1"},
        {"variable": "y", "value": "=x + 1"},
    ]
    assert element(source, "f").findtext(f"{{{BPMN}}}script") == "=x * 2"
    assert parts(source, "d") == [("decision", {"ref": "level"}, "")]
    assert element(source, "c").get("calledElement") == "other"
    assert parts(source, "c") == [("call", {"binding": "version", "version": "3"}, "")]
    assert parts(source, "t") == [("message", {"correlationKey": "=id", "payload": "={a: 1}"}, "")]
    assert element(source, element(source, "r").get("messageRef", "")).get("name") == "n"


def test_an_activity_runs_for_each_item_or_again_and_again():
    source = compiled("""
        - task: a
          for each: {item: x, in: items, into: out, collect: x + 1, one by one: true, until: done}
        - task: b
          for each: {times: 3}
        - task: c
          repeat: {while: x < 3, at most: 5, test first: true}
    """)
    marker = element(source, "a").find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
    assert marker is not None
    assert marker.get("isSequential") == "true"
    assert marker.findtext(f"{{{BPMN}}}completionCondition") == "=done"
    assert parts(source, "a")[0][1] == {
        "collection": "=items",
        "element": "x",
        "outputCollection": "out",
        "outputElement": "=x + 1",
    }
    loop = element(source, "c").find(f"{{{BPMN}}}standardLoopCharacteristics")
    assert loop is not None
    assert (loop.get("loopMaximum"), loop.get("testBefore")) == ("5", "true")


def test_events_on_the_edge_go_their_own_way():
    source = compiled("""
        - user: a
          on:
            - after: P1D
              interrupting: false
              steps: [{task: remind}]
            - error: gone
              next: b
            - message: stop
              id: stopped
            - undo: {service: back, topic: back}
        - user: b
    """)
    assert targets(source) == {
        "start": ["a"],
        "a": ["b"],
        "a_after": ["remind"],
        "remind": ["a_after_end"],
        "a_error": ["b"],
        "stopped": ["stopped_end"],
        "b": ["end"],
    }
    assert element(source, "a_after").get("cancelActivity") == "false"
    assert element(source, "back").get("isForCompensation") == "true"
    (line,) = load(source).iter(f"{{{BPMN}}}association")
    assert (line.get("sourceRef"), line.get("targetRef")) == ("a_undo", "back")


def test_sub_processes_hold_steps_and_what_happens_on_events():
    source = compiled("""
        - sub: s
          steps: [{task: a}]
          events:
            - sub: e
              steps:
                - start: es
                  signal: stop
                  interrupting: false
                - task: b
        - transaction: t
          steps:
            - task: c
            - end: off
              cancel: true
          on:
            - cancel: true
        - ad hoc: h
          steps:
            - task: d
              next: f
            - task: f
            - task: g
          until: done
          one by one: true
    """)
    scopes = {id_: step[1] for id_, step in steps_of(source).items()}
    assert (scopes["a"], scopes["b"], scopes["c"], scopes["g"]) == ("s", "e", "t", "h")
    assert element(source, "e").get("triggeredByEvent") == "true"
    assert element(source, "es").get("isInterrupting") == "false"
    assert [t for id_, t in targets(source).items() if scopes[id_] == "h"] == [["f"]]


def test_throwing_ending_and_jumping():
    source = compiled("""
        - throw: a
          signal: {name: x, payload: '{a: 1}'}
        - throw: b
          compensate: all
        - throw: c
          link: there
        - wait: d
          link: there
        - end: e
          error: bad
    """)
    assert targets(source) == {"start": ["a"], "a": ["b"], "b": ["c"], "d": ["e"]}
    (error,) = load(source).iter(f"{{{BPMN}}}error")
    assert error.get("errorCode") == "bad"


def test_words_of_other_yaml_readers_are_text_here():
    source = compiled("""
        - choose: yes
          name: no
          when:
            - if: on
          otherwise: {}
    """)
    assert element(source, "yes").get("name") == "no"


def test_activities_without_a_name_are_called_by_their_id():
    source = compiled("""
        - user: ask_the-boss
        - user: b
          name: Other
    """)
    assert element(source, "ask_the-boss").get("name") == "Ask the boss"
    assert element(source, "b").get("name") == "Other"
