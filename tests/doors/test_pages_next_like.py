"""After an answer, a link leads to the next task of the same kind."""

from datetime import timedelta

import pytest

from tasks import services
from tasks.inbox import Inbox
from tasks.inbox.alike import next_like
from tests.doors.pages import tree, visitor
from tests.factories import NOW, asked, person, purchase, team
from tests.tasks.worked import review

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


def like(task, who="bob"):
    return next_like(Inbox(person(who), now=NOW), task)


def links(response, where):
    return tree(response).xpath(f"//*[@id='{where}']//a[text()='Next one like this']/@href")


def test_it_is_the_most_urgent_one_of_the_same_step_and_process():
    done, late, soon = (asked(purchase(title=title)) for title in ("Laptops", "Chairs", "Desks"))
    other = review()
    for task, days in ((late, 9), (soon, 2), (other, 1)):
        services.reschedule(
            task_id=task.pk, person=person("dan"), due_at=NOW + timedelta(days=days), now=NOW
        )
    assert like(done) == soon
    assert like(soon) == done
    assert like(other) is None


def test_what_is_laid_aside_or_with_somebody_else_is_passed_over():
    done, first, second = (asked(purchase(title=title)) for title in ("Laptops", "Chairs", "Desks"))
    services.claim(task_id=first.pk, person=person("bob"), now=NOW)
    services.suspend(task_id=first.pk, person=person("bob"), now=NOW)
    assert like(done) == second
    person("carol").groups.add(team("managers"))
    services.claim(task_id=second.pk, person=person("carol"), now=NOW)
    assert like(done) is None


def test_the_page_after_an_answer_leads_there():
    done, following = asked(purchase()), asked(purchase(title="<b>Chairs</b>"))
    bob = visitor(person("bob"))
    page = bob.post(f"/tasks/{done.pk}/complete/", {"outcome": "approved"}, follow=True)
    assert links(page, "alerts") == [f"/tasks/{following.pk}/"]
    page = bob.post(f"/tasks/{following.pk}/complete/", {"outcome": "approved"}, follow=True)
    assert links(page, "alerts") == []


def test_a_subject_with_markup_stays_text_in_the_message():
    done, _following = asked(purchase(title="<b>Chairs</b>")), asked(purchase())
    page = visitor(person("bob")).post(
        f"/tasks/{done.pk}/complete/", {"outcome": "approved"}, follow=True
    )
    assert not tree(page).xpath("//*[@id='alerts']//b")


def test_the_bar_with_undo_leads_there_as_well():
    policy = 'undo="PT10M"'
    done, following = review(policy), review(policy)
    bob = visitor(person("bob"))
    page = bob.post(f"/tasks/{done.pk}/complete/", {"outcome": "approved"}, follow=True)
    assert links(page, "task-notice") == [f"/tasks/{following.pk}/"]
