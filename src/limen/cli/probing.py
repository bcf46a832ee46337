"""Probing from the command line: declared targets are judged, typed ones are shown."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from limen.cli.attesting import attesting, attesting_problems
from limen.cli.console import Console
from limen.cli.probe_words import Words, words_of
from limen.errors import LimenError, Problem, UsageError
from limen.records.statuses import EXIT_CONFORMING, EXIT_UNASSESSED

if TYPE_CHECKING:
    from limen.loading import Loaded
    from limen.probes.interface import Target
    from limen.probes.running import Limits
    from limen.records.attempts import ProbeRun


def probed(options: argparse.Namespace, console: Console) -> int:
    """Do what the arguments of `limen probe` say and return the exit code."""
    from limen.cli.selecting import quiet_libraries
    from limen.probes.registry import probe_names

    quiet_libraries()
    words = words_of(options.words, probe_names())
    _combinable(options, words)
    if words.targets:
        return _typed(options, console, words)
    if options.replay is not None:
        return _replayed(options, console, words)
    return _declared(options, console, words)


def typed_run(options: argparse.Namespace, console: Console, name: str, targets: Sequence[str]) -> ProbeRun:
    """Return a run of one probe on targets that were typed; raises UsageError where its options are no use."""
    from limen.probes.running import run_typed

    with console.progress() as say:
        return run_typed(typed_targets(options, name, targets), limits=limits_of(options), say=say)


def typed_targets(options: argparse.Namespace, name: str, targets: Sequence[str]) -> list[Target]:
    """Return targets as they were typed."""
    from limen.cli.probe_options import probe_options
    from limen.probes.redaction import holds_credential
    from limen.probes.targets import typed_target

    chosen = probe_options(name, options.option)
    if options.credential and not options.credential.startswith(("env:", "file:", "vault:")):
        hint = "write env:NAME, file:PATH or vault:PATH#FIELD: a value would be seen by others, in the process list"
        raise UsageError(Problem(message="--credential takes a reference, never a value", hint=hint))
    if any(holds_credential(target) for target in targets):
        hint = "leave it out, and name it: --credential env:NAME, file:PATH or vault:PATH#FIELD"
        raise UsageError(Problem(message="the target has a credential in it", hint=hint))
    return [typed_target(name, target, options.credential, chosen) for target in targets]


def limits_of(options: argparse.Namespace) -> Limits:
    """Return what a run may take."""
    from limen.probes.running import Limits

    return Limits(
        timeout=options.timeout,
        total=float("inf") if options.deadline is None else options.deadline,
        concurrency=options.concurrency,
        rate=options.rate,
    )


def _combinable(options: argparse.Namespace, words: Words) -> None:
    """Raise UsageError for each pair of arguments that can't be meant together."""
    problems = []

    def refuse(message: str, hint: str) -> None:
        problems.append(Problem(message=message, hint=hint))

    if options.replay is not None:
        for given, name in ((options.plan, "--plan"), (options.record, "--record"), (words.names, "a probe's name")):
            if given:
                refuse(f"--replay asks nobody, so {name} has no meaning", "leave one of them out")
    problems += attesting_problems(options)
    if options.plan and options.record is not None:
        refuse("--plan asks nobody, so there is nothing to --record", "leave one of them out")
    if not words.targets:
        for given, name in ((options.credential, "--credential"), (options.option, "--option")):
            if given:
                hint = "in a declaration, the section probes says it: name a target, or leave it out"
                refuse(f"{name} is for a typed target", hint)
    elif options.only:
        refuse("--only names a flow of a declaration, and a target was typed", "leave one of them out")
    if problems:
        raise UsageError(problems)


def _typed(options: argparse.Namespace, console: Console, words: Words) -> int:
    from limen.cli.probe_output import facts_document, plan_document, print_facts, print_plan

    as_json = _facts_format(options) == "json"
    name = words.names[0]
    if options.plan:
        from limen.probes.plan import plan
        from limen.probes.schedule import planned

        made = plan(planned(typed_targets(options, name, words.targets)))
        if as_json:
            console.out_bytes(plan_document(made))
        else:
            print_plan(made, console)
        return EXIT_CONFORMING
    with _recorded(options, console) as keep:
        run = typed_run(options, console, name, words.targets)
        keep(run)
    if as_json:
        console.out_bytes(facts_document(run))
    else:
        print_facts(run, console)
    return EXIT_CONFORMING if all(one.status == "completed" for one in run.attempts) else EXIT_UNASSESSED


def _facts_format(options: argparse.Namespace) -> str:
    """Return text or json; raises UsageError for a report's format, since facts are no assessment."""
    wanted: set[str] = {word for item in options.format for word in item.split(",")} or {"text"}
    if len(wanted) != 1 or not wanted <= {"text", "json"} or options.output is not None:
        hint = "--format text or json, on standard output"
        raise UsageError(Problem(message="facts of a typed target and plans are no report", hint=hint))
    return wanted.pop()


def _declared(options: argparse.Namespace, console: Console, words: Words) -> int:
    from limen.assess import places_as_typed
    from limen.cli.probe_output import plan_document, print_plan
    from limen.cli.reporting import wanted_formats
    from limen.loading import find, load
    from limen.probes.running import run
    from limen.probes.schedule import check_names

    formats = ["text"] if options.plan else wanted_formats(options, console)
    path = find(words.path or Path())
    with places_as_typed(path.parent):
        loaded = load(path)
    _asks(loaded, path)
    check_names(loaded.declaration, words.names, options.only)
    if options.plan:
        from limen.probes.plan import plan
        from limen.probes.schedule import planned
        from limen.probes.targets import targets

        as_json = _facts_format(options) == "json"
        found = targets(loaded.declaration, path.parent)
        made = plan(planned(found, names=words.names, only_flow=options.only))
        if as_json:
            console.out_bytes(plan_document(made))
        else:
            print_plan(made, console)
        return EXIT_CONFORMING
    _judgeable(options, loaded)
    with _recorded(options, console) as keep:
        with console.progress() as say:
            made_run = run(
                loaded.declaration,
                path.parent,
                declaration_sha256=loaded.digest,
                names=words.names,
                only_flow=options.only,
                limits=limits_of(options),
                say=say,
            )
        keep(made_run)
    return _judged(options, console, made_run, path, formats)


def _asks(loaded: Loaded, path: Path) -> None:
    """Raise UsageError where a declaration asks nothing of reality."""
    if loaded.declaration.probes:
        return
    hint = (
        'add some: probes: [{probe: tls, flow: NAME, endpoint: "HOST:PORT"}], '
        "or ask one target: limen probe tls HOST:PORT"
    )
    raise UsageError(Problem(message=f"{path} declares no probes", hint=hint))


def _judgeable(options: argparse.Namespace, loaded: Loaded) -> None:
    """Raise LimenError where the assessment could not be made, before anything is asked for its sake."""
    from limen.assess import moment
    from limen.cli.selecting import request_of
    from limen.policy.baseline import read_baseline
    from limen.policy.catalog import load_catalog
    from limen.policy.selection import select
    from limen.policy.waivers import read_waivers

    options.path, options.observations = None, None
    request = request_of(options)
    profiles = request.only_profiles or (*loaded.declaration.profiles, *request.profiles)
    as_of = request.as_of or moment(None).date()
    select(load_catalog(request.policies, request.trust), profiles, rules=request.rules, as_of=as_of)
    if request.waivers is not None:
        read_waivers(request.waivers)
    if request.baseline is not None:
        read_baseline(request.baseline)


def _replayed(options: argparse.Namespace, console: Console, words: Words) -> int:
    from limen.cli.probe_output import facts_document, print_facts
    from limen.cli.reporting import wanted_formats
    from limen.loading import find
    from limen.probes.replaying import read_verified

    run = read_verified(options.replay)
    if not run.system:  # typed targets enter no assessment
        if _facts_format(options) == "json":
            console.out_bytes(facts_document(run))
        else:
            print_facts(run, console)
        return EXIT_CONFORMING if all(one.status == "completed" for one in run.attempts) else EXIT_UNASSESSED
    return _judged(options, console, run, find(words.path or Path()), wanted_formats(options, console))


def _judged(options: argparse.Namespace, console: Console, run: ProbeRun, path: Path, formats: list[str]) -> int:
    """Judge the declaration by a run, with the run's end as the clock, and report it."""
    from limen.cli.probe_output import print_attempts
    from limen.cli.reporting import reported
    from limen.cli.selecting import judged, request_of

    options.path, options.observations = path, None
    request = msgspec.structs.replace(
        request_of(options),
        observations=run if options.replay is None else options.replay,
        assessed_at=datetime.datetime.fromtimestamp(run.ended_at, datetime.UTC),
    )
    assessed = judged(request, options, console)
    if options.output is not None or formats == ["text"]:
        print_attempts(run, console, quiet=options.quiet)
    return reported(options, console, formats, assessed.assessment)


@contextlib.contextmanager
def _recorded(options: argparse.Namespace, console: Console) -> Iterator[Callable[[ProbeRun], None]]:
    """Yield what keeps a run where --record says so, and have it kept even where the run is interrupted.

    Raises LimenError before anything is asked where it can't be kept, or the run log can't be written.
    """
    from limen.probes.recording import check_free, write_run
    from limen.probes.running import InterruptedRun

    folder: Path | None = options.record
    if folder is not None:
        check_free(folder)
    with attesting(options, console) as attest:

        def keep(run: ProbeRun) -> None:
            if folder is None:
                return
            write_run(msgspec.structs.replace(run, salt=secrets.token_hex(32)), folder)
            if attest is not None:
                attest.say(folder, console)

        try:
            yield keep
        except InterruptedRun as interrupted:
            with contextlib.suppress(LimenError):
                keep(interrupted.run)
                if folder is not None:
                    console.note(f"what was seen until then is in {folder}")
            raise
