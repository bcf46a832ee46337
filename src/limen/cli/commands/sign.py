"""Sign an evidence pack as a person: who, when and with which meaning, bound to this pack alone (21 CFR Part 11).

The pack is verified first, and a damaged one is not signed. Then it is shown what is signed, and two components are
asked for at that moment (21 CFR 11.200(a)(1)): the key that the signer has, and the passphrase, PIN or password that
only the signer knows. A key that needs none is refused.

--key names the key: an encrypted PEM file, pkcs11:token=NAME;object=LABEL?module-path=/path/of/module.so, or
vault:MOUNT/KEY?user=USER for OpenBao and Vault, where the user's password makes the token at the moment of signing.
Named twice, both keys sign, such as ECDSA P-256 and ML-DSA-65; then both must verify.

With --trust, earlier signatures are judged first, and the key must be the signer's by that file.

The signature goes into envelope/signatures/, and what people read (printed name, time, meaning) into
envelope/signatures.pdf. Take a timestamp afterwards: limen timestamp.
"""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from limen.cli.console import Console
from limen.errors import Problem, UsageError
from limen.records.statuses import EXIT_CONFORMING

if TYPE_CHECKING:
    from limen.evidence.checks.forms import ESignature
    from limen.evidence.signing import Prospect
    from limen.integrity.signatures import Signer

SUMMARY = "sign an evidence pack as a person, with two components"
MEANINGS = ("authorship", "review", "approval", "responsibility")
"""As in limen.evidence; named here so that --help is quick, and a test compares them."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("pack", metavar="PACK", type=Path, help="folder or zip of an evidence pack")
    parser.add_argument("--as", dest="user", required=True, metavar="USER", help="who signs, as systems call them")
    parser.add_argument("--name", required=True, metavar="NAME", help="printed name of the signer, such as 'Ana Ruiz'")
    parser.add_argument("--meaning", required=True, metavar="MEANING", help=f"one of {', '.join(MEANINGS)}")
    parser.add_argument(
        "--role", required=True, metavar="ROLE", help="as what, such as approver; see the pack's policy"
    )
    parser.add_argument(
        "--key", required=True, action="append", metavar="REF", help="the signer's key; may be repeated"
    )
    parser.add_argument(
        "--passphrase-from",
        action="append",
        default=[],
        metavar="REF",
        help="where its passphrase is kept, without a terminal: env:NAME, file:PATH, vault:PATH#FIELD; one a key",
    )
    parser.add_argument(
        "--trust", metavar="FILE", type=Path, help="trust file: whose keys and earlier signatures count"
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Verify, show, ask, sign and write."""
    from limen.cli.trusting import trust_of
    from limen.cli.two_components import check_components, opened_keys, typed
    from limen.evidence.e_signatures import Signatory
    from limen.evidence.signing import sign_pack
    from limen.reports.pages.manifestation import render

    meaning = _meaning(options.meaning)
    trust = None if options.trust is None else trust_of(options.trust)
    check_components(options.key, options.passphrase_from, options.user)
    signatory = Signatory(user=options.user, name=options.name, meaning=meaning, role=options.role)
    seen: list[Prospect] = []
    with ExitStack() as stack:

        def consent(prospect: Prospect) -> Sequence[Signer]:
            seen.append(prospect)
            _show(console, options.pack, prospect)
            return stack.enter_context(opened_keys(options.key, options.passphrase_from, typed))

        name, signature = sign_pack(options.pack, signatory, consent, render, _now, trust)
    _tell(console, options.pack, name, signature, seen[0].missing())
    return EXIT_CONFORMING


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _meaning(given: str) -> str:
    import difflib

    if given in MEANINGS:
        return given
    close = difflib.get_close_matches(given, MEANINGS, 1)
    hint = f'did you mean "{close[0]}"?' if close else f"one of {', '.join(MEANINGS)}"
    raise UsageError(Problem(message=f"{given!r:.60} is no meaning of a signature", hint=hint))


def _show(console: Console, path: Path, prospect: Prospect) -> None:
    """Show what is about to be signed."""
    said, who = prospect.predicate, prospect.signatory
    counts = ", ".join(f"{number} {status}" for status, number in sorted(said.counts.items()) if number)
    scope = f"{said.scope}, in part: {said.partial}" if said.partial else said.scope
    rows = [
        ("pack", f"{path}"),
        ("system", f"{said.system} ({scope}), assessed at {said.assessed_at}"),
        ("verdict", f"{said.verdict} (exit code {said.exit_code}); {counts or 'no decisions'}"),
        ("root", f"{prospect.pack.root}, {prospect.pack.tree_size} leaves"),
        ("verified", "intact" + (", but not all of it could be judged:" if prospect.unchecked else "")),
        *(("", f"- {one}") for one in prospect.unchecked),
        (
            "signatures",
            "; ".join(f"{one.name} ({one.role}, {one.meaning})" for one in prospect.before) or "none so far",
        ),
        ("you sign", f"as {who.name} ({who.user}), {who.role}, with the meaning {who.meaning}"),
    ]
    if prospect.interrupted:
        done = "is written now" if prospect.interrupted == "finished" else "is drawn otherwise here: yours replaces it"
        console.note(f"an earlier signing was interrupted, and its signatures.pdf {done}")
    for label, text in rows:
        console.out(f"{label:<11} {_line(text)}")
    console.out("The passphrase, PIN or password signs this pack, legally as a handwritten signature does.")
    console.stdout.flush()


def _tell(console: Console, path: Path, name: str, signature: ESignature, missing: dict[str, int]) -> None:
    console.out(f"{path}: {name}, signed by {_line(signature.name)} at {signature.at} ({signature.meaning})")
    for role, number in sorted(missing.items()):
        console.out(f"the pack's policy asks for {number} more {'user' if number == 1 else 'users'} as {_line(role)}")


def _line(text: str) -> str:
    from limen.reports._words import one_line

    return one_line(text)
