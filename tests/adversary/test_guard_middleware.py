"""What an application behind the middleware could let out, or be told, beside what crosses."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from limen.controls.guard import GuardMiddleware
from limen.controls.refusals import RefusedError
from tests.controls.guard.asgi import request, scope, talk
from tests.controls.guard.conftest import store, world  # noqa: F401 fixtures
from tests.controls.guard.test_middleware import ROUTES, Service, by, identify, sealed
from tests.controls.guard.world import World, caller, text

NAME = b"Nilufar Castellane"


def app(world: World, service: Service) -> GuardMiddleware:  # noqa: F811
    return GuardMiddleware(service, world.guard("pharmacy-gateway"), ROUTES, identify)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (b"retry-after", NAME),
        (b"retry-after", b"3\r\nx-patient: 1"),
        (b"retry-after", b"1" * 40),
        (b"retry-after", "٣".encode()),
        (b"content-language", NAME),
        (b"content-language", b"en\r\nx-patient: 1"),
        (b"content-language", b"nilufar-castellane-1961-04-02"),
    ],
)
def test_a_header_of_the_answer_carries_nothing_else(world: World, name: bytes, value: bytes) -> None:  # noqa: F811
    service = Service()
    service.plain(200, text("receipt"), [(name, value)])
    answer = request(app(world, service), "POST", "/dispense", sealed(world), by())
    assert answer.status == 200
    assert name not in answer.headers


@pytest.mark.parametrize(
    ("name", "value"),
    [(b"Retry-After", b"120"), (b"retry-after", b"Fri, 31 Dec 2027 23:59:59 GMT"), (b"content-language", b"de-CH, en")],
)
def test_what_these_headers_are_for_still_leaves(world: World, name: bytes, value: bytes) -> None:  # noqa: F811
    service = Service()
    service.plain(200, text("receipt"), [(name, value)])
    answer = request(app(world, service), "POST", "/dispense", sealed(world), by())
    assert answer.headers[name.lower()] == value


@pytest.mark.parametrize("status", [101, 100, 199, 600, 999, 0, -1, True, 200.0, "200"])
def test_a_status_that_is_none_of_an_answer_is_an_error(world: World, status: Any) -> None:  # noqa: F811
    service = Service()
    service.plain(status)
    answer = request(app(world, service), "POST", "/dispense", sealed(world), by())
    assert answer.status == 500
    assert answer.problem()["reason"] == "internal"
    assert [line.details.get("reason") for line in world.lines("cs-ledger")] == [None, "internal"]


@pytest.mark.parametrize("incident", [NAME.decode(), "x", "0123456789abcdef\n", "0123456789ABCDEF"])
def test_a_refusal_that_only_says_that_it_is_recorded_is_recorded(world: World, incident: str) -> None:  # noqa: F811
    async def refuses(scope: Any, receive: Any, send: Any) -> None:
        raise RefusedError("no", reason="duplicate", incident=incident)

    service = Service()
    service.answer = refuses
    answer = request(app(world, service), "POST", "/dispense", sealed(world), by())
    assert answer.status == 409
    assert re.fullmatch("[0-9a-f]{16}", answer.problem()["incident"])
    assert [line.details.get("reason") for line in world.lines("cs-ledger")] == [None, "duplicate"]


@pytest.mark.parametrize(
    "name",
    [b"X-HTTP-Method-Override", b"x-http-method", b"x-method-override", b"x-original-url", b"X-Rewrite-URL"],
)
def test_no_header_makes_another_request_of_it(world: World, name: bytes) -> None:  # noqa: F811
    """Frameworks take method and path of these, after the guard looked at the real ones."""
    service = Service()
    headers = by("pharmacy-014", (name, b"DELETE"))
    assert request(app(world, service), "POST", "/dispense", sealed(world), headers).status == 201
    assert name.lower() not in {one.lower() for one, _ in service.seen[0]["headers"]}


@pytest.mark.parametrize("headers", [[(b"limen-record", None)], [None], 3])
def test_a_request_that_can_not_be_read_is_refused_and_recorded(world: World, headers: Any) -> None:  # noqa: F811
    """The server answered it, and nobody heard of it."""

    async def nobody(scope: Any) -> Any:
        return caller("pharmacy-014")

    service = Service()
    guarded = GuardMiddleware(service, world.guard("pharmacy-gateway"), ROUTES, nobody)
    answer = asyncio.run(talk(guarded, scope("POST", "/dispense") | {"headers": headers}, []))
    assert (answer.status, answer.problem()["reason"]) == (500, "internal")
    assert service.seen == []
    assert [line.details["reason"] for line in world.lines("cs-ledger")] == ["internal"]
