"""No identifier and no secret in the clear in a pack: the inputs are screened before anything is judged.

In texts that people write each is replaced by its token, wherever it stands; what is bound by a digest (observations,
bundles) or must keep its name (files, the request) can't be changed, and the pack is refused. What limen makes of the
screened inputs is screened again before it appears. docs/adr/0031 says what is found and what is not.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import orjson

from limen.assess.identifying import WORDS, Finder, Found
from limen.assess.known_values import Values
from limen.assess.tokenising import TokenKey, replaced
from limen.errors import DeclarationError, LimenError, Location, Problem, UsageError
from limen.evidence import layout
from limen.evidence.approvals import policy_of
from limen.evidence.population import read_previous
from limen.evidence.sensitivity import read_evidence
from limen.integrity.canonical import CanonicalError, recanonical
from limen.loading.load import Loaded
from limen.policy.baseline import read_baseline
from limen.policy.enclosing import BUNDLE
from limen.policy.waivers import read_waivers

_HINT = "pack with --token-key ID=REF, which puts a token in its place, or take it out"
_TRANSCRIPTS = frozenset({("tls", "handshakes.json")})
"""Raw responses (probe and name) that stay as they are: certificates and transcripts, which prove something as such."""
_WRITTEN_BY_LIMEN = (layout.SIGNING, layout.PREVIOUS)
"""Inputs that limen writes as RFC 8785."""
_MOST = 1 << 28
"""Bytes of a bundle's member."""


class Screened(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to the inputs of a pack."""

    operator: str
    """Who runs it, with tokens in place of identifiers."""
    tokens: int
    """How many tokens were put in."""
    values: tuple[tuple[str, bytes], ...]
    """What they stand for, by kind: must not appear in anything that is made of the inputs."""


def screened(folder: Path, loaded: Loaded, operator: str, key: TokenKey | None) -> Screened:
    """Put tokens in place of identifiers and secrets in the inputs of a pack that is being made in a folder.

    `loaded` is the declaration as it was copied. Raises UsageError, with every place and never with a value, where
    there are some and no key is given, or where they stand in what can't be changed.
    """
    declared = registrations(loaded)
    contents = _contents(folder)
    finder = Finder((*contents.values(), operator.encode()), declared)
    found = {name: finder.find(content) for name, content in contents.items()}
    of_operator = finder.find(operator.encode("utf-8", "replace"))
    problems = [*_bound(folder, contents, found, finder), *_names(folder, contents, finder)]
    texts = {name: hits for name, hits in found.items() if not _is_bound(name)}
    values = {
        contents[name][one.start : one.end]: one.kind
        for name, hits in texts.items()
        for one in hits
        if not one.encoding
    }
    values.update({operator.encode()[one.start : one.end]: one.kind for one in of_operator})
    everywhere = Values(((kind, value) for value, kind in values.items()), encoded=False)
    problems += _repeated(contents, everywhere)
    texts = {name: _joined(contents[name], texts[name], everywhere) for name in texts}
    texts = {name: hits for name, hits in texts.items() if hits}
    if key is None or problems:
        problems += [_problem(folder, name, contents[name], one) for name, hits in texts.items() for one in hits]
        problems += [Problem(message=f"--operator holds {one.words}", hint=_HINT) for one in of_operator]
        if problems:
            raise UsageError(problems)
        return Screened(operator=operator, tokens=0, values=())
    for name, hits in texts.items():
        _replace(folder, name, contents[name], hits, key)
    if any(name.startswith(layout.DECLARATION) for name in texts):
        _loads(loaded, folder)
    return Screened(
        operator=replaced("", operator.encode(), of_operator, key).decode(),
        tokens=sum(map(len, texts.values())) + len(of_operator),
        values=tuple(sorted((kind, value) for value, kind in values.items())),
    )


def _contents(folder: Path) -> dict[str, bytes]:
    """Return the inputs by their place in the pack, but for limen's own rules and frameworks, which are known."""
    found = {}
    for path in sorted((folder / layout.INPUTS).rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith(layout.POLICIES):
            found[name] = path.read_bytes()
    return found


def registrations(loaded: Loaded) -> frozenset[bytes]:
    """Return the registrants' numbers of the declared tenants: they are names that the declaration itself gives."""
    tenants = loaded.declaration.tenants
    numbers = (number for tenant in (tenants or {}).values() for number in (tenant.npi, tenant.dea_number))
    return frozenset(number.encode() for number in numbers if isinstance(number, str))


def _is_bound(name: str) -> bool:
    """Return whether an input can't be changed: something has its digest, or its words are names elsewhere."""
    return name.startswith(layout.OBSERVATIONS) or name.endswith(f"/{BUNDLE}") or name == layout.REQUEST


def _bound(
    folder: Path, contents: Mapping[str, bytes], found: Mapping[str, Sequence[Found]], finder: Finder
) -> Iterator[Problem]:
    """Yield what stands in inputs that can't be changed."""
    for name, content in contents.items():
        if name == layout.REQUEST:
            for one in found[name]:
                hint = "name profiles, rules and flows without it"
                yield Problem(message=f"what is asked for on the command line holds {one.words}", hint=hint)
        elif name.endswith(f"/{BUNDLE}"):
            yield from _in_bundle(folder, name, content, finder)
    yield from _in_recording(folder, contents, found)


def _in_bundle(folder: Path, name: str, content: bytes, finder: Finder) -> Iterator[Problem]:
    place = Location(file=str(folder / name))
    try:
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for number, member in enumerate(archive):
                file = archive.extractfile(member) if member.isfile() else None
                text = b"" if file is None else file.read(_MOST)
                for one in (*finder.find(member.name.encode("utf-8", "replace")), *Finder([text]).find(text)):
                    message = f"file {number + 1} of the bundle holds {one.words}"
                    yield Problem(message=message, location=place, hint="take it out, and build the bundle again")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise UsageError(Problem(message=f"it can't be read: {error}", location=place, hint="build it again")) from None


class _Raw(msgspec.Struct, frozen=True):
    name: str
    sha256: str


class _Attempt(msgspec.Struct, frozen=True):
    probe: str
    raw: tuple[_Raw, ...] = ()


class _Run(msgspec.Struct, frozen=True):
    attempts: tuple[_Attempt, ...]


def _in_recording(
    folder: Path, contents: Mapping[str, bytes], found: Mapping[str, Sequence[Found]]
) -> Iterator[Problem]:
    """Yield what stands in observations, by attempt and raw response; their digests are logged, so they stay."""
    run = f"{layout.OBSERVATIONS}run.json"
    if run not in contents:
        return
    hint = "what is recorded can't be changed: mend the probe's options or its target, and probe again"
    for one in found[run]:
        line = contents[run].count(b"\n", 0, one.start) + 1
        message = f"the recording holds {one.words}"
        yield Problem(message=message, location=Location(file=str(folder / run), line=line), hint=hint)
    try:
        attempts = msgspec.json.decode(contents[run], type=_Run).attempts
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return  # reading the recording says what is wrong with it
    for number, attempt in enumerate(attempts, 1):
        for raw in attempt.raw:
            if (attempt.probe, raw.name) in _TRANSCRIPTS:
                continue
            for one in found.get(f"{layout.OBSERVATIONS}raw/{raw.sha256}", ()):
                message = (
                    f"the raw response {raw.name} of attempt {number}, of the probe {attempt.probe}, holds {one.words}"
                )
                place = Location(file=str(folder / layout.OBSERVATIONS))
                yield Problem(message=message, location=place, hint=hint)


def _names(folder: Path, contents: Mapping[str, bytes], finder: Finder) -> Iterator[Problem]:
    """Yield names of files that hold something; they are not shown, since the name is what may not be."""
    for number, name in enumerate(contents, 1):
        inside = name.removeprefix(layout.INPUTS)
        for one in finder.find(inside.encode("utf-8", "replace")):
            place = Location(file=str(folder / layout.INPUTS / inside.partition("/")[0]))
            message = f"the name of input {number} of {len(contents)} holds {one.words}"
            yield Problem(message=message, location=place, hint="give the file another name")


def _joined(content: bytes, found: Sequence[Found], everywhere: Values) -> list[Found]:
    """Return what was found with every other place of the same values, in order and apart."""
    every = [*found, *(Found(kind, start, end) for start, end, kind in everywhere.find(content))]
    kept: list[Found] = []
    for one in sorted(every, key=lambda one: (bool(one.encoding), one.start, -one.end)):
        if one.encoding or not kept or kept[-1].end <= one.start:
            kept.append(one)
    return kept


def _repeated(contents: Mapping[str, bytes], everywhere: Values) -> Iterator[Problem]:
    """Yield where what can't be changed holds what another input calls an identifier."""
    for name, content in contents.items():
        if not _is_bound(name):
            continue
        for kind in sorted({kind for _, _, kind in everywhere.find(content)}):
            what = "the recording" if name.startswith(layout.OBSERVATIONS) else "an input that can't be changed"
            message = f"{what} holds what another input says is {WORDS.get(kind, kind)}"
            yield Problem(message=message, hint="take it out of both")


def _problem(folder: Path, name: str, content: bytes, one: Found) -> Problem:
    line = content.count(b"\n", 0, one.start) + 1
    column = len(content[content.rfind(b"\n", 0, one.start) + 1 : one.start].decode("utf-8", "replace")) + 1
    location = Location(file=str(folder / name), line=line, column=column)
    return Problem(message=f"it holds {one.words}", location=location, hint=_HINT)


def _replace(folder: Path, name: str, content: bytes, found: Sequence[Found], key: TokenKey) -> None:
    """Write an input with tokens; raises UsageError where one can't stand there, or the result can't be read."""
    try:
        changed = replaced(name, content, found, key)
    except ValueError as error:
        place = error.args[0]
        where = "in an encoding" if place.encoding else "in the code of a rule"
        problem = _problem(folder, name, content, place)
        message = f"{problem.message}, {where}, where no token can stand"
        raise UsageError(msgspec.structs.replace(problem, message=message, hint="take it out")) from None
    try:
        if name in _WRITTEN_BY_LIMEN:
            changed = recanonical(changed)[1]
        _READ.get(name.rpartition(".")[2], len)(changed)
        (folder / name).write_bytes(changed)
        for beginning, read in _SHAPES.items():
            if name.startswith(beginning):
                read(folder / name)
    except (ValueError, CanonicalError, LimenError):
        place = _problem(folder, name, content, found[0])
        hint = (
            "a token is longer and a text: write what it replaces as a text in quotes, shorten the rest, or take it out"
        )
        message = "with tokens in place of what it holds it is not what it must be"
        raise UsageError(Problem(message=message, location=place.location, hint=hint)) from None


def _parse(content: bytes) -> None:
    """Raise ValueError where a text is no YAML."""
    import yaml

    try:
        for _ in yaml.parse(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            pass
    except yaml.YAMLError as error:
        raise ValueError(type(error).__name__) from None


_READ: dict[str, Callable[[bytes], Any]] = {"json": orjson.loads, "yaml": _parse, "yml": _parse}
_SHAPES: dict[str, Callable[[Path], Any]] = {
    layout.INPUT_WAIVERS: read_waivers,
    layout.INPUT_BASELINE: read_baseline,
    layout.SIGNING: lambda path: policy_of(orjson.loads(path.read_bytes())),
    layout.PREVIOUS: lambda path: read_previous(path.read_bytes()),
    layout.INPUT_SENSITIVITY: lambda path: read_evidence(path.read_bytes()),
}
"""What reads an input, by how its place begins."""


def _loads(loaded: Loaded, folder: Path) -> None:
    """Raise UsageError where the declaration does not load any more."""
    from limen.loading import load

    try:
        load(folder / layout.DECLARATION / loaded.files[0].name)
    except DeclarationError as error:
        hint = "an identifier stands where only a name or a number may: take it out"
        raise UsageError(
            [
                Problem(
                    message=f"with tokens in place of what it holds it does not load: {_bare(one.message)}",
                    location=_there(folder, one.location),
                    hint=hint,
                )
                for one in error.problems
            ]
        ) from None


def _there(folder: Path, place: Location | None) -> Location | None:
    """Return a place of the copied declaration with its folder, and without the text that stands there."""
    if place is None:
        return None
    file = str(folder / layout.DECLARATION / place.file) if place.file else ""
    return Location(file=file, line=place.line, column=place.column)


def _bare(message: str) -> str:
    return message.partition("\n")[0]
