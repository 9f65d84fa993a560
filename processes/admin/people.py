"""Choosing a person: by sign-in name, with suggestions that fit into a page."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

SUGGESTIONS = 200


class PersonInput(UnfoldAdminTextInputWidget):
    """A text field with a list of people; in a larger house the name is typed."""

    def __init__(self) -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Render the field and, beside it, whom it suggests."""
        suggested = f"{name}-people"
        people = User.objects.filter(is_active=True).order_by("first_name", "last_name")
        options = format_html_join(
            "",
            '<option value="{}">{}</option>',
            (
                (person.get_username(), person.get_full_name() or person.get_username())
                for person in people[:SUGGESTIONS]
            ),
        )
        field = super().render(name, value, {**(attrs or {}), "list": suggested}, renderer)
        return format_html('{}<datalist id="{}">{}</datalist>', field, suggested, options)


class PersonField(forms.CharField):
    """Gives the active user with that sign-in name or full name, or None for an empty field."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("help_text", _("The sign-in name, or the full name."))
        super().__init__(max_length=150, widget=PersonInput(), **more)

    def clean(self, value: Any) -> User | None:
        """Return the person. Raises ValidationError for a name that nobody has, or several."""
        name = " ".join((super().clean(value) or "").split())
        if not name:
            return None
        active = User.objects.filter(is_active=True)
        full = Concat("first_name", Value(" "), "last_name")
        found = list(active.filter(username__iexact=name)[:1])
        found = found or list(active.annotate(full=full).filter(full__iexact=name)[:2])
        if len(found) > 1:
            raise forms.ValidationError(
                _("Several people are called “%(name)s”. Use the sign-in name."),
                params={"name": name},
            )
        if not found:
            raise forms.ValidationError(
                _("Nobody here is called “%(name)s”."), params={"name": name}
            )
        return found[0]
