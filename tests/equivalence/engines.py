"""The engines to which the compliance cases are put: the embedded one as it is, and a real OPA server.

limen's own engine `opa` keeps each rule's data apart; the cases own the whole of the data. So a small client of
their own talks to the server here; what rules mean on all three engines is in test_rules.py.
"""

from __future__ import annotations

import http.client
import json
from typing import Any, NamedTuple, Self

from limen.errors import PolicyError, UnassessedError
from limen.policy.embedded import EmbeddedEngine
from limen.policy.engine import Query
from tests.equivalence.cases import Case, Seen, read, rows_of

HOST = "limen.host"
_DEADLINE = 5.0
"""Seconds that the embedded engine may take for one case."""


class Embedded:
    """Puts cases to the embedded engine, which is started anew where it refuses one or is lost."""

    def __init__(self) -> None:
        self.engine = EmbeddedEngine.start(deadline=_DEADLINE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.engine.close()

    def see(self, case: Case) -> Seen:
        """Return what regorus makes of a case, asked as limen asks; limen never asks without an input."""
        try:
            self.engine.prepare([case.job()])
            ((answer,),) = self.engine.answer([Query(case.id, [case.given or b"{}"])])
        except (PolicyError, UnassessedError) as error:
            self.engine.close()
            self.engine = EmbeddedEngine.start(deadline=_DEADLINE)
            return Seen(error=str(error), loaded=False)
        if not answer.ok:
            return Seen(error=answer.text)
        return Seen(rows=rows_of(case, read(answer.text)))


class Both(NamedTuple):
    """What OPA makes of a case as the case asks, and as limen does: errors of builtins are errors."""

    asked: Seen
    strict: Seen


class Client:
    """Asks one OPA server about one case after another."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.loaded: list[str] = []

    def see(self, case: Case, *, known: bool = False) -> Both:
        """Return what OPA makes of a case; `known`: it was started with the case's modules."""
        for name in self.loaded:
            self.call("DELETE", f"/v1/policies/{name}")
        self.loaded = []
        self.call("PUT", "/v1/data", json.dumps(case.data))
        host = f"package {HOST}\n\nanswer := {case.bindings}\n"
        if refusal := self.load([*(() if known else case.modules), host]):
            seen = Seen(error=refusal, loaded=False)
            return Both(seen, seen)
        strict = self.ask(case, strict=True)
        return Both(strict if case.strict_error or not strict.error else self.ask(case, strict=False), strict)

    def load(self, modules: list[str]) -> str:
        """Load modules, each after those that it needs; return why what is left can't be."""
        waiting = {f"case-{number}.rego": text for number, text in enumerate(modules)}
        refusal = ""
        while waiting:
            before = len(waiting)
            for name, text in list(waiting.items()):
                status, found = self.call("PUT", f"/v1/policies/{name}", text, "text/plain")
                if status == http.HTTPStatus.OK:
                    self.loaded.append(name)
                    del waiting[name]
                else:
                    refusal = "; ".join(error["message"] for error in found.get("errors", [found]))
            if len(waiting) == before:
                return refusal
        return ""

    def ask(self, case: Case, *, strict: bool) -> Seen:
        """Return what OPA makes of a case whose modules are loaded."""
        path = f"/v1/data/{HOST.replace('.', '/')}/answer?strict-builtin-errors={str(strict).lower()}"
        status, found = self.call("POST", path, b'{"input": %s}' % case.given if case.given else b"{}")
        if status != http.HTTPStatus.OK:
            return Seen(error="; ".join(f"{error['code']}: {error['message']}" for error in found["errors"]))
        return Seen(rows=rows_of(case, found["result"]))

    def call(self, method: str, path: str, body: str | bytes = b"", kind: str = "application/json") -> tuple[int, Any]:
        """Return status and body of one request."""
        content = body.encode() if isinstance(body, str) else body
        self.connection.request(method, path, content, {"Content-Type": kind})
        answer = self.connection.getresponse()
        text = answer.read().decode()
        return answer.status, read(text) if text else {}
