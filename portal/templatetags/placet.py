"""Small marks that every page uses: icons, faces, moments and deadlines.

A page's view puts ``now`` into the context; no tag reads the clock.
"""

import json
import re
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

SOON = timedelta(hours=4)
TINTS = 6


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return a drawing that says nothing to a screen reader: words stand beside it."""
    return format_html(
        '<svg class="i" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("placet/icons.svg"),
        name,
    )


@register.simple_tag
def face(name: str, size: str = "") -> SafeString:
    """Return the initials of a person on a tint that stays theirs."""
    words = [word for word in name.split() if word[0].isalnum()] or ["?"]
    initials = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return format_html(
        '<span class="face face-{}{}" aria-hidden="true">{}</span>',
        crc32(name.encode()) % TINTS,
        " face-lg" if size == "lg" else "",
        initials.upper(),
    )


def span_words() -> dict[str, str]:
    """Return the words for spans of time."""
    return {
        "min": _("%(n)s min"),
        "h": _("%(n)s h"),
        "days": _("%(n)s days"),
        "in": _("in %(span)s"),
        "late": _("%(span)s late"),
        "ago": _("%(span)s ago"),
        "now": _("just now"),
        "due": _("due now"),
    }


@register.simple_tag
def span_words_json() -> str:
    """Return the same words for the script that keeps spans true."""
    return json.dumps(span_words())


def span(length: timedelta) -> str:
    """Return a span in its largest sensible unit; countdown.js does the same."""
    words = span_words()
    minutes = round(abs(length).total_seconds() / 60)
    if minutes < 60:
        return words["min"] % {"n": minutes}
    if minutes < 48 * 60:
        return words["h"] % {"n": minutes // 60}
    return words["days"] % {"n": minutes // (24 * 60)}


def long_form(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "l, j F Y, H:i T")


@register.simple_tag(takes_context=True)
def ago(context: Context, moment: datetime) -> SafeString:
    """Return how long ago ``moment`` was."""
    words = span_words()
    length = context["now"] - moment
    text = words["now"] if length < timedelta(minutes=1) else words["ago"] % {"span": span(length)}
    return format_html(
        '<time datetime="{}" data-tick="ago" title="{}">{}</time>',
        moment.isoformat(),
        long_form(moment),
        text,
    )


@register.simple_tag(takes_context=True)
def due(context: Context, moment: datetime) -> SafeString:
    """Return the time that is left, or how late it is, in words that a script keeps true."""
    words = span_words()
    left = moment - context["now"]
    if abs(left) < timedelta(minutes=1):
        state, text = "soon", words["due"]
    elif left > timedelta():
        state = "soon" if left <= SOON else "later"
        text = words["in"] % {"span": span(left)}
    else:
        state, text = "late", words["late"] % {"span": span(left)}
    return format_html(
        '<span class="due" data-state="{}">{}'
        '<time datetime="{}" data-tick="due" title="{}">{}</time></span>',
        state,
        icon("clock"),
        moment.isoformat(),
        long_form(moment),
        text,
    )


@register.simple_tag(takes_context=True)
def moment(context: Context, at: datetime) -> SafeString:
    """Return a moment as people write it; the year only when it is not this one."""
    local = timezone.localtime(at)
    this_year = local.year == timezone.localtime(context["now"]).year
    return format_html(
        '<time datetime="{}" data-moment title="{}">{}</time>',
        at.isoformat(),
        long_form(at),
        formats.date_format(local, "j M, H:i" if this_year else "j M Y, H:i"),
    )


@register.simple_tag
def mentions(said: Any) -> SafeString:
    """Return the text of a comment with those marked whom it mentions and told."""
    names = sorted(said.mentions, key=len, reverse=True)
    if not names:
        return format_html("{}", said.text)
    pieces = re.split(
        "(" + "|".join(re.escape(f"@{name}") for name in names) + r")(?![\w+-])", said.text
    )
    marked = {f"@{name}" for name in names}
    return format_html_join(
        "",
        "{}",
        ((format_html('<b class="mention">{}</b>', p) if p in marked else p,) for p in pieces),
    )
