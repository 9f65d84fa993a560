"""The key by which a message finds the instance that waits for it, as it is stored."""

import hashlib

LONGEST = 200


def bounded(key: str) -> str:
    """Return a text of at most 200 characters that stands for ``key`` on both sides.

    A longer key is told by its SHA-256; no key that is kept as it is can look like one of these.
    """
    if len(key) <= LONGEST and not key.startswith(MARK):
        return key
    return MARK + hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()


MARK = "sha256:"
