"""What the pages of the administration share: rights, no editing by hand, asking before acting.

A page of ours never changes a row itself. It asks, calls one service, and says what came of it; a
refusal becomes a message. What somebody has no right to see is absent: 404, in lists, on pages, in
actions and in autocompletion.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import messages
from django.contrib.admin import ShowFacets, SimpleListFilter
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from processes.access import Person, administered, watched
from processes.core.errors import Refusal
from processes.models import Process
from processes.services import Actor

ProcessesOf = Callable[[Person], QuerySet[Process]]

# What Django's own filters write into an address.
LOOKUPS = frozenset(("", "exact", "gte", "lt", "isnull", "id__exact"))
COUNTED = 10_000


def person_of(request: HttpRequest) -> User:
    """Return who asks; the administration is for people who are signed in."""
    return cast(User, request.user)


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts, with the name that history keeps."""
    person = person_of(request)
    return Actor(person, (person.get_full_name() or person.get_username())[:150])


def sees(request: HttpRequest, those: ProcessesOf) -> bool:
    """Tell whether ``those`` are any processes at all; asked once per request."""
    known: dict[ProcessesOf, bool] = request.__dict__.setdefault("_placet_sees", {})
    if those not in known:
        person = person_of(request)
        known[those] = person.is_superuser or those(person).exists()
    return known[those]


def complain(request: HttpRequest, refusal: Refusal) -> None:
    """Say what happened, what did not change and what to do."""
    messages.error(request, str(refusal))
    findings = cast(Sequence[str], refusal.details.get("findings", ()))
    for sentence in findings[1:]:
        messages.error(request, sentence)


def chip(text: object, tone: str = "") -> SafeString:
    """Return a word in a soft color; ``tone`` is positive, negative, warning, accent or none."""
    return format_html('<span class="pl-chip {}">{}</span>', tone, text)


def when(moment: datetime | None) -> SafeString:
    """Return a moment as the rest of the portal writes it."""
    if moment is None:
        return SafeString("–")
    local = timezone.localtime(moment)
    this_year = local.year == timezone.localdate().year
    return format_html(
        '<time datetime="{}" class="pl-nowrap">{}</time>',
        moment.isoformat(),
        date_format(local, "j M, H:i" if this_year else "j M Y, H:i"),
    )


class Bounded(Paginator[Any]):
    """Counts no further than anybody turns pages, so that a list of millions opens at once."""

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, as far as that is worth knowing."""
        rows = cast(QuerySet[Any], self.object_list)
        return rows.order_by()[:COUNTED].count()


class Page(ModelAdmin):
    """A part of the administration with pages of our own."""

    paginator: ClassVar[type] = Bounded
    list_per_page = 50
    list_filter_sheet = False
    list_fullwidth = True
    show_full_result_count = False
    show_facets = ShowFacets.NEVER

    def row(self, request: HttpRequest, object_id: str) -> Any:
        """Return the row that the person may see. Raises Http404."""
        found = self.get_object(request, unquote(object_id))
        if found is None or not self.has_view_permission(request, found):
            raise Http404
        return found

    def page(
        self, request: HttpRequest, template: str, row: Model | None = None, **more: Any
    ) -> TemplateResponse:
        """Render a page inside the administration's frame."""
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": row,
            "title": str(row) if row is not None else self.opts.verbose_name_plural,
            "now": timezone.now(),
            **more,
        }
        return TemplateResponse(request, template, context)

    def ask(
        self,
        request: HttpRequest,
        *,
        row: Model | None,
        title: str,
        text: str,
        submit: str,
        do: Callable[[], str],
        back: str,
        form: forms.BaseForm | None = None,
        tone: str = "",
        template: str = "admin/placet/question.html",
        **more: Any,
    ) -> HttpResponse:
        """Ask on GET; on POST ``do`` it, say its sentence and go ``back``.

        A refusal that names fields goes into the form, any other becomes a message.
        """
        if request.method == "POST" and (form is None or form.is_valid()):
            try:
                messages.success(request, do())
            except Refusal as refusal:
                if form is None or not place(form, refusal):
                    complain(request, refusal)
                    return HttpResponseRedirect(back)
            else:
                return HttpResponseRedirect(back)
        refused = form is not None and bool(form.errors)
        context = {"ask": title, "text": text, "submit": submit, "back": back, "form": form}
        page = self.page(request, template, row, **context, tone=tone, **more)
        page.status_code = 422 if refused else 200
        return page

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        """Answer for what is absent or foreign as everywhere else: there is nothing here."""
        raise Http404

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Let addresses filter by what the page itself offers, and by nothing else.

        Django would allow any column: a guess at ``state__…`` would read hidden variables.
        """
        field, _, how = lookup.partition("__")
        filters = self.get_list_filter(request)
        own = {getattr(found, "parameter_name", "") for found in filters}
        return lookup in own or (field in filters and how in LOOKUPS)


def place(form: forms.BaseForm, refusal: Refusal) -> bool:
    """Write the refusal beside the fields it is about; False when it is about none of them."""
    fields = cast(Mapping[str, Sequence[str]], refusal.details.get("fields", {}))
    for name in fields.keys() & form.fields.keys():
        form.add_error(name, list(fields[name]))
    return bool(fields.keys() & form.fields.keys())


class OfProcess(Page):
    """Rows that belong to a process: seen with a right on it, never edited by hand."""

    process_path: ClassVar[str] = "process"
    those: "ClassVar[staticmethod[[Person], QuerySet[Process]]]" = staticmethod(watched)
    detail_template: ClassVar[str]
    actions_on_top = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return what lies in the processes that the person may see."""
        rows = super().get_queryset(request)
        person = person_of(request)
        if person.is_superuser:
            return rows
        return rows.filter(**{f"{self.process_path}__in": type(self).those(person)})

    def has_module_permission(self, request: HttpRequest) -> bool:
        return sees(request, type(self).those)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if obj is None:
            return sees(request, type(self).those)
        return self.get_queryset(request).filter(pk=obj.pk).exists()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        """Show the row. Nothing can be posted here."""
        row = self.row(request, object_id)
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        return self.page(request, self.detail_template, row, **self.detail(request, row))

    def detail(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Return what the template of the row shows."""
        raise NotImplementedError


class ProcessFilter(SimpleListFilter):
    """By process; offers only the processes that the person may see."""

    title = _("process")
    parameter_name = "process"
    path: ClassVar[str] = "process"
    those: "ClassVar[staticmethod[[Person], QuerySet[Process]]]" = staticmethod(watched)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        found = type(self).those(person_of(request)).order_by("name")
        return list(found.values_list("key", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        if self.value() is None:
            return None
        return queryset.filter(**{f"{self.path}__key": self.value()})


class UsualFilter(SimpleListFilter):
    """A filter that shows the usual rows without a choice, and everything by the choice “all”."""

    usual: ClassVar[Any]
    rest: ClassVar[Any] = _("All")

    def options(self) -> Sequence[tuple[str, Any]]:
        """Return the choices between the usual and everything."""
        return ()

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Return the rows of a choice; the usual ones for no ``value``."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*self.options(), ("all", self.rest)]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Name the choice that Django calls “all” by what it shows."""
        found = super().choices(changelist)
        yield {**next(found), "display": self.usual}
        yield from found

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() == "all" else self.narrow(queryset, self.value() or "")


class AdministeredFilter(ProcessFilter):
    """The same for people who design: they see definitions, but no instances."""

    those = staticmethod(administered)
