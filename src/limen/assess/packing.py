"""From a declaration to an evidence pack: copy the inputs, judge what was copied, seal, and only then let it appear."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import platform
import secrets
import time
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from limen import __version__
from limen.assess.assessing import Assessed, Progress, Request, assess, moment, places_as_typed
from limen.assess.left_over import refuse_left
from limen.assess.rendering import LAST, rendered
from limen.assess.screening import registrations, screened
from limen.assess.staging import Staged, judged_core, stage
from limen.errors import DeclarationError, InternalError, PolicyError, UnassessedError, UsageError
from limen.evidence import layout
from limen.evidence.core import Written, write_core
from limen.evidence.log_entries import Ended, Failed, Started, attested, read_entries
from limen.evidence.reading import PackFiles, open_pack
from limen.evidence.run_log import RunLog, Sealed, default_folder, open_log
from limen.evidence.statement import Head, digest, statement, sums_text
from limen.evidence.tree import CoreTree, core_tree
from limen.evidence.verify_page import verify_page
from limen.evidence.writing import UNFINISHED, check_free, place, settle, staging
from limen.integrity.canonical import canonical
from limen.integrity.dsse import encoded
from limen.integrity.instants import instant_text
from limen.integrity.signatures import Signer
from limen.loading import find, load
from limen.records.statuses import Scope

if TYPE_CHECKING:
    from limen.assess.tokenising import TokenKey
    from limen.evidence.witness import Witness

_FAMILIES = (DeclarationError, PolicyError, UsageError, UnassessedError, KeyboardInterrupt)
"""What a run log calls the end of a run that raised; anything else is a bug of limen."""


class Packing(msgspec.Struct, frozen=True, kw_only=True):
    """What is packed, and how it is sealed."""

    request: Request
    """What is assessed. `observations` is a folder, or None."""
    output: Path
    """The folder, or the zip where its name ends in .zip."""
    signers: tuple[Signer, ...] = ()
    """Keys that sign the Statement, as producer."""
    signing_policy: Path | None = None
    """How many must sign, and who approved profiles and frameworks."""
    previous: Path | None = None
    """The pack before this one."""
    sensitivity: tuple[Path, ...] = ()
    """Mutation scores and known-bad results."""
    operator: str = ""
    """Who runs it; empty: not said."""
    log: Path | None = None
    """The folder of the run log; None: .limen/log beside the declaration."""
    log_key: Signer | None = None
    """What signs its head, by Ed25519; None: the key in its folder, made where there is none."""
    witnesses: tuple[Witness, ...] = ()
    """Who cosigns its head."""
    token_key: TokenKey | None = None
    """What stands for identifiers in the inputs is made with; None: a pack whose inputs hold one is refused."""


class Packed(msgspec.Struct, frozen=True, kw_only=True):
    """A pack that lies in its place."""

    assessed: Assessed
    written: Written
    tree: CoreTree
    missing: Mapping[str, str]
    """Reports that are not in it, with the reason of each."""
    attested: bool | None
    """Whether the run log says that what was observed was recorded; None where nothing was observed."""
    tokens: int
    """How many tokens stand in its inputs in place of identifiers and secrets."""
    repaired: str
    """What a crash had left in the run log and was put right, in words; empty where there was nothing."""


def pack(packing: Packing, progress: Progress | None = None) -> Packed:
    """Assess a declaration and write its pack; all of it, or nothing.

    Raises LimenError; a finding is a result, not an error. A run that raises once it has begun to judge leaves an entry
    in the run log that says so, and no pack.
    """
    say = progress or (lambda _: None)
    check_free(packing.output)
    path = find(packing.request.path or Path())
    say("reading the declaration")
    with places_as_typed(path.parent):
        loaded = load(path)
    with staging(packing.output) as folder:
        say("copying the inputs")
        staged = stage(packing, path, loaded, folder)
        say("screening the inputs")
        with staged.names_as_typed():
            clean = screened(folder, staged.loaded, packing.operator, packing.token_key)
        packing = msgspec.structs.replace(packing, operator=clean.operator)
        log = open_log(packing.log or default_folder(path), packing.log_key)
        with _logged(packing, loaded.declaration.system.id, log) as run:
            with staged.names_as_typed():
                assessed = assess(staged.request, say, staged.loaded if not clean.tokens else None)
            say("writing the records")
            written = write_core(judged_core(assessed, folder), folder)
            say("rendering the reports")
            missing: dict[str, str] = {}
            for name, content in rendered(assessed.assessment, folder, missing):
                _write(folder, name, content)
            declared = registrations(staged.loaded)
            with staged.names_as_typed():
                refuse_left(folder, clean.values, declared)
            say("sealing")
            secret = secrets.token_bytes(32)
            with ThreadPoolExecutor(1) as other:  # the typesetter leaves the interpreter to others
                last = other.submit(lambda: list(rendered(assessed.assessment, folder, missing, LAST)))
                with open_pack(folder) as files:
                    tree = core_tree(files, secret)
            for name, content in last.result():  # it shows what the others do
                _write(folder, name, content)
            attested = _sealed(folder, packing, assessed, written, staged, missing, run, log, secret, tree)
            refuse_left(folder, clean.values, declared, "envelope/")
            settle(folder)
            place(folder, packing.output)
    return Packed(
        assessed=assessed,
        written=written,
        tree=tree,
        missing=missing,
        attested=attested,
        tokens=clean.tokens,
        repaired=log.repaired,
    )


class _Run(msgspec.Struct, frozen=True, kw_only=True):
    """A run as the log knows it."""

    id: str
    clock: float
    """Where the clock that only goes forward stood when it started."""
    started: datetime.datetime


@contextlib.contextmanager
def _logged(packing: Packing, system: str, log: RunLog) -> Iterator[_Run]:
    """Say in the log that a run begins, and where it raises that it failed, with no more than the error's family."""
    run = _Run(id=str(uuid.uuid4()), clock=time.monotonic(), started=moment(None, epoch=False))
    scope: Scope = "design" if packing.request.observations is None else "conformance"
    try:
        log.append(Started(run=run.id, at=instant_text(run.started), system=system, scope=scope))
        yield run
    except BaseException as error:
        family = next((one.__name__ for one in _FAMILIES if isinstance(error, one)), InternalError.__name__)
        with contextlib.suppress(Exception):  # the first error is the one to tell
            log.append(Failed(run=run.id, at=instant_text(moment(None, epoch=False)), reason=family))
        raise


def _sealed(
    folder: Path,
    packing: Packing,
    assessed: Assessed,
    written: Written,
    staged: Staged,
    missing: Mapping[str, str],
    run: _Run,
    log: RunLog,
    secret: bytes,
    tree: CoreTree,
) -> bool | None:
    """Write the envelope, and into the log how it ended; return whether observations are attested."""
    _write(folder, layout.SECRET, secret.hex().encode() + b"\n")
    ended = Ended(
        run=run.id,
        at=instant_text(moment(None, epoch=False)),
        root=tree.root.hex(),
        tree_size=tree.size,
        public_size=tree.public_size,
        exit_code=written.exit_code,
        counts=written.counts,
    )
    sealed = log.sealed(ended, packing.witnesses)
    attests = _attested(folder, sealed)
    envelope = {
        layout.VERIFY: verify_page(),
        layout.RUN: canonical(_run(packing, assessed, missing, run, attests)) + b"\n",
        layout.LOG: sealed.text,
        layout.CHECKPOINT: sealed.checkpoint,
    }
    for name, content in envelope.items():
        _write(folder, name, content)
    with open_pack(folder) as files:
        sums = sums_text({name: _digest(files, name) for name in files.names() if name != UNFINISHED})
    _write(folder, layout.SUMS, sums)
    named = {name: digest(content) for name, content in envelope.items()} | {layout.SUMS: digest(sums)}
    head = _head(assessed, written, staged, sealed)
    _write(folder, layout.STATEMENT, encoded(statement(head, tree, named, packing.signers)))
    return attests


def _head(assessed: Assessed, written: Written, staged: Staged, sealed: Sealed) -> Head:
    assessment = assessed.assessment
    log = sealed.head
    previous = staged.previous
    return Head(
        system=assessment.system,
        assessed_at=assessment.assessed_at,
        as_of=assessment.as_of,
        scope=assessment.scope,
        partial=assessment.partial,
        verdict=written.verdict,
        exit_code=written.exit_code,
        counts=written.counts,
        previous=None if previous is None else {"root": previous.root, "tree_size": previous.tree_size},
        log={"origin": log.origin, "size": log.size, "root": log.root.hex()},
    )


def _attested(folder: Path, sealed: Sealed) -> bool | None:
    """Return whether the run log says that the recording was made; None where nothing was observed."""
    recording = folder / layout.OBSERVATIONS / "run.json"
    if not recording.exists():
        return None
    return attested(digest(recording.read_bytes()), read_entries(sealed.text))


def _digest(files: PackFiles, name: str) -> str:
    found = hashlib.sha256()
    for chunk in files.chunks(name):
        found.update(chunk)
    return found.hexdigest()


def _write(folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _run(
    packing: Packing, assessed: Assessed, missing: Mapping[str, str], run: _Run, attested: bool | None
) -> dict[str, Any]:
    """Return what time, machine and people add; nothing of it is a digest of an input."""
    return {
        "tool": f"limen {__version__}",
        "run": run.id,
        "engine": assessed.assessment.engine,
        "verified_by": assessed.assessment.verified_by,
        "platform": platform.platform(),
        "python": platform.python_version(),
        "operator": packing.operator,
        "started_at": instant_text(run.started),
        "seconds": round(time.monotonic() - run.clock, 3),
        "observations": {None: "none", True: "attested", False: "unattested"}[attested],
        "missing_reports": dict(missing),
    }
