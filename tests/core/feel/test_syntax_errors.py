"""What is wrong with a text, where, and what to write instead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.core.feel import FeelError, FeelSyntaxError, compile_expression


@pytest.mark.parametrize(
    ("text", "code", "position", "advice"),
    [
        ("", "expression_empty", 0, "for example amount > 1000"),
        ("  = ", "expression_empty", 0, "for example amount > 1000"),
        ("amount >", "expression_incomplete", 8, "for example amount > 1000"),
        ("a +", "expression_incomplete", 3, "Write a value after it"),
        ("a and", "expression_incomplete", 5, "Write another condition after it"),
        ("(a", "expression_incomplete", 2, "closing bracket"),
        ("if a", "expression_incomplete", 4, "Write then"),
        ("if a then b", "expression_incomplete", 11, "Write else"),
        ("for x in xs", "expression_incomplete", 11, "Write return"),
        ("for x", "expression_incomplete", 5, "Write in and a list"),
        ("some x in xs", "expression_incomplete", 12, "Write satisfies"),
        ("a == b", "expression_unknown_sign", 2, "single ="),
        ("a && b", "expression_unknown_sign", 2, "Write and."),
        ("a || b", "expression_unknown_sign", 2, "Write or."),
        ("!a", "expression_unknown_sign", 0, "not(…)"),
        ("a % b", "expression_unknown_sign", 2, "modulo"),
        ("a ^ b", "expression_unknown_sign", 2, "**"),
        ("a = 'b'", "expression_unknown_sign", 4, "double quotes"),
        ("a = “b”", "expression_unknown_sign", 4, "straight quotes"),
        ("${a}", "expression_unknown_sign", 0, "plain name"),
        ("a; b", "expression_unknown_sign", 1, "one expression"),
        ("a ≤ b", "expression_unknown_sign", 2, "<="),
        ("a # b", "expression_unknown_sign", 2, "Remove it"),
        ("@date", "expression_unknown_sign", 0, "Remove it"),
        ('"abc', "expression_text_unclosed", 0, "at its end"),
        ("1 /* a", "expression_comment_unclosed", 2, "*/"),
        ("a)", "expression_bracket_unopened", 1, "closes nothing"),
        ("(a]", "expression_bracket_mismatch", 2, "“)”"),
        ("[a}", "expression_bracket_mismatch", 2, "“]”"),
        ("a > > b", "expression_unexpected", 4, "Write a value there"),
        ("a < b < ", "expression_incomplete", 7, "after it"),
        ('a "b"', "expression_unexpected", 2, "between “a” and"),
        ("1 2", "expression_unexpected", 2, "Remove it"),
        ("not a", "expression_not_without_brackets", 0, "not(…)"),
        ("function(x) external {}", "expression_external_function", 12, "never allowed"),
        ("x instance of", "expression_type", 13, "A type is missing"),
        ("x instance of 5", "expression_type", 14, "is not a type"),
        ("1" * 500, "expression_number_too_long", 0, "34 digits"),
        ("1e99999", "expression_number_too_long", 0, "34 digits"),
        ("a" * 5000, "expression_too_long", 4000, "at most 4,000"),
        ("{a: 1, : 2}", "expression_unexpected", 7, "does not fit"),
        ("{a 1}", "expression_unexpected", 3, "colon"),
        (".", "expression_unexpected", 0, "Write a value there"),
    ],
)
def test_a_mistake_is_placed_and_explained(text, code, position, advice):
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(text)
    assert (caught.value.code, caught.value.position) == (code, position)
    assert advice in caught.value.sentence


def test_a_sentence_shows_what_was_written():
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression("amount >")
    assert str(caught.value) == (
        "“amount >” stops after the sign. Write a number after it, for example amount > 1000."
    )


@pytest.mark.parametrize(
    "text",
    [
        "1 // the rest is a comment",
        "/* before */ 1",
        "1 /* /* */",
        "\t1\r\n",
        "( 1 )",
        "=1",
        '"//" = "//" ',
    ],
)
def test_comments_and_space_say_nothing(text):
    compile_expression(text).evaluate({})


WORDS = (
    'a b 1 2.5 "x" + - * / ** ( ) [ ] { } , : . .. = < > != and or not in between if then else for '
    "return some satisfies function instance of @ ? sum( date( item partial null true external"
)
SCRAPS = st.lists(st.sampled_from(WORDS.split(" ")) | st.text(max_size=3), max_size=25).map(
    " ".join
)


def refusal(text):
    try:
        compile_expression(text).evaluate({"a": 1, "b": [1, 2], "x": "y"})
    except FeelError as error:
        return error
    return None


@given(SCRAPS)
def test_any_text_either_runs_or_is_refused_with_a_sentence(text):
    error = refusal(text)
    assert error is None or error.code.startswith("expression_")
    assert error is None or error.sentence.endswith(".")
