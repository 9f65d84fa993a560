"""A question put to people, and its life."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, transition
from uuid_utils.compat import uuid7

from processes.models import HistoryEvent, Instance, StateModel
from processes.services import graph_of
from tasks.rules.actions import Action, Situation, allowed_actions
from tasks.rules.standing import Standing

SENT_BACK = "sent_back"


def unsettled(task: Any) -> bool:
    """Tell whether it was answered, but the answer does not count yet."""
    return bool(task.held)


def undecided(task: Any) -> bool:
    """Tell whether no answer counts yet."""
    return bool(task.status != Task.Status.COMPLETED or task.held)


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> "TaskQuerySet":
        return self.filter(status__in=Task.OPEN)

    def with_process(self) -> "TaskQuerySet":
        """Fetch what a row of the inbox shows in the same query."""
        return self.select_related("instance__process", "owner", "completed_by")


class Task(StateModel):
    """A question put to people, after WS-HumanTask 1.1. An outcome is not a state.

    Answers that do not count yet are *held*: completed, with ``settles_at``.
    """

    class Status(models.TextChoices):
        CREATED = "created", _("Created")
        READY = "ready", _("Offered")
        RESERVED = "reserved", _("Claimed")
        IN_PROGRESS = "in_progress", _("In progress")
        SUSPENDED = "suspended", _("Suspended")
        COMPLETED = "completed", _("Completed")
        FAILED = "failed", _("Failed")
        ERROR = "error", _("Error")
        EXITED = "exited", _("Taken back")
        OBSOLETE = "obsolete", _("Skipped")

    class Kind(models.TextChoices):
        QUESTION = "question", _("Question of the process")
        INFORMATION = "information", _("Question of a colleague")

    HELD = (Status.RESERVED, Status.IN_PROGRESS)
    WORKABLE = (Status.READY, Status.RESERVED, Status.IN_PROGRESS)
    OPEN = (Status.CREATED, *WORKABLE, Status.SUSPENDED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.QUESTION)
    # Of a colleague's question: the task whose owner asks it.
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="questions"
    )
    token = models.CharField(max_length=40)
    node = models.CharField(max_length=200)
    name = models.CharField(_("name"), max_length=200)
    status = FSMField(
        _("status"), choices=Status.choices, default=Status.CREATED, protected=True, max_length=20
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    priority = models.PositiveSmallIntegerField(_("priority"), default=50)
    # What the definition calls the amount at stake; scopes of substitutions look at it.
    amount = models.DecimalField(
        _("amount"), max_digits=19, decimal_places=4, null=True, blank=True
    )
    start_by_at = models.DateTimeField(_("start by"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    follow_up_at = models.DateTimeField(_("follow-up"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("escalated at"), null=True, blank=True)
    # Whose working time its deadlines count; null counts every hour.
    calendar = models.ForeignKey(
        "Calendar", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Since when its clock stands still; null while it runs.
    clock_stopped_at = models.DateTimeField(null=True, blank=True)
    # What the definition asked for, evaluated: see processes.core.events.TaskOpened.
    asked = models.JSONField(_("asked"))
    # What the process's searchable variables held when it was asked, folded, for inboxes to search.
    words = models.TextField(default="", blank=True)
    # How it was decided who is asked, step by step: see tasks.rules.routing.
    routing = models.JSONField(default=list, blank=True)
    # Several must answer: nobody holds it, each votes. ``tier`` are those asked now, in a sequence.
    collective = models.BooleanField(default=False)
    tier = models.CharField(max_length=100, blank=True)
    # Ids of users and groups who could act when it was closed: {"users": [], "groups": []}.
    former_candidates = models.JSONField(default=dict, blank=True)
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    # While suspended: where from, by whom, and until when if it resumes by itself.
    suspended_from = models.CharField(max_length=20, blank=True)
    suspended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    suspended_until = models.DateTimeField(_("suspended until"), null=True, blank=True)
    # Held by a stand-in: in whose place.
    held_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # How many questions to colleagues are open.
    open_questions = models.PositiveSmallIntegerField(default=0)
    # A delegated task that comes back before the answer counts.
    returns_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    # Until then the answer may be taken back; the process goes on afterwards. Null: it has.
    settles_at = models.DateTimeField(_("counts from"), null=True, blank=True)
    # The state that undoing leads back to.
    undone_to = models.CharField(max_length=20, blank=True)
    outcome = models.CharField(_("outcome"), max_length=100, blank=True)
    # The clock answered, as the definition declares, not a person.
    automatic = models.BooleanField(_("automatic"), default=False)
    data = models.JSONField(_("answers"), default=dict, blank=True)
    comment = models.TextField(_("reason"), blank=True)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    completed_by_name = models.CharField(_("decided by"), max_length=150, blank=True)
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    on_behalf_of_name = models.CharField(_("on behalf of"), max_length=150, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering: ClassVar = ["due_at", "id"]
        constraints: ClassVar = [
            # A token asks one question at a time; a colleague's question has no token.
            models.UniqueConstraint(
                fields=["instance", "token"],
                condition=Q(kind="question")
                & Q(status__in=["created", "ready", "reserved", "in_progress", "suspended"]),
                name="task_token_once",
            ),
            models.CheckConstraint(
                condition=~Q(status="completed") | ~Q(outcome=""), name="task_completed_has_outcome"
            ),
        ]
        indexes: ClassVar = [
            # Read by the inbox: what I hold.
            models.Index(
                fields=["owner", "due_at", "id"],
                condition=Q(status__in=["reserved", "in_progress", "suspended"]),
                name="task_owner_open",
            ),
            # Read by the inbox: which of those that ask me nobody has taken; reads no wide row.
            models.Index(fields=["id"], condition=Q(status="ready"), name="task_ready"),
            # Read by the inbox: what I decided, newest first.
            models.Index(fields=["completed_by", "-closed_at", "-id"], name="task_done"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def on_hold(self) -> bool:
        """Tell whether an operator holds the whole process; nobody can act until it goes on."""
        waits = self.is_open or self.held
        return waits and self.instance.status == Instance.Status.SUSPENDED

    @property
    def decided_by_name(self) -> str:
        """Who answered, by the name that is kept; where the clock did, that it did."""
        return gettext("Placet (deadline)") if self.automatic else self.completed_by_name

    @property
    def held(self) -> bool:
        """Tell whether it was answered, but the answer can still be taken back."""
        return self.status == Task.Status.COMPLETED and self.settles_at is not None

    def allows(self, standing: Standing) -> frozenset[Action]:
        """Return what somebody with this standing may do with the task now."""
        return allowed_actions(self.situation(standing), standing)

    def situation(self, standing: Standing) -> Situation:
        """Return what rights depend on.

        Whether the request can be withdrawn is only looked up for who started it: it costs queries.
        """
        initiator = self.instance.initiator_id
        originals = {self.held_for_id, self.returns_to_id} - {None}
        return Situation(
            status=self.status,
            on_hold=self.on_hold,
            collective=self.collective,
            information=self.kind == Task.Kind.INFORMATION,
            held=self.held,
            skippable=bool(self.asked.get("skippable")),
            sends_back=bool(self.asked.get("send_back")),
            fails=bool(self.asked.get("fails_with")),
            withdrawable=standing.person == initiator and withdrawable(self.instance),
            initiator=initiator,
            decided_by=self.completed_by_id,
            suspended_by=self.suspended_by_id,
            originals=frozenset(found for found in originals if found is not None),
        )

    @transition(field=status, source=Status.CREATED, target=Status.READY)
    def offer(self) -> None:
        """Several people may take it."""

    @transition(field=status, source=[Status.CREATED, Status.READY], target=Status.RESERVED)
    def claim(self, *, owner: User, now: datetime, held_for: User | None = None) -> None:
        self._hold(owner, now)
        self.held_for = held_for

    @transition(field=status, source=Status.RESERVED, target=Status.IN_PROGRESS)
    def start(self, *, now: datetime) -> None:
        """The owner works on it now."""
        self.started_at = self.started_at or now

    @transition(field=status, source=Status.IN_PROGRESS, target=Status.RESERVED)
    def stop(self) -> None:
        """The owner keeps it for later."""

    @transition(field=status, source=list(HELD), target=Status.READY)
    def release(self) -> None:
        self._let_go()
        self.returns_to = None

    @transition(field=status, source=list(HELD), target=Status.RESERVED)
    def take_back(self, *, owner: User, now: datetime) -> None:
        """Whose place the owner filled, or who delegated it, holds it from now on."""
        self._hold(owner, now)
        self.returns_to = None

    @transition(field=status, source=list(HELD), target=Status.RESERVED)
    def give_back(self, *, now: datetime) -> None:
        """Who delegated it holds it from now on."""
        if self.returns_to is not None:
            self._hold(self.returns_to, now)
        self.returns_to = None

    @transition(field=status, source=list(WORKABLE), target=Status.RESERVED)
    def delegate(self, *, owner: User, now: datetime, returns_to: User | None = None) -> None:
        self._hold(owner, now)
        self.returns_to = returns_to

    @transition(field=status, source=list(WORKABLE), target=Status.READY)
    def forward(self) -> None:
        self._let_go()

    @transition(field=status, source=[Status.CREATED, *WORKABLE], target=Status.RESERVED)
    def reassign(self, *, owner: User, now: datetime) -> None:
        self._hold(owner, now)
        self.returns_to = None

    @transition(field=status, source=[Status.CREATED, *WORKABLE], target=Status.READY)
    def escalate(self, *, now: datetime) -> None:
        """More people are asked; whoever held it shares it with them from now on."""
        self._let_go()
        self.returns_to = None
        self.escalated_at = now

    @transition(field=status, source=list(WORKABLE), target=Status.SUSPENDED)
    def suspend(self, *, by: User, until: datetime | None) -> None:
        self.suspended_from = self.status
        self.suspended_by = by
        self.suspended_until = until

    @transition(field=status, source=Status.SUSPENDED, target=RETURN_VALUE(*WORKABLE))
    def resume(self) -> str:
        """It is again what it was before it was suspended."""
        before, self.suspended_from = self.suspended_from, ""
        self.suspended_by = self.suspended_until = None
        return before

    @transition(field=status, source=list(WORKABLE), target=Status.COMPLETED)
    def complete(
        self,
        *,
        by: User | None,
        by_name: str,
        on_behalf_of: User | None = None,
        on_behalf_of_name: str = "",
        outcome: str,
        data: dict[str, Any],
        comment: str,
        now: datetime,
    ) -> None:
        self.undone_to = self.status
        self.completed_by = by
        self.completed_by_name = by_name
        self.on_behalf_of = on_behalf_of
        self.on_behalf_of_name = on_behalf_of_name
        self.outcome = outcome
        self.data = data
        self.comment = comment
        self.closed_at = now

    @transition(
        field=status,
        source=Status.COMPLETED,
        target=RETURN_VALUE(*WORKABLE),
        conditions=[unsettled],
    )
    def undo(self) -> str:
        """The answer never was; it is again what it was before."""
        self.completed_by = self.on_behalf_of = self.closed_at = self.settles_at = None
        self.completed_by_name = self.on_behalf_of_name = self.outcome = self.comment = ""
        self.data = {}
        before, self.undone_to = self.undone_to, ""
        return before

    @transition(field=status, source=[Status.CREATED, *WORKABLE], target=Status.OBSOLETE)
    def skip(self, *, by: User, by_name: str, reason: str, now: datetime) -> None:
        self._end(by, by_name, reason, now)

    @transition(field=status, source=Status.IN_PROGRESS, target=Status.FAILED)
    def fail(self, *, by: User, by_name: str, reason: str, now: datetime) -> None:
        self._end(by, by_name, reason, now)

    @transition(
        field=status, source=[*OPEN, Status.COMPLETED], target=Status.ERROR, conditions=[undecided]
    )
    def fault(self, *, sentence: str, now: datetime) -> None:
        """It cannot be put or kept; an incident waits for an operator."""
        self.comment = sentence
        self.closed_at = now

    @transition(
        field=status, source=[*OPEN, Status.COMPLETED], target=Status.EXITED, conditions=[undecided]
    )
    def exit(self, *, now: datetime) -> None:
        """The process took it back; also an answer that did not count yet."""
        self.closed_at = now

    def _hold(self, owner: User, now: datetime) -> None:
        self.owner = owner
        self.held_for = None
        self.claimed_at = now

    def _let_go(self) -> None:
        self.owner = self.held_for = self.claimed_at = None

    def _end(self, by: User, by_name: str, reason: str, now: datetime) -> None:
        self.completed_by = by
        self.completed_by_name = by_name
        self.comment = reason
        self.closed_at = now


HOLDING = ("status", "owner", "held_for", "returns_to", "claimed_at")
"""The columns that a change of hands writes."""

ANSWER = (
    "status",
    "undone_to",
    "outcome",
    "data",
    "comment",
    "completed_by",
    "completed_by_name",
    "on_behalf_of",
    "on_behalf_of_name",
    "closed_at",
    "settles_at",
)
"""The columns that an answer writes."""


def withdrawable(instance: Instance) -> bool:
    """Tell whether its initiator may still take the request back, as the definition declares.

    An answer counts as a decision unless it sent the request back, or is the initiator's own.
    """
    if instance.status != Instance.Status.RUNNING:
        return False
    match graph_of(instance.version_id).withdrawal.until:
        case "never":
            return False
        case "end":
            return True
        case "firstDecision":
            decided = Task.objects.filter(
                instance=instance,
                kind=Task.Kind.QUESTION,
                status=Task.Status.COMPLETED,
                settles_at__isnull=True,
            ).exclude(outcome=SENT_BACK)
            return not decided.exclude(completed_by=instance.initiator_id).exists()
        case step:
            begun = HistoryEvent.objects.filter(instance=instance, kind="token.entered", node=step)
            return not begun.exists()
