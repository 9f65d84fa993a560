"""The pages on which operators act: one verb with one task, or with many and a result for each."""

from collections.abc import Callable, Sequence
from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from processes.admin.base import OfProcess, complain, person_of, sees
from processes.core.errors import Refusal
from processes.services import may_operate, operated
from tasks import access
from tasks.admin.verbs import VERB_OF, VERBS, Answers, Verb
from tasks.models import Task
from tasks.rules.actions import Action
from tasks.rules.standing import Standing
from tasks.services.turn import refusal

AT_ONCE = 200
Bulk = Callable[["OperatesTasks", HttpRequest, QuerySet[Task]], HttpResponse]


def with_many(verb: Verb) -> Bulk:
    """Return the verb as an action of the list."""

    # A lazy string is one to Django, though not to its types.
    @admin.action(description=cast(str, verb.label), permissions=["operate"])
    def act(page: "OperatesTasks", request: HttpRequest, queryset: QuerySet[Task]) -> HttpResponse:
        return page.operate_many(request, queryset, verb)

    act.__name__ = f"{verb.action}_many"
    return act


class OperatesTasks(OfProcess):
    """What a list of tasks and the page of one offer to who operates the process."""

    actions = tuple(with_many(verb) for verb in VERBS)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.operate)
        pages = [
            path(
                f"<uuid:pk>/{verb.action}/",
                view,
                {"action": verb.action},
                name=f"tasks_task_{verb.action}",
            )
            for verb in VERBS
        ]
        return [*pages, *super().get_urls()]

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return sees(request, operated)

    def operate(self, request: HttpRequest, pk: UUID, action: Action) -> HttpResponse:
        """Ask, and do it with one task. Raises Http404, PermissionDenied."""
        task: Task = self.row(request, str(pk))
        person, now, verb = person_of(request), timezone.now(), VERB_OF[action]
        if not may_operate(person, task.instance.process):
            raise PermissionDenied
        back = reverse("admin:tasks_task_change", args=[pk])
        standing = access.standing_of(person, task, now=now)
        if action not in task.allows(standing):
            complain(request, refusal(task, standing, action))
            return HttpResponseRedirect(back)
        form = verb.form_for(request.POST if request.method == "POST" else None, task)

        def do() -> str:
            answers = form.cleaned_data if form else {}
            verb.do(task_id=pk, person=person, now=now, **answers)
            return verb.sentence(task, answers)

        return self.ask(
            request,
            row=task,
            title=str(verb.one) % task.name,
            text=str(verb.text),
            submit=str(verb.label),
            form=form,
            do=do,
            back=back,
            tone=verb.tone,
        )

    def operate_many(
        self, request: HttpRequest, queryset: QuerySet[Task], verb: Verb
    ) -> HttpResponse:
        """Ask once, then do it with each task on its own."""
        found = list(queryset[: AT_ONCE + 1])
        chosen, confirmed = found[:AT_ONCE], "confirmed" in request.POST
        form = verb.form_for(request.POST if confirmed else None)
        if not confirmed or (form is not None and not form.is_valid()):
            return self._asked(request, chosen, verb, form)
        allowed = set(operated(person_of(request)).values_list("pk", flat=True))
        answers = form.cleaned_data if form else {}
        results = [
            self._done(request, task, verb, answers)
            if task.instance.process_id in allowed
            else result(task, _("You may see this task, but not operate its process."))
            for task in chosen
        ]
        return self.page(
            request,
            "admin/placet/results.html",
            heading=_("How it went"),
            results=results,
            done=sum(result["done"] for result in results),
            more=len(found) > AT_ONCE,
            back=reverse("admin:tasks_task_changelist"),
        )

    def _asked(
        self, request: HttpRequest, chosen: Sequence[Task], verb: Verb, form: Any
    ) -> HttpResponse:
        page = self.page(
            request,
            "admin/placet/question.html",
            ask=str(verb.many % {"count": len(chosen)}),
            text=f"{verb.text} {_('One that cannot be done holds up no other.')}",
            submit=str(verb.label),
            tone=verb.tone,
            back=reverse("admin:tasks_task_changelist"),
            form=form,
            listed=[(task.name, task.instance.subject) for task in chosen],
            hidden=[
                ("action", f"{verb.action}_many"),
                ("confirmed", "yes"),
                *((ACTION_CHECKBOX_NAME, str(task.pk)) for task in chosen),
            ],
        )
        page.status_code = 422 if form is not None and form.errors else 200
        return page

    def _done(
        self, request: HttpRequest, task: Task, verb: Verb, answers: Answers
    ) -> dict[str, Any]:
        try:
            verb.do(task_id=task.pk, person=person_of(request), now=timezone.now(), **answers)
        except Refusal as problem:
            return result(task, str(problem))
        return result(task, verb.sentence(task, answers), done=True)


def offered(task: Task, standing: Standing) -> list[Verb]:
    """Return what somebody may do with the task now as its operator."""
    actions = task.allows(standing) if standing.administrator else frozenset()
    return [verb for verb in VERBS if verb.action in actions]


def result(task: Task, sentence: str, *, done: bool = False) -> dict[str, Any]:
    """Return one line of the page of results."""
    return {
        "what": f"{task.name} · {task.instance.subject}",
        "url": reverse("admin:tasks_task_change", args=[task.pk]),
        "done": done,
        "sentence": sentence,
    }
