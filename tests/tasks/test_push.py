"""Web push: what a push service gets, what only the browser reads, who is forgotten."""

import base64
import json

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from processes.core.errors import Invalid, WrongState
from tasks import services
from tasks.models import PushSubscription
from tasks.services.push import MOST
from tasks.telling import vapid
from tasks.telling.push import NotPushed, push
from tests.factories import NOW, person
from tests.security.wire import http, listening, saying

pytestmark = pytest.mark.django_db

NEWS = {"title": "Laptops", "text": "It waits for you.", "url": "/tasks/1/", "tag": "t1"}


class Browser:
    """Has the keys that a browser keeps to itself."""

    def __init__(self):
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.secret = b"sixteen bytes ok"
        self.key = vapid.encoded(vapid.point(self.private.public_key()))
        self.auth = vapid.encoded(self.secret)

    def subscribe(self, user, endpoint):
        return services.subscribe_browser(
            person=user,
            endpoint=endpoint,
            key=self.key,
            auth=self.auth,
            browser="Firefox",
            now=NOW,
        )

    def read(self, body):
        return json.loads(http_ece.decrypt(body, private_key=self.private, auth_secret=self.secret))


@pytest.fixture(autouse=True)
def local_services(settings):
    settings.EGRESS_ALLOWED_NETWORKS = ["127.0.0.0/8"]


def told(user):
    return push(user, **NEWS, now=NOW)


def answering(status):
    return listening(saying(http(b"", status=status)))


def test_only_the_browser_can_read_what_is_pushed():
    bob, browser = person("bob"), Browser()
    with answering("201 Created") as wire:
        browser.subscribe(bob, f"{wire.url}/send/1")
        assert told(bob) == 1
    head, _, body = wire.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /send/1 ")
    assert b"Laptops" not in body
    assert browser.read(body) == NEWS


def test_the_push_service_learns_who_sends():
    bob, browser = person("bob"), Browser()
    with answering("201 Created") as wire:
        browser.subscribe(bob, f"{wire.url}/send/1")
        told(bob)
    fields = dict(
        line.split(": ", 1)
        for line in wire.requests[0].decode("latin-1").split("\r\n")
        if ": " in line
    )
    token, key = fields["Authorization"].removeprefix("vapid t=").split(",k=")
    head, claims, signature = token.split(".")
    assert key.strip() == vapid.public_key()
    raw = base64.urlsafe_b64decode(signature + "==")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), vapid.decoded(key))
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    said = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert said["aud"] == wire.url.rstrip("/")
    assert said["exp"] == int((NOW + vapid.LIFE).timestamp())


def test_the_key_of_the_portal_follows_from_the_secret_key(settings):
    before = vapid.public_key()
    assert vapid.public_key() == before
    settings.SECRET_KEY = "another secret key, long enough for this"
    assert vapid.public_key() != before


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "403 Forbidden"])
def test_a_browser_that_is_gone_is_forgotten(status):
    bob = person("bob")
    with answering(status) as wire:
        Browser().subscribe(bob, f"{wire.url}/send/1")
        assert told(bob) == 0
    assert not PushSubscription.objects.exists()


def test_a_push_service_that_is_down_is_tried_again_later():
    bob = person("bob")
    with answering("503 Service Unavailable") as wire:
        Browser().subscribe(bob, f"{wire.url}/send/1")
        with pytest.raises(NotPushed) as trouble:
            told(bob)
    assert "503" in str(trouble.value)
    assert PushSubscription.objects.exists()


def test_one_browser_that_cannot_be_reached_does_not_keep_the_other_from_being_told():
    bob = person("bob")
    Browser().subscribe(bob, "https://127.0.0.1:6553/nobody")
    with answering("201 Created") as wire:
        Browser().subscribe(bob, f"{wire.url}/send/1")
        assert told(bob) == 1


def test_nobody_is_told_after_leaving():
    bob = person("bob")
    Browser().subscribe(bob, "https://push.example.com/1")
    bob.is_active = False
    bob.save()
    assert told(bob) == 0


def test_a_browser_tells_only_who_used_it_last():
    bob, carol = person("bob"), person("carol")
    browser = Browser()
    browser.subscribe(bob, "https://push.example.com/1")
    browser.subscribe(carol, "https://push.example.com/1")
    assert [row.user for row in PushSubscription.objects.all()] == [carol]


@pytest.mark.parametrize(
    "endpoint",
    ["http://push.example.com/1", "https://user@push.example.com/1", "file:///etc/passwd"],
)
def test_an_address_that_no_browser_makes_is_refused(endpoint):
    with pytest.raises(Invalid):
        Browser().subscribe(person("bob"), endpoint)


def test_an_address_inside_is_never_called(settings):
    settings.EGRESS_ALLOWED_NETWORKS = []
    PushSubscription.objects.create(
        user=person("bob"),
        endpoint="https://169.254.169.254/latest",
        key=Browser().key,
        auth=Browser().auth,
        created_at=NOW,
    )
    with pytest.raises(NotPushed):
        told(person("bob"))


@pytest.mark.parametrize("key", ["", "AAAA", "not base64!", "B" * 87])
def test_keys_that_no_browser_makes_are_refused(key):
    browser = Browser()
    browser.key = key
    with pytest.raises(Invalid):
        browser.subscribe(person("bob"), "https://push.example.com/1")


def test_a_person_has_a_bounded_number_of_browsers():
    bob = person("bob")
    for number in range(MOST):
        Browser().subscribe(bob, f"https://push.example.com/{number}")
    with pytest.raises(WrongState):
        Browser().subscribe(bob, "https://push.example.com/one-more")
    Browser().subscribe(bob, "https://push.example.com/0")


def test_nobody_switches_off_the_browser_of_another():
    bob = person("bob")
    Browser().subscribe(bob, "https://push.example.com/1")
    services.unsubscribe_browser(person=person("mallory"), endpoint="https://push.example.com/1")
    assert PushSubscription.objects.count() == 1
    services.unsubscribe_browser(person=bob, endpoint="https://push.example.com/1")
    assert not PushSubscription.objects.exists()
