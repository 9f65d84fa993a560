"""One look at the database says who may hear what, for one page as for hundreds."""

from datetime import timedelta

import pytest
from django.test import Client
from guardian.shortcuts import assign_perm

from processes.services import instance_group, people_group, user_group
from tasks import live
from tasks.access import principals
from tests.factories import NOW, away, cast, person, purchase, team

pytestmark = pytest.mark.django_db


def surveyed(people, instances, sessions=("a",)):
    return live.survey(
        users=[found.pk for found in people],
        sessions=sessions,
        instances=[found.pk for found in instances],
        now=NOW,
    )


def test_what_people_hear_follows_the_rule_by_which_they_act():
    everybody = cast()
    away(everybody["bob"], everybody["carol"])
    away(everybody["fiona"], everybody["carol"])
    away(everybody["leo"], everybody["dan"], now=NOW - timedelta(days=30))
    away(everybody["alice"], everybody["mallory"])
    person("gone", "finance", is_active=False)
    away(person("gone"), everybody["bob"])
    everybody["alice"].is_active = False
    everybody["alice"].save()

    found = live.listening([who.pk for who in everybody.values()], now=NOW)

    for who in everybody.values():
        acts_as = principals(who, now=NOW)
        if not who.is_active:
            assert who.pk not in found
            continue
        assert found[who.pk].groups == {
            *map(user_group, acts_as.all_users),
            *map(people_group, acts_as.all_groups),
        }
    assert user_group(everybody["bob"].pk) in found[everybody["carol"].pk].groups
    assert len(found[everybody["mallory"].pk].groups) == 1


def test_a_survey_of_many_pages_takes_as_many_queries_as_of_one(django_assert_num_queries):
    everybody = list(cast().values())
    instances = [purchase() for _ in range(3)]
    sessions = []
    for who in everybody:
        client = Client()
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        sessions.append(client.session.session_key)
    with django_assert_num_queries(6):
        surveyed(everybody[:1], instances[:1], sessions[:1])
    with django_assert_num_queries(6):
        found = surveyed(everybody, instances, sessions)
    assert found.people.keys() == {who.pk for who in everybody}
    assert found.sequences == {instance.pk: instance.sequence for instance in instances}


@pytest.mark.parametrize("holder", ["person", "group"])
def test_rights_given_or_taken_anywhere_change_the_sign(holder):
    instance = purchase()
    somebody = person("mallory") if holder == "person" else team("auditors")
    signs = [live.rights_given()]
    assign_perm("view_process", somebody, instance.process)
    signs.append(live.rights_given())
    assign_perm("processes.view_process", somebody)
    signs.append(live.rights_given())
    assert len(set(signs)) == 3
    assert live.rights_given() == signs[-1]


def test_a_session_counts_until_it_expires():
    client = Client()
    client.force_login(person("bob"), backend="django.contrib.auth.backends.ModelBackend")
    key, end = client.session.session_key, client.session.get_expiry_date()
    assert live.living_sessions([key], now=end - timedelta(seconds=1)) == {key}
    assert live.living_sessions([key], now=end + timedelta(seconds=1)) == frozenset()
    assert live.living_sessions([], now=NOW) == frozenset()


def test_names_of_groups_are_ones_that_every_channel_layer_takes():
    from channels.layers import BaseChannelLayer

    instance = purchase()
    layer = BaseChannelLayer()
    for name in (user_group(7), people_group(7), instance_group(instance.pk)):
        assert layer.require_valid_group_name(name)
