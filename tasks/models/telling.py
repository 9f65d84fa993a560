"""What people are told: what was announced, who learned of it, and what goes out by which way."""

from datetime import time
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from processes.models import Instance, Process
from tasks.models.task import Task


class KindOfNews(models.TextChoices):
    """The kinds of `tasks.rules.telling.Kind` in the words of people."""

    ASKED = "asked", _("A task asks me")
    REMINDED = "reminded", _("A deadline comes near")
    OVERDUE = "overdue", _("A deadline has passed")
    ESCALATED = "escalated", _("A task was escalated to me")
    DELEGATED = "delegated", _("A task was handed to me")
    RETURNED = "returned", _("A task came back to me")
    MENTIONED = "mentioned", _("Somebody mentions me")
    COMMENTED = "commented", _("Somebody comments on my task")
    INFORMATION_ASKED = "information_asked", _("A colleague asks me something")
    INFORMATION_GIVEN = "information_given", _("A colleague answers my question")
    SENT_BACK = "sent_back", _("A request was sent back")
    DECIDED = "decided", _("My request was decided")
    WITHDRAWN = "withdrawn", _("A task was taken back")
    SUBSTITUTED = "substituted", _("Somebody stands in for me, or I for them")
    REROUTED = "rerouted", _("A task was moved to me")
    INCIDENT = "incident", _("A process needs an operator")


class Announcement(models.Model):
    """Something that people should know, written in the transaction in which it happened.

    A job finds out later whom it concerns. ``to`` names them by ids where that is known at once:
    ``{"users": [], "groups": []}``; null means whoever the kind concerns at that time.
    """

    kind = models.CharField(_("kind"), max_length=30, choices=KindOfNews.choices)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, null=True, on_delete=models.CASCADE, related_name="+")
    # Who did it, and is not told.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor_name = models.CharField(max_length=150, blank=True)
    to = models.JSONField(null=True)
    # Words that the sentence needs, such as {"outcome": "approved"}; never the process's variables.
    data = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(_("at"))
    # People up to this id have been told.
    told_up_to = models.BigIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    told_at = models.DateTimeField(_("told at"), null=True)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            # Read by the job that tells people, oldest first.
            models.Index(
                fields=["id"], condition=Q(told_at__isnull=True), name="announcement_untold"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.task or self.instance}"


class Notification(models.Model):
    """One announcement, as it concerns one person. The portal shows it."""

    announcement = models.ForeignKey(
        Announcement, on_delete=models.CASCADE, related_name="notifications"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    created_at = models.DateTimeField(_("at"))
    read_at = models.DateTimeField(_("read at"), null=True)
    # The absent person in whose place this one is asked.
    on_behalf_of_name = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            # The job may run twice; nobody is told twice.
            models.UniqueConstraint(fields=["announcement", "user"], name="notification_once")
        ]
        indexes: ClassVar = [
            # Read by the page, newest first.
            models.Index(fields=["user", "-id"], name="notification_user"),
            # Read by the bell on every page.
            models.Index(
                fields=["user"], condition=Q(read_at__isnull=True), name="notification_unread"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.announcement}"


class ChatHook(models.Model):
    """An address to which a chat posts: of one person, of a group, or of a process."""

    class Format(models.TextChoices):
        SLACK = "slack", _("Slack")
        TEAMS = "teams", _("Microsoft Teams")

    name = models.CharField(_("name"), max_length=100)
    format = models.CharField(_("format"), max_length=10, choices=Format.choices)
    # The address lets anybody post, so it is a secret: see processes.sealed.
    sealed_url = models.TextField(editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("of the person"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="chat_hooks",
    )
    group = models.ForeignKey(
        Group, verbose_name=_("of the group"), null=True, blank=True, on_delete=models.CASCADE
    )
    process = models.ForeignKey(
        Process, verbose_name=_("of the process"), null=True, blank=True, on_delete=models.CASCADE
    )
    kinds = models.JSONField(_("kinds"), default=list, blank=True)
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("chat webhook")
        verbose_name_plural = _("chat webhooks")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, group__isnull=True, process__isnull=True)
                | Q(user__isnull=True, group__isnull=False, process__isnull=True)
                | Q(user__isnull=True, group__isnull=True, process__isnull=False),
                name="chat_hook_one_of_three",
            ),
            models.UniqueConstraint(fields=["user"], name="chat_hook_user_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One announcement on its way out of the portal, to a person or to a chat that many read.

    ``message`` is the same for all that went out as one message. It is kept while that message may
    have arrived, so that a second try is recognized as the same.
    """

    class Channel(models.TextChoices):
        MAIL = "mail", _("E-mail")
        PUSH = "push", _("Push")
        CHAT = "chat", _("Chat")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        MOOT = "moot", _("No longer needed")
        DEAD = "dead", _("Given up")

    announcement = models.ForeignKey(
        Announcement, on_delete=models.CASCADE, related_name="deliveries"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    hook = models.ForeignKey(ChatHook, null=True, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.WAITING
    )
    due_at = models.DateTimeField(_("due at"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    message = models.UUIDField(null=True)
    # Who sends it now holds this, until then.
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(user__isnull=True) ^ Q(hook__isnull=True), name="delivery_one_of_two"
            ),
            models.UniqueConstraint(
                fields=["announcement", "user", "channel"], name="delivery_user_once"
            ),
            models.UniqueConstraint(fields=["announcement", "hook"], name="delivery_hook_once"),
        ]
        indexes: ClassVar = [
            # Read by the job that sends, oldest first.
            models.Index(fields=["due_at"], condition=Q(status="waiting"), name="delivery_due"),
            # Read by the same job: what else waits for this person.
            models.Index(
                fields=["user", "channel"], condition=Q(status="waiting"), name="delivery_user"
            ),
            # Read by the admin's filter.
            models.Index(fields=["-id"], condition=Q(status="dead"), name="delivery_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} → {self.user or self.hook}"


class Preference(models.Model):
    """How a person wants to be told. Who has none gets what is usual, at once."""

    class Digest(models.TextChoices):
        INSTANTLY = "instantly", _("At once")
        HOURLY = "hourly", _("Every hour, in one message")
        DAILY = "daily", _("Once a day, in one message")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="telling"
    )
    # What differs from the usual: {"asked": {"mail": false}}.
    chosen = models.JSONField(default=dict, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    digest = models.CharField(
        _("how often"), max_length=10, choices=Digest.choices, default=Digest.INSTANTLY
    )
    digest_at = models.TimeField(_("at"), default=time(8))
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    urgent_breaks_through = models.BooleanField(_("urgent news at any time"), default=True)

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="preference_quiet_both_or_none",
            )
        ]

    def __str__(self) -> str:
        return str(self.user)


class MessageTemplate(models.Model):
    """The words of one kind of mail in one language, in the hands of admins."""

    kind = models.CharField(
        _("kind"), max_length=30, choices=[*KindOfNews.choices, ("digest", _("Digest"))]
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), max_length=5_000)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        ordering: ClassVar = ["kind", "language"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "language"], name="message_template_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.language})"
