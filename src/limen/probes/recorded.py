"""The files of a recorded run, as bytes: run.json in its one form, raw responses, and SHA256SUMS over them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import orjson
from msgspec import Meta

from limen.records.attempts import Attempt, AttemptStatus, Observation, ProbeRun, RawResponse, Section

FORMAT = "limen-run-1"
"""Name and version of the format."""
RUN = "run.json"
SUMS = "SHA256SUMS"
RAW = "raw"
_YEAR_9999 = 253_370_764_800
"""Seconds since 1970 beyond which no calendar goes."""


class FormatError(Exception):
    """A text that is no recorded run, with what is wrong and what to do."""

    def __init__(self, what: str, hint: str) -> None:
        """Keep both."""
        super().__init__(what)
        self.what, self.hint = what, hint


class _Raw(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    media_type: str
    sha256: str


class _Observation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: str
    detail: str
    facts: dict[str, Any]


class _Attempt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    probe: str
    version: str
    section: Section
    target: str
    endpoint: str
    asked: str
    status: AttemptStatus
    reason: str
    capability: tuple[str, ...]
    started_at: int
    duration: float
    tries: int
    raw: tuple[_Raw, ...]
    observations: tuple[_Observation, ...]


class _Run(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    format: str
    tool_version: str
    system: str
    declaration_sha256: str
    started_at: int
    ended_at: int
    attempts: tuple[_Attempt, ...]
    salt: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")] = ""


def written(run: ProbeRun) -> dict[str, bytes]:
    """Return the content of each file of a recording, by its path in the folder."""
    found = {f"{RAW}/{raw.sha256}": raw.content for attempt in run.attempts for raw in attempt.raw}
    found[RUN] = _encoded(
        _Run(
            format=FORMAT,
            tool_version=run.tool_version,
            system=run.system,
            declaration_sha256=run.declaration_sha256,
            started_at=run.started_at,
            ended_at=run.ended_at,
            attempts=tuple(_written(attempt) for attempt in run.attempts),
            salt=run.salt,
        )
    )
    return {**found, SUMS: sums_text({name: hashlib.sha256(content).hexdigest() for name, content in found.items()})}


def sums_text(sums: Mapping[str, str]) -> bytes:
    """Return SHA256SUMS, as coreutils read it: digest, two spaces, path, in the order of the paths."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode()


def raw_digests(content: bytes) -> set[str]:
    """Return the digests of all raw responses that a run.json speaks of; raises FormatError where it is none."""
    return {one.sha256 for attempt in _decoded(content).attempts for one in attempt.raw}


def read(content: bytes, raw: Mapping[str, bytes]) -> ProbeRun:
    """Return the run of a run.json, with its raw responses by digest; raises FormatError where it is none."""
    run = _decoded(content)
    return ProbeRun(
        tool_version=run.tool_version,
        system=run.system,
        declaration_sha256=run.declaration_sha256,
        started_at=run.started_at,
        ended_at=run.ended_at,
        attempts=tuple(_attempt(one, raw) for one in run.attempts),
        salt=run.salt,
    )


def _written(attempt: Attempt) -> _Attempt:
    raw = tuple(_Raw(name=one.name, media_type=one.media_type, sha256=one.sha256) for one in attempt.raw)
    seen = tuple(
        _Observation(kind=one.kind, detail=one.detail, facts=orjson.loads(one.facts)) for one in attempt.observations
    )
    return _Attempt(**{**msgspec.structs.asdict(attempt), "raw": raw, "observations": seen})


def _attempt(one: _Attempt, raw: Mapping[str, bytes]) -> Attempt:
    responses = tuple(RawResponse(name=r.name, media_type=r.media_type, content=raw[r.sha256]) for r in one.raw)
    seen = tuple(
        Observation(kind=o.kind, detail=o.detail, facts=orjson.dumps(o.facts, option=orjson.OPT_SORT_KEYS))
        for o in one.observations
    )
    return Attempt(**{**msgspec.structs.asdict(one), "raw": responses, "observations": seen})


def _encoded(run: _Run) -> bytes:
    """Return the one form of a run's text: names in order, two spaces a level, a newline at the end."""
    return orjson.dumps(msgspec.to_builtins(run), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2) + b"\n"


def _decoded(content: bytes) -> _Run:
    try:
        found = orjson.loads(content)
        version = found.get("format") if isinstance(found, dict) else None
        if version != FORMAT:
            hint = "a limen that knows it can read it" if str(version).startswith("limen-run-") else "record it anew"
            raise FormatError(f"its format is {version!r:.40}, and this limen reads {FORMAT!r}", hint)
        run = msgspec.convert(found, type=_Run)
        same = _encoded(run) == content
    except (ValueError, TypeError, RecursionError) as error:
        raise FormatError(f"it is no recorded run: {error}"[:300], "record it anew") from None
    if not same:
        raise FormatError("it is not written as limen writes it", "it was changed after it was recorded")
    times = (run.started_at, run.ended_at, *(attempt.started_at for attempt in run.attempts))
    if not all(0 <= time < _YEAR_9999 for time in times):
        raise FormatError("it has a time that no clock shows", "it was changed, or written by something else")
    for attempt in run.attempts:
        if attempt.observations and attempt.status != "completed":
            what = f"{attempt.probe} of {attempt.target} did not complete, and has observations"
            raise FormatError(what, "it was changed, or written by something else")
    return run
