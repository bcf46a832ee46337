"""The pipeline, the only place that wires the parts: declaration -> facts -> decisions -> assessment."""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from limen import __version__
from limen.analysis.crossings import boundary_map, crossing_rows
from limen.analysis.facts import Facts, context_of, facts
from limen.analysis.posture import Locate
from limen.analysis.reconciled import attempt_rows, claim_rows
from limen.errors import DeclarationError, Problem, UsageError
from limen.loading import Loaded, find, load
from limen.policy.baseline import read_baseline
from limen.policy.bundle_signature import Trust
from limen.policy.catalog import Catalog, load_catalog
from limen.policy.decide import Deciding, jobs_of
from limen.policy.engine import Job, PolicyEngine
from limen.policy.engines import EngineOptions, open_engine
from limen.policy.findings import Accepted, findings_of
from limen.policy.selection import Selection, select
from limen.policy.waivers import read_waivers
from limen.policy.wording import suggestion
from limen.records.assessment import Assessment, InputFile, tally_of
from limen.records.attempts import ProbeRun
from limen.records.statuses import STATUSES, Scope, Severity
from limen.records.subjects import SubjectTable

if TYPE_CHECKING:
    from limen.analysis.observations import Observations
    from limen.policy.journal import Journal

WAIVERS_FILE = "waivers.yaml"
BASELINE_FILE = "baseline.json"

Progress = Callable[[str], None]
"""Called with what is being done, in words."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be assessed, and how."""

    path: Path | None = None
    """The declaration, its folder, or None to look upwards from here."""
    profiles: tuple[str, ...] = ()
    """Profiles beside those that the declaration names; they add and never remove."""
    only_profiles: tuple[str, ...] = ()
    """Profiles in place of those that the declaration names: a partial assessment."""
    rules: tuple[str, ...] = ()
    """Rules to judge by, of those selected: a partial assessment."""
    flows: tuple[str, ...] = ()
    """Flows to report on: a partial assessment."""
    policies: tuple[Path, ...] = ()
    """Folders and bundles with more rules and profiles."""
    trust: Trust | None = None
    """Whose signed bundles count."""
    as_of: datetime.date | None = None
    """The day whose law holds; None: the day of the assessment."""
    assessed_at: datetime.datetime | None = None
    """The clock, in UTC; None: read now, once (SOURCE_DATE_EPOCH wins)."""
    fail_on: Severity = "low"
    """The least severity that gates."""
    waivers: Path | None = None
    """The waiver file; None: waivers.yaml beside the declaration where there is one."""
    baseline: Path | None = None
    """The baseline; None: baseline.json beside the declaration where there is one."""
    inherited: frozenset[str] = frozenset()
    """Fingerprints of findings that were there at the reference of --baseline-from."""
    memo: bool = True
    """False decides every subject plainly, without sharing decisions."""
    engine: EngineOptions = EngineOptions()
    """What evaluates the rules."""
    second: EngineOptions | None = None
    """Another engine that decides again; None: none does."""
    sample: int | None = None
    """How many answers it is asked for; None: all."""
    journal: Journal | None = None
    """Where answers of engines outside limen are kept, in case one is lost, and found again; None: nowhere."""
    enclosed: Path | None = None
    """The folder of a pack's inputs, where everything lies that this request names: what is shipped is not read, files
    are named from there, and waivers, baseline and bundles count as they are. None: an assessment of what is here."""
    indexed: bool = True
    """False lints every rule anew, whatever the index of this installation knows of its text."""
    observations: Path | ProbeRun | None = None
    """What probes recorded, or the folder that holds it: a conformance assessment; None: a design assessment."""


class Assessed(msgspec.Struct, frozen=True, kw_only=True):
    """An assessment with the parts that it was made from, for commands that explain it."""

    assessment: Assessment
    loaded: Loaded
    facts: Facts
    catalog: Catalog
    selection: Selection
    accepted: Accepted
    """What was accepted before, as it was read."""
    observations: Observations | None = None
    """What was observed, matched with what is asked; None in a design assessment."""


def moment(now: datetime.datetime | None, *, epoch: bool = True) -> datetime.datetime:
    """Return the time of the assessment in whole UTC seconds: given, SOURCE_DATE_EPOCH, or the clock.

    `epoch` False passes over SOURCE_DATE_EPOCH: what happens on the machine has the machine's time.
    Raises UsageError where SOURCE_DATE_EPOCH is no number of seconds.
    """
    if now is None:
        fixed = os.environ.get("SOURCE_DATE_EPOCH", "") if epoch else ""
        if fixed:
            try:
                now = datetime.datetime.fromtimestamp(int(fixed), datetime.UTC)
            except (ValueError, OverflowError, OSError):
                raise UsageError(
                    Problem(message=f"SOURCE_DATE_EPOCH is {fixed!r}", hint="expected seconds since 1970, or unset it")
                ) from None
        else:
            now = datetime.datetime.now(datetime.UTC)
    return now.astimezone(datetime.UTC).replace(microsecond=0)


def locator(loaded: Loaded) -> Locate:
    """Return what finds a path of the declaration, as facts and decisions name it, in its text."""
    return lambda path: loaded.sources.locate(*path)


@contextlib.contextmanager
def places_as_typed(folder: Path) -> Iterator[None]:
    """Put the declaration's folder, as it was given, in front of its files in the places of a DeclarationError."""
    try:
        yield
    except DeclarationError as error:
        if folder == Path():
            raise
        raise DeclarationError([_typed(problem, folder) for problem in error.problems]) from None


def _typed(problem: Problem, folder: Path) -> Problem:
    place = problem.location
    if place is None or not place.file:
        return problem
    return msgspec.structs.replace(
        problem, location=msgspec.structs.replace(place, file=(folder / place.file).as_posix())
    )


def assess(request: Request, progress: Progress | None = None, loaded: Loaded | None = None) -> Assessed:
    """Assess a declaration. Raises LimenError; a finding is a result, not an error.

    `loaded` is the declaration of the request's path, where it was read already.
    """
    say = progress or (lambda _: None)
    now = moment(request.assessed_at)
    as_of = request.as_of or now.date()
    with contextlib.ExitStack() as stack:
        engine = stack.enter_context(_engine(request.engine, request.journal))  # it starts while we parse
        second = stack.enter_context(_engine(request.second, request.journal)) if request.second else None
        path = find(request.path or Path())
        say("reading the declaration")
        typed = Path() if request.enclosed is not None else path.parent
        with places_as_typed(typed):
            loaded = loaded or load(path)
        known_flows(request.flows, loaded)
        declaration = loaded.declaration
        observations, observed_notes = _observations(request, loaded, now)
        scope: Scope = "design" if observations is None else "conformance"
        catalog = load_catalog(request.policies, request.trust, request.enclosed, indexed=request.indexed)
        with places_as_typed(typed):
            known_profiles(request, loaded, catalog)
        selection = select(
            catalog,
            request.only_profiles or (*declaration.profiles, *request.profiles),
            rules=request.rules,
            as_of=as_of,
        )
        jobs = jobs_of(catalog, selection, context_of(as_of))
        engine.prepare(jobs)  # it parses the rules while we compute facts
        say("computing facts")
        locate = locator(loaded)
        deciding = Deciding(selection, engine, scope=scope, memo=request.memo, keep=second is not None)
        with places_as_typed(typed):
            found = facts(  # the engine judges what is known meanwhile
                declaration, as_of=as_of, locate=locate, made=deciding.ask, observations=observations
            )
        say("deciding")
        decisions = deciding.decisions(found.tables)
        verified_by = ""
        if second is not None:
            say(f"deciding again on {second.version}")
            verified_by = _verified(engine, deciding, second, jobs, request.sample)
        say("collecting findings")
        accepted = _accepted(request, path, now, selection)
        result = findings_of(decisions, found.tables, locate, accepted)
        partial = _partial(request)
        findings = result.findings
        if request.flows:
            findings = tuple(finding for finding in findings if finding.crossing in request.flows)
        counts: dict[str, int] = {status: result.counts.get(status, 0) for status in STATUSES}
        claims = found.tables["claim"]
        assessment = Assessment(
            tool_version=__version__,
            engine=engine.version,
            verified_by=verified_by,
            system=declaration.system.id,
            system_title=declaration.system.title or declaration.system.id,
            owner=declaration.system.owner or "",
            declaration=path.as_posix() if request.enclosed is None else path.name,
            files=tuple(InputFile(path=f.name, sha256=f.sha256, size=f.size) for f in loaded.files),
            profiles=selection.profiles,
            scope=scope,
            partial=partial,
            assessed_at=now.isoformat().replace("+00:00", "Z"),
            as_of=as_of.isoformat(),
            fail_on=request.fail_on,
            tables=found.tables,
            decisions=decisions,
            findings=findings,
            tally=result.tally if findings is result.findings else tally_of(findings),
            counts=counts,
            claims=claims.size,
            observed=_count(claims, "seen", b"true"),
            unseeable=_count(claims, "observable", b"false"),
            reconciliation=() if observations is None else claim_rows(found, observations, locate),
            attempts=() if observations is None else attempt_rows(found, observations),
            controls=selection.controls,
            deviations=selection.deviations,
            notes=(*result.notes, *_unselected(catalog, selection, request), *observed_notes),
            crossings=crossing_rows(found, locate),
            map=boundary_map(found),
            locate=locate,
        )
    return Assessed(
        assessment=assessment,
        loaded=loaded,
        facts=found,
        catalog=catalog,
        selection=selection,
        accepted=accepted,
        observations=observations,
    )


def _observations(
    request: Request, loaded: Loaded, now: datetime.datetime
) -> tuple[Observations | None, Sequence[str]]:
    """Return what was observed, matched with what is asked, and what is to be said of it.

    None where nothing is to be held against reality. Raises UsageError where the recording is of another system, can't
    be read, or says what its own raw responses do not bear out.
    """
    given = request.observations
    if given is None:
        return None, ()
    from limen.analysis.observations import Observations

    notes: list[str] = []
    how: list[str] | None = None
    if isinstance(given, Path):
        from limen.probes.interface import asked
        from limen.probes.replaying import read_verified
        from limen.probes.targets import targets

        how = [asked(target) for target in targets(loaded.declaration, Path())]
        run = read_verified(given)
        where = given.as_posix()
    else:
        where, run = "this run", given
    declaration = loaded.declaration
    if run.system != declaration.system.id:
        message = f"{where} is of the system {run.system!r}, and this is {declaration.system.id!r}"
        raise UsageError(Problem(message=message, hint="name the observations of this system"))
    if run.declaration_sha256 not in ("", loaded.digest):
        notes.append("the declaration has changed since it was observed")
    observations = Observations(declaration, run.attempts, int(now.timestamp()), how)
    return observations, (*notes, *_unmatched(observations))


def _count(claims: SubjectTable, field: str, value: bytes) -> int:
    """Return how many claims have a value in a field."""
    column = claims.columns.get(field)
    if column is None:
        return 0
    return sum(column.values[column.codes[shape]] == value for shape in claims.shapes)


def _unmatched(observations: Observations) -> list[str]:
    """Return a note for each attempt that no request of the declaration asks for: it judged nothing."""
    return [
        f"the observation of {one.probe} at {one.endpoint or one.target} counts for nothing: "
        f"no probe of the declaration asks {one.section} {one.target} there, in that way"
        for one in observations.unmatched
    ]


@contextlib.contextmanager
def _engine(options: EngineOptions, journal: Journal | None) -> Iterator[PolicyEngine]:
    """Yield an engine; one outside limen may be lost through no fault of ours, so its answers go to the journal."""
    with open_engine(options) as engine:
        if journal is None or options.engine == "embedded":
            yield engine
        else:
            from limen.policy.journal import Journalled

            yield Journalled(engine, journal)


def _verified(
    engine: PolicyEngine, deciding: Deciding, second: PolicyEngine, jobs: list[Job], sample: int | None
) -> str:
    """Decide again on a second engine, and return the outcome in words; raises as `verified`."""
    from limen.policy.verification import verified

    second.prepare(jobs)
    return verified(engine.version, deciding.asked, second, sample)


def _unselected(catalog: Catalog, selection: Selection, request: Request) -> list[str]:
    """Return a note where rules of the user's own were given and no profile selects them: they judged nothing."""
    left = [rule_id for rule_id in catalog.own if rule_id not in selection.rules]
    if not left or request.rules:
        return []
    return [f"no profile of this assessment selects {', '.join(left)}: --profile adds one that does"]


def _accepted(request: Request, path: Path, now: datetime.datetime, selection: Selection) -> Accepted:
    """Read what was accepted before: waivers, baseline, and findings inherited from a reference."""
    waivers, baseline = accepted_files(request, path)
    shown = (lambda file: "") if request.enclosed is None else (lambda file: file.name)
    return Accepted(
        waivers=read_waivers(waivers, shown(waivers)) if waivers is not None else None,
        baseline=read_baseline(baseline, shown(baseline)) if baseline is not None else None,
        inherited=request.inherited,
        now=now,
        attested_only=selection.attested_waivers,
        partial=bool(_partial(request)),
    )


def accepted_files(request: Request, path: Path) -> tuple[Path | None, Path | None]:
    """Return the waiver file and the baseline of a request: as named, else as they lie beside the declaration."""
    waivers, baseline = request.waivers, request.baseline
    if request.enclosed is None:
        beside = path.parent / WAIVERS_FILE, path.parent / BASELINE_FILE
        waivers = waivers or (beside[0] if beside[0].exists() else None)
        baseline = baseline or (beside[1] if beside[1].exists() else None)
    return waivers, baseline


def _partial(request: Request) -> str:
    """Return why the assessment is only a part of itself, or an empty text."""
    parts = []
    if request.only_profiles:
        parts.append(f"only profile {', '.join(request.only_profiles)}")
    if request.rules:
        parts.append(f"only rule {', '.join(request.rules)}")
    if request.flows:
        parts.append(f"only flow {', '.join(request.flows)}")
    return "; ".join(parts)


def known_profiles(request: Request, loaded: Loaded, catalog: Catalog) -> None:
    """Raise DeclarationError, with its place, where the declaration names a profile that does not exist."""
    declared = () if request.only_profiles else loaded.declaration.profiles
    problems = [
        Problem(
            message=f"there is no profile {name!r}",
            location=loaded.sources.locate("profiles", index),
            hint=suggestion(name, catalog.profiles),
        )
        for index, name in enumerate(declared)
        if name not in catalog.profiles
    ]
    if problems:
        raise DeclarationError(problems)


def known_flows(flows: tuple[str, ...], loaded: Loaded) -> None:
    """Raise UsageError where a flow is named that is not declared."""
    known = {flow.id for flow in loaded.declaration.flows}
    unknown = [flow for flow in flows if flow not in known]
    if unknown:
        raise UsageError(
            [Problem(message=f"there is no flow {flow!r}", hint=suggestion(flow, known)) for flow in unknown]
        )
