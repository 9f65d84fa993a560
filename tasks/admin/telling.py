"""What people are told: the words of mails, chats that hear of it, and what went out or did not."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from processes.admin.base import Page, chip, complain, person_of, when
from processes.core.errors import Invalid, Refusal
from tasks import services
from tasks.models import Announcement, ChatHook, Delivery, KindOfNews, MessageTemplate
from tasks.rules.placeholders import NAMES, mistakes
from tasks.services.turn import name_of
from tasks.telling.example import written_example
from tasks.telling.news import news_of, usual_zone
from tasks.telling.templates import Words, usual_words

TONES = {
    Delivery.Status.WAITING: "accent",
    Delivery.Status.SENT: "positive",
    Delivery.Status.DEAD: "negative",
}


class Unedited(Page):
    """Rows that jobs write; nobody adds, changes or deletes one by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Delivery)
class DeliveryAdmin(Unedited):
    list_display = ("what", "to", "channel", "standing", "due", "sent", "attempts", "error")
    list_filter = ("status", "channel")
    list_select_related = (
        "announcement__instance__process",
        "announcement__task",
        "user",
        "hook",
    )
    search_fields = ("user__username", "announcement__instance__subject", "error")
    actions = ("retry",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Say yes for the list's action, to whom may change deliveries; a row has no form."""
        return obj is None and super().has_change_permission(request)

    @admin.display(description=gettext_lazy("news"))
    def what(self, row: Delivery) -> str:
        return news_of(row.announcement, reader=row.user, zone=usual_zone()).sentence

    @admin.display(description=gettext_lazy("to"), ordering="user__first_name")
    def to(self, row: Delivery) -> str:
        return name_of(row.user) if row.user else str(row.hook)

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def standing(self, row: Delivery) -> SafeString:
        status = Delivery.Status(row.status)
        return chip(status.label, TONES.get(status, ""))

    @admin.display(description=gettext_lazy("due"), ordering="due_at")
    def due(self, row: Delivery) -> SafeString:
        return when(row.due_at)

    @admin.display(description=gettext_lazy("sent"), ordering="sent_at")
    def sent(self, row: Delivery) -> SafeString:
        return when(row.sent_at)

    @admin.action(description=gettext_lazy("Try again"), permissions=["change"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Have what was given up tried again."""
        done = 0
        for pk in queryset.values_list("pk", flat=True):
            try:
                services.retry_delivery(delivery_id=pk, now=timezone.now())
            except Refusal as refusal:
                complain(request, refusal)
                break
            done += 1
        if done:
            sentence = ngettext(
                "%(count)d message is tried again.", "%(count)d messages are tried again.", done
            )
            self.message_user(request, sentence % {"count": done})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        """Show how it stands and what it says. Nothing can be posted here."""
        row: Delivery = self.row(request, object_id)
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        news = news_of(row.announcement, reader=row.user, zone=usual_zone())
        context = {"news": news, "standing": self.standing(row), "to": self.to(row)}
        return self.page(request, "admin/placet/delivery.html", row, **context)


@admin.register(Announcement)
class AnnouncementAdmin(Unedited):
    list_display = ("kind", "about", "actor_name", "at", "told")
    list_display_links = None
    list_filter = ("kind",)
    list_select_related = ("instance__process", "task")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("about"))
    def about(self, row: Announcement) -> str:
        return row.instance.subject or row.instance.process.name

    @admin.display(description=gettext_lazy("at"), ordering="created_at")
    def at(self, row: Announcement) -> SafeString:
        return when(row.created_at)

    @admin.display(description=gettext_lazy("people told"))
    def told(self, row: Announcement) -> SafeString:
        if row.failures and row.told_at is not None:
            return chip(_("Given up"), "negative")
        return when(row.told_at) if row.told_at else chip(_("Waiting"), "accent")


class TemplateForm(forms.ModelForm[MessageTemplate]):
    class Meta:
        model = MessageTemplate
        fields = ("kind", "language", "subject", "body")
        widgets = {
            "subject": UnfoldAdminTextInputWidget(),
            "body": UnfoldAdminTextareaWidget(attrs={"rows": 14}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "body" in self.fields:
            names = ", ".join(f"{{{name}}}: {_(meaning)}" for name, meaning in NAMES.items())
            self.fields["body"].help_text = _("Names that are replaced: %(names)s.") % {
                "names": names
            }

    def clean_subject(self) -> str:
        return checked(self.cleaned_data["subject"])

    def clean_body(self) -> str:
        return checked(self.cleaned_data["body"])


def checked(text: str) -> str:
    """Return the text. Raises ValidationError for a name that a message may not hold."""
    found = mistakes(text)
    if found:
        raise ValidationError(found)
    return text


@admin.register(MessageTemplate)
class MessageTemplateAdmin(Page):
    form = TemplateForm
    list_display = ("kind", "language", "subject", "changed", "look")
    list_filter = ("kind", "language")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with what Placet says by itself."""
        kind = request.GET.get("kind", "asked")
        if kind not in (*KindOfNews.values, "digest"):
            kind = "asked"
        words = usual_words(kind)
        return {"kind": kind, "language": "en", "subject": words.subject, "body": words.body}

    @admin.display(description=gettext_lazy("changed"), ordering="changed_at")
    def changed(self, row: MessageTemplate) -> SafeString:
        return when(row.changed_at)

    @admin.display(description="")
    def look(self, row: MessageTemplate) -> SafeString:
        url = reverse("admin:tasks_messagetemplate_preview", args=[row.pk])
        return format_html('<a class="pl-btn small" href="{}">{}</a>', url, _("Look at it"))

    def get_urls(self) -> list[URLPattern]:
        preview = self.admin_site.admin_view(self.preview)
        return [
            path("<int:pk>/preview/", preview, name="tasks_messagetemplate_preview"),
            *super().get_urls(),
        ]

    def response_post_save_change(self, request: HttpRequest, obj: MessageTemplate) -> HttpResponse:
        """Show the admin what was saved."""
        return self.to_preview(obj)

    def response_post_save_add(self, request: HttpRequest, obj: MessageTemplate) -> HttpResponse:
        return self.to_preview(obj)

    def to_preview(self, row: MessageTemplate) -> HttpResponse:

        return HttpResponseRedirect(reverse("admin:tasks_messagetemplate_preview", args=[row.pk]))

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show an example of the mail; a post sends it to who looks, and to nobody else."""
        row: MessageTemplate = self.row(request, str(pk))
        person, now = person_of(request), timezone.now()
        words = Words(row.subject, row.body)
        mail = written_example(row.kind, words, row.language, person, now=now)

        def do() -> str:
            if not self.has_change_permission(request, row):
                raise PermissionDenied
            services.send_test(mail)
            return _("The example is on its way to %(address)s.") % {"address": person.email}

        html = str(mail.alternatives[0][0])
        return self.ask(
            request,
            row=row,
            title=str(mail.subject),
            text=_("This is how it looks. The matter is made up."),
            submit=_("Send me a test"),
            do=do,
            back=request.path,
            text_body=mail.body,
            # Made of escaped values, by templates.
            html_body=mark_safe(html),  # noqa: S308
            template="admin/placet/mail_preview.html",
        )


class HookForm(forms.ModelForm[ChatHook]):
    url = forms.CharField(
        label=gettext_lazy("Address of the incoming webhook"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("It is a secret, kept encrypted, and never shown again."),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("What is posted"),
        choices=KindOfNews.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nothing chosen means everything."),
    )

    class Meta:
        model = ChatHook
        fields = ("name", "format", "group", "process", "url", "kinds", "active")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        try:
            services.check_chat_url(found.get("url", ""), known=bool(self.instance.sealed_url))
        except Invalid as refusal:
            self.add_error("url", refusal.what)
        if not self.instance.user_id and bool(found.get("group")) == bool(found.get("process")):
            raise ValidationError(_("Choose either a group or a process."))
        return found


@admin.register(ChatHook)
class ChatHookAdmin(Page):
    form = HookForm
    list_display = ("name", "format", "of", "active")
    list_filter = ("format", "active")
    list_select_related = ("user", "group", "process")

    @admin.display(description=gettext_lazy("of"))
    def of(self, row: ChatHook) -> str:
        return name_of(row.user) if row.user else str(row.group or row.process)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Leave a person's own chat to that person."""
        own = isinstance(obj, ChatHook) and obj.user_id is not None
        return not own and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: ChatHook, form: Any, change: bool) -> None:
        services.set_chat_hook(hook=obj, url=form.cleaned_data["url"])

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        """Say beside the field what is wrong with an address."""
        return super().changeform_view(request, object_id, form_url, extra_context)
