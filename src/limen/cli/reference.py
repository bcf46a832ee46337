"""The declaration as it was at a git reference, for --baseline-from."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from limen.errors import DeclarationError, Problem, UsageError

if TYPE_CHECKING:
    from limen.assess import Request

_DEADLINE = 60
"""Seconds that git may take."""


def inherited_fingerprints(request: Request, reference: str) -> frozenset[str]:
    """Assess the declaration as it was at a reference and return its findings' fingerprints.

    Waivers and baseline are left out: what was accepted then is judged by today's files. A declaration that
    was not there yet inherits nothing. Raises UsageError where git or the reference can't be used, and where
    the declaration of that time can't be read, since nothing could then be called new.
    """
    import msgspec

    from limen.assess import assess
    from limen.loading import find

    path = find(request.path or Path()).resolve()
    if reference.startswith("-"):
        raise UsageError(Problem(message=f"{reference!r} is no git reference"))
    root = Path(_git(path.parent, "rev-parse", "--show-toplevel").decode().strip()).resolve()
    commit = _git(path.parent, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}").decode().strip()
    inside = path.parent.relative_to(root).as_posix()
    with tempfile.TemporaryDirectory(prefix="limen-") as folder:
        archive = _git(root, "archive", "--format=tar", commit, *([] if inside == "." else ["--", inside]), missing_ok=True)
        if not archive:
            return frozenset()
        _extract(archive, Path(folder))
        then = Path(folder) / inside / path.name
        if not then.exists():
            return frozenset()
        try:
            before = assess(
                msgspec.structs.replace(request, path=then, waivers=None, baseline=None, flows=(), inherited=frozenset())
            )
        except DeclarationError as error:
            raise UsageError(
                [Problem(message=f"the declaration at {reference} can't be read, so nothing can be called new"), *error.problems]
            ) from error
    return frozenset(finding.fingerprint for finding in before.assessment.findings if finding.status == "fail")


def _extract(archive: bytes, folder: Path) -> None:
    import io
    import tarfile

    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")


def _git(folder: Path, *arguments: str, missing_ok: bool = False) -> bytes:
    """Run git in a folder; an error is a UsageError, or nothing where the path may be missing at the reference."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, timeout=_DEADLINE, check=False, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError:
        raise UsageError(Problem(message="--baseline-from needs git", hint="install git")) from None
    except subprocess.TimeoutExpired:
        raise UsageError(Problem(message=f"git took longer than {_DEADLINE} s", hint=f"git {' '.join(arguments)}")) from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        if missing_ok and "did not match any files" in said:
            return b""
        raise UsageError(
            Problem(message=f"git could not answer: {said or 'unknown reference ' + arguments[-1]}", hint="name a commit, branch or tag of this repository")
        )
    return done.stdout
