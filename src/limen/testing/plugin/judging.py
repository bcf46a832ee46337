"""Assessments of a pytest session: each declaration is assessed once in a process, when it is first asked for."""

from __future__ import annotations

import datetime
import os
import shlex
from pathlib import Path

import pytest

from limen.assess import Assessed, Request, assess, moment
from limen.errors import LimenError
from limen.loading import find
from limen.policy.bundle_signature import trust_from
from limen.records.verdict import verdict_line
from limen.testing.plugin import NAMED
from limen.testing.plugin.words import problem_text

_ASSESSED = pytest.StashKey[dict[Path, "Assessed | LimenError"]]()
_MOMENT = pytest.StashKey[datetime.datetime]()


def declaration_at(path: str, folder: Path) -> Path:
    """Return the declaration that an option's value means; raise pytest.UsageError where there is none."""
    try:
        return find(_typed(folder / path)).resolve()
    except LimenError as error:
        raise pytest.UsageError(f"--limen: {problem_text(error)}") from None


def judged(config: pytest.Config, path: Path) -> Assessed:
    """Return the assessment of a declaration as the session's options ask for it; raise LimenError."""
    known = config.stash.setdefault(_ASSESSED, {})
    if path not in known:
        try:
            known[path] = assess(_request(config, path))
        except LimenError as error:  # what is broken is not tried again for every fixture
            known[path] = error
    found = known[path]
    if isinstance(found, LimenError):
        raise found
    return found


def only_one(config: pytest.Config, refusal: type[Exception]) -> Assessed:
    """Return the assessment that fixtures mean; raise a refusal where there is none, or one of several."""
    declarations = config.stash[NAMED]
    named = sorted(declarations)
    if len(named) > 1:
        raise refusal(f"fixtures are about one declaration; this session has {', '.join(map(str, named))}")
    try:
        return judged(config, named[0] if named else find(_typed(config.rootpath)).resolve())
    except LimenError as error:
        raise refusal(problem_text(error)) from None


def assessed_at(config: pytest.Config) -> datetime.datetime:
    """Return the session's clock, read once, by pytest-xdist's controller where there is one."""
    if _MOMENT not in config.stash:
        given = getattr(config, "workerinput", {}).get("limen_assessed_at")
        config.stash[_MOMENT] = moment(datetime.datetime.fromisoformat(given) if given else None)
    return config.stash[_MOMENT]


def headlines(config: pytest.Config) -> list[str]:
    """Return a line for each declaration that could be judged: its profiles, the law, and how it ended."""
    return [
        f"limen: {one.assessment.declaration}: {', '.join(one.assessment.profiles) or 'no profile'}; "
        f"law as of {one.assessment.as_of}; {verdict_line(one.assessment)}"
        for one in config.stash.get(_ASSESSED, {}).values()
        if not isinstance(one, LimenError)
    ]


def explain_options(config: pytest.Config) -> str:
    """Return the session's options as those of `limen explain`, each with a blank before it."""
    given = [("profile", name) for name in config.getoption("limen_profile") or ()]
    given += [("policies", name) for name in config.getoption("limen_policies") or ()]
    given += [("bundle-key", key) for key in config.getoption("limen_bundle_key") or ()]
    given += [("observations", config.getoption("limen_observations"))] * bool(config.getoption("limen_observations"))
    given += [("as-of", config.getoption("limen_as_of"))] if config.getoption("limen_as_of") else []
    return "".join(f" --{name} {shlex.quote(value)}" for name, value in given)


def _request(config: pytest.Config, path: Path) -> Request:
    folder = config.invocation_params.dir
    as_of, observed = config.getoption("limen_as_of"), config.getoption("limen_observations")
    return Request(
        path=_typed(path),
        profiles=tuple(config.getoption("limen_profile") or ()),
        policies=tuple(_typed(folder / given) for given in config.getoption("limen_policies") or ()),
        trust=trust_from(tuple(config.getoption("limen_bundle_key") or ())),
        as_of=datetime.date.fromisoformat(as_of) if as_of else None,
        assessed_at=assessed_at(config),
        observations=_typed(folder / observed) if observed else None,
    )


def _typed(path: Path) -> Path:
    """Return a path as a person would type it here."""
    try:
        return Path(os.path.normpath(path)).relative_to(Path.cwd())
    except ValueError:
        return path
