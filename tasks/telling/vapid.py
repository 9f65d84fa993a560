"""Who sends a push, and what only the browser can read (RFC 8292, RFC 8291)."""

import base64
import binascii
import json
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02

LIFE = timedelta(hours=12)
CURVE_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
POINT_BYTES = 65
AUTH_BYTES = 16


@lru_cache(maxsize=4)
def private_key(secret: str) -> ec.EllipticCurvePrivateKey:
    """Return the key that stands for this portal; it follows from the secret key.

    So all machines have the same one without a file of their own. A new secret key ends all
    subscriptions: browsers subscribe again when their people next say so.
    """
    derived = HKDF(SHA256(), 48, salt=None, info=b"placet web push").derive(secret.encode())
    return ec.derive_private_key(int.from_bytes(derived) % (CURVE_ORDER - 1) + 1, ec.SECP256R1())


def public_key() -> str:
    """Return what a browser needs to know to subscribe, as base64url."""
    return encoded(point(private_key(settings.SECRET_KEY).public_key()))


def authorization(endpoint: str, *, now: datetime) -> str:
    """Return the header that says who sends to this endpoint."""
    address = urlsplit(endpoint)
    claims = {
        "aud": f"{address.scheme}://{address.netloc}",
        "exp": int((now + LIFE).timestamp()),
        "sub": f"mailto:{settings.PUSH_CONTACT}",
    }
    header: str = Vapid02(private_key(settings.SECRET_KEY)).sign(claims)["Authorization"]
    return header


def sealed(message: dict[str, str], *, key: str, auth: str) -> bytes:
    """Return the message as only the browser with this key can read it."""
    return http_ece.encrypt(
        json.dumps(message).encode(),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=decoded(key),
        auth_secret=decoded(auth),
        version="aes128gcm",
    )


def is_key(key: str, auth: str) -> bool:
    """Tell whether a browser could have sent these: a point on the curve, and 16 bytes."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(key))
        return len(decoded(key)) == POINT_BYTES and len(decoded(auth)) == AUTH_BYTES
    except (ValueError, binascii.Error):
        return False


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
