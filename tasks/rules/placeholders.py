"""The words of messages, in the hands of admins: text in which names in braces are replaced.

It is no template language: nothing is called, nothing is looked up, nothing is repeated, and what
was put in is not read again.
"""

import re
from collections.abc import Mapping
from html import escape

NAMES = {
    "person": "who reads the message",
    "task": "what the task is called",
    "request": "what the whole matter is called",
    "process": "the process it belongs to",
    "who": "who did it",
    "answer": "the answer that was given",
    "due": "until when it is due",
    "on_behalf_of": "for whom the reader stands in",
    "news": "the sentence that the portal shows; in a digest, all of them",
    "link": "the address that leads there",
}
"""Every name that a message may hold, and what stands for it."""

PLACE = re.compile(r"\{([^{}]*)\}")
LINK = "{link}"


def mistakes(text: str) -> list[str]:
    """Return a sentence for everything in ``text`` that is no known name in braces."""
    found = [
        f"“{{{name}}}” is not a name that a message may hold."
        for name in dict.fromkeys(PLACE.findall(text))
        if name not in NAMES
    ]
    if set("{}") & set(PLACE.sub("", text)):
        found.append("A brace stands alone. Write a name between two of them, such as {task}.")
    return found


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with the values in their places, as plain text; a missing one is empty."""
    return PLACE.sub(lambda place: values.get(place[1], ""), text)


def without_empty(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` without the lines that only speak of what there is none of."""

    def says_something(line: str) -> bool:
        names = PLACE.findall(line)
        return not names or any(values.get(name) for name in names)

    return "\n".join(line for line in text.splitlines() if says_something(line))


def filled_line(text: str, values: Mapping[str, str], *, longest: int) -> str:
    """Return the same in one line, without control characters and not too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in filled(text, values)).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def filled_html(text: str, values: Mapping[str, str], *, button: str) -> str:
    """Return the same as HTML: paragraphs, all values escaped, a link alone on a line a button.

    ``button`` are the words on it.
    """
    paragraphs = (p.strip() for p in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    return "\n".join(_paragraph(p, values, button) for p in paragraphs if p)


def _paragraph(text: str, values: Mapping[str, str], button: str) -> str:
    link = escape(values.get("link", ""))
    if text == LINK:
        return f'<p><a class="button" href="{link}">{escape(button)}</a></p>'
    escaped = {name: escape(value) for name, value in values.items()}
    escaped["link"] = f'<a href="{link}">{link}</a>'
    return f"<p>{filled(escape(text), escaped)}</p>".replace("\n", "<br>")
