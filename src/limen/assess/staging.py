"""The inputs of a pack: copied first, so that what is judged is what is packed, and read back for re-performing."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from limen.assess.assessing import (
    Assessed,
    Request,
    accepted_files,
    known_flows,
    known_profiles,
    moment,
    places_as_typed,
)
from limen.errors import DeclarationError, LimenError, Location, Problem, UsageError
from limen.evidence import layout
from limen.evidence.approvals import Approvals, approvals, policy_of, read_signing_policy, unknown
from limen.evidence.core import Core
from limen.evidence.inputs import FORMAT, Asked, asked_text, read_asked, recording_files, stage_bytes, stage_files
from limen.evidence.population import (
    Previous,
    previous_of,
    previous_text,
    read_previous,
    undeclared,
    vanished,
)
from limen.evidence.reading import open_pack
from limen.evidence.sensitivity import Evidence, Used, read_evidence, sensitivity
from limen.evidence.statement import digest
from limen.integrity.strict_json import strict_json
from limen.loading import load
from limen.loading.load import Loaded
from limen.policy.bundle_signature import Trust
from limen.policy.catalog import Catalog, load_catalog
from limen.policy.enclosing import BUNDLE, enclosed_files, own_paths, own_places
from limen.policy.engines import EngineOptions
from limen.policy.selection import select, used_by

if TYPE_CHECKING:
    from limen.assess.packing import Packing

T = TypeVar("T")


class Staged(msgspec.Struct, frozen=True, kw_only=True):
    """Inputs in their places in a pack that is being made."""

    request: Request
    """What assesses them."""
    loaded: Loaded
    """The declaration as it was copied."""
    previous: Previous | None
    typed: tuple[tuple[str, str], ...]
    """Where inputs lie by now, and how they were typed: the longest first."""

    @contextlib.contextmanager
    def names_as_typed(self) -> Iterator[None]:
        """Name the inputs as they were typed in whatever LimenError is raised."""
        try:
            yield
        except LimenError as error:
            error.problems = tuple(map(self._typed, error.problems))
            error.args = ("; ".join(problem.message for problem in error.problems),)
            raise

    def _typed(self, problem: Problem) -> Problem:
        def named(text: str) -> str:
            for here, there in self.typed:
                text = text.replace(here, there)
            return text

        place = problem.location
        if place is not None:
            place = msgspec.structs.replace(place, file=named(place.file))
        return Problem(message=named(problem.message), location=place, hint=named(problem.hint))


def stage(packing: Packing, path: Path, loaded: Loaded, folder: Path) -> Staged:
    """Copy all inputs into the folder of a pack that is being made: `path` is the declaration, `loaded` what it says.

    Raises DeclarationError, PolicyError or UsageError where one of them is of no use, with its place as it was typed.
    """
    request = packing.request
    now = moment(request.assessed_at)
    known_flows(request.flows, loaded)
    root = path.resolve().parent
    stage_files(folder, {f"{layout.DECLARATION}{file.name}": root / file.name for file in loaded.files})
    catalog = load_catalog(request.policies, request.trust)
    with places_as_typed(path.parent):
        known_profiles(request, loaded, catalog)
    names = _profiles(request, loaded)
    select(catalog, names, rules=request.rules, as_of=request.as_of or now.date())  # what can't be meant is said now
    used = used_by(catalog, names)
    stage_bytes(folder, ((f"{layout.INPUTS}{name}", content) for name, content in enclosed_files(catalog, used)))
    waivers, baseline = accepted_files(request, path)
    stage_files(
        folder,
        {
            name: file
            for name, file in ((layout.INPUT_WAIVERS, waivers), (layout.INPUT_BASELINE, baseline))
            if file is not None
        },
    )
    if isinstance(request.observations, Path):
        stage_files(folder, recording_files(request.observations))
    previous = None
    if packing.previous is not None:
        with open_pack(packing.previous) as files:
            previous = previous_of(files)
        stage_bytes(folder, [(layout.PREVIOUS, previous_text(previous))])
    if packing.signing_policy is not None:
        policy = read_signing_policy(packing.signing_policy)
        if wrong := unknown(catalog, policy_of(strict_json(policy))):
            place = Location(file=str(packing.signing_policy))
            raise UsageError([Problem(message=one, location=place, hint="limen rules lists them") for one in wrong])
        stage_bytes(folder, [(layout.SIGNING, policy)])
    stage_bytes(folder, _sensitivity(packing.sensitivity))
    asked = Asked(
        format=FORMAT,
        declaration=path.name,
        profiles=request.profiles,
        only_profiles=request.only_profiles,
        rules=request.rules,
        flows=request.flows,
        own=tuple("folder" if place.held is None else "bundle" for place in own_places(catalog)),
        as_of=(request.as_of or now.date()).isoformat(),
        assessed_at=now.isoformat().replace("+00:00", "Z"),
        fail_on=request.fail_on,
        inherited=tuple(sorted(request.inherited)),
        waivers=waivers is not None,
        baseline=baseline is not None,
        observations=request.observations is not None,
        signing=packing.signing_policy is not None,
        previous=previous is not None,
        sensitivity=tuple(f"{number:04d}.json" for number in range(1, len(packing.sensitivity) + 1)),
    )
    stage_bytes(folder, [(layout.REQUEST, asked_text(asked))])
    staged = msgspec.structs.replace(
        enclosed_request(folder, request.engine),
        indexed=True,  # it counts only for a text that is byte by byte the one it was made from
        trust=request.trust,
        memo=request.memo,
        second=request.second,
        sample=request.sample,
        journal=request.journal,
    )
    again = _copied(staged.path or folder)
    if again.files != loaded.files:
        changed = sorted({one.name for one in {*again.files} ^ {*loaded.files}})
        hint = "include files themselves, not links to them, and leave them alone while they are packed"
        problems = [
            Problem(message="the copy of the declaration differs", location=Location(file=one), hint=hint)
            for one in changed
        ]
        raise UsageError(problems)
    return Staged(request=staged, loaded=again, previous=previous, typed=_typed_names(packing, path, folder))


def _copied(path: Path) -> Loaded:
    """Load the copy of a declaration that was loaded; raises UsageError with what is in the way."""
    try:
        return load(path)
    except DeclarationError as error:
        message = "the declaration can be read where it lies, and not as it is copied"
        hint = "include files themselves, not links to them, and leave them alone while they are packed"
        raise UsageError([Problem(message=message, hint=hint), *error.problems]) from None


def _typed_names(packing: Packing, path: Path, folder: Path) -> tuple[tuple[str, str], ...]:
    request = packing.request
    inputs = folder / layout.INPUTS
    waivers, baseline = accepted_files(request, path)
    found = [
        (folder / layout.DECLARATION, path.parent),
        (folder / layout.INPUT_WAIVERS, waivers),
        (folder / layout.INPUT_BASELINE, baseline),
        (folder / layout.OBSERVATIONS, request.observations),
        *((inputs / "own" / str(number) / BUNDLE, own) for number, own in enumerate(request.policies)),
        *((inputs / "own" / str(number), own) for number, own in enumerate(request.policies)),
        (inputs, "the enclosed inputs"),
        (folder, "the pack"),
    ]
    return tuple((str(here), str(there)) for here, there in found if there is not None)


def enclosed_request(folder: Path, engine: EngineOptions) -> Request:
    """Return the request that judges the inputs of a pack in a folder, and nothing else.

    Raises UsageError where its request.json is none.
    """
    asked = asked_of(folder)
    inputs = folder / layout.INPUTS
    return Request(
        path=folder / layout.DECLARATION / asked.declaration,
        profiles=asked.profiles,
        only_profiles=asked.only_profiles,
        rules=asked.rules,
        flows=asked.flows,
        policies=own_paths(inputs, list(asked.own)),
        trust=Trust(sealed=True),
        as_of=datetime.date.fromisoformat(asked.as_of),
        assessed_at=datetime.datetime.fromisoformat(asked.assessed_at),
        fail_on=asked.fail_on,
        waivers=folder / layout.INPUT_WAIVERS if asked.waivers else None,
        baseline=folder / layout.INPUT_BASELINE if asked.baseline else None,
        inherited=frozenset(asked.inherited),
        engine=engine,
        enclosed=inputs,
        indexed=False,
        observations=folder / layout.OBSERVATIONS if asked.observations else None,
    )


def judged_core(assessed: Assessed, folder: Path) -> Core:
    """Return what core is made of: what was judged, and what the inputs in a folder say besides."""
    asked = asked_of(folder)
    assessment, catalog = assessed.assessment, assessed.catalog
    used = used_by(catalog, assessment.profiles)
    given = _read(folder, layout.SIGNING, lambda text: policy_of(strict_json(text))) if asked.signing else Approvals()
    previous = _read(folder, layout.PREVIOUS, read_previous) if asked.previous else None
    unmatched = () if assessed.observations is None else assessed.observations.unmatched
    attempts = () if assessed.observations is None else assessed.observations.attempts
    return Core(
        assessment=assessment,
        waivers=assessed.accepted.waivers,
        modules=_modules(catalog, assessment.decisions),
        vanished=vanished(assessment, previous),
        undeclared=undeclared(unmatched, assessment.tables),
        approvals=approvals(catalog, used, given),
        sensitivity=sensitivity(
            Used(
                system=assessment.system,
                rules={rule: digest(catalog.entries[rule].rule.source.encode()) for rule in assessment.decisions},
                probes=dict(sorted((one.probe, one.version) for one in attempts if one.version)),
            ),
            _evidence(folder, asked.sensitivity),
        ),
    )


def asked_of(folder: Path) -> Asked:
    """Return what the request.json of a pack in a folder asks; raises UsageError where it is none."""
    return _read(folder, layout.REQUEST, read_asked)


def _read(folder: Path, name: str, read: Callable[[bytes], T]) -> T:
    """Return what a file of a pack says; raises UsageError where it can't be read."""
    try:
        return read((folder / name).read_bytes())
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or str(error)
        raise UsageError(Problem(message=what, location=Location(file=name), hint="the pack is damaged")) from None


def _profiles(request: Request, loaded: Loaded) -> list[str]:
    """Return the profiles of a request, as `assess` names them."""
    return list(dict.fromkeys(request.only_profiles or (*loaded.declaration.profiles, *request.profiles)))


def _modules(catalog: Catalog, rules: Mapping[str, Any]) -> dict[str, str]:
    """Return where the module of each rule is enclosed."""
    mine = frozenset(catalog.own)
    return {
        rule: (layout.INPUTS if rule in mine else f"{layout.POLICIES}rego/") + catalog.entries[rule].rule.file
        for rule in rules
    }


def _sensitivity(files: tuple[Path, ...]) -> list[tuple[str, bytes]]:
    """Return the files of sensitivity by their place; raises UsageError with all that are of no use."""
    found = []
    problems = []
    for number, path in enumerate(files, 1):
        try:
            content = path.read_bytes()
            read_evidence(content)
            found.append((f"{layout.INPUT_SENSITIVITY}{number:04d}.json", content))
        except (OSError, ValueError) as error:
            what = getattr(error, "strerror", None) or str(error)
            hint = 'expected what limen mutate --format json printed, or {"known_bad": [...]}'
            problems.append(Problem(message=what, location=Location(file=str(path)), hint=hint))
    if problems:
        raise UsageError(problems)
    return found


def _evidence(folder: Path, names: tuple[str, ...]) -> dict[str, Evidence]:
    return {name: _read(folder, f"{layout.INPUT_SENSITIVITY}{name}", read_evidence) for name in names}
