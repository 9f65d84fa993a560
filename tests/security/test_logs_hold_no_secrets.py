"""Whatever is logged, from wherever, a secret is cut out before it is written."""

import io
import json
import logging
import logging.config

import pytest
import structlog

from portal.log import logging_config


@pytest.fixture
def written(monkeypatch):
    """Log as a server with services does, and return what was written, a dictionary per line."""
    before = structlog.get_config()
    stream = io.StringIO()
    config = logging_config(level="DEBUG", json_lines=True)
    config["handlers"]["stderr"]["stream"] = stream
    structlog.configure(cache_logger_on_first_use=False)
    formatter = logging.config.DictConfigurator(config).configure_formatter(
        config["formatters"]["story"]
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logger = logging.getLogger("placet-canary")
    logger.addHandler(handler)
    logger.setLevel("DEBUG")
    logger.propagate = False
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)
    structlog.configure(**before)


@pytest.mark.parametrize(
    "name",
    ["password", "new_password", "SECRET_KEY", "token", "Authorization", "cookie", "api_key",
     "csrfmiddlewaretoken", "sessionkey"],
)  # fmt: skip
def test_a_value_whose_name_gives_it_away_is_cut_out(written, name):
    structlog.get_logger("placet-canary").info("sent", **{name: "canary"}, other="kept")

    (line,) = written()
    assert line[name] == "[redacted]"
    assert line["other"] == "kept"


def test_secrets_are_found_at_any_depth(written):
    structlog.get_logger("placet-canary").info(
        "call", request={"headers": [{"Authorization": "canary"}], "path": "/orders"}
    )

    (line,) = written()
    assert line["request"] == {"headers": [{"Authorization": "[redacted]"}], "path": "/orders"}


@pytest.mark.parametrize(
    "text",
    [
        "cannot reach postgres://placet:canary@db/placet",
        "sent Authorization: Token canarycanary",
        "sent Authorization: Bearer canary.canary.canary",
    ],
)
def test_passwords_in_addresses_and_tokens_in_text_are_cut_out(written, text):
    logging.getLogger("placet-canary").warning("It failed: %s", text)

    (line,) = written()
    assert "canary" not in line["event"]
    assert "[redacted]" in line["event"]


def test_an_exception_does_not_carry_a_secret_into_the_log(written):
    def refused() -> None:
        raise ConnectionError("redis://:canary@cache/0 refused")

    try:
        refused()
    except ConnectionError:
        logging.getLogger("placet-canary").exception("It failed")

    (line,) = written()
    assert "canary" not in line["exception"]
    assert "ConnectionError" in line["exception"]


def test_lines_of_one_request_carry_its_id(written):
    with structlog.contextvars.bound_contextvars(request_id="abc"):
        logging.getLogger("placet-canary").info("from the standard library")
        structlog.get_logger("placet-canary").info("from structlog")

    assert [line["request_id"] for line in written()] == ["abc", "abc"]
