"""Conditions that cannot decide, and choices that may find no way."""

import pytest

from processes.core.checks import check
from tests.core.checks.judging import NOW, choice, found, told
from tests.core.graphs import graph, user_task


def test_a_choice_without_a_default_may_find_no_way():
    told(choice("amount > 5", "amount < 5"), "no-default", "xor", "warning")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("amount > 5", "amount <= 5"),
        ("amount >= 5", "amount < 5"),
        ("amount = 5", "amount != 5"),
        ("amount > 5", "not(amount > 5)"),
        ('task.outcome = "approved"', 'task.outcome = "rejected"'),
    ],
)
def test_ways_that_leave_nothing_open_need_no_default(first, second):
    assert check(choice(first, second), now=NOW) == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [("amount > 5 and amount < 9", "amount <= 5"), ('task.outcome = "approved"', "amount > 5")],
)
def test_ways_that_only_look_like_it_do(first, second):
    assert found(choice(first, second), "no-default")


def test_a_default_covers_the_rest():
    assert check(choice("amount > 5", default=True), now=NOW) == ()


def test_a_way_out_of_a_choice_needs_a_condition():
    told(choice("amount > 5"), "flow-without-condition", "xor-end2", "error")


def test_a_task_that_chooses_may_find_no_way():
    checked = graph(
        user_task("task"),
        flows="start -> task\ntask -> end1 : task.data.x = 1\ntask -> end2 : task.data.x = 2",
    )
    told(checked, "no-default", "task", "warning")


@pytest.mark.parametrize("condition", ["1 + amount", '"yes"', "[1]", "null", "5", "sum([1])"])
def test_a_condition_that_cannot_be_true_or_false_is_an_error(condition):
    told(choice(condition, default=True), "condition-not-boolean", "xor-end1", "error")


@pytest.mark.parametrize("condition", ["true", "1 = 1", "not(true)"])
def test_a_condition_that_is_always_the_same_is_told(condition):
    told(choice(condition, default=True), "condition-constant", "xor-end1", "warning")


def test_a_condition_on_the_clock_is_no_constant():
    condition = 'now() > date and time("2030-01-01T00:00:00Z")'
    assert check(choice(condition, default=True), now=NOW) == ()


def test_an_outcome_that_the_task_does_not_have_is_an_error():
    finding = told(
        choice('task.outcome = "aproved"', default=True), "unknown-outcome", "xor-end1", "error"
    )
    assert "approved, rejected" in finding.hint
