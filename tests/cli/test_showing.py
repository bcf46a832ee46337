"""The commands that show and do not judge: crossings, graph, rules, schema, completion, test."""

from __future__ import annotations

import csv
import datetime
import io
import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from limen.analysis.kinds import KINDS
from limen.cli.program import command_names
from limen.policy.catalog import load_catalog
from limen.policy.selection import select
from tests.cli.hostile import HEAD, SOUND, write_rule
from tests.cli.support import limen, program
from tests.needs import REPOSITORY, need_program
from tests.policy.support import BODY, METADATA
from tests.policy.support import write_rule as write_own_rule

Capsys = pytest.CaptureFixture[str]

CROSSINGS = ["submit", "hand-over", "keep", "use-keys", "gateway-log", "service-log", "kms-log", "anchor", "alarm"]
"""The flows of the small system that leave their zone, in order; `reject` stays in its own."""


def test_crossings_as_a_table(weak: Path, capsys: Capsys) -> None:
    said = limen(capsys, "crossings", weak)
    assert (said.code, said.err) == (0, "")
    rows = [line.split("\t") for line in said.out.splitlines()]
    assert rows[0][:5] == ["flow", "from", "to", "crosses", "label"]
    assert [row[0] for row in rows[1:]] == CROSSINGS
    assert rows[2][:5] == [
        "hand-over",
        "gateway",
        "service",
        "leaves zone ingress, enters zone processing",
        "restricted {regulated}",
    ]
    assert rows[2][rows[0].index("TLS")] == "1.2"
    assert rows[1][rows[0].index("TLS")] == "1.3"


def test_crossings_whole(weak: Path, capsys: Capsys) -> None:
    said = limen(capsys, "crossings", weak, "--all")
    assert said.code == 0
    assert "hand-over: gateway → service" in said.out
    assert " 1.2 " in next(line for line in said.out.splitlines() if "in_transit.tls.min" in line and "1.2" in line)
    assert "declared on flow hand-over" in said.out


def test_crossings_as_json(weak: Path, capsys: Capsys) -> None:
    rows = json.loads(limen(capsys, "crossings", weak, "-f", "json").out)
    assert [row["flow"] for row in rows] == CROSSINGS
    over = rows[1]
    assert over["from"] == {"component": "gateway", "zone": "ingress"}
    assert over["to"] == {"component": "service", "zone": "processing"}
    assert (over["trust_change"], over["carries"], over["returns"]) == (1, ["record"], [])
    assert over["posture"]["in_transit.tls.min"] == {"value": "1.2", "from": "declared on flow hand-over"}
    assert over["posture"]["in_transit.tls.mutual"]["from"] == "zones ingress and processing"
    assert over["location"].startswith("boundaries.yaml:")


def test_crossings_as_csv(weak: Path, capsys: Capsys) -> None:
    rows = list(csv.DictReader(io.StringIO(limen(capsys, "crossings", weak, "-f", "csv").out, newline="")))
    assert [row["flow"] for row in rows] == CROSSINGS
    assert rows[1]["in_transit.tls.min"] == "1.2"
    assert rows[1]["in_transit.tls.min from"] == "declared on flow hand-over"
    assert rows[0]["trust_change"] == "1"
    assert rows[CROSSINGS.index("anchor")]["trust_change"] == "-3"


def test_a_cell_that_a_spreadsheet_would_run_is_inert(capsys: Capsys) -> None:
    from limen.cli.commands.crossings import as_csv
    from limen.errors import Location
    from limen.records.assessment import CrossingRow

    row = CrossingRow(
        flow="f", source="a", target="b", source_zone="x", target_zone="y", crosses=("=cmd|' /C calc'!A0",),
        trust_change=-2, carries=("+1+1",), returns=("@SUM(1)",), assumed=True, label="-x",
        posture={"in_transit.protocol": "\t=https"}, provenance={}, location=Location(file="=x"),
    )  # fmt: skip
    (cells,) = csv.DictReader(io.StringIO(as_csv((row,)).decode(), newline=""))
    assert cells["crosses"] == "'=cmd|' /C calc'!A0"
    assert (cells["carries"], cells["returns"], cells["label"]) == ("'+1+1", "'@SUM(1)", "'-x")
    assert (cells["in_transit.protocol"], cells["location"]) == ("'\t=https", "'=x")
    assert (cells["trust_change"], cells["assumed"]) == ("-2", "true")


def test_a_system_without_crossings_says_so(tmp_path: Path, capsys: Capsys) -> None:
    (tmp_path / "boundaries.yaml").write_text(
        "version: 1\nsystem: {id: small}\nzones: {z: {trust: 1}}\n"
        "components: {a: {zone: z, kind: service}, b: {zone: z, kind: service}}\n"
        "flows: [{id: f, from: a, to: b, carries: [], returns: []}]\n",
        encoding="utf-8",
    )
    said = limen(capsys, "crossings", tmp_path)
    assert said == (0, "no crossings: no flow of small leaves its zone or tenant\n", "")
    assert json.loads(limen(capsys, "crossings", tmp_path, "-f", "json").out) == []


def test_the_map_as_mermaid(weak: Path, capsys: Capsys) -> None:
    said = limen(capsys, "graph", weak)
    assert said.code == 0
    assert said.out.startswith("flowchart ")
    assert '["gateway"]' in said.out


def test_the_map_as_dot(weak: Path, capsys: Capsys) -> None:
    said = limen(capsys, "graph", weak, "-f", "dot")
    assert said.code == 0
    assert said.out.startswith("digraph")
    assert "gateway" in said.out


def test_the_map_as_svg_into_a_file(weak: Path, capsys: Capsys) -> None:
    said = limen(capsys, "graph", weak, "-f", "svg", "-o", weak / "maps" / "map.svg")
    assert said.code == 0
    assert said.out == ""
    root = ElementTree.fromstring((weak / "maps" / "map.svg").read_text(encoding="utf-8"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "hand-over" in "".join(root.itertext())


def test_the_map_shows_and_does_not_judge(weak: Path, system: Path, capsys: Capsys) -> None:
    assert limen(capsys, "graph", weak).code == 0
    assert limen(capsys, "graph", weak / "nowhere.yaml").code == 2


def test_all_rules(capsys: Capsys) -> None:
    said = limen(capsys, "rules")
    listed = [line.split("\t")[0] for line in said.out.splitlines()[1:]]
    assert listed == list(load_catalog(()).rules)
    assert len(listed) >= 80


@pytest.mark.parametrize("name", ["transit", "transit.*"])
def test_the_rules_of_a_category(name: str, capsys: Capsys) -> None:
    listed = [line.split("\t")[0] for line in limen(capsys, "rules", name).out.splitlines()[1:]]
    assert "transit.tls_minimum" in listed
    assert {rule.split(".")[0] for rule in listed} == {"transit"}


def test_one_rule_whole(capsys: Capsys) -> None:
    said = limen(capsys, "rules", "transit.tls_minimum")
    assert said.out.splitlines()[0] == "transit.tls_minimum: TLS is at least the profile's minimum"
    for part in ("Why: ", "Fix: ", "Controls: ", "Parameter tls_minimum: ", "Avoid:", "Prefer:", "package limen.rules"):
        assert part in said.out


def test_a_rule_cites_no_draft_as_law(tmp_path: Path, capsys: Capsys) -> None:
    write_own_rule(
        tmp_path, (METADATA + BODY).replace('"nist-800-53r5:SC-8"', '"ours:1", "ours:2", "nist-800-53r5:SC-8"')
    )
    (tmp_path / "frameworks").mkdir()
    (tmp_path / "frameworks" / "ours.yaml").write_text(
        "id: ours\ntitle: Ours\npublisher: Us\nstatus: law\nsource: here\nvalid_from: 2020-01-01\ncontrols:\n"
        "  - {id: '1', citation: One, title: One, summary: The first of two., status: draft}\n"
        "  - {id: '2', citation: Two, title: Two, summary: The other of two., valid_to: 2021-01-01}\n",
        encoding="utf-8",
    )
    said = limen(capsys, "rules", "transit.mine", "--policies", tmp_path)
    assert "Controls: ours:1 (draft), ours:2 (expired), nist-800-53r5:SC-8\n" in said.out


def test_a_rule_as_json(capsys: Capsys) -> None:
    (rule,) = json.loads(limen(capsys, "rules", "transit.tls_minimum", "-f", "json").out)
    assert (rule["id"], rule["category"], rule["severity"]) == ("transit.tls_minimum", "transit", "high")
    assert (rule["subject"], rule["confidence"]) == ("flow", "certain")
    assert rule["parameters"] == {"tls_minimum": "tls_version"}
    assert rule["file"] == "limen/rules/transit/tls_minimum/tls_minimum.rego"
    assert "zero-trust" in rule["profiles"]
    assert "nist-800-52r2:3.1" in rule["controls"]


def test_every_rule_is_listed_with_the_profiles_that_select_it(capsys: Capsys) -> None:
    listed = json.loads(limen(capsys, "rules", "-f", "json").out)
    catalog = load_catalog()
    assert [rule["id"] for rule in listed] == list(catalog.rules)
    assert len(listed) >= 80
    for name in catalog.profiles:
        selected = set(select(catalog, [name], as_of=datetime.date(2026, 9, 1)).rules)
        assert {rule["id"] for rule in listed if name in rule["profiles"]} == selected


def test_a_rule_of_ones_own_is_listed(tmp_path: Path, capsys: Capsys) -> None:
    said = limen(capsys, "rules", "ours", "--policies", write_rule(tmp_path / "policies", SOUND))
    assert said.out.splitlines()[1].startswith("ours.mine\tflow\thigh\t")


def test_the_schema_is_the_published_one(capsys: Capsys) -> None:
    published = (REPOSITORY / "schema" / "boundaries.schema.json").read_text(encoding="utf-8")
    assert json.loads(limen(capsys, "schema").out) == json.loads(published)


@pytest.mark.parametrize(("option", "name"), [("--report", "assessment"), ("--tests", "tests")])
def test_the_schema_of_each_report_is_the_published_one(option: str, name: str, capsys: Capsys) -> None:
    published = (REPOSITORY / "schema" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert json.loads(limen(capsys, "schema", option).out) == json.loads(published)


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_of_each_kind_is_the_published_one(kind: str, capsys: Capsys) -> None:
    published = (REPOSITORY / "rego" / "schemas" / f"{kind}.json").read_text(encoding="utf-8")
    assert json.loads(limen(capsys, "schema", "--subject", kind).out) == json.loads(published)


def test_the_schema_into_a_file(tmp_path: Path, capsys: Capsys) -> None:
    assert limen(capsys, "schema", "-o", tmp_path / "x" / "s.json") == (0, "", "")
    assert (tmp_path / "x" / "s.json").read_text(encoding="utf-8") == limen(capsys, "schema").out


def test_the_rules_own_tests_pass() -> None:
    said = program("test", seconds=300)
    assert said.code == 0, said.out
    assert " passed, 0 failed, 0 in error, 0 rules without a test; 100 % of " in said.out.splitlines()[-1]


TESTS = """\
package limen.rules.ours.mine_test

import data.limen.rules.ours.mine

test_holds if {
	mine.checks.mine.holds with input as {"in_transit": {"channel": "tls"}}
}
"""


@pytest.mark.parametrize(
    ("tests", "code", "said"),
    [
        (TESTS, 0, "0 failed, 0 in error, 0 rules without a test"),
        (TESTS.replace('"tls"', '"none"'), 1, "1 failed, 0 in error, 0 rules without a test"),
        (None, 3, "NO TEST ours.mine"),
    ],
)
def test_a_rule_of_ones_own_is_tested(tmp_path: Path, tests: str | None, code: int, said: str, capsys: Capsys) -> None:
    policies = write_rule(tmp_path / "policies", SOUND)
    if tests is not None:
        (policies / "rules" / "ours" / "mine" / "mine_test.rego").write_text(tests, encoding="utf-8")
    run = limen(capsys, "test", "--policies", policies)
    assert run.code == code
    assert said in run.out
    assert ("FAIL ours.mine" in run.out) == (code == 1)


def test_a_rule_that_is_no_rego_is_not_tested(tmp_path: Path, capsys: Capsys) -> None:
    said = limen(capsys, "test", "--policies", write_rule(tmp_path / "policies", HEAD + "checks["))
    assert (said.code, said.out) == (2, "")
    assert "mine.rego:" in said.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_names_every_command(shell: str, capsys: Capsys) -> None:
    said = limen(capsys, "completion", shell)
    assert (said.code, said.err) == (0, "")
    assert all(name in said.out for name in command_names())
    assert "--fail-on" in said.out or shell == "tcsh"


def test_completion_is_sound_bash(tmp_path: Path, capsys: Capsys) -> None:
    script = tmp_path / "limen.bash"
    script.write_text(limen(capsys, "completion", "bash").out, encoding="utf-8")
    subprocess.run([need_program("bash"), "-n", script], check=True, timeout=30)


@pytest.mark.parametrize(
    ("line", "offered", "kept_back"),
    [
        ("limen ch", {"check"}, {"crossings", "schema"}),
        ("limen ", set(command_names()), set()),
        ("limen check --fa", {"--fail-on"}, {"--format"}),
        ("limen check --fail-on ", {"critical", "high", "medium", "low"}, set()),
        ("limen crossings --format ", {"table", "json", "csv"}, set()),
    ],
)
def test_completion_completes(
    tmp_path: Path, line: str, offered: set[str], kept_back: set[str], capsys: Capsys
) -> None:
    script = tmp_path / "limen.bash"
    script.write_text(limen(capsys, "completion", "bash").out, encoding="utf-8")
    words = line.split(" ")
    asked = f"""
        source {script}
        function_name=$(complete -p limen | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        COMP_WORDS=({" ".join(words[:-1])} "{words[-1]}") COMP_CWORD={len(words) - 1}
        COMP_LINE="{line}" COMP_POINT={len(line)}
        $function_name limen "{words[-1]}" "{words[-2]}"
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run([need_program("bash"), "--norc", "-c", asked], capture_output=True, text=True, timeout=30)
    replies = {reply.strip() for reply in done.stdout.split("\n")} - {""}
    assert offered <= replies, done.stderr
    assert not kept_back & replies


def test_what_is_shown_of_the_reference_system(capsys: Capsys) -> None:
    declared = yaml.safe_load((REPOSITORY / "boundaries.yaml").read_text(encoding="utf-8"))
    rows = json.loads(limen(capsys, "crossings", REPOSITORY, "-f", "json").out)
    assert {row["from"]["zone"] for row in rows} <= set(declared["zones"])
    assert len(rows) > 50
