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
    root = Path(_git(path.parent, "rev-parse", "--show-toplevel").decode().strip()).resolve()
    commit = _commit(path.parent, reference)
    inside = path.parent.relative_to(root).as_posix()
    name = path.relative_to(root).as_posix()
    if not _git(root, "ls-tree", "-z", "--name-only", commit, "--", name):
        return frozenset()
    with tempfile.TemporaryDirectory(prefix="limen-") as folder:
        below = [] if inside == "." else ["--", f":(top,literal){inside}"]
        _extract(_git(root, "archive", "--format=tar", commit, *below), Path(folder))
        then = msgspec.structs.replace(
            request,
            path=Path(folder) / name,
            waivers=None,
            baseline=None,
            flows=(),
            inherited=frozenset(),
            observations=None,  # what reality was like then nobody knows: drift is always new
        )
        try:
            before = assess(then)
        except (DeclarationError, UsageError) as error:
            message = f"the declaration at {reference} can't be read, so nothing can be called new"
            raise UsageError([Problem(message=message), *error.problems]) from error
        return frozenset(finding.fingerprint for finding in before.assessment.findings if finding.status == "fail")


def _commit(folder: Path, reference: str) -> str:
    """Return the commit that a reference means; raises UsageError where it means none."""
    message = f"{reference!r} is no commit of this repository"
    problem = Problem(message=message, hint="name a commit, a branch or a tag, such as origin/main")
    if not reference.strip() or reference.startswith("-"):
        raise UsageError(problem)
    found = _run(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
    if found.returncode:
        raise UsageError(problem)
    return found.stdout.decode().strip()


def _extract(archive: bytes, folder: Path) -> None:
    """Unpack what git archived; links that lead out of the tree are left out, as loading would refuse them."""
    import io
    import tarfile

    def harmless(member: tarfile.TarInfo, where: str) -> tarfile.TarInfo | None:
        try:
            return tarfile.data_filter(member, where)
        except tarfile.FilterError:
            return None

    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter=harmless)  # noqa: S202 - each member went through the filter


def _git(folder: Path, *arguments: str) -> bytes:
    """Return what git prints; raises UsageError where it fails."""
    done = _run(folder, *arguments)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
        raise UsageError(Problem(message=f"git could not answer: {said}", hint="check: git " + " ".join(arguments)))
    return done.stdout


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder; raises UsageError where it is missing or hangs."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        return subprocess.run(command, capture_output=True, timeout=_DEADLINE, check=False, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise UsageError(Problem(message="--baseline-from needs git", hint="install git")) from None
    except subprocess.TimeoutExpired:
        message = f"git took longer than {_DEADLINE} s"
        raise UsageError(Problem(message=message, hint=f"check: {' '.join(command)}")) from None
