"""The pytest plugin: a declaration collects as one test a decision, ``boundaries.yaml::RULE::SUBJECT``.

pytest loads this module in every session of an environment that has limen, so it imports nothing else of limen until
a declaration is named: by ``--limen``, as an argument, or by a test that asks for one of the fixtures.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from limen.records.assessment import Assessment
    from limen.testing.plugin.crossing import Crossing

FILE_NAME = "boundaries.yaml"
"""The name of a declaration that needs no --limen where it is an argument."""
EACH = "each_crossing"
"""The fixture that is parametrised over all crossings."""
_REFINING = ("profile", "policies", "bundle_key", "as_of", "observations")
NAMED = pytest.StashKey[set[Path]]()
"""The declarations that are to be collected, as absolute paths."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that name a declaration and say how it is judged."""
    group = parser.getgroup("limen", "boundaries of data (limen)")
    group.addoption(
        "--limen", action="append", metavar="PATH", help="judge this boundaries.yaml, or the one of this folder"
    )
    group.addoption("--limen-profile", action="append", metavar="NAME", help="add a profile to the declaration's own")
    group.addoption(
        "--limen-policies",
        action="append",
        metavar="DIR|FILE",
        help="folder with rules and profiles of your own, or an OPA bundle of them",
    )
    group.addoption(
        "--limen-bundle-key", action="append", metavar="[ID=]FILE", help="key that every such bundle must be signed by"
    )
    group.addoption(
        "--limen-as-of", metavar="DATE", help="judge by the law in force on this day, YYYY-MM-DD (default: today, UTC)"
    )
    group.addoption(
        "--limen-observations", metavar="DIR", help="hold the declaration against what `limen probe --record` saw"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Have the declarations collected that were named; raise UsageError for what can't be."""
    config.addinivalue_line("markers", "limen: a decision of limen; its rule's category is a marker too: -m transit")
    as_of = config.getoption("limen_as_of")
    if as_of is not None:
        try:
            datetime.date.fromisoformat(as_of)
        except ValueError:
            raise pytest.UsageError(f"--limen-as-of: {as_of!r} is no date; expected YYYY-MM-DD") from None
    folder = config.invocation_params.dir
    arguments = {(folder / str(argument).partition("::")[0]).resolve() for argument in config.args}
    named = {path for path in arguments if path.name == FILE_NAME and path.exists()}
    for path in config.getoption("limen") or ():
        from limen.testing.plugin.judging import declaration_at

        found = declaration_at(path, folder)
        if found not in arguments | named:  # where a part of it is an argument, that part is all that is wanted
            config.args.append(str(found))
        named.add(found)
    config.stash[NAMED] = named
    if named:
        from limen.testing.plugin import collecting

        config.pluginmanager.register(collecting, "limen-collecting")
        return
    useless = [name for name in _REFINING if config.getoption(f"limen_{name}")]
    if useless:
        options = ", ".join(f"--limen-{name.replace('_', '-')}" for name in useless)
        raise pytest.UsageError(f"{options}: nothing is judged without --limen PATH")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `each_crossing` once a crossing."""
    if EACH in metafunc.fixturenames:
        from limen.testing.plugin.crossing import crossings

        found = crossings(metafunc.config, pytest.Collector.CollectError)
        metafunc.parametrize(EACH, found, ids=[one.flow for one in found], indirect=True, scope="session")


@pytest.fixture(scope="session")
def assessment(pytestconfig: pytest.Config) -> Assessment:
    """The assessment of the declaration that was named, or else of the project's boundaries.yaml."""
    from limen.testing.plugin.judging import only_one

    return only_one(pytestconfig, pytest.UsageError).assessment


@pytest.fixture(scope="session")
def crossing(pytestconfig: pytest.Config) -> Callable[[str], Crossing]:
    """Finds a crossing by its flow's id: ``crossing("site-upload")``."""
    from limen.testing.plugin.crossing import crossings, finder

    return finder(crossings(pytestconfig, pytest.UsageError))


@pytest.fixture(scope="session", name=EACH)
def _each_crossing(request: pytest.FixtureRequest) -> Crossing:
    """Every crossing in turn: the test runs once a crossing."""
    found: Crossing = request.param
    return found
