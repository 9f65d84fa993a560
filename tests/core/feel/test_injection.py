"""Texts that try to reach Python, other data or the machine are expressions like any other."""

import pytest

from processes.core.feel import FeelError, compile_expression

ATTACKS = [
    "__import__('os').system('id')",
    '__import__("os").system("id")',
    "().__class__.__bases__[0].__subclasses__()",
    "(1).__class__",
    '"".__class__.__mro__',
    '"{0.__class__}".format(1)',
    '"%s" % secret',
    "lambda: 1",
    "lambda x: x",
    "import os",
    'exec("1")',
    'eval("1")',
    'open("/etc/passwd")',
    "globals()",
    "abs.__globals__",
    "abs.call",
    "abs.overloads",
    "xs.append(1)",
    "xs.__len__()",
    'ctx.pop("a")',
    "ctx.items()",
    "print(1)",
    "x := 1",
    "[y for y in xs]",
    "`id`",
    "{{ settings.SECRET_KEY }}",
    "{% load x %}",
    "${jndi:ldap://x}",
    'function() external {java: {class: "java.lang.Runtime", method signature: "exit(int)"}}',
    "process.env",
    "self.__dict__",
    "date.today()",
    '@"2024-01-01".__class__',
    '"a".zone',
    "[1..2].operator",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_an_attack_is_refused_or_gives_nothing(text):
    variables = {"xs": [1], "ctx": {"a": 1}}
    try:
        found = compile_expression(text).evaluate(variables)
    except FeelError:
        found = None
    assert found is None or found == [None]
    assert variables == {"xs": [1], "ctx": {"a": 1}}


def test_entries_that_python_reserves_are_plain_entries_here():
    found = compile_expression("x.__class__").evaluate({"x": {"__class__": 5}})
    assert found == 5
    assert compile_expression("__class__").evaluate({"__class__": 6}) == 6


def test_an_expression_cannot_change_its_variables():
    variables = {"xs": [3, 1], "c": {"a": {"b": 1}}}
    compile_expression(
        '[sort(xs), append(xs, 1), context put(c, ["a", "b"], 2), {xs: 1, c: 2}, remove(xs, 1)]'
    ).evaluate(variables)
    assert variables == {"xs": [3, 1], "c": {"a": {"b": 1}}}
