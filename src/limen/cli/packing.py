"""Packing as `limen pack` does it: keys are opened first, so that nothing is judged that can't be signed."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from limen.cli.console import Console
from limen.cli.selecting import journalled_run, request_of
from limen.errors import LimenError, Problem, UsageError
from limen.records.statuses import EXIT_CONFORMING, EXIT_UNASSESSED, worst_exit

if TYPE_CHECKING:
    from limen.assess import Request
    from limen.assess.packing import Packed, Packing
    from limen.evidence.witness import Witness
    from limen.integrity.signatures import Signer


def packed(options: argparse.Namespace, console: Console) -> int:
    """Pack, take a timestamp where one is wanted, print, and return 0, 1 or 3."""
    from limen.assess.packing import Packing, pack
    from limen.assess.tokenising import token_key

    with contextlib.ExitStack() as opened:
        signers = _signers(options.key, options.passphrase_from, opened)
        log_key = _signers([options.log_key], [], opened)[0] if options.log_key else None
        request = opened.enter_context(journalled_run(_request(options, console), resume=options.resume))
        packing = Packing(
            request=request,
            output=options.output,
            signers=signers,
            signing_policy=options.signing_policy,
            previous=options.previous,
            sensitivity=tuple(options.sensitivity),
            operator=options.operator,
            token_key=token_key(options.token_key, Path()) if options.token_key else None,
            log=options.log,
            log_key=log_key,
            witnesses=_witnesses(options),
        )
        with console.progress() as say:
            done = pack(packing, say)
        _print(done, packing, console)
    code = done.written.exit_code
    if options.timestamp:
        code = worst_exit(code, _stamped(options, console))
    return code


def _request(options: argparse.Namespace, console: Console) -> Request:
    """Return what is assessed, with the findings that were there at the reference of --baseline-from."""
    request = request_of(options)
    if options.baseline_from is None:
        return request
    import msgspec

    from limen.cli.reference import inherited_fingerprints

    with console.progress() as say:
        say(f"assessing {options.baseline_from}")
        return msgspec.structs.replace(request, inherited=inherited_fingerprints(request, options.baseline_from))


def _print(done: Packed, packing: Packing, console: Console) -> None:
    console.out(done.written.verdict)
    console.out(f"{packing.output}: {done.tree.size:,} leaves, root {done.tree.root.hex()}")
    if done.repaired:
        console.note(f"run log: {done.repaired}")
    if done.tokens:
        console.note(f"{done.tokens} tokens stand in place of identifiers and secrets of the inputs")
    if not packing.signers:
        console.note("unsigned: nobody vouches for the pack; --key signs it as producer")
    if done.attested is False:
        console.note("the observations are unattested: the run log says nothing of their recording")
    for name, why in done.missing.items():
        console.error(f"the report {name} is missing: {why}")


def _stamped(options: argparse.Namespace, console: Console) -> int:
    """Take a timestamp over the pack that lies there by now; return 0, or 3 where there is none that counts."""
    import datetime

    from limen.adapters.timestamp_authority import timestamped
    from limen.evidence.timestamping import timestamp_pack
    from limen.integrity.instants import instant_text

    try:
        done = timestamp_pack(
            options.output,
            lambda content: timestamped(options.timestamp, content),
            (),
            lambda: datetime.datetime.now(datetime.UTC),
        )
    except LimenError as error:
        console.problems(error)
        console.error(f"{options.output} has no timestamp: limen timestamp takes one")
        return EXIT_UNASSESSED
    console.out(f"timestamp {instant_text(done.token.time)}, not verified: limen verify --trust does")
    return EXIT_CONFORMING


def _signers(references: list[str], secrets: list[str], opened: contextlib.ExitStack) -> tuple[Signer, ...]:
    """Open keys, with their passphrases from where they are kept or the terminal.

    Raises UsageError where one can't be used or is named twice.
    """
    if secrets and len(secrets) != len(references):
        message = f"{len(references)} keys and {len(secrets)} passphrases: each key has its own"
        raise UsageError(Problem(message=message, hint="repeat --passphrase-from, in the order of --key"))
    if not references:
        return ()
    from limen.adapters.signers import open_signer
    from limen.cli.two_components import secret_of, typed

    found = []
    for number, reference in enumerate(references):
        kept = secrets[number] if secrets else None
        ask = typed if kept is None else (lambda _, kept=kept: secret_of(kept))
        found.append(opened.enter_context(open_signer(reference, ask)))
    ids = [one.key.id for one in found]
    double = [reference for place, reference in enumerate(references) if ids[place] in ids[:place]]
    if double:
        raise UsageError([Problem(message=f"the key {one} is named twice", hint="name it once") for one in double])
    return tuple(found)


def _witnesses(options: argparse.Namespace) -> tuple[Witness, ...]:
    """Read who cosigns; raises UsageError with all files that name nobody."""
    if not options.witness:
        return ()
    from limen.errors import Location
    from limen.evidence.witness import read_witness

    found = []
    problems = []
    for path in options.witness:
        try:
            found.append(read_witness(path.read_bytes()))
        except (OSError, ValueError) as error:
            what = getattr(error, "strerror", None) or str(error)
            problems.append(Problem(message=what, location=Location(file=str(path)), hint="expected name, url and key"))
    if problems:
        raise UsageError(problems)
    return tuple(found)
