"""The middleware: an application behind it sees what crossed, and nothing else goes in or comes out."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limen.controls.guard import GuardMiddleware, Route
from limen.controls.guard.crossed import Admission, Crossed
from limen.controls.principals import Principal
from limen.controls.refusals import RefusedError
from limen.errors import UsageError
from tests.controls.guard.asgi import Answer, Headers, request, scope, talk
from tests.controls.guard.world import ITEMS, World, caller, text

RECORD = (b"limen-record", b"rec-1")
ROUTES: dict[tuple[str, str], Any] = {
    ("POST", "/dispense"): Route(flows=("dispense-014", "dispense-022"), item="dispense-record"),
    ("POST", "/movement"): "movement-014",
    ("GET", "/receipt"): Route(flows=("dispense-014",), item="", returns="receipt"),
    ("HEAD", "/receipt"): Route(flows=("dispense-014",), item="", returns="receipt"),
    ("POST", "/asked"): Route(flows=("dispense-014",), query=True),
}


class Service:
    """An application that keeps what it saw and answers as it is told."""

    def __init__(self) -> None:
        """Answer with a receipt."""
        self.seen: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.answer: Callable[[dict[str, Any], Any, Any], Any] = self.receipt

    async def __call__(self, scope_: dict[str, Any], receive: Any, send: Any) -> None:
        """Keep the request and answer."""
        self.seen.append(scope_)
        if scope_["type"] == "http":
            message = await receive()
            assert message["more_body"] is False
            self.bodies.append(message["body"])
        await self.answer(scope_, receive, send)

    async def receipt(self, scope_: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer with a receipt in two pieces, and headers that must not leave."""
        body = text("receipt")
        headers = [(b"content-type", b"text/html"), (b"set-cookie", b"subject=S-0440"), (b"retry-after", b"3")]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": body[:5], "more_body": True})
        await send({"type": "http.response.body", "body": body[5:], "more_body": False})

    def plain(self, status: int, body: bytes = b"", headers: Headers | None = None) -> None:
        """Answer with a status and a body."""

        async def answer(scope_: dict[str, Any], receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": status, "headers": headers or []})
            await send({"type": "http.response.body", "body": body})

        self.answer = answer


@pytest.fixture
def service() -> Service:
    """Return an application."""
    return Service()


def identify(scope_: dict[str, Any]) -> Principal | None:
    """Return who calls by a header of the tests, in place of a client's certificate."""
    for name, value in scope_["headers"]:
        if name == b"x-test-caller":
            return caller(value.decode())
    return None


def app(world: World, service: Service, **given: Any) -> GuardMiddleware:
    given.setdefault("identify", identify)
    return GuardMiddleware(service, given.pop("guard", None) or world.guard("pharmacy-gateway"), ROUTES, **given)


def by(name: str = "pharmacy-014", *more: tuple[bytes, bytes], record: bool = True) -> Headers:
    return [(b"x-test-caller", name.encode()), *([RECORD] if record else []), *more]


def sealed(world: World, name: str = "014") -> bytes:
    pharmacy = f"pharmacy-{name}"
    return (
        world.guard(pharmacy)
        .cross(f"dispense-{name}", caller(pharmacy), text("dispense-record"), record="rec-1")
        .payload
    )


def reasons(world: World) -> list[str]:
    return [line.details.get("reason", "passed") for line in world.lines("cs-ledger")]


def test_content_goes_in_and_a_sealed_receipt_comes_out(world: World, service: Service) -> None:
    payload = sealed(world)
    answer = request(app(world, service), "POST", "/dispense", payload, by())
    assert answer.status == 201
    assert answer.headers == {
        b"retry-after": b"3",
        b"cache-control": b"no-store",
        b"content-type": b"application/json",
        b"content-length": str(len(answer.body)).encode(),
    }
    (seen,) = service.seen
    crossed = seen["limen"]
    assert isinstance(crossed, Crossed)
    assert crossed.json() == ITEMS["dispense-record"]
    assert service.bodies == [text("dispense-record")]
    assert (b"content-length", str(len(text("dispense-record"))).encode()) in seen["headers"]
    assert [name for name, _ in seen["headers"]].count(b"content-length") == 1
    assert seen["extensions"] == {}
    back = world.guard("pharmacy-014").cross(
        "dispense-014", caller("pharmacy-014"), answer.body, record="rec-1", direction="returns"
    )
    assert back.json() == ITEMS["receipt"]
    assert reasons(world) == ["passed", "passed"]


def test_the_caller_decides_which_flow_of_a_route_it_is(world: World, service: Service) -> None:
    both = app(world, service)
    assert request(both, "POST", "/dispense", sealed(world, "022"), by("pharmacy-022")).status == 201
    assert service.seen[0]["limen"].flow == "dispense-022"
    refused = request(both, "POST", "/dispense", sealed(world), by("pharmacy-037"))
    assert refused.problem()["reason"] == "undeclared_flow"
    assert len(service.seen) == 1


def test_a_get_carries_nothing_and_returns_an_item(world: World, service: Service) -> None:
    answer = request(app(world, service), "GET", "/receipt", b"", by())
    assert answer.status == 201
    assert isinstance(service.seen[0]["limen"], Admission)
    assert reasons(world) == ["passed"]
    with_body = request(app(world, service), "GET", "/receipt", b"{}", by())
    assert (with_body.status, with_body.problem()["reason"]) == (400, "content_refused")
    stranger = request(app(world, service), "GET", "/receipt", b"", by("pharmacy-022"))
    assert (stranger.status, stranger.problem()["reason"]) == (403, "role_missing")
    assert len(service.seen) == 1


def test_a_head_has_no_body_and_nothing_crosses(world: World, service: Service) -> None:
    answer = request(app(world, service), "HEAD", "/receipt", b"", by())
    assert (answer.status, answer.body) == (201, b"")
    assert b"content-length" not in answer.headers
    refused = request(app(world, service), "HEAD", "/receipt", b"", by("pharmacy-022"))
    assert (refused.status, refused.body) == (403, b"")
    assert reasons(world) == ["role_missing"]


UNDECLARED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "another path": ("POST", "/dispenses", {}),
    "a slash more": ("POST", "/dispense/", {}),
    "another method": ("PUT", "/dispense", {}),
    "the method in small letters": ("post", "/dispense", {}),
    "options": ("OPTIONS", "/dispense", {}),
    "head of a post": ("HEAD", "/dispense", {}),
    "an encoded path": ("POST", "/dispense", {"raw_path": b"/%64ispense"}),
    "a query": ("POST", "/dispense", {"query_string": b"patient=Castellane"}),
}


@pytest.mark.parametrize("name", UNDECLARED)
def test_a_request_that_is_no_declared_crossing(world: World, service: Service, name: str) -> None:
    method, path, more = UNDECLARED[name]
    answer = request(app(world, service), method, path, sealed(world), by(), **more)
    assert answer.status == 404
    assert service.seen == []
    (line,) = world.lines("cs-ledger")
    assert line.details["reason"] == "undeclared_route"
    if method != "HEAD":
        told = answer.problem()
        assert told == {
            "incident": line.details["incident"],
            "reason": "undeclared_route",
            "status": 404,
            "title": "Not Found",
        }


@pytest.mark.parametrize("raw", [None, b""])
def test_a_server_that_tells_no_raw_path(world: World, service: Service, raw: bytes | None) -> None:
    assert request(app(world, service), "POST", "/dispense", sealed(world), by(), raw_path=raw).status == 201


def test_a_route_may_take_a_query(world: World, service: Service) -> None:
    answer = request(app(world, service), "POST", "/asked", sealed(world), by(), query_string=b"a=1")
    assert (answer.status, service.seen[0]["query_string"]) == (201, b"a=1")


HEADERS: dict[str, tuple[int, str, Callable[[Headers], Headers]]] = {
    "no record": (400, "record_refused", lambda headers: [one for one in headers if one != RECORD]),
    "two records": (400, "record_refused", lambda headers: [*headers, (b"Limen-Record", b"rec-2")]),
    "one record twice": (400, "record_refused", lambda headers: [*headers, RECORD]),
    "a record that is none": (400, "record_refused", lambda headers: [*headers[:1], (b"limen-record", b"rec 1")]),
    "a record that is no ASCII": (400, "record_refused", lambda headers: [*headers[:1], (b"limen-record", b"\xff")]),
    "another record": (403, "envelope_refused", lambda headers: [*headers[:1], (b"limen-record", b"rec-2")]),
    "two tenants": (400, "content_refused", lambda headers: [*headers, *[(b"limen-tenant", b"pharmacy-014")] * 2]),
    "another tenant": (403, "wrong_tenant", lambda headers: [*headers, (b"limen-tenant", b"pharmacy-022")]),
    "two lengths": (400, "content_refused", lambda headers: [*headers, (b"content-length", b"1")]),
    "a length and chunks": (400, "content_refused", lambda headers: [*headers, (b"transfer-encoding", b"chunked")]),
    "compression": (400, "content_refused", lambda headers: [*headers, (b"content-encoding", b"gzip")]),
    "nobody": (403, "unauthenticated", lambda headers: headers[1:]),
    "somebody unknown": (403, "unauthenticated", lambda headers: [(b"x-test-caller", b"nobody"), *headers[1:]]),
}


@pytest.mark.parametrize("name", HEADERS)
def test_headers_that_say_nothing_sound(world: World, service: Service, name: str) -> None:
    status, reason, change = HEADERS[name]
    answer = request(app(world, service), "POST", "/dispense", sealed(world), change(by()))
    assert (answer.status, answer.problem()["reason"]) == (status, reason)
    assert service.seen == []
    assert reasons(world) == [reason]
    assert world.lines("cs-ledger")[0].details["incident"] == answer.problem()["incident"]


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"0x10", b"+5", b"9" * 16, b"\xb2", b"1,1"])
def test_a_length_that_is_no_number(world: World, service: Service, length: bytes) -> None:
    events = [{"type": "http.request", "body": b"x"}]
    headers = by("pharmacy-014", (b"content-length", length))
    answer = asyncio.run(talk(app(world, service), scope("POST", "/dispense", headers), events))
    assert (answer.status, answer.problem()["reason"]) == (400, "content_refused")


def test_who_is_nobody_has_no_body_read(world: World, service: Service) -> None:
    answer = asyncio.run(talk(app(world, service), scope("POST", "/dispense", [RECORD]), []))
    assert answer.problem()["reason"] == "unauthenticated"


@pytest.mark.parametrize("kind", ["raises", "is asynchronous", "gives something else"])
def test_how_the_caller_is_identified(
    world: World, service: Service, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def later(scope_: dict[str, Any]) -> Principal | None:
        return identify(scope_)

    def raises(scope_: dict[str, Any]) -> Principal | None:
        raise ValueError("certificate of Castellane")

    def other(scope_: dict[str, Any]) -> Any:
        return {"name": "pharmacy-014"}

    given_ = {"raises": raises, "is asynchronous": later, "gives something else": other}[kind]
    answer = request(app(world, service, identify=given_), "POST", "/dispense", sealed(world), by())
    assert answer.status == (201 if kind == "is asynchronous" else 403)
    assert [record.getMessage() for record in caplog.records if "authenticated" in record.getMessage()] == {
        "raises": ["nobody was authenticated, since `identify` failed: ValueError"],
        "is asynchronous": [],
        "gives something else": ["nobody was authenticated, since `identify` returned a dict"],
    }[kind]


@pytest.mark.parametrize("given", [None, "x", {}])
def test_what_can_not_be_called_identifies_nobody_from_the_start(world: World, service: Service, given: Any) -> None:
    guard = world.guard("pharmacy-gateway")
    with pytest.raises(UsageError, match="`identify` can't be called"):
        GuardMiddleware(service, guard, ROUTES, given)
    with pytest.raises(UsageError, match="the application can't be called"):
        GuardMiddleware(given, guard, ROUTES, identify)


def pieces(body: bytes, size: int) -> list[dict[str, Any]]:
    cut = [body[at : at + size] for at in range(0, len(body), size)]
    return [{"type": "http.request", "body": one, "more_body": True} for one in cut] + [{"type": "http.request"}]


def test_a_body_in_many_pieces_without_a_length(world: World, service: Service) -> None:
    asked = scope("POST", "/dispense", by("pharmacy-014", (b"transfer-encoding", b"chunked")))
    answer = asyncio.run(talk(app(world, service), asked, pieces(sealed(world), 7)))
    assert answer.status == 201
    assert service.bodies == [text("dispense-record")]


@pytest.mark.parametrize("said", [True, False])
def test_a_body_that_is_too_large(world: World, service: Service, said: bool) -> None:
    """Refused by what it says before a byte is read, or as soon as too much has come."""
    headers = by("pharmacy-014", *([(b"content-length", b"5000")] if said else []))
    events = [] if said else pieces(b"x" * 5000, 100)
    answer = asyncio.run(talk(app(world, service, largest_body=1000), scope("POST", "/dispense", headers), events))
    assert (answer.status, answer.problem()["reason"]) == (413, "too_large")
    assert service.seen == []


@pytest.mark.parametrize("length", [b"1", b"1000000"])
def test_a_body_of_another_length_than_it_said(world: World, service: Service, length: bytes) -> None:
    headers = by("pharmacy-014", (b"content-length", length))
    events = [{"type": "http.request", "body": sealed(world)}]
    answer = asyncio.run(talk(app(world, service), scope("POST", "/dispense", headers), events))
    assert answer.problem()["reason"] == "content_refused"


def test_a_client_that_goes_away_before_the_end(world: World, service: Service) -> None:
    events = [{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}]
    answer = asyncio.run(talk(app(world, service), scope("POST", "/dispense", by()), events))
    assert answer.messages == []
    assert service.seen == []
    assert reasons(world) == []


def test_a_client_that_goes_away_is_seen_by_the_application(world: World, service: Service) -> None:
    seen: list[Any] = []

    async def answer(scope_: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(await receive())
        await service.receipt(scope_, receive, send)

    service.answer = answer
    assert request(app(world, service), "POST", "/dispense", sealed(world), by()).status == 201
    assert seen == [{"type": "http.disconnect"}]


@pytest.mark.parametrize(
    ("status", "body", "left"),
    [
        (204, b"", b""),
        (200, b"", b""),
        (302, b"moved to /patients/Castellane", None),
        (400, b"Castellane has no birth date", None),
        (500, b"Traceback: Castellane", None),
        (304, b"", b""),
        (599, b"Castellane", None),
    ],
)
def test_an_answer_without_an_item_says_no_more_than_its_status(
    world: World, service: Service, status: int, body: bytes, left: bytes | None
) -> None:
    service.plain(status, body, [(b"location", b"/patients/Castellane"), (b"x-patient", b"Castellane")])
    answer = request(app(world, service), "POST", "/dispense", sealed(world), by())
    assert answer.status == status
    assert set(answer.headers) <= {b"cache-control", b"content-type", b"content-length"}
    if left is None:
        assert set(answer.problem()) == {"status", "title"}
    else:
        assert answer.body == left
    assert reasons(world) == ["passed"]


def test_an_answer_that_is_not_the_declared_item(world: World, service: Service) -> None:
    service.plain(200, b'{"patient_name":"Castellane"}')
    answer = request(app(world, service), "POST", "/dispense", sealed(world), by())
    assert (answer.status, answer.problem()["reason"]) == (500, "fields_undeclared")  # the request had its effect
    assert b"Castellane" not in answer.body
    assert reasons(world) == ["passed", "fields_undeclared"]


def test_an_answer_where_nothing_is_returned(world: World, service: Service) -> None:
    hub = world.guard("transfer-hub")
    routes = {("POST", "/ack"): "ack-022"}
    sent = world.guard("pharmacy-022").cross("ack-022", caller("pharmacy-022"), text("transfer-ack"), record="rec-1")
    behind = GuardMiddleware(service, hub, routes, identify)
    service.plain(200, b"thank you")
    answer = request(behind, "POST", "/ack", sent.payload, by("pharmacy-022"))
    assert (answer.status, answer.problem()["reason"]) == (500, "undeclared_item")
    service.plain(204)
    assert request(behind, "POST", "/ack", sent.payload, by("pharmacy-022")).status == 204


def test_an_answer_that_is_too_large(world: World, service: Service) -> None:
    service.plain(200, b"x" * 3000)
    answer = request(app(world, service, largest_body=2000), "POST", "/dispense", sealed(world), by())
    assert answer.problem()["reason"] == "too_large"


@pytest.mark.parametrize("when", ["before", "between", "after"])
def test_an_application_that_fails(world: World, service: Service, when: str, caplog: pytest.LogCaptureFixture) -> None:
    """Its words leave neither as an answer nor as a log line; what had left before stays as it was."""

    async def answer(scope_: dict[str, Any], receive: Any, send: Any) -> None:
        if when == "between":
            await send({"type": "http.response.start", "status": 200, "headers": []})
        if when == "after":
            await service.receipt(scope_, receive, send)
        raise KeyError("Castellane")

    service.answer = answer
    with caplog.at_level(logging.DEBUG, logger="limen.guard"):
        found = request(app(world, service), "POST", "/dispense", sealed(world), by())
    assert "Castellane" not in caplog.text
    assert "KeyError" in caplog.text
    assert b"Castellane" not in found.body
    assert found.status == (201 if when == "after" else 500)
    if when != "after":
        assert found.problem()["reason"] == "internal"
    assert reasons(world)[-1] == "internal"


def test_an_application_that_gives_no_answer(world: World, service: Service) -> None:
    async def answer(scope_: dict[str, Any], receive: Any, send: Any) -> None:
        return

    service.answer = answer
    found = request(app(world, service), "POST", "/dispense", sealed(world), by())
    assert (found.status, found.problem()["reason"]) == (500, "internal")


@pytest.mark.parametrize(
    "message",
    [
        {"type": "http.response.pathsend", "path": "/etc/passwd"},
        {"type": "http.response.push", "path": "/", "headers": []},
        {"type": "http.response.body", "body": b"early"},
        {"type": "websocket.send", "text": "x"},
    ],
)
def test_a_message_that_would_go_around_the_guard(world: World, service: Service, message: dict[str, Any]) -> None:
    async def answer(scope_: dict[str, Any], receive: Any, send: Any) -> None:
        await send(message)

    service.answer = answer
    found = request(app(world, service), "POST", "/dispense", sealed(world), by())
    assert (found.status, found.problem()["reason"]) == (500, "internal")


@pytest.mark.parametrize(("reason", "status"), [("identifier_ambiguous", 422), ("duplicate", 409), ("late", 409)])
def test_a_refusal_by_another_control_is_recorded_and_answered(
    world: World, service: Service, reason: Any, status: int
) -> None:
    async def answer(scope_: dict[str, Any], receive: Any, send: Any) -> None:
        raise RefusedError("three product codes", reason=reason)

    service.answer = answer
    found = request(app(world, service), "POST", "/dispense", sealed(world), by())
    assert (found.status, found.problem()["reason"]) == (status, reason)
    (_, line) = world.lines("cs-ledger")
    assert (line.details["reason"], line.details["flow"], line.actor) == (reason, "dispense-014", "pharmacy-014")
    assert line.details["incident"] == found.problem()["incident"]


def test_a_refusal_that_is_recorded_already_is_not_recorded_twice(world: World, service: Service) -> None:
    async def answer(scope_: dict[str, Any], receive: Any, send: Any) -> None:
        raise RefusedError("seen before", reason="duplicate", incident="0123456789abcdef")

    service.answer = answer
    found = request(app(world, service), "POST", "/dispense", sealed(world), by())
    assert found.problem()["incident"] == "0123456789abcdef"
    assert reasons(world) == ["passed"]


def test_a_dead_ledger_answers_503_and_nothing_reaches_the_application(world: World, service: Service) -> None:
    guard, payload = world.guard("pharmacy-gateway"), sealed(world)
    world.ledger("cs-ledger").close()
    answer = request(app(world, service, guard=guard), "POST", "/dispense", payload, by())
    assert (answer.status, answer.problem()["reason"]) == (503, "ledger_unavailable")
    assert service.seen == []


def test_a_ledger_that_dies_under_the_application_keeps_the_answer_back(world: World, service: Service) -> None:
    async def answer(scope_: dict[str, Any], receive: Any, send: Any) -> None:
        world.ledger("cs-ledger").close()
        await service.receipt(scope_, receive, send)

    service.answer = answer
    found = request(app(world, service), "POST", "/dispense", sealed(world), by())
    assert (found.status, found.problem()["reason"]) == (503, "ledger_unavailable")


def test_a_websocket_is_closed_before_it_opened(world: World, service: Service) -> None:
    asked = scope("GET", "/dispense", by(), type="websocket")
    answer = asyncio.run(talk(app(world, service), asked, [{"type": "websocket.connect"}]))
    assert answer.messages == [{"type": "websocket.close", "code": 1008}]
    assert reasons(world) == ["undeclared_route"]


def test_a_lifespan_is_the_applications(world: World, service: Service) -> None:
    async def answer(scope_: dict[str, Any], receive: Any, send: Any) -> None:
        assert (await receive())["type"] == "lifespan.startup"
        await send({"type": "lifespan.startup.complete"})

    service.answer = answer
    found = asyncio.run(talk(app(world, service), {"type": "lifespan"}, [{"type": "lifespan.startup"}]))
    assert found.messages == [{"type": "lifespan.startup.complete"}]


def test_another_protocol_is_refused(world: World, service: Service) -> None:
    with pytest.raises(RefusedError) as refused:
        asyncio.run(talk(app(world, service), {"type": "webtransport"}, []))
    assert refused.value.reason == "undeclared_route"


def test_every_route_that_can_not_be_served_is_said_at_once(world: World, service: Service) -> None:
    routes: Any = {
        "/visits": "dispense-014",
        ("post", "/a"): "dispense-014",
        ("POST", "a"): "dispense-014",
        ("POST", "/b"): (),
        ("POST", "/c"): "dispense-099",
        ("POST", "/d"): "movement-in",
        ("POST", "/e"): Route(flows=("dispense-014",), item="cs-movement"),
        ("POST", "/f"): Route(flows=("dispense-014",), item="", returns=""),
    }
    with pytest.raises(UsageError) as refused:
        GuardMiddleware(service, world.guard("pharmacy-gateway"), routes, identify)
    assert [problem.message for problem in refused.value.problems] == [
        "the route /visits is no method with a path",
        "the route post /a is no method with a path",
        "the route POST a is no method with a path",
        "the route POST /b is no flow",
        "the route POST /c names dispense-099, which does not lead here",
        "the route POST /d names movement-in, which does not lead here",
        "the route POST /e names cs-movement, which is nothing that dispense-014 carries",
        "nothing would cross on the route POST /f by dispense-014",
    ]
    with pytest.raises(UsageError, match="does not say which item edi carries"):
        GuardMiddleware(service, world.guard("edi-gateway"), {("POST", "/edi"): "edi"}, identify)


@given(
    method=st.sampled_from(["POST", "GET", "HEAD", "PUT", "OPTIONS"]),
    path=st.sampled_from(["/dispense", "/movement", "/receipt", "/", "//dispense", "/dispense\x00"]),
    headers=st.lists(
        st.tuples(
            st.sampled_from(
                [b"limen-record", b"limen-tenant", b"content-length", b"x-test-caller", b"content-encoding"]
            ),
            st.sampled_from([b"rec-1", b"pharmacy-014", b"1", b"", b"identity"]) | st.binary(max_size=6),
        ),
        max_size=5,
    ),
    events=st.lists(
        st.builds(
            lambda body, more: {"type": "http.request", "body": body, "more_body": more},
            st.binary(max_size=20),
            st.booleans(),
        ),
        max_size=3,
    ),
)
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_comes_is_refused_or_crosses(
    world: World, method: str, path: str, headers: Headers, events: list[dict[str, Any]]
) -> None:
    """No request makes the middleware raise, and none of them reaches the application, since none is sealed."""
    service = Service()

    def anybody(scope_: dict[str, Any]) -> Principal | None:
        try:
            return identify(scope_)
        except (KeyError, UnicodeDecodeError, RefusedError):
            return None

    guard = world.guard("pharmacy-gateway")
    behind = GuardMiddleware(service, guard, {key: one for key, one in ROUTES.items() if key[0] == "POST"}, anybody)
    answer: Answer = asyncio.run(talk(behind, scope(method, path, headers), events))
    assert service.seen == []
    if answer.messages:
        assert 400 <= answer.status < 600
        assert answer.body == b"" if method == "HEAD" else json.loads(answer.body)["reason"]
