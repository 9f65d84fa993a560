"""A body that is too large is refused before it is kept, whether it says its length or not."""

import json
from collections.abc import AsyncIterator

from portal.limits import BodyLimit


async def reads_everything(scope, receive, send) -> None:
    """Answer 200 with the number of bytes that came, as Django would have stored them."""
    size, more = 0, True
    while more:
        event = await receive()
        size += len(event["body"])
        more = event["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


async def post(chunks: AsyncIterator[bytes], **headers: str) -> tuple[int, bytes, int]:
    """Return status, body, and how many chunks had been taken."""
    taken, sent = 0, []

    async def receive() -> dict:
        nonlocal taken
        taken += 1
        chunk = await anext(chunks, None)
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    async def send(event: dict) -> None:
        sent.append(event)

    scope = {
        "type": "http",
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
    }
    await BodyLimit(reads_everything)(scope, receive, send)
    return sent[0]["status"], sent[1]["body"], taken


async def stream(chunk: bytes, times: int) -> AsyncIterator[bytes]:
    for _ in range(times):
        yield chunk


async def test_a_small_body_passes_untouched():
    status, body, _taken = await post(stream(b"x" * 1000, 3), content_type="application/json")

    assert (status, body) == (200, b"3000")


async def test_a_declared_giant_is_refused_without_reading_any_of_it():
    status, body, taken = await post(stream(b"x", 1), content_length=str(10**9))

    assert (status, taken) == (413, 0)
    assert json.loads(body)["code"] == "body_too_large"


async def test_a_giant_that_hides_its_length_is_stopped_on_its_way(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000

    status, _body, taken = await post(stream(b"x" * 1000, 10**6), content_type="application/json")

    assert (status, taken) == (413, 11)


async def test_a_length_that_is_no_number_is_refused():
    status, _body, taken = await post(stream(b"x", 1), content_length="-5")

    assert (status, taken) == (413, 0)


async def test_uploads_may_be_larger_than_other_bodies(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.UPLOAD_LIMIT = 1_000, 5_000
    form = "multipart/form-data; boundary=x"

    fits, *_ = await post(stream(b"x" * 1000, 5), content_type=form)
    too_large, *_ = await post(stream(b"x" * 1000, 6), content_type=form)

    assert (fits, too_large) == (200, 413)
