"""Mail through a real mail server: what is on the wire, and what its refusals come to."""

import email
import email.policy
import socket
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller

from processes.models import Instance
from tasks.models import Delivery
from tests.telling.told import ask, send, tell

pytestmark = pytest.mark.django_db


class Server:
    """Keeps what it is given, unless it is told to refuse."""

    def __init__(self) -> None:
        self.envelopes: list = []
        self.recipient = "250 OK"
        self.data = "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.data.startswith("250"):
            self.envelopes.append(envelope)
        return self.data


@pytest.fixture
def server(settings) -> Iterator[Server]:
    handler = Server()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    yield handler
    controller.stop()


def test_the_mail_arrives_with_both_forms_and_one_recipient(server):
    ask("bob")
    Instance.objects.update(subject="Grüße\r\nBcc: mallory@example.com")
    tell()
    assert send() == []
    (envelope,) = server.envelopes
    found = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert envelope.rcpt_tos == ["bob@example.com"]
    assert found["Bcc"] is None
    assert "Grüße Bcc: mallory@example.com" in found["Subject"]
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    assert found["Message-ID"] == f"<{Delivery.objects.get().message}@localhost>"


@pytest.mark.parametrize(
    ("recipient", "data", "status"),
    [
        ("550 No such user", "250 OK", "dead"),
        ("450 Try later", "250 OK", "waiting"),
        ("250 OK", "554 Looks like spam", "dead"),
        ("250 OK", "451 Try later", "waiting"),
    ],
)
def test_a_refusal_for_good_is_not_asked_again(server, recipient, data, status):
    server.recipient, server.data = recipient, data
    ask("bob")
    tell()
    send()
    row = Delivery.objects.get()
    assert (row.status, row.attempts) == (status, 1)
    assert row.error
