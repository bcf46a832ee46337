"""`limen rules new`: what it writes lints, passes its tests and judges what it says; what can't be is refused."""

from __future__ import annotations

import datetime
import json
import subprocess
from pathlib import Path

import pytest

from limen.analysis.kinds import KINDS
from limen.cli.scaffold import EXAMPLES, parameter_name
from limen.policy.catalog import load_catalog
from limen.policy.selection import select
from tests.cli.support import limen
from tests.needs import REPOSITORY, need_program


def write(capsys: pytest.CaptureFixture[str], folder: Path, rule: str, kind: str, *more: str) -> tuple[int, str, str]:
    return tuple(limen(capsys, "rules", "new", rule, "--subject", kind, "--policies", folder, *more))  # type: ignore[return-value]


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a new rule for each kind of subject."""
    from limen.cli import main

    folder = tmp_path_factory.mktemp("own") / "ours"
    for kind in KINDS:
        arguments = ["rules", "new", f"acme.{kind}_limit", "--subject", kind, "--policies", str(folder)]
        assert main(arguments) == 0
    return folder


def test_there_is_an_example_of_every_kind() -> None:
    assert set(EXAMPLES) == set(KINDS)


def test_every_kind_is_linted_and_selected(every_kind: Path) -> None:
    catalog = load_catalog((every_kind,))
    assert {rule.subject: rule.id for rule in catalog.rules.values() if rule.category == "acme"} == {
        kind: f"acme.{kind}_limit" for kind in KINDS
    }
    first = next(iter(KINDS))
    profile = catalog.profiles["acme"].profile  # written with the first rule, and never changed behind the user's back
    assert profile.rules == (f"acme.{first}_limit",)
    chosen = select(catalog, ["acme"], as_of=datetime.date(2026, 1, 1))
    assert chosen.rules[f"acme.{first}_limit"].parameters == {
        parameter_name(f"acme.{first}_limit", EXAMPLES[first]): EXAMPLES[first].limit
    }


def opa(*arguments: str | Path) -> str:
    command = [str(need_program("opa")), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_kind_passes_its_tests_on_opa(every_kind: Path) -> None:
    answers = json.loads(opa("test", "--format", "json", every_kind / "rules"))
    assert {(one["package"], one["name"]): one.get("fail", False) for one in answers} == {
        (f"data.limen.rules.acme.{kind}_limit_test", f"test_{case}"): False
        for kind in KINDS
        for case in ("conforming", "violating", "missing_field", "still_applies", "not_applicable")
    }


def test_every_kind_is_formatted_and_strict(every_kind: Path) -> None:
    assert opa("fmt", "--list", every_kind / "rules") == ""
    opa("check", "--strict", "--schema", REPOSITORY / "rego" / "schemas", every_kind / "rules")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_unedited_rule_judges_what_it_says(every_kind: Path, kind: str) -> None:
    """Both sides of the limit, through OPA itself; without the number nothing is decided."""
    example, rule = EXAMPLES[kind], f"acme.{kind}_limit"
    parameters = {"limen": {"parameters": {parameter_name(rule, example): example.limit}}}
    place = every_kind / "rules" / "acme" / f"{kind}_limit" / f"{kind}_limit.rego"
    applies = json.loads(f"{{{example.applies}}}")

    def decided(given: dict[str, object]) -> dict[str, object]:
        data, asked = every_kind / "data.json", every_kind / "input.json"
        data.write_text(json.dumps(parameters))
        asked.write_text(json.dumps(given))
        try:
            query = f"data.limen.rules.{rule}"
            answer = opa("eval", "--format", "json", "--data", place, "--data", data, "--input", asked, query)
        finally:
            data.unlink()
            asked.unlink()
        found: dict[str, object] = json.loads(answer)["result"][0]["expressions"][0]["value"]
        return found

    beyond = example.limit + (-1 if example.least else 1)
    for number, holds in ((example.limit, True), (beyond, False)):
        head = {"holds": holds, "actual": number, "required": example.limit}
        assert decided({**applies, example.field: number}) == {"applicable": True, "checks": {"limit": head}}
    assert decided(applies) == {"applicable": True, "checks": {}}
    idle = json.loads(f"{{{example.idle}}}")
    assert decided({**idle, example.field: beyond})["applicable"] is False


def test_no_mutant_of_any_kind_survives(capsys: pytest.CaptureFixture[str], every_kind: Path) -> None:
    arguments = ("mutate", "policy", "--policies", every_kind, "--rule", "acme", "--partial", "--at-least", "100")
    said = limen(capsys, *arguments)
    assert said.code == 0, said.out
    assert said.out.startswith("100.0 %: ")


def test_what_is_written_and_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    code, out, err = write(capsys, folder, "acme.zones", "flow")
    assert (code, err) == (0, "")
    assert files(folder) == [
        "profiles/acme.yaml",
        "rules/acme/zones/zones.md",
        "rules/acme/zones/zones.rego",
        "rules/acme/zones/zones_test.rego",
    ]
    assert out.splitlines()[-2:] == [
        f"next: limen test --policies {folder}",
        f"      limen check --policies {folder} --profile acme",
    ]
    code, out, err = write(capsys, folder, "acme.keys", "key", "--control", "nist-800-53r5:AC-4")
    assert (code, err) == (0, "")
    assert out.splitlines()[3:8] == [
        "name it in a profile of yours (acme):",
        "    rules:",
        "      - acme.keys",
        "    parameters:",
        "      acme_keys_most: 10",
    ]
    assert load_catalog((folder,)).rules["acme.keys"].controls == ("nist-800-53r5:AC-4",)


def test_the_page_is_what_the_metadata_say(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    write(capsys, folder, "acme.zones", "flow")
    said = limen(capsys, "rules", "acme.zones", "--policies", folder, "--format", "markdown")
    assert said.out == (folder / "rules/acme/zones/zones.md").read_text()
    heads = [line for line in said.out.splitlines() if line.startswith("#")]
    assert heads == ["# acme.zones", "## Rationale", "## Remediation", "## Checks", "## Parameters", "## Controls"]


def test_a_category_of_limen_may_be_added_to(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert write(capsys, tmp_path / "ours", "transit.zones", "flow")[0] == 0
    assert "transit.zones" in load_catalog((tmp_path / "ours",)).rules


def test_a_profile_id_that_is_taken_gets_a_number(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert write(capsys, tmp_path / "ours", "strict.zones", "flow")[0] == 0
    assert "profiles/strict-2.yaml" in files(tmp_path / "ours")


@pytest.mark.parametrize(
    ("rule", "kind", "more", "said"),
    [
        ("transit.tls_minimum", "flow", (), "the id transit.tls_minimum is taken by limen/rules/transit/tls_minimum/"),
        ("zones", "flow", (), "'zones' is no id of a rule"),
        ("Acme.zones", "flow", (), "'Acme.zones' is no id of a rule"),
        ("acme.zones-x", "flow", (), "'acme.zones-x' is no id of a rule"),
        ("../acme.zones", "flow", (), "'../acme.zones' is no id of a rule"),
        ("acme.zones.x", "flow", (), "'acme.zones.x' is no id of a rule"),
        ("acme.zones\n", "flow", (), "'acme.zones\\n' is no id of a rule"),
        ("acme." + "x" * 64, "flow", (), "is no id of a rule"),
        ("acme.zones_test", "flow", (), "'zones_test' can't end in _test"),
        ("acme.default", "flow", (), "'default' means something else in a rule"),
        ("in.zones", "flow", (), "'in' means something else in a rule"),
        ("lib.zones", "flow", (), "'lib' means something else in a rule"),
        ("waiver.expired", "flow", (), "'waiver' means something else in a rule"),
        ("acme.subject", "flow", (), "'subject' means something else in a rule"),
        ("acme.zones", "flows", (), "there is no kind of subject 'flows'\n  = did you mean \"flow\"?"),
        ("acme.zones", "flow", ("--control", "nist-800-53r5:SC-88"), "there is no control 'nist-800-53r5:SC-88'"),
    ],
)
def test_what_can_not_be_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, rule: str, kind: str, more: tuple[str, ...], said: str
) -> None:
    code, out, err = write(capsys, tmp_path / "ours", rule, kind, *more)
    assert (code, out) == (2, "")
    assert said in err
    assert not (tmp_path / "ours").exists()


def test_every_objection_is_told_at_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, _, err = write(capsys, tmp_path / "ours", "default.x_test", "flows", "--control", "x:y")
    assert err.count("error:") == 4
    _, _, err = limen(capsys, "rules", "new")
    assert err.count("error:") == 3


def test_an_id_of_ones_own_is_taken_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    write(capsys, folder, "acme.zones", "flow")
    before = {name: (folder / name).read_bytes() for name in files(folder)}
    code, _, err = write(capsys, folder, "acme.zones", "key")
    assert code == 2
    assert f"the id acme.zones is taken by {folder.as_posix()}/rules/acme/zones/zones.rego" in err
    assert {name: (folder / name).read_bytes() for name in files(folder)} == before


def test_files_that_are_there_are_kept(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    place = tmp_path / "ours" / "rules" / "acme" / "zones"
    place.mkdir(parents=True)
    (place / "zones.md").write_text("mine\n")
    code, _, err = write(capsys, tmp_path / "ours", "acme.zones", "flow")
    assert code == 2
    assert f"{place / 'zones.md'} is there already" in err
    assert files(tmp_path) == ["ours/rules/acme/zones/zones.md"]
    assert (place / "zones.md").read_text() == "mine\n"


def test_a_place_that_can_not_be_written_leaves_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, err = write(capsys, tmp_path / "file", "acme.zones", "flow")
    assert code == 2
    assert f"{tmp_path / 'file'} is no folder" in err
    code, _, err = write(capsys, tmp_path / "file" / "ours", "acme.zones", "flow")
    assert code == 2
    assert "cannot write" in err
    assert files(tmp_path) == ["file"]


def test_a_broken_folder_is_told_first(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    write(capsys, folder, "acme.zones", "flow")
    module = folder / "rules" / "acme" / "zones" / "zones.rego"
    module.write_text(module.read_text().replace("input.crosses_zones <=", "input.crosses_zone <="))
    code, _, err = write(capsys, folder, "acme.keys", "key")
    assert code == 2
    assert f"{module.as_posix()}:28:17" in err
    assert "there is no input path crosses_zone" in err
    assert len(files(folder)) == 4


def test_options_of_a_new_rule_belong_to_it(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (("--subject", "flow"), ("--control", "x:y"), ("transit.tls_minimum", "transit.pinned")):
        assert limen(capsys, "rules", *arguments).code == 2
