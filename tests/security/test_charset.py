"""No codec of Python's runs because a request names it."""

import httpx
import pytest

from portal.asgi import application

http = httpx.ASGITransport(application.application_mapping["http"])


async def post(content_type: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=http, base_url="http://localhost") as client:
        return await client.post(
            "/api/v1/nothing/?a=%41%ff", content=b"{}", headers={"Content-Type": content_type}
        )


@pytest.mark.parametrize(
    "parameter",
    [
        "charset=zlib",
        "charset=base64",
        "charset=rot13",
        "charset=idna",
        "charset=utf-7",
        "charset=utf-16",
        "charset=x",
        "charset=",
        'charset="zlib"',
        "CHARSET=hex",
        "charset=utf-8;charset=x",
        "charset*=utf-8''zlib",
        "x*=utf-8''zlib;charset=hex",
    ],
)
async def test_another_encoding_is_refused_before_anything_is_decoded(parameter):
    response = await post(f"application/json; {parameter}")

    assert response.status_code == 415
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "unsupported_charset"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=UTF-8",
        'text/x;charset="utf-8"',
        "text/x; y*=zlib''%41",
        "text/x; y=" + "z" * 20_000,
    ],
)
async def test_whatever_else_is_said_is_no_danger(content_type):
    response = await post(content_type)

    assert response.status_code == 404
    assert response.json()["code"] == "not_found"
