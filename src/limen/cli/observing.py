"""Facts and proposals of `limen observe`."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from limen.cli.console import Console
from limen.errors import Problem, UsageError
from limen.records.statuses import EXIT_CONFORMING, EXIT_UNASSESSED
from limen.reports._words import one_line

if TYPE_CHECKING:
    from limen.probes.proposing import Proposal
    from limen.records.attempts import ProbeRun

_BELONGS = {
    "tls": "of a flow, or of a zone's posture",
    "brokers": "of a flow, or of a zone's posture",
    "kms": "of an entry of keys",
    "ledger": "of an entry of ledgers",
    "tenancy": "of an entry of components",
    "storage": "of an entry of components, or of a zone's posture",
}
"""Where in a declaration the proposal of a typed target belongs."""


def observed(options: argparse.Namespace, console: Console) -> int:
    """Do what the arguments of `limen observe` say and return the exit code."""
    from limen.cli.probe_output import facts_document, print_facts

    run = _run(options, console)
    if options.propose:
        from limen.probes.proposing import proposals

        found = proposals(run)
        if options.format == "json":
            console.out_bytes(_json(found))
        else:
            console.out_bytes(proposal_text(found, run).encode())
    elif options.format == "json":
        console.out_bytes(facts_document(run))
    else:
        print_facts(run, console)
    completed = bool(run.attempts) and all(one.status == "completed" for one in run.attempts)
    return EXIT_CONFORMING if completed else EXIT_UNASSESSED


def proposal_text(found: Sequence[Proposal], run: ProbeRun) -> str:
    """Return proposals as YAML in the declaration's format, with where each came from and what was not seen."""
    from limen.cli.proposed_yaml import as_yaml
    from limen.probes.proposing import document, merged

    typed = [one for one in found if one.attempt.section == "typed"]
    maker = f"limen {one_line(run.tool_version)}"
    parts = [f"# Proposed by {maker} from what was observed: review it, and write what ought to be.\n"]
    for group in [[one] for one in typed] or [list(found)]:
        parts += [f"# {line}\n" for one in group for line in _origin(one)]
        entries = document(merged(group))
        if entries:
            parts.append(as_yaml(entries))
    return "".join(parts)


def _origin(one: Proposal) -> Iterator[str]:
    """Yield where a proposal came from, in words, each on one line."""
    attempt = one.attempt
    at = datetime.datetime.fromtimestamp(attempt.started_at, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    where = attempt.endpoint or attempt.target
    of = "" if attempt.section == "typed" else f", of {attempt.section} {attempt.target}"
    seen = f"{attempt.probe} {attempt.version} at {where}{of}, {at}"
    if one.why:
        yield one_line(f"{seen}: nothing is proposed: {one.why}")
        return
    belongs = f": part {_BELONGS[attempt.probe]}" if attempt.section == "typed" and attempt.probe in _BELONGS else ""
    yield one_line(f"{seen}{belongs}")
    if attempt.reason:
        yield one_line(f"  {attempt.reason}")


def _json(found: Sequence[Proposal]) -> bytes:
    import orjson

    shown: list[dict[str, Any]] = [
        {
            "probe": one.attempt.probe,
            "version": one.attempt.version,
            "section": one.attempt.section,
            "target": one.attempt.target,
            "endpoint": one.attempt.endpoint,
            "observed_at": one.attempt.started_at,
            "proposed": one.entry,
            "nothing_because": one.why,
            "not_seen": one.attempt.reason if one.entry else "",
        }
        for one in found
    ]
    return orjson.dumps(shown, option=orjson.OPT_INDENT_2) + b"\n"


def _run(options: argparse.Namespace, console: Console) -> ProbeRun:
    """Return the run to look at: recorded, or made now."""
    from limen.cli.probe_words import words_of
    from limen.cli.probing import typed_run
    from limen.cli.selecting import quiet_libraries
    from limen.probes.registry import probe_names
    from limen.probes.replaying import read_verified

    quiet_libraries()
    words = words_of(options.words, probe_names())
    if options.observations is not None:
        if options.words or options.credential or options.option:
            hint = "leave one of them out"
            raise UsageError(Problem(message="--observations asks nobody, so there is no target", hint=hint))
        return read_verified(options.observations)
    if words.path is not None:
        hint = f"limen probe {words.path} --record DIR asks what it declares; limen observe --observations DIR shows it"
        raise UsageError(Problem(message=f"{words.path} is a declaration, and no target", hint=hint))
    if not words.targets:
        name = words.names[0] if words.names else "tls"
        hint = f"write: limen observe {name} {_EXAMPLES.get(name, 'TARGET')}; or --observations DIR"
        raise UsageError(Problem(message="there is no target to observe", hint=hint))
    return typed_run(options, console, words.names[0], words.targets)


_EXAMPLES = {
    "brokers": "kafka://HOST:PORT",
    "code": "FOLDER",
    "kms": "vault:transit/KEY@https://HOST:PORT",
    "leak": "FOLDER",
    "ledger": "FILE",
    "secrets": "FOLDER",
    "storage": "https://HOST/BUCKET",
    "tenancy": "HOST:PORT/DATABASE",
    "tls": "HOST:PORT",
}
"""What each probe's target looks like."""
