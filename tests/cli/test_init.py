"""`limen init`: what it writes conforms, whatever profiles it names, and nothing of the user's is lost."""

from __future__ import annotations

import datetime
import itertools
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from limen.cli.quoting import quoted
from limen.cli.starter import starter
from limen.policy.catalog import load_catalog
from tests.cli.support import limen, names

Capsys = pytest.CaptureFixture[str]

LAW = ("zero-trust", "hipaa", "dscsa", "dea-controlled-substances", "part-11")
SHIPPED = tuple(load_catalog(()).profiles)
GIVEN = ("--id", "rx", "--owner", "platform-security")
COMBINATIONS = [*((name,) for name in SHIPPED), *itertools.combinations(LAW, 2), LAW, SHIPPED]


def named(profiles: tuple[str, ...]) -> list[str]:
    return [word for name in profiles for word in ("--profile", name)]


@pytest.mark.parametrize("profiles", COMBINATIONS, ids="+".join)
def test_what_it_writes_conforms(tmp_path: Path, profiles: tuple[str, ...], capsys: Capsys) -> None:
    written = limen(capsys, "init", tmp_path, *GIVEN, *named(profiles))
    assert (written.code, written.err) == (0, "")
    said = limen(capsys, "check", tmp_path, "-f", "json")
    document = json.loads(said.out)
    assert said.code == 0
    assert document["findings"] == []
    assert document["profiles"] == list(profiles)
    assert document["verdict"].startswith("conforms as declared; ")


def test_it_still_conforms_after_a_year(tmp_path: Path) -> None:
    from limen.assess import Request, assess

    today = datetime.date(2026, 11, 22)
    text = starter(system="rx", title="Rx", owner="ops", profiles=LAW, tenancy=True, today=today)
    (tmp_path / "boundaries.yaml").write_text(text, encoding="utf-8")
    assert not assess(Request(path=tmp_path, as_of=datetime.date(2027, 11, 22))).assessment.findings
    expired = assess(Request(path=tmp_path, as_of=datetime.date(2029, 1, 1))).assessment.findings
    assert {finding.rule for finding in expired} == {"keys.cryptoperiod"}


def test_it_is_commented_and_names_its_schema(tmp_path: Path, capsys: Capsys) -> None:
    limen(capsys, "init", tmp_path, *GIVEN, "--profile", "hipaa")
    lines = (tmp_path / "boundaries.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# yaml-language-server: $schema=boundaries.schema.json"
    assert sum("#" in line for line in lines) > 40
    printed = limen(capsys, "schema").out
    assert (tmp_path / "boundaries.schema.json").read_text(encoding="utf-8") == printed


def test_what_the_record_is_about_follows_the_profiles(tmp_path: Path, capsys: Capsys) -> None:
    limen(capsys, "init", tmp_path, *GIVEN, *named(("hipaa", "part-11")))
    document = yaml.safe_load((tmp_path / "boundaries.yaml").read_text(encoding="utf-8"))
    assert document["labels"]["compartments"] == ["phi", "regulatory"]
    assert document["data"]["record"]["label"] == {"level": "restricted", "compartments": ["phi", "regulatory"]}
    assert "tenants" not in document


def test_the_title_is_the_id_unless_given(tmp_path: Path, capsys: Capsys) -> None:
    limen(capsys, "init", tmp_path, *GIVEN, "--profile", "hipaa")
    document = yaml.safe_load((tmp_path / "boundaries.yaml").read_text(encoding="utf-8"))
    assert document["system"] == {"id": "rx", "title": "rx", "owner": "platform-security"}


@pytest.mark.parametrize("there", ["boundaries.yaml", "boundaries.yaml (dangling link)"])
def test_it_overwrites_only_when_forced(tmp_path: Path, there: str, capsys: Capsys) -> None:
    path = tmp_path / "boundaries.yaml"
    if "link" in there:
        path.symlink_to(tmp_path / "nowhere.yaml")
    else:
        path.write_text("mine", encoding="utf-8")
    said = limen(capsys, "init", tmp_path, *GIVEN, "--profile", "hipaa")
    assert (said.code, said.out) == (2, "")
    assert f"{path} is there already" in said.err
    assert "--force" in said.err
    assert names(tmp_path) == ["boundaries.yaml"]
    assert limen(capsys, "init", tmp_path, *GIVEN, "--profile", "hipaa", "--force").code == 0
    assert limen(capsys, "check", tmp_path).code == 0


def test_it_makes_the_folder_or_takes_a_file_name(tmp_path: Path, capsys: Capsys) -> None:
    assert limen(capsys, "init", tmp_path / "new" / "place", *GIVEN, "--profile", "hipaa").code == 0
    assert limen(capsys, "init", tmp_path / "trial.yaml", *GIVEN, "--profile", "hipaa").code == 0
    assert limen(capsys, "check", tmp_path / "new" / "place").code == 0
    assert limen(capsys, "check", tmp_path / "trial.yaml").code == 0


def test_a_folder_with_the_name_of_a_file_gets_the_file(tmp_path: Path, capsys: Capsys) -> None:
    (tmp_path / "x.yaml" / "boundaries.yaml").mkdir(parents=True)
    said = limen(capsys, "init", tmp_path / "x.yaml", *GIVEN, "--profile", "hipaa", "--force")
    assert (said.code, said.out) == (2, "")
    assert f"{tmp_path / 'x.yaml' / 'boundaries.yaml'} is a folder" in said.err


def test_a_place_that_cannot_be_written(tmp_path: Path, capsys: Capsys) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    said = limen(capsys, "init", tmp_path / "file" / "boundaries.yaml", *GIVEN, "--profile", "hipaa")
    assert (said.code, said.out) == (2, "")
    assert "cannot write" in said.err


def test_without_a_terminal_all_that_is_missing_is_named_at_once(tmp_path: Path, capsys: Capsys) -> None:
    said = limen(capsys, "init", tmp_path)
    assert (said.code, said.out) == (2, "")
    assert [name for name in ("--id", "--owner", "--profile") if f"{name} is missing" in said.err] == [
        "--id", "--owner", "--profile",
    ]  # fmt: skip
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--id", "Rx Trace", "--owner", "o", "--profile", "hipaa"], "lower-case letters, digits and hyphens"),
        (["--id", "-rx", "--owner", "o", "--profile", "hipaa"], "expected one argument"),
        (["--id", "rx-", "--owner", "o", "--profile", "hipaa"], "lower-case letters"),
        (["--id", "r" * 64, "--owner", "o", "--profile", "hipaa"], "lower-case letters"),
        (["--id", "rx", "--owner", " ", "--profile", "hipaa"], "expected a name"),
        (["--id", "rx", "--owner", "o" * 4001, "--profile", "hipaa"], "at most 4000"),
        (["--id", "rx", "--owner", "\udcff", "--profile", "hipaa"], "UTF-8"),
        (["--id", "rx", "--owner", "o", "--profile", "hippa"], 'did you mean "hipaa"?'),
        (["--id", "rx", "--owner", "o", "--profile", "xyzzy"], "profiles: "),
        (["--id", "rx", "--owner", "o", "--profile", " "], "expected some of"),
        (["--idd", "rx"], "did you mean --id?"),
    ],
)
def test_a_wrong_answer_is_refused(tmp_path: Path, arguments: list[str], said: str, capsys: Capsys) -> None:
    run = limen(capsys, "init", tmp_path, *arguments)
    assert (run.code, run.out) == (2, "")
    assert said in run.err
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    "text",
    ['"', "\\", "a: {b", "# no comment", "\x1b[2J", "<b>", "\u202e", "é 名前 😀", "{{ 7 * 7 }}", "\n- x", "a\x85b"],
)
def test_free_text_may_hold_anything(tmp_path: Path, text: str, capsys: Capsys) -> None:
    limen(capsys, "init", tmp_path, "--id", "rx", "--owner", text, "--title", text, "--profile", "hipaa")
    document = yaml.safe_load((tmp_path / "boundaries.yaml").read_text(encoding="utf-8"))
    assert document["system"]["title"] == document["system"]["owner"] == text
    said = limen(capsys, "check", tmp_path)
    assert said.code == 0
    assert all(line.isprintable() for line in said.out.split("\n"))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_quoting_is_undone_by_reading(text: str) -> None:
    scalar = quoted(text)
    assert scalar.isprintable()
    assert yaml.safe_load(scalar) == text


def test_patients_and_stock_go_separate_ways(tmp_path: Path, capsys: Capsys) -> None:
    limen(capsys, "init", tmp_path, *GIVEN, *named(LAW))
    document = yaml.safe_load((tmp_path / "boundaries.yaml").read_text(encoding="utf-8"))
    held = {name: item["label"].get("compartments") for name, item in document["data"].items()}
    assert held["record"] == ["phi", "regulatory"]
    assert held["stock-record"] == ["serialization", "controlled-substance"]
    assert document["components"]["store"]["stores"] == ["record"]
    assert document["components"]["stock-store"]["stores"] == ["stock-record"]
    assert sorted(document["tenants"]) == ["pharmacy-a", "pharmacy-b"]
