"""`limen frameworks`: what is in force, what covers it, and what nothing covers, in four formats that say the same."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from limen.policy.catalog import load_catalog
from tests.cli.support import limen
from tests.policy.test_coverage import TEXT

DAY = ("--as-of", "2026-11-22")


def _json(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    said = limen(capsys, "frameworks", *arguments, "-f", "json")
    assert (said.code, said.err) == (0, "")
    data: dict[str, Any] = json.loads(said.out)
    return data


def _controls(data: dict[str, Any], framework: str) -> dict[str, dict[str, Any]]:
    (one,) = (one for one in data["frameworks"] if one["id"] == framework)
    return {control["id"]: control for control in one["controls"]}


def test_without_an_id_every_framework_is_listed_with_its_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    said = limen(capsys, "frameworks", *DAY)
    heads, *lines = [line.split("\t") for line in said.out.splitlines()]
    assert heads == ["framework", "status", "controls", "in force", "covered", "partly", "not covered", "title"]
    known = {control.framework for control in load_catalog().controls.values()}
    assert [line[0] for line in lines] == sorted(known)
    for line in lines:
        assert sum(map(int, line[4:7])) == int(line[3]) <= int(line[2]), line
    (draft,) = (line for line in lines if line[0] == "nist-ir-8547")
    assert draft[1:7] == ["draft", "1", "0", "0", "0", "0"]


def test_an_id_shows_each_requirement_whole(capsys: pytest.CaptureFixture[str]) -> None:
    said = limen(capsys, "frameworks", "45cfr164", *DAY)
    assert "\n164.312(b): Audit controls\n    45 CFR 164.312(b); law, in force, from 2003-04-21\n" in said.out
    assert (
        "\n    not covered: no rule\n    not judged: No section of a declaration speaks of emergencies.\n" in said.out
    )
    assert "\n    90 FR 898; proposed of 2025-01-06, never in force\n" in said.out
    assert "\n    source: Federal Register, 90 FR 898\n" in said.out


def test_the_matrix_has_a_row_a_requirement(capsys: pytest.CaptureFixture[str]) -> None:
    said = limen(capsys, "frameworks", "--matrix", *DAY)
    heads, *lines = [line.split("\t") for line in said.out.splitlines()]
    assert heads == ["framework", "control", "citation", "status", "standing", "verdict", "rules", "not judged"]
    assert {f"{line[0]}:{line[1]}" for line in lines} == set(load_catalog().controls)
    rows = {f"{line[0]}:{line[1]}": line for line in lines}
    assert rows["21cfr11:11.70"][3:6] == ["law", "in force", "covered"]
    assert rows["21cfr11:11.10(i)"][5:7] == ["not covered", ""]
    assert rows["dscsa:582(g)(1)@small-dispensers"][4] == "not before 2026-11-27"
    assert rows["fips-140-3:140-2-active"][4] == "expired after 2026-09-20"
    assert rows["eu-annex-11:draft-2025"][3:6] == ["draft", "draft", "not covered"]


def test_csv_and_json_and_markdown_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    data = _json(capsys, *DAY)
    flat = {(one["id"], control["id"]): control for one in data["frameworks"] for control in one["controls"]}
    listed = list(csv.DictReader(io.StringIO(limen(capsys, "frameworks", *DAY, "-f", "csv").out)))
    assert [(row["framework"], row["control"]) for row in listed] == list(flat)
    for row in listed:
        control = flat[row["framework"], row["control"]]
        assert row["rules"].split() == control["rules"]
        for column in ("citation", "title", "status", "standing", "valid_from", "valid_to", "verdict", "gap", "source"):
            assert row[column] == control[column]
    shown = limen(capsys, "frameworks", "--matrix", *DAY, "-f", "markdown").out
    assert len([line for line in shown.splitlines() if line.startswith("| ")]) == len(flat) + 2 * len(
        data["frameworks"]
    )


def test_numbers_are_those_of_what_is_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    data = _json(capsys, *DAY)
    for one in data["frameworks"]:
        in_force = [control for control in one["controls"] if control["standing"] == "in force"]
        assert one["in_force"] == len(in_force)
        for verdict, number in one["verdicts"].items():
            assert number == sum(control["verdict"] == verdict for control in in_force)
        assert not {"draft", "proposed"} & {control["status"] for control in in_force}


@pytest.mark.parametrize(("as_of", "standing"), [("2026-11-26", "not yet in force"), ("2026-11-27", "in force")])
def test_the_day_decides(capsys: pytest.CaptureFixture[str], as_of: str, standing: str) -> None:
    data = _json(capsys, "dscsa", "--as-of", as_of)
    assert data["as_of"] == as_of
    assert _controls(data, "dscsa")["582(g)(1)@small-dispensers"]["standing"] == standing


def test_a_profile_covers_only_by_what_it_selects(capsys: pytest.CaptureFixture[str]) -> None:
    everything = _controls(_json(capsys, "21cfr11", *DAY), "21cfr11")
    hipaa = _json(capsys, "21cfr11", "--profile", "hipaa", *DAY)
    assert hipaa["profiles"] == ["hipaa"]
    controls = _controls(hipaa, "21cfr11")
    assert everything["11.70"]["verdict"] == "covered"
    assert (controls["11.70"]["verdict"], controls["11.70"]["rules"]) == ("partly", ["signatures.egress_unsigned"])
    assert controls["11.70"]["gap"].startswith("Not selected: signatures.bound_to_content, ")
    assert (everything["11.50"]["verdict"], controls["11.50"]["verdict"]) == ("partly", "not covered")


def test_a_framework_of_the_users_own_is_listed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "frameworks").mkdir()
    (tmp_path / "frameworks" / "ours.yaml").write_text(TEXT, encoding="utf-8")
    controls = _controls(_json(capsys, "ours", "--policies", tmp_path, *DAY), "ours")
    assert controls["whole"]["verdict"] == "not covered"
    assert controls["draft"]["standing"] == "draft"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("21cfr12",), "there is no framework '21cfr12'\n  = did you mean \"21cfr11\"?"),
        (("--profile", "hippa"), "there is no profile 'hippa'\n  = did you mean \"hipaa\"?"),
        (("--as-of", "tomorrow"), "'tomorrow' is no date; expected YYYY-MM-DD"),
        (("--format", "xml"), "invalid choice: 'xml'"),
    ],
)
def test_what_is_no_choice_is_refused(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    said = limen(capsys, "frameworks", *arguments)
    assert (said.code, said.out) == (2, "")
    assert message in said.err


def test_every_unknown_framework_is_named_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    said = limen(capsys, "frameworks", "21cfr12", "fips-999")
    assert said.code == 2
    assert "'21cfr12'" in said.err
    assert "'fips-999'" in said.err
