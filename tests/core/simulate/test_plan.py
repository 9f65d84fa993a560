"""What a plan may say, and the sentence for what it may not."""

from random import Random
from typing import Any

import pytest

from processes.core.errors import Invalid
from processes.core.simulate import read_plan
from processes.core.simulate.distributions import draw, read_distribution
from processes.core.simulate.values import answer, read_answer
from tests.core.graphs import graph, service_task, user_task

GRAPH = graph(user_task("a"), service_task("j"), flows="start -> a \n a -> j \n j -> end")


def dice(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - to repeat the test


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        ([], "The plan must be an object"),
        ({"instance": 3}, "knows no 'instance'"),
        ({"instances": 0}, "instances is 0"),
        ({"instances": 1.5}, "Write a whole number"),
        ({"instances": True}, "Write a number"),
        ({"instances": 10**9}, "1 to 1,000,000"),
        ({"seed": "x"}, "seed is 'x'"),
        ({"start": "soon"}, "start is 'soon'"),
        ({"arrivals": {"per_hour": 0}}, "arrivals.per_hour is 0"),
        ({"arrivals": {}}, "either per_hour or every"),
        ({"arrivals": {"per_hour": float("nan")}}, "Write a number"),
        ({"resources": {"finance": 0}}, "resources.finance is 0"),
        ({"resources": ["finance"]}, "resources must be an object"),
        ({"nodes": {"x": {}}}, "'x', which no process in the file has"),
        ({"nodes": {"start": {"duration": 5}}, "horizon": "P1M"}, "Months differ"),
        ({"nodes": {"end": {"duration": 5}}}, "nodes.end neither asks"),
        ({"nodes": {"a": {"fails": 1}}}, "nodes.a knows no 'fails'"),
        ({"nodes": {"a": {"outcomes": {"maybe": 1}}}}, "approved, rejected"),
        ({"nodes": {"a": {"outcomes": {"approved": 0}}}}, "a weight above 0"),
        ({"nodes": {"a": {"outcomes": {"approved": -1}}}}, "outcomes.approved is -1"),
        ({"nodes": {"j": {"fails": 2}}}, "nodes.j.fails is 2"),
        ({"nodes": {"j": {"error": 5}}}, "Write a text"),
        ({"nodes": {"a": {"duration": "1h"}}}, "nodes.a.duration is '1h'"),
        ({"nodes": {"a": {"duration": -1}}}, "nodes.a.duration is -1"),
        ({"nodes": {"a": {"duration": {"gauss": 1}}}}, "no distribution 'gauss'"),
        ({"nodes": {"a": {"duration": {}}}}, "names 0 distributions"),
        ({"nodes": {"a": {"duration": {"uniform": [2, 1]}}}}, "from the shortest"),
        ({"nodes": {"a": {"duration": {"uniform": [2]}}}}, "a list of 2 spans"),
        ({"nodes": {"a": {"duration": {"triangular": [1, 2]}}}}, "a list of 3 spans"),
        ({"nodes": {"a": {"duration": {"lognormal": {"median": 0, "sigma": 1}}}}}, "is nothing"),
        ({"nodes": {"a": {"duration": {"lognormal": 5}}}}, "median, sigma"),
        ({"nodes": {"a": {"data": 5}}}, "nodes.a.data must be an object"),
        ({"variables": {"n": {"uniform": [5, 1]}}}, "variables.n.uniform"),
        ({"variables": {"n": {"integer": [0.5, 1]}}}, "a whole number"),
        ({"variables": {"n": {"choice": []}}}, "variables.n.choice is empty"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused_with_the_place(plan: Any, told: str):
    with pytest.raises(Invalid) as refusal:
        read_plan(plan, [GRAPH])
    assert told in str(refusal.value)
    assert "Nothing was simulated." in str(refusal.value)


def test_an_empty_plan_is_one():
    assert read_plan({}, [GRAPH]).instances == 1_000


def test_answers_that_are_nested_without_end_are_refused():
    deep: Any = 1
    for _ in range(100):
        deep = [deep]
    with pytest.raises(Invalid, match="nested"):
        read_answer(deep, "variables")


@pytest.mark.parametrize(
    ("written", "mean"),
    [
        ("PT1M", 60),
        (90, 90),
        ({"fixed": "PT1M"}, 60),
        ({"uniform": ["PT1M", "PT3M"]}, 120),
        ({"exponential": "PT2M"}, 120),
        ({"triangular": [0, 60, 120]}, 60),
        # exp(sigma²/2) times the median
        ({"lognormal": {"median": "PT1M", "sigma": 0.5}}, 67.99),
    ],
)
def test_spans_have_the_mean_of_their_distribution(written: Any, mean: float):
    random = dice(1)
    distribution = read_distribution(written, "duration")
    drawn = [draw(distribution, random) for _ in range(20_000)]
    assert sum(drawn) / len(drawn) == pytest.approx(mean, rel=0.03)
    assert min(drawn) >= 0


def test_answers_are_drawn_at_any_depth():
    written = {
        "status": 200,
        "body": {"score": {"integer": [1, 3]}, "tags": [{"choice": ["a", "b"]}]},
        "as it is": {"value": {"choice": ["a"]}},
    }
    found = answer(read_answer(written, "response"), dice(2))
    assert found["status"] == 200
    assert found["body"]["score"] in (1, 2, 3)
    assert found["body"]["tags"][0] in ("a", "b")
    assert found["as it is"] == {"choice": ["a"]}


def test_weights_count():
    random = dice(3)
    drawn = read_answer({"choice": {"often": 9, "seldom": 1}}, "x")
    often = sum(answer(drawn, random) == "often" for _ in range(5_000))
    assert often / 5_000 == pytest.approx(0.9, abs=0.02)
