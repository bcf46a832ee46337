"""Waivers that say nothing, or that who asked approved in disguise."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from limen.assess import Request, assess
from limen.errors import DeclarationError
from limen.records.assessment import Assessment
from tests.needs import REPOSITORY


def _waived(folder: Path, **changes: str) -> Assessment:
    shutil.copy(REPOSITORY / "examples" / "serialization" / "violating" / "boundaries.yaml", folder)
    first = assess(Request(path=folder)).assessment.findings[0]
    waiver = {
        "fingerprint": first.fingerprint,
        "owner": "ops",
        "requested_by": "Jo Kim",
        "approved_by": "Ana",
        "reason": "the partner moves in January",
        "compensating_control": "transit.plaintext",
        "expires": "2999-01-01",
    }
    (folder / "waivers.yaml").write_text(json.dumps({"waivers": [waiver | changes]}), encoding="utf-8")
    return assess(Request(path=folder)).assessment


def test_a_waiver_counts(tmp_path: Path) -> None:
    found = _waived(tmp_path)
    assert [finding.disposition for finding in found.findings].count("waived") == 1


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("jo  kim", id="case and spaces"),
        pytest.param("Jo\u00a0Kim", id="no-break space"),
        pytest.param("Jo Kim\u200b", id="zero-width space"),
        pytest.param("Jo\u00ad Kim", id="soft hyphen"),
        pytest.param("\u202eJo Kim", id="direction"),
        pytest.param("\uff2a\uff4f Kim", id="full width"),
    ],
)
def test_whoever_asked_does_not_approve_in_disguise(name: str, tmp_path: Path) -> None:
    found = _waived(tmp_path, approved_by=name)
    assert "waiver.self_approved" in {finding.rule for finding in found.findings}
    assert all(finding.disposition == "open" for finding in found.findings)


@pytest.mark.parametrize("field", ["owner", "requested_by", "approved_by", "reason", "compensating_control"])
def test_a_blank_is_refused(field: str, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError):
        _waived(tmp_path, **{field: " \t"})
