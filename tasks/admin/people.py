"""Users and groups. People are deactivated, never deleted; only a superuser makes superusers."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import TabularInline
from unfold.decorators import action
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from processes.admin.base import Page, chip, person_of
from processes.models import Process
from tasks import services
from tasks.admin.organization import PositionsOfUser, ProfileOfUser
from tasks.models import Candidate, Task
from tasks.services.leaving import Outcome
from tasks.services.turn import name_of

# Rights that something asks for; Django knows many more that would change nothing.
USEFUL = Q(content_type__app_label="processes", content_type__model__in=["process", "connection"])
USEFUL |= Q(
    content_type__app_label="tasks",
    content_type__model__in=["substitution", "calendar", "calendarday", "calendaruse"],
)
USEFUL |= Q(
    content_type__app_label="tasks",
    content_type__model__in=["unit", "position", "skill", "profile"],
)
USEFUL |= Q(content_type__app_label="auth", content_type__model__in=["user", "group"])
USEFUL |= Q(content_type__app_label="django_celery_beat")
WITHOUT_EFFECT = ["delete_process", "delete_user", "delete_substitution"]


class Rights(Page):
    """What users and groups share: rights are chosen from those that mean something."""

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest | None = None, **more: Any
    ) -> Any:
        """Offer the rights that mean something."""
        if db_field.name in ("permissions", "user_permissions"):
            useful = Permission.objects.filter(USEFUL).exclude(codename__in=WITHOUT_EFFECT)
            more["queryset"] = useful.select_related("content_type")
        return super().formfield_for_manytomany(db_field, request, **more)


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(Rights, DjangoUserAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("called", "username", "email", "works_here", "enters", "holds")
    list_display_links = ("called",)
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    filter_horizontal = ("groups", "user_permissions")
    search_fields = ("username", "first_name", "last_name", "email", "profile__unit__name")
    inlines = (ProfileOfUser, PositionsOfUser)
    actions_detail = ("leave",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Count what each person holds in the same query."""
        held = Task.objects.open().filter(owner=OuterRef("pk")).order_by().values("owner")
        counted = Subquery(held.annotate(found=Count("pk")).values("found"))
        return super().get_queryset(request).annotate(held=Coalesce(counted, 0))

    @admin.display(description=gettext_lazy("name"), ordering="first_name")
    def called(self, user: User) -> str:
        return user.get_full_name() or user.get_username()

    @admin.display(description=gettext_lazy("status"), ordering="is_active")
    def works_here(self, user: User) -> SafeString:
        return chip(_("Active"), "positive") if user.is_active else chip(_("Deactivated"))

    @admin.display(description=gettext_lazy("administration"), ordering="is_staff")
    def enters(self, user: User) -> SafeString | str:
        if user.is_superuser:
            return chip(_("Superuser"), "warning")
        return chip(_("Staff"), "accent") if user.is_staff else ""

    @admin.display(description=gettext_lazy("open tasks held"), ordering="held")
    def holds(self, user: Any) -> str:
        return str(user.held)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Keep superusers, and with them their passwords, for superusers."""
        if isinstance(obj, User) and obj.is_superuser and not request.user.is_superuser:
            return False
        return bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Say no: people are never cascaded away."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Let only superusers hand out what reaches beyond groups."""
        read_only = ("last_login", "date_joined")
        if request.user.is_superuser:
            return read_only
        return (*read_only, "is_superuser", "is_staff", "user_permissions")

    def save_model(
        self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool
    ) -> None:
        """Save; the open work of a person who leaves goes to others."""
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data and not obj.is_active:
            outcomes = services.reroute(user=obj, by=person_of(request), now=timezone.now())
            tell_what_became(request, obj, outcomes)

    @action(
        description=gettext_lazy("Deactivate and hand over the work…"),
        url_path="leave",
        icon="person_off",
    )
    def leave(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what becomes of each open task, then deactivate the account and hand them over."""
        user: User = self.row(request, object_id)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        back = reverse("admin:auth_user_change", args=[user.pk])
        by, now, words = person_of(request), timezone.now(), {"name": name_of(user)}
        outcomes = services.preview_leaving(user=user, now=now)

        def do() -> str:
            tell_what_became(request, user, services.deactivate(user=user, by=by, now=now))
            return _("%(name)s is deactivated.") % words

        return self.ask(
            request,
            row=user,
            title=_("Deactivate %(name)s?") % words,
            text=_("This is what becomes of the open tasks. What was decided stays.")
            if outcomes
            else _("%(name)s is asked in no open task. What was decided stays.") % words,
            submit=_("Deactivate and hand over"),
            tone="negative",
            listed=[
                (f"{found.task.name} · {found.task.instance.subject}", what_in_words(found))
                for found in outcomes
            ],
            do=do,
            back=back,
        )


def tell_what_became(request: HttpRequest, user: User, outcomes: Sequence[Outcome]) -> None:
    """Say how many open tasks went to others, and which went to nobody."""
    name = name_of(user)
    if not outcomes:
        messages.info(request, _("%(name)s was asked in no open task.") % {"name": name})
        return
    lost = [outcome for outcome in outcomes if outcome.what in ("nobody", "kept")]
    count = len(outcomes) - len(lost)
    said = ngettext(
        "One open task goes on with others.", "%(n)s open tasks go on with others.", count
    )
    if count:
        messages.success(request, said % {"n": count})
    for outcome in lost:
        url = reverse("admin:tasks_task_change", args=[outcome.task.pk])
        link = format_html('<a class="pl-link" href="{}">{}</a>', url, outcome.task.name)
        messages.warning(request, format_html("{} · {}", link, what_in_words(outcome)))


def what_in_words(outcome: Outcome) -> str:
    """Return what becomes of a task when somebody leaves."""
    words = {"to": ", ".join(outcome.to)}
    match outcome.what:
        case "others":
            return _("stays with %(to)s") % words
        case "manager":
            return _("goes to the manager: %(to)s") % words
        case "fallback":
            return _("goes to the fallback group: %(to)s; operators are told") % words
        case "kept":
            return _("cannot be handed over yet; that is tried again every minute")
    return _("nobody is left; an operator has to reassign it")


class Members(TabularInline):
    model = User.groups.through
    verbose_name = gettext_lazy("member")
    verbose_name_plural = gettext_lazy("members")
    autocomplete_fields = ("user",)
    extra = 0
    hide_title = True


@admin.register(Group)
class GroupAdmin(Rights, DjangoGroupAdmin):
    list_display = ("name", "members")
    filter_horizontal = ("permissions",)
    inlines = (Members,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).annotate(member_count=Count("user"))

    @admin.display(description=gettext_lazy("members"), ordering="member_count")
    def members(self, group: Any) -> str:
        return str(group.member_count)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Let only superusers give rights; a name that definitions call by stays."""
        return () if request.user.is_superuser else ("permissions",)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Keep a group that is asked in an open task, or that catches what nobody else gets."""
        if obj is not None and is_needed(obj):
            return False
        return bool(super().has_delete_permission(request, obj))


def is_needed(group: Model) -> bool:
    return (
        Candidate.objects.filter(group=group.pk).exists()
        or Process.objects.filter(fallback_group=group.pk).exists()
    )
