"""The organization: units with their roles, skills, and what is known of a person."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Case, Count, IntegerField, Model, QuerySet, Value, When
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import StackedInline, TabularInline

from processes.admin.base import Page
from tasks.models import Position, Profile, Skill, Unit
from tasks.services.turn import name_of


class UnitForm(forms.ModelForm):
    """A unit that lies in itself would make people look for a role in a circle."""

    class Meta:
        model = Unit
        fields = ("name", "key", "parent")

    def clean_parent(self) -> Unit | None:
        """Return the unit above. Raises ValidationError when it lies in this one."""
        parent: Unit | None = self.cleaned_data["parent"]
        above = parent
        while above is not None:
            if above.pk == self.instance.pk:
                raise ValidationError(_("%(unit)s lies in this unit."), params={"unit": parent})
            above = above.parent
        return parent


class Positions(TabularInline):
    model = Position
    autocomplete_fields = ("user",)
    extra = 0
    verbose_name_plural = gettext_lazy("roles held here")


@admin.register(Unit)
class UnitAdmin(Page):
    """Units as a tree: each below the one it belongs to."""

    form = UnitForm
    list_display = ("called", "key", "roles", "people")
    list_display_links = ("called",)
    search_fields = ("key", "name")
    autocomplete_fields = ("parent",)
    prepopulated_fields = {"key": ("name",)}
    inlines = (Positions,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Unit]:
        """Return the units in the order of the tree, with how deep each lies in it."""
        rows = Unit.objects.prefetch_related("positions__user")
        order = list(in_tree(dict(Unit.objects.order_by("name", "id").values_list("pk", "parent"))))
        places = [When(pk=pk, then=Value(place)) for place, (pk, _depth) in enumerate(order)]
        depths = [When(pk=pk, then=Value(depth)) for pk, depth in order]
        return rows.annotate(
            member_count=Count("members", distinct=True),
            place=Case(*places, default=Value(0), output_field=IntegerField()),
            depth=Case(*depths, default=Value(0), output_field=IntegerField()),
        ).order_by("place")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Order the list as a tree; forms that offer units ask for an order as well."""
        listed = request.resolver_match and request.resolver_match.url_name
        return ("place",) if listed == "tasks_unit_changelist" else ("name",)

    @admin.display(description=gettext_lazy("unit"))
    def called(self, unit: Any) -> SafeString:
        return format_html('{}<span class="pl-nowrap">{}</span>', "\u2003" * unit.depth, unit.name)

    @admin.display(description=gettext_lazy("roles"))
    def roles(self, unit: Unit) -> str:
        held = (f"{row.role}: {name_of(row.user)}" for row in unit.positions.all())
        return ", ".join(held) or "–"

    @admin.display(description=gettext_lazy("people"))
    def people(self, unit: Any) -> str:
        return str(unit.member_count)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Keep a unit that others belong to, or in which people work."""
        if isinstance(obj, Unit) and (obj.children.exists() or obj.members.exists()):
            return False
        return bool(super().has_delete_permission(request, obj))


def in_tree(parents: dict[int, int | None]) -> Iterator[tuple[int, int]]:
    """Yield each unit after the one it belongs to, with its depth; the rest at the end."""
    inside: dict[int | None, list[int]] = {}
    for unit, parent in parents.items():
        inside.setdefault(parent, []).append(unit)
    waiting = [(unit, 0) for unit in reversed(inside.get(None, []))]
    seen: set[int] = set()
    while waiting:
        unit, depth = waiting.pop()
        seen.add(unit)
        yield unit, depth
        waiting += [(below, depth + 1) for below in reversed(inside.get(unit, []))]
    yield from ((unit, 0) for unit in parents if unit not in seen)


@admin.register(Skill)
class SkillAdmin(Page):
    list_display = ("name", "key", "people")
    search_fields = ("key", "name")
    prepopulated_fields = {"key": ("name",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Skill]:
        """Count who has it in the same query."""
        return super().get_queryset(request).annotate(found=Count("profile"))

    @admin.display(description=gettext_lazy("people"), ordering="found")
    def people(self, skill: Any) -> str:
        return str(skill.found)


class ProfileOfUser(StackedInline):
    """Unit, manager, skills and limit, on the page of the user."""

    model = Profile
    fk_name = "user"
    autocomplete_fields = ("unit", "manager", "skills")
    can_delete = False
    extra = 0
    max_num = 1
    verbose_name_plural = gettext_lazy("in the organization")


class PositionsOfUser(TabularInline):
    model = Position
    autocomplete_fields = ("unit",)
    extra = 0
    verbose_name_plural = gettext_lazy("roles")
