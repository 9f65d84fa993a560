"""Users and groups. People are deactivated, never deleted; only a superuser makes superusers."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Count, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from processes.admin.base import Page, chip
from processes.models import Process
from tasks.models import Candidate, Task

# Rights that something asks for; Django knows many more that would change nothing.
USEFUL = Q(content_type__app_label="processes", content_type__model__in=["process", "connection"])
USEFUL |= Q(content_type__app_label="tasks", content_type__model="substitution")
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
        """Save, and say what a person who leaves leaves behind."""
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data and not obj.is_active:
            warn_of_what_is_left(request, obj)


def warn_of_what_is_left(request: HttpRequest, user: User) -> None:
    """Say how many open tasks the deactivated person holds, and in how many they are asked."""
    held = Task.objects.open().filter(owner=user).count()
    asked = (
        Task.objects.open()
        .filter(candidates__user=user)
        .exclude(owner=user)
        .aggregate(found=Count("pk", distinct=True))["found"]
    )
    name = user.get_full_name() or user.get_username()
    if not held and not asked:
        said = _("%(name)s holds no open task and is asked in none.")
        messages.info(request, said % {"name": name})
        return
    held_words = ngettext(
        "%(name)s still holds one open task.", "%(name)s still holds %(n)s open tasks.", held
    )
    asked_words = ngettext(
        "%(name)s is asked by name in one.", "%(name)s is asked by name in %(n)s.", asked
    )
    counted = ((held_words, held), (asked_words, asked))
    sentence = " ".join(said % {"name": name, "n": n} for said, n in counted if n)
    url = f"{reverse('admin:tasks_task_changelist')}?owner={user.get_username()}"
    messages.warning(
        request,
        format_html(
            '{} {} <a class="pl-link" href="{}">{}</a>',
            sentence,
            _("They stay as they are until somebody reassigns them."),
            url,
            _("Show them"),
        ),
    )


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
