"""Absences that are planned at the same moment never make a circle together."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from processes.core.errors import WrongState
from tasks import services
from tasks.models import Substitution
from tests.factories import NOW, person
from tests.tasks.test_races import ROUNDS

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def race(names):
    """Have each plan the next one as stand-in, all at once; return the codes of what came of it."""
    everybody = [person(name) for name in names]
    begin = Barrier(len(names))

    def plan(absentee, substitute):
        codes = []
        for _round in range(ROUNDS):
            begin.wait(timeout=30)
            try:
                services.set_absence(
                    absentee=absentee,
                    substitute=substitute,
                    starts_at=NOW,
                    ends_at=NOW + timedelta(days=1),
                    by=absentee,
                    now=NOW,
                )
                codes.append("planned")
            except WrongState as refused:
                codes.append(refused.code)
            if begin.wait(timeout=30) == 0:
                Substitution.objects.all().delete()
            begin.wait(timeout=30)
        connection.close()
        return codes

    with ThreadPoolExecutor(len(names)) as threads:
        pairs = zip(everybody, [*everybody[1:], everybody[0]], strict=True)
        return list(
            zip(*(f.result() for f in [threads.submit(plan, *p) for p in pairs]), strict=True)
        )


@pytest.mark.parametrize("names", [["bob", "carol"], ["bob", "carol", "leo", "fiona"]])
def test_of_those_who_would_close_a_circle_at_once_the_last_is_refused(names):
    losers = set()
    for codes in race(names):
        assert codes.count("planned") == len(names) - 1
        assert codes.count("absence_in_a_circle") == 1
        losers.add(codes.index("absence_in_a_circle"))
    assert len(losers) > 1, "always the same one lost, so nothing was raced"


def test_of_two_plans_of_one_person_at_once_one_is_kept():
    bob, begin = person("bob"), Barrier(2)

    def plan(name):
        begin.wait(timeout=30)
        try:
            services.set_absence(
                absentee=bob,
                substitute=person(name),
                starts_at=NOW,
                ends_at=NOW + timedelta(days=1),
                by=bob,
                now=NOW,
            )
        except WrongState as refused:
            return refused.code
        finally:
            connection.close()
        return "planned"

    person("carol"), person("leo")
    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(plan, ["carol", "leo"])) == ["absence_overlaps", "planned"]
