"""Where the secret key comes from."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

SHORTEST = 32


def secret_key(given: str, *, services: bool, directory: Path) -> str:
    """Return the key to sign with.

    With services, several processes share one key, so it must be given and long enough;
    ``ImproperlyConfigured`` says so. Embedded, a key is made once and kept in ``directory``,
    readable by its owner only.
    """
    if given:
        if services and len(given) < SHORTEST:
            raise ImproperlyConfigured(
                f"SECRET_KEY is shorter than {SHORTEST} characters. Nothing was started. "
                "Set a long random one, the same for web, worker and beat."
            )
        return given
    if services:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Nothing was started. Set it to a long random text, the same "
            "for web, worker and beat. One way to make it: "
            "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    return _kept_key(directory / "secret-key")


def _kept_key(path: Path) -> str:
    fresh = secrets.token_urlsafe(50)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(fresh)
        # Linking fails when another process was first, and never shows a half-written key.
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
