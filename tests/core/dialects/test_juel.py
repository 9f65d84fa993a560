"""JUEL in FEEL: what is translated gives what JUEL gives; the rest says where it stops."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.core.bpmn.dialects import NotTranslated
from processes.core.bpmn.dialects.juel import translate
from processes.core.feel import compile_expression, to_json

NOW = datetime(2030, 1, 31, 9, tzinfo=UTC)
KNOWN = {
    "amount": 1200,
    "limit": 1000,
    "category": "travel",
    "approved": True,
    "spelled": "true",
    "title": "Trip to Rome",
    "note": "",
    "nothing": None,
    "items": [{"price": 3, "name": "pen"}, {"price": 4, "name": "ink"}],
    "none": [],
    "order": {"id": 7, "for": "Lee", "ship to": "Rome", "customer": {"name": "Lee"}},
    "word": " Word ",
    "loopCounter": 1,
    "numberOfInstances": 4,
    "numberOfCompletedInstances": 2,
    "process": {"initiator": "alice", "businessKey": "B-7"},
}


def gives(text: str, **names: str) -> object:
    found = translate(text, names)
    return to_json(compile_expression(found.expression).evaluate(KNOWN, now=NOW))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # literals
        ("${true}", True),
        ("${null}", None),
        ("${12}", 12),
        ("${1.5e2}", 150),
        ("${.5}", 0.5),
        ("${'it\\'s'}", "it's"),
        ('${"say \\"hi\\" \\\\ bye"}', 'say "hi" \\ bye'),
        # variables, paths, places
        ("${amount}", 1200),
        ("#{amount}", 1200),
        ("${order.customer.name}", "Lee"),
        ("${order['customer']['name']}", "Lee"),
        ('${order["ship to"]}', "Rome"),
        ("${order.for}", "Lee"),
        ("${items[0].price}", 3),
        ("${items[1]['name']}", "ink"),
        # comparison, by sign and by word
        ("${amount > 1000}", True),
        ("${amount gt limit}", True),
        ("${amount lt 1200}", False),
        ("${amount le 1200}", True),
        ("${amount ge 1201}", False),
        ("${category == 'travel'}", True),
        ("${category eq 'travel'}", True),
        ("${category ne 'travel'}", False),
        ("${nothing == null}", True),
        ("${category != null}", True),
        ("${(amount > 1) == (limit > 1)}", True),
        # a text that looks like another kind equals it
        ("${approved == 'true'}", True),
        ("${spelled == 'true'}", True),
        ("${approved != 'true'}", False),
        ("${amount == '1200'}", True),
        # logic
        ("${approved && amount > 1000}", True),
        ("${approved and not (amount > 1000)}", False),
        ("${!approved || category == 'travel'}", True),
        ("${!approved or amount lt 5}", False),
        ("${not not approved}", True),
        ("${true || false && false}", True),
        ("${(true || false) && false}", False),
        # arithmetic
        ("${amount - limit - 100}", 100),
        ("${amount - (limit - 100)}", 300),
        ("${2 + 3 * 4}", 14),
        ("${(2 + 3) * 4}", 20),
        ("${-amount + 1}", -1199),
        ("${-(amount + 1)}", -1201),
        ("${10 / 4}", 2.5),
        ("${10 div 4 * 2}", 5),
        ("${7 % 3}", 1),
        ("${7 mod 3 == 1}", True),
        # choices
        ("${amount > 1000 ? 'big' : 'small'}", "big"),
        ("${amount < 10 ? 1 : amount < 2000 ? 2 : 3}", 2),
        ("${(approved ? 1 : 2) + 1}", 2),
        # empty
        ("${empty note}", True),
        ("${empty nothing}", True),
        ("${empty none}", True),
        ("${empty items}", False),
        ("${empty title}", False),
        ("${not empty order}", True),
        ("${empty unheard_of}", True),
        # texts with expressions in them; null is nothing
        ("Hello ${category}!", "Hello travel!"),
        ("${amount} of ${limit}", "1200 of 1000"),
        ("a${nothing}b", "ab"),
        ("no expression", "no expression"),
        ("\\${amount}", "${amount}"),
        ("costs $${amount}", "costs $1200"),
        # methods of Java that FEEL can do exactly
        ("${category.equals('travel')}", True),
        ("${category.equalsIgnoreCase('TRAVEL')}", True),
        ("${title.contains('Rome')}", True),
        ("${none.contains('Rome')}", False),
        ("${title.startsWith('Trip') and title.endsWith('Rome')}", True),
        ("${items.size()}", 2),
        ("${title.length()}", 12),
        ("${none.isEmpty()}", True),
        ("${!items.isEmpty()}", True),
        ("${note.isEmpty()}", True),
        ("${word.trim().toUpperCase()}", "WORD"),
        ("${title.substring(5)}", "to Rome"),
        ("${title.substring(0, 4)}", "Trip"),
        ("${items.get(1).price}", 4),
        ("${order.get('id')}", 7),
        ("${order.getCustomer().getName()}", "Lee"),
        ("${order.containsKey('id')}", True),
        ("${amount.toString()}", "1200"),
        ("${(10 / 4).intValue()}", 2),
        # what Camunda adds
        ("${execution.getVariable('amount') > 1000}", True),
        ("${execution.hasVariable('unheard_of')}", False),
        ("${execution.processBusinessKey}", "B-7"),
        ("${S(order).prop('customer').prop('name').stringValue()}", "Lee"),
        ("${order.hasProp('id')}", True),
        ("${loopCounter}", 0),
        ("${nrOfCompletedInstances / nrOfInstances >= 0.5}", True),
        ("${dateTime().plusDays(3).plusHours(2).toDate()}", "2030-02-03T11:00:00Z"),
        ("${now()}", "2030-01-31T09:00:00Z"),
        ("${dateTime().minusWeeks(1).toDate()}", "2030-01-24T09:00:00Z"),
    ],
)
def test_the_translation_gives_what_juel_gives(text, expected):
    assert gives(text) == expected


def test_a_variable_may_have_another_name_here():
    assert gives("${starter}", starter="process.initiator") == "alice"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("${bean.calculate(order)}", "At position 8 it calls the method “calculate”"),
        ("${task.assignee}", "At position 8 it asks the engine for “task.assignee”"),
        ("${execution.setVariable('a', 1)}", "asks the engine for “setVariable()”"),
        ("${execution}", "At position 3 it asks the engine"),
        ("${currentUser()}", "calls the function “currentUser”"),
        ("${items[place]}", "At position 8 it looks up a place that is only known when it runs"),
        ("${'a' + name}", "At position 7 it calculates with a text"),
        ("${function}", "At position 3: “function” has a name"),
        ("${a$b}", "At position 3: “a$b” needs a name"),
        ("${title.substring(from)}", "calls the method “substring”"),
        ("${dateTime().withHourOfDay(3)}", "it calls “withHourOfDay” on a date"),
        ("${amount >}", "At position 11 stands “}”, where a value should be"),
        ("${amount", "It stops where “}” should follow"),
        ("${}", "At position 3 stands “}”"),
        ("${a b}", "At position 5 stands “b”"),
        ("${a ? b}", "where “:” should be"),
        ("${x -> x + 1}", "At position 5 stands “->”"),
        ("${1e99}", "out of range"),
        ("${'open}", "where a value should be"),
    ],
)
def test_what_has_no_counterpart_names_its_position(text, says):
    with pytest.raises(NotTranslated) as problem:
        translate(text)
    assert says in str(problem.value)


def test_a_remark_says_where_the_meaning_differs_a_little():
    assert translate("${a % b}").remarks == (
        "For a negative number the rest has the sign of the divisor here.",
    )
    assert translate("${execution.hasVariable('a')}").remarks
    assert not translate("${a > b}").remarks


@pytest.mark.parametrize(
    "text",
    [
        "${" + "(" * 3_000 + "1" + ")" * 900,
        "${" + "-" * 3_900 + "1}",
        "${" + "+".join(["a"] * 1_900) + "}",
        "${" + ".a" * 1_900 + "}",
        "${a" + "[0]" * 1_200 + "}",
        "${" + "a ? " * 900 + "}",
        "${" + "a.contains(" * 350 + "1" + ")" * 350 + "}",
        "${a" + ".contains(b)" * 30 + "}",
        "${" * 1_900,
        "x" * 1_000_000,
        "${'" + "\\" * 3_900,
    ],
)
def test_hostile_text_is_refused_in_a_sentence(text):
    with pytest.raises(NotTranslated):
        translate(text)


@given(st.text("${}#()[].,'\"\\ab1 <>=!&|?:+-*/%", max_size=60))
def test_any_text_is_translated_to_feel_that_can_be_read_or_refused(text):
    try:
        found = translate(text)
    except NotTranslated:
        return
    compile_expression(found.expression)
