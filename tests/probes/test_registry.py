"""Discovery by location, in the tree; tests/test_wheel.py asks the wheel the same."""

from __future__ import annotations

from typing import get_args

import pytest

from limen.analysis.kinds import OBSERVED
from limen.model.operations import ProbeName
from limen.model.probing import OPTIONS_OF
from limen.probes.registry import probe_named, probe_names
from limen.probes.targets import _DECLARED
from tests.needs import REPOSITORY

FOLDERS = sorted(path.parent.name for path in (REPOSITORY / "src/limen/probes").glob("*/__init__.py"))


def test_what_lies_in_the_folder_is_what_is_found() -> None:
    assert list(probe_names()) == FOLDERS


def test_the_model_the_options_and_the_targets_know_the_same_probes() -> None:
    known = sorted(get_args(ProbeName))
    assert known == FOLDERS
    assert sorted(OPTIONS_OF) == known
    assert sorted(_DECLARED) == known


@pytest.mark.parametrize("name", FOLDERS)
def test_a_probe_has_what_every_probe_is(name: str) -> None:
    probe = probe_named(name)
    assert name == probe.NAME
    assert f"{name}_observation" == probe.KIND
    assert probe.VERSION
    assert probe.CAPABILITY
    assert all(callable(part) for part in (probe.contacts, probe.collect, probe.interpret))
    for path in probe.CAPABILITY:
        first = path.split(".")[0]
        assert first in OBSERVED[probe.KIND].__struct_fields__, f"{path} is no fact of {probe.KIND}"


def test_a_name_that_is_none() -> None:
    with pytest.raises(KeyError):
        probe_named("registry")
