"""E-mail, through Django's backend: marked as automatic, and recognizable when sent twice."""

import smtplib
import socket
from email.utils import parseaddr
from html import escape

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import BadHeaderError, EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from tasks.rules.placeholders import filled, filled_html, filled_line, without_empty
from tasks.telling.channels import Message, Unsent
from tasks.telling.links import absolute
from tasks.telling.templates import Words, words_for

LONGEST_SUBJECT = 150


def send(message: Message) -> None:
    """Send the mail. Raises Unsent."""
    address = message.reader.email if message.reader else ""
    with override(message.language):
        mail = written(message, words_for(message.kind, message.language), to=address)
    hand_in(mail)


def hand_in(mail: EmailMultiAlternatives) -> None:
    """Give the mail to the server. Raises Unsent."""
    try:
        validate_email(mail.to[0])
    except ValidationError:
        sentence = "The address is not one to which mail can be sent."
        raise Unsent(sentence, for_good=True) from None
    try:
        mail.connection = get_connection(timeout=settings.EMAIL_TIMEOUT)
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = max((code for code, _words in error.recipients.values()), default=0)
        sentence = f"The mail server refused the recipient ({code})."
        raise Unsent(sentence, for_good=code >= 500) from error
    except smtplib.SMTPDataError as error:
        sentence = f"The mail server refused the message ({error.smtp_code})."
        raise Unsent(sentence, for_good=error.smtp_code >= 500) from error
    except (BadHeaderError, UnicodeError) as error:
        raise Unsent("A header of the mail is not one that can be sent.", for_good=True) from error
    except (TimeoutError, smtplib.SMTPServerDisconnected) as error:
        sentence = f"The mail server stopped answering ({type(error).__name__})."
        raise Unsent(sentence, maybe_sent=True, down=True) from error
    except (OSError, socket.gaierror, smtplib.SMTPException) as error:
        sentence = f"The mail server cannot be used ({type(error).__name__})."
        raise Unsent(sentence, down=True) from error


def written(message: Message, words: Words, *, to: str) -> EmailMultiAlternatives:
    """Return the mail in the active language."""
    subject = filled_line(words.subject, message.values, longest=LONGEST_SUBJECT)
    choose = absolute(reverse("notification_settings"))
    footer = {
        "why": _("Placet sends this because a process concerns you."),
        "choose": _("Choose what you are told"),
        "choose_url": choose,
    }
    body = filled(without_empty(words.body, message.values), message.values)
    text = f"{body}\n\n-- \n{footer['why']}\n{choose}\n"
    mail = EmailMultiAlternatives(
        subject=subject,
        body=text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        reply_to=[settings.REPLY_TO] if settings.REPLY_TO else None,
        headers={
            "Message-ID": f"<{message.id}@{domain()}>",
            # RFC 3834: so that no out-of-office answers it.
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "List-Unsubscribe": f"<{choose}>",
        },
    )
    page = {"subject": subject, "body": html_body(message, words), **footer}
    mail.attach_alternative(render_to_string("mail.html", page), "text/html")
    return mail


def html_body(message: Message, words: Words) -> SafeString:
    """Return the body as HTML in which every value is escaped; the news of a digest are a list."""
    button = _("Open Placet") if message.digest else _("Open it")
    if not message.digest:
        body = without_empty(words.body, message.values)
        return SafeString(filled_html(body, message.values, button=button))
    # Stands for the list until the words around it have been escaped; nobody can type it.
    mark = "\ue000"
    body = filled_html(words.body, {**message.values, "news": mark}, button=button)
    entries = "".join(
        f'<li><a href="{escape(item.link)}">{escape(item.news.sentence)}</a>'
        f"<br><small>{escape(item.news.detail)}</small></li>"
        for item in message.items
    )
    listed = f"<ul>{entries}</ul>"
    return SafeString(body.replace(f"<p>{mark}</p>", listed).replace(mark, listed))


def domain() -> str:
    """Return the part of the sender's address after the @."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
