"""OPA's own compliance cases, put to an engine in the way limen asks: one complete rule, JSON in and JSON out."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import msgspec

from limen.policy.engine import Job
from tests.needs import need_data

DATA = "opa/compliance.jsonl"


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case as OPA publishes it."""

    id: str = ""
    """The file, and the case's place in it from 1: aggregates/test-membership.json#3."""
    note: str
    """What it is about; several cases may share a note."""
    file: str
    """Where it lies in OPA's repository."""
    query: str
    modules: list[str] = []
    data: dict[str, Any] = {}
    input: Any = msgspec.UNSET
    input_term: str = ""
    """The input as a Rego term, which may hold sets."""
    want_result: list[dict[str, Any]] | None = None
    """Bindings, as a set; None where only an error is wanted, or nothing but that it evaluates."""
    want_error_code: str = ""
    want_error: str = ""
    sort_bindings: bool = False
    strict_error: bool = False
    ignore: bool = False
    ignore_generated_vars: bool = False

    @property
    def wants_error(self) -> bool:
        """Whether evaluation must fail."""
        return bool(self.want_error or self.want_error_code)

    @property
    def rego(self) -> str:
        """All of the Rego."""
        return "\n".join([*self.modules, self.query])

    @property
    def term(self) -> str:
        """The input term where it is no JSON; empty where `given` says it all."""
        if not self.input_term:
            return ""
        try:
            json.loads(self.input_term)
        except ValueError:
            return self.input_term
        return ""

    @property
    def given(self) -> bytes:
        """The input as JSON text; empty where there is none."""
        if self.input_term and not self.term:
            return self.input_term.encode()
        return b"" if self.input is msgspec.UNSET else msgspec.json.encode(self.input)

    @property
    def bindings(self) -> str:
        """An expression that collects the query's bindings, as OPA's own test does."""
        names = sorted((self.want_result or [{}])[0]) if self.want_result != [] else []
        row = "{" + ", ".join(f'"{name}": {name}' for name in names) + "}"
        instead = f" with input as {self.term}" if self.term else ""
        return f"[{row} | {self.query}{instead}]"

    def job(self) -> Job:
        """The case as limen's engines take it."""
        modules = tuple((f"case-{number}.rego", text) for number, text in enumerate(self.modules))
        data = msgspec.json.encode(self.data).decode()
        return Job(name=self.id, query=self.bindings, modules=modules, data=data)


class Seen(msgspec.Struct, frozen=True):
    """What an engine made of a case."""

    error: str = ""
    """Code and message; empty where it answered."""
    rows: Any = None
    """The bindings, normal; None where it failed."""
    loaded: bool = True
    """Whether the modules could be loaded; false: `error` says why not."""

    def differs(self, other: Seen) -> bool:
        """Return whether another engine made something else of the case; their words for an error are their own."""
        return bool(self.error) != bool(other.error) or self.rows != other.rows


def compliance() -> list[Case]:
    """Return all cases; skip or fail where the shared data are not there."""
    lines = need_data(DATA).read_text(encoding="utf-8").splitlines()
    places: Counter[str] = Counter()
    found = []
    for line in lines:
        case = msgspec.json.decode(line, type=Case)
        places[case.file] += 1
        found.append(msgspec.structs.replace(case, id=f"{case.file.removeprefix('v1/')}#{places[case.file]}"))
    return found


def read(text: str) -> Any:
    """Return a JSON value with numbers exact."""
    return json.loads(text, parse_float=Decimal)


def normal(value: Any) -> Any:
    """Return a value in which equal means equal: booleans apart from numbers, 1.0 as 1."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int | float | Decimal):
        number = Decimal(str(value))
        return ("number", str(number.normalize() if number else Decimal(0)))
    if isinstance(value, str):
        return ("text", value)
    if isinstance(value, list):
        return ("list", tuple(normal(item) for item in value))
    return ("object", tuple(sorted((key, normal(item)) for key, item in value.items())))


def rows_of(case: Case, bindings: list[dict[str, Any]]) -> list[Any]:
    """Return bindings as a set, each value sorted where the case says that its order means nothing."""
    found = set()
    for row in bindings:
        values = {name: _sorted(value) if case.sort_bindings else value for name, value in row.items()}
        found.add(normal(values))
    return sorted(found, key=repr)


def misses(case: Case, seen: Seen, *, code: bool = False) -> str:
    """Return how an engine differs from what a case wants, empty where it does not; `code`: also in the error's code.

    Messages are not compared: the cases keep some that OPA has reworded since.
    """
    if not seen.loaded:
        return "not loaded"
    if case.wants_error:
        said = not code or case.want_error_code in seen.error
        return "no error" if not seen.error else "" if said else "other error"
    if seen.error:
        return "error"
    wanted = seen.rows if case.want_result is None else rows_of(case, read(json.dumps(case.want_result)))
    return "" if seen.rows == wanted else "other answer"


def _sorted(value: Any) -> Any:
    return sorted(value, key=lambda item: repr(normal(item))) if isinstance(value, list) else value
