"""Secrets at rest: read for one purpose, with our key and earlier ones while we keep them."""

import pytest

from processes.sealed import Unreadable, reseal, seal, unseal

SECRET = "https://hooks.example.com/T0/B1/x-ü-secret"


def test_what_was_sealed_can_be_read_again_and_shows_nothing():
    sealed = seal(SECRET, purpose="a")
    assert "hooks" not in sealed
    assert unseal(sealed, purpose="a") == SECRET


def test_sealing_twice_gives_two_texts():
    assert seal(SECRET, purpose="a") != seal(SECRET, purpose="a")


def test_another_purpose_does_not_read_it():
    with pytest.raises(Unreadable):
        unseal(seal(SECRET, purpose="a"), purpose="b")


@pytest.mark.parametrize("at", [0, 3, 15, -1])
def test_a_changed_text_is_not_read(at):
    sealed = seal(SECRET, purpose="a")
    letter = "A" if sealed[at] != "A" else "B"
    end = "" if at == -1 else sealed[at + 1 :]
    with pytest.raises(Unreadable):
        unseal(sealed[:at] + letter + end, purpose="a")


@pytest.mark.parametrize("text", ["", "s1", "s1..", "plain text", "s1.00000000.AAAA", "s2.x.y"])
def test_what_was_never_sealed_is_not_read(text):
    with pytest.raises(Unreadable):
        unseal(text, purpose="a")


def test_an_earlier_key_reads_it_until_it_is_dropped_and_resealing_frees_it(settings):
    sealed = seal(SECRET, purpose="a")
    before, settings.SECRET_KEY = settings.SECRET_KEY, "another key, long enough for the tests too"
    settings.SECRET_KEY_FALLBACKS = [before]
    assert unseal(sealed, purpose="a") == SECRET
    fresh = reseal(sealed, purpose="a")
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(fresh, purpose="a") == SECRET
    assert reseal(fresh, purpose="a") == fresh
    with pytest.raises(Unreadable):
        unseal(sealed, purpose="a")
