"""Subjects that a caller gives: held against their kind's schema, so that nothing misspelt is passed over."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from limen.errors import Problem, UsageError
from limen.policy.index import schema_texts
from limen.policy.judging import has
from limen.policy.parameters import LARGEST
from limen.policy.wording import suggestion

REMEMBERED = 4096
"""Distinct subjects whose reading is kept: most callers ask about the same ones again."""


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A subject as its JSON says it."""

    text: bytes
    value: dict[str, Any]
    missing: tuple[tuple[str, str], ...]
    """Required paths that it lacks, each after the top-level field in which it would be."""

    def present(self, path: str) -> bool:
        """Return whether an input path is there."""
        return has(self.value, path)

    def elements(self, path: str) -> list[Any] | None:
        """Return the elements of the list at an input path; None where there is no list."""
        value: Any = self.value
        for part in path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value if isinstance(value, list) else None


class Givens:
    """Reads subjects, each distinct one once."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._schemas = {kind: msgspec.json.decode(text) for kind, text in schema_texts().items()}
        self._validators: dict[str, Any] = {}
        self._read = functools.lru_cache(REMEMBERED)(self._given)

    def read(self, kind: str, subjects: Sequence[Mapping[str, Any]]) -> tuple[list[Given], list[int]]:
        """Return the distinct subjects, and for each subject the index of its own.

        Raises UsageError with everything that does not fit the kind's schema; what is missing is no error.
        """
        places: dict[bytes, int] = {}
        found: list[Given] = []
        indices = []
        problems: list[Problem] = []
        for index, subject in enumerate(subjects):
            try:
                text = msgspec.json.encode(subject, order="sorted")
            except (TypeError, ValueError, RecursionError) as error:
                problems.append(Problem(message=f"subject {index} is no JSON: {error}"))
                continue
            if text not in places:
                try:
                    given = self._read(kind, text)
                except UsageError as error:
                    problems += [_numbered(problem, index) for problem in error.problems]
                    continue
                except RecursionError:  # the encoder's limit is not Python's
                    problems.append(Problem(message=f"subject {index} is nested too deep to be read"))
                    continue
                places[text] = len(found)
                found.append(given)
            indices.append(places[text])
        if problems:
            raise UsageError(problems)
        return found, indices

    def _given(self, kind: str, text: bytes) -> Given:
        value = msgspec.json.decode(text)
        inexact = {
            where: Problem(message=f"{_path(where)}: {number} is no integer that every engine keeps exact")
            for where, number in _numbers(value, ())
            if not isinstance(number, int) or abs(number) > LARGEST
        }
        problems = list(inexact.values())
        missing: set[tuple[str, str]] = set()
        for error in self._validator(kind).iter_errors(value):
            where = list(error.absolute_path)
            if error.validator == "required":
                missing |= {_missed([*where, name]) for name in error.validator_value if name not in error.instance}
            elif error.validator == "additionalProperties":
                known = error.schema["properties"]
                for name in error.instance:
                    if name not in known:
                        message = f"there is no input path {_path([*where, name])}"
                        problems.append(Problem(message=message, hint=suggestion(name, known)))
            elif tuple(where) not in inexact:
                message = f"{_path(where)}: {error.message}" if where else error.message
                problems.append(Problem(message=message if len(message) < 300 else f"{message[:300]}…"))
        if problems:
            raise UsageError(problems)
        return Given(text=text, value=value, missing=tuple(sorted(missing)))

    def _validator(self, kind: str) -> Any:
        if kind not in self._validators:
            from jsonschema import Draft202012Validator

            self._validators[kind] = Draft202012Validator(self._schemas[kind])
        return self._validators[kind]


def _numbers(value: Any, where: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], int | float]]:
    if isinstance(value, int | float):
        yield where, value
    elif isinstance(value, dict | list):
        for step, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _numbers(item, (*where, step))


def _numbered(problem: Problem, index: int) -> Problem:
    return Problem(message=f"subject {index}: {problem.message}", hint=problem.hint)


def _missed(steps: Sequence[str | int]) -> tuple[str, str]:
    return str(steps[0]), _path(steps)


def _path(steps: Iterable[str | int]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")
