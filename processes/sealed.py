"""Secrets that must be read again: encrypted at rest with a key that comes from SECRET_KEY.

A sealed text names the key that opens it, so SECRET_KEY can be replaced: keep the old one in
SECRET_KEY_FALLBACKS until `reseal` has been over every sealed text.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

FORMAT = "s1"
NONCE = 12


class Unreadable(Exception):
    """No key that we have opens this text, or somebody changed it."""


def seal(text: str, *, purpose: str) -> str:
    """Return ``text`` encrypted. Only `unseal` with the same ``purpose`` reads it again."""
    name, key = next(keys())
    nonce = os.urandom(NONCE)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), associated(name, purpose))
    return f"{FORMAT}.{name}.{urlsafe_b64encode(nonce + sealed).decode()}"


def unseal(sealed: str, *, purpose: str) -> str:
    """Return what was sealed. Raises Unreadable."""
    form, _, rest = sealed.partition(".")
    name, _, body = rest.partition(".")
    key = dict(keys()).get(name)
    if form != FORMAT or key is None:
        raise Unreadable("It was sealed with a key that is no longer known.")
    try:
        raw = urlsafe_b64decode(body.encode())
        return AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], associated(name, purpose)).decode()
    except (InvalidTag, NotBase64, ValueError) as error:
        raise Unreadable("It is not as it was sealed, or was sealed for something else.") from error


def reseal(sealed: str, *, purpose: str) -> str:
    """Return it sealed with today's key; the same text if it is already. Raises Unreadable."""
    name, _key = next(keys())
    if sealed.startswith(f"{FORMAT}.{name}."):
        return sealed
    return seal(unseal(sealed, purpose=purpose), purpose=purpose)


def keys() -> Iterator[tuple[str, bytes]]:
    """Yield name and key of today's secret, then of the earlier ones."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield derived(secret)


@lru_cache(maxsize=16)
def derived(secret: str) -> tuple[str, bytes]:
    """Return the key of a secret, and a name that tells nothing about it."""
    key = HKDF(SHA256(), length=32, salt=None, info=b"placet sealed s1").derive(secret.encode())
    return sha256(b"name of " + key).hexdigest()[:8], key


def associated(name: str, purpose: str) -> bytes:
    return f"{FORMAT}.{name}.{purpose}".encode()
