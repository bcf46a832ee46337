"""From a pack back to its core: assess the enclosed inputs again, alone, and compare every byte."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

import msgspec

from limen.assess.assessing import Progress, assess
from limen.assess.enclosed import unread
from limen.assess.staging import asked_of, enclosed_request, judged_core
from limen.errors import InternalError, LimenError, Location, Problem, UnassessedError
from limen.evidence import layout
from limen.evidence.core import write_core
from limen.evidence.reading import PackFiles, open_pack
from limen.policy.engines import EngineOptions


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Where the core that was made again differs from the pack's."""

    file: str
    record: int | None
    """The record, from 0; None where a file as a whole differs."""
    what: str
    """In words."""


class Reperformed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of judging the inputs again on one engine."""

    engine: str
    """Its name and version."""
    files: int
    """How many files of core were made again."""
    records: int
    """How many records are in them."""
    differences: tuple[Difference, ...]
    """The first difference of each file, by the file's name."""


def reperform(path: Path, engines: Sequence[EngineOptions], progress: Progress | None = None) -> Iterator[Reperformed]:
    """Yield for each engine what comes of judging the enclosed inputs of a pack, reading nothing else.

    Raises UsageError where there is no pack, UnassessedError where it is redacted, where its inputs can't be judged
    again or an engine is missing.
    """
    say = progress or (lambda _: None)
    with open_pack(path) as files, tempfile.TemporaryDirectory(prefix="limen-") as scratch:
        _whole(files)
        inputs = Path(scratch, "pack")
        for name in files.names():
            if name.startswith(layout.INPUTS):
                _copy(files, name, inputs / name)
        for number, engine in enumerate(engines):
            yield _again(files, inputs, Path(scratch, str(number)), engine, say)


def _whole(files: PackFiles) -> None:
    """Raise UnassessedError where a pack does not hold what is needed."""
    if layout.REDACTION in files or layout.LEAVES in files or layout.SECRET not in files:
        hint = "a redacted pack lacks inputs: ask for the full one"
        raise UnassessedError(Problem(message=f"{files.where} is redacted and can't be re-performed", hint=hint))
    problems = [
        Problem(message=fault.what, location=Location(file=fault.name), hint="limen verify says all that is wrong")
        for fault in files.faults
    ]
    if layout.REQUEST not in files:
        hint = "limen verify says all that is wrong"
        problems.append(Problem(message="it is missing", location=Location(file=layout.REQUEST), hint=hint))
    if problems:
        raise UnassessedError(problems)


def _again(files: PackFiles, inputs: Path, made: Path, engine: EngineOptions, say: Progress) -> Reperformed:
    say(f"judging the enclosed inputs on {engine.engine}")
    try:
        assessed = assess(enclosed_request(inputs, engine), say)
        core = judged_core(assessed, inputs)
        left = unread(files.names(), assessed, asked_of(inputs))
    except (InternalError, UnassessedError):  # limen's own bug, or an engine that is missing
        raise
    except LimenError as error:
        raise _unjudged([_named(problem, inputs) for problem in error.problems]) from None
    except Exception as error:  # noqa: BLE001 - whatever a changed input does to limen, it can't be judged
        message = f"{type(error).__name__}, which no inputs that limen wrote lead to"
        raise _unjudged([Problem(message=message)]) from None
    say("comparing")
    write_core(core, made)
    again = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    there = {name for name in files.names() if name.startswith(layout.CORE) and not name.startswith(layout.INPUTS)}
    found = [Difference(file=name, record=None, what="the pack lacks it") for name in sorted(again - there)]
    found += [
        Difference(file=name, record=None, what="it does not follow from the inputs") for name in sorted(there - again)
    ]
    found += [Difference(file=name, record=None, what="it is enclosed, and nothing reads it") for name in left]
    records = 0
    for name in sorted(again & there):
        difference, lines = _compared(files, name, made / name)
        records += lines
        if difference is not None:
            found.append(difference)
    found.sort(key=lambda one: one.file)
    shutil.rmtree(made)
    return Reperformed(engine=assessed.assessment.engine, files=len(again), records=records, differences=tuple(found))


def _unjudged(problems: list[Problem]) -> UnassessedError:
    message = "the enclosed inputs can't be judged again"
    return UnassessedError([Problem(message=message, hint="limen verify says whether they are whole"), *problems])


def _compared(files: PackFiles, name: str, made: Path) -> tuple[Difference | None, int]:
    """Return the first difference between a file of the pack and the same made again, and how many records it has."""
    if not layout.is_record_file(name):
        same = b"".join(files.chunks(name)) == made.read_bytes()
        return (None if same else Difference(file=name, record=None, what="it differs")), 0
    number = -1
    for number, (theirs, ours) in enumerate(zip_longest(_lines(files.chunks(name)), _lines(_chunks(made)))):
        if theirs != ours:
            what = "it differs"
            if theirs is None:
                what = "the pack lacks it and all that follow"
            elif ours is None:
                what = "it does not follow from the inputs, nor what comes behind it"
            return Difference(file=name, record=number, what=what), number
    return None, number + 1


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield lines with their ends; a last one may have none."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line + b"\n"
    if rest:
        yield rest


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            yield chunk


def _copy(files: PackFiles, name: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        for chunk in files.chunks(name):
            file.write(chunk)


def _named(problem: Problem, inputs: Path) -> Problem:
    """Return a problem without the place of the copy."""
    here = f"{inputs}/"
    place = problem.location
    if place is not None:
        place = msgspec.structs.replace(place, file=place.file.replace(here, ""))
    return Problem(message=problem.message.replace(here, ""), location=place, hint=problem.hint)
