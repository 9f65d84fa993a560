"""Regular expressions of matches, replace and split (XPath functions 3.1, 5.6)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.core.feel import FeelBudgetError, compile_expression


def matches(text, pattern, flags=None):
    return compile_expression("matches(t, p, f)").evaluate({"t": text, "p": pattern, "f": flags})


def replace(text, pattern, replacement, flags=None):
    return compile_expression("replace(t, p, r, f)").evaluate(
        {"t": text, "p": pattern, "r": replacement, "f": flags}
    )


@pytest.mark.parametrize(
    ("text", "pattern", "flags", "expected"),
    [
        ("foobar", "oba", None, True),
        ("foobar", "^fo*b", None, True),
        ("foobar", "^bar", None, False),
        ("foobar", "r$", None, True),
        ("foobar", "", None, True),
        ("", "a?", None, True),
        ("a+b", r"a\+b", None, True),
        ("a\nb", "a.b", None, False),
        ("a\nb", "a.b", "s", True),
        ("a\nb", "^b$", None, False),
        ("a\nb", "^b$", "m", True),
        ("Hello", "hello", "i", True),
        ("hello world", "hello world", "x", False),
        ("helloworld", "hello world", "x", True),
        ("hello world", r"hello\ sworld", "x", True),
        ("hello world", "hello[ ]world", "x", True),
        ("a.b", "a.b", "q", True),
        ("axb", "a.b", "q", False),
        ("x", "[a-z-[aeiou]]", None, True),
        ("e", "[a-z-[aeiou]]", None, False),
        ("x", "[A-Z-[OI]]", "i", True),
        ("o", "[A-Z-[OI]]", "i", False),
        ("\u212a", "k", "i", True),
        ("k", "\u212a", "i", True),
        ("\u212a", "[A-Z]", "i", True),
        ("x", "[^X]", "i", False),
        ("m", r"\p{Lu}", "i", False),
        ("5", r"\d", None, True),
        ("٣", r"\d", None, True),
        ("_", r"\w", None, False),
        ("É", r"\p{Lu}", None, True),
        ("é", r"\P{Lu}", None, True),
        ("ж", r"\p{IsCyrillic}", None, True),
        ("abab", r"^(ab)\1$", None, True),
        ("abba", r"^(a)(b)\2\1$", None, True),
        ("aA", r"^(a)\1$", "i", True),
        ("aaa", "^a{3}$", None, True),
        ("aa", "^a{3,}$", None, False),
        ("aaaa", "^a{1,3}$", None, False),
        ("ac", "^(?:a|b)c$", None, True),
        ("a-b", "^[a-c-]+$", None, True),
        ("]", r"[\]]", None, True),
        ("^", r"[\^a]", None, True),
        ("b", "[^a]", None, True),
        ("", "^$", None, True),
    ],
)
def test_a_pattern_is_found_or_not(text, pattern, flags, expected):
    assert matches(text, pattern, flags) is expected


@pytest.mark.parametrize(
    ("pattern", "flags"),
    [
        ("[", None),
        ("]", None),
        ("(", None),
        (")", None),
        ("a**", None),
        ("*", None),
        ("a{2", None),
        ("a{3,2}", None),
        ("{", None),
        ("[]", None),
        ("[b-a]", None),
        ("\\", None),
        (r"\y", None),
        (r"\1", None),
        (r"(a)\2", None),
        (r"(a\1)", None),
        (r"(a)[\1]", None),
        (r"\p{Nothing}", None),
        (r"\pL", None),
        ("(?=a)", None),
        ("(?P<n>a)", None),
        ("a", "g"),
        ("a", "ii g"),
    ],
)
def test_a_wrong_pattern_or_flag_gives_null(pattern, flags):
    assert matches("abc", pattern, flags) is None
    assert replace("abc", pattern, "x", flags) is None


@pytest.mark.parametrize(
    ("text", "pattern", "replacement", "expected"),
    [
        ("abracadabra", "bra", "*", "a*cada*"),
        ("abracadabra", "a.*a", "*", "*"),
        ("abracadabra", "a.*?a", "*", "*c*bra"),
        ("abracadabra", "a(.)", "a$1$1", "abbraccaddabbra"),
        ("abcd", "(ab)|(a)", "[1=$1][2=$2]", "[1=ab][2=]cd"),
        ("banana", "(an)+", "<$0>", "b<anan>a"),
        ("2024-05-06", "([0-9]+)-([0-9]+)-([0-9]+)", "$3.$2.$1", "06.05.2024"),
        ("abc", "b", "\\$1", "a$1c"),
        ("abc", "b", "\\\\", "a\\c"),
        ("abc", "x", "y", "abc"),
        ("abc", "b", "$1", "ac"),
        ("abc", "(b)", "$12", "ab2c"),
        ("abc", "b", "$", None),
        ("abc", "b", "\\n", None),
        ("abc", "b*", "x", None),
        ("abc", "", "x", None),
        ("a1b22", "[0-9]+", "", "ab"),
    ],
)
def test_every_match_is_replaced(text, pattern, replacement, expected):
    assert replace(text, pattern, replacement) == expected


def test_a_literal_pattern_has_a_literal_replacement():
    """XPath functions 3.1, 5.6.4: with the flag q, neither text holds special signs."""
    assert replace("a$b.c", "$b.", "\\$1", "q") == "a\\$1c"


ATOMS = st.sampled_from(["a", "b", "[ab]", "[^a]", ".", "(a)", "(a|b)", "(?:ab|a)", "(b*a)"])
PIECES = st.tuples(
    ATOMS, st.sampled_from(["", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}"])
)
PATTERNS = st.lists(PIECES.map("".join), min_size=1, max_size=4).map("".join)


@given(PATTERNS, st.text("abc", max_size=8))
def test_matches_are_those_of_a_machine_that_tries_everything(pattern, text):
    found = re.compile(pattern).search(text)
    assert matches(text, pattern) is (found is not None)
    if re.search(pattern, "") is None:
        assert replace(text, pattern, "<$0>") == re.sub(pattern, r"<\g<0>>", text)


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|aa)+b", "(a*)*b", "(.*)(.*)(.*)b", "((a?){9}){9}b"]
)
def test_no_pattern_takes_more_than_its_size_times_the_text(pattern):
    assert matches("a" * 60, pattern) is False


def test_a_reference_that_would_try_everything_is_stopped_by_the_budget():
    with pytest.raises(FeelBudgetError):
        matches("a" * 60, r"^(a+)+\1b$")


@pytest.mark.parametrize("pattern", ["(" * 60 + "a" + ")" * 60, "((a{99}){99}){99}", "a{99999}"])
def test_a_pattern_that_would_grow_too_large_is_refused(pattern):
    with pytest.raises(FeelBudgetError) as caught:
        matches("a", pattern)
    assert caught.value.code == "expression_pattern_too_large"
