"""Mutating a small declaration whose blind spots are known: score, survivors, proofs, resuming, and side by side."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from limen.errors import InternalError, PolicyError, UnassessedError, UsageError
from limen.testing.declaration_building import rebuilt
from limen.testing.declaration_equivalence import Equivalents
from limen.testing.declaration_mutants import Mutant, mutated
from limen.testing.declaration_run import mutate
from limen.testing.declaration_score import Score
from limen.testing.declaration_trial import Trial
from tests.cli.support import limen
from tests.testing.declarations import LINE, PROFILE, TEXT, trial, write

Capsys = pytest.CaptureFixture[str]
WATCHED = {"flows/upload/in_transit/tls/min", "flows/again/in_transit/tls/min", "data/record/fields/0", "profiles/0"}
BLIND = {
    "boundaries.yaml:4:11 include/0 dropped",
    'boundaries.yaml:6:27 data/record/fields/1 becomes "dose-renamed"',
    "boundaries.yaml:6:27 data/record/fields/1 dropped",
    'boundaries.yaml:6:48 data/record/identifiers/0 becomes "dose"',
    "boundaries.yaml:6:48 data/record/identifiers/0 dropped",
    "boundaries.yaml:8:20 zones/outside/trust becomes 1",
    'boundaries.yaml:8:67 zones/outside/posture/in_transit/tls/mutual becomes "off"',
    "boundaries.yaml:8:67 zones/outside/posture/in_transit/tls/mutual dropped",
    'boundaries.yaml:9:31 zones/inside/posture/in_transit/tls/mutual becomes "off"',
    "boundaries.yaml:9:31 zones/inside/posture/in_transit/tls/mutual dropped",
    'boundaries.yaml:11:18 components/portal/zone becomes "inside"',
    "boundaries.yaml:11:55 components/portal/originates/0 dropped",
    'boundaries.yaml:12:19 components/gateway/zone becomes "outside"',
    "boundaries.yaml:14:10 flows/upload dropped",
    'boundaries.yaml:14:24 flows/upload/from becomes "gateway"',
    'boundaries.yaml:14:36 flows/upload/to becomes "portal"',
    "boundaries.yaml:14:55 flows/upload/carries/0 dropped",
    'boundaries.yaml:15:29 flows/upload/in_transit/protocol becomes "http"',
    "boundaries.yaml:15:29 flows/upload/in_transit/protocol dropped",
    "more.jsonl:1:8 flows/again dropped",
    'more.jsonl:1:25 flows/again/from becomes "gateway"',
    'more.jsonl:1:41 flows/again/to becomes "portal"',
    "more.jsonl:1:64 flows/again/carries/0 dropped",
    'more.jsonl:1:117 flows/again/in_transit/protocol becomes "http"',
    "more.jsonl:1:117 flows/again/in_transit/protocol dropped",
}


def run(one: Trial, folder: Path, **given: Any) -> Score:
    """Mutate all places of a trial."""
    return mutate(one, range(len(one.places)), journal=folder / "journal", **given)


def shown(score: Score) -> set[str]:
    """Return the survivors of a score with their places."""
    return {f"{one.location} {one.mutant}" for one in score.survivors}


def test_blind_spots_are_found_each_with_its_place(tmp_path: Path) -> None:
    with trial(tmp_path) as one:
        score = run(one, tmp_path)
        assert shown(score) == BLIND
        assert (score.places, score.caught, score.refused, score.equivalent, score.survived) == (31, 4, 2, 8, 19)
        assert score.share == 4 / 23
        assert score.problems == ()
        survived = {one.place for one in score.survivors}
        outcomes = {one.shown(one.places[v.place].path): v.outcome for v in one.verdicts(range(31))}
        assert {place for place, outcome in outcomes.items() if outcome in ("caught", "refused")} - survived == WATCHED
        protocol = next(one for one in score.survivors if one.place == "flows/upload/in_transit/protocol")
        assert protocol.control == "Application protocol of the flow."


def test_a_lost_engine_catches_no_mutant(tmp_path: Path) -> None:
    """What could not be evaluated since the engine's process ended would look like a rule that noticed something."""
    with trial(tmp_path) as one:
        os.kill(one._engine._child.pid, signal.SIGKILL)
        with pytest.raises(UnassessedError, match="the policy engine gave its process ended") as lost:
            run(one, tmp_path)
        assert lost.value.problems[0].hint == "--resume goes on from here"
    with trial(tmp_path) as one:
        assert shown(run(one, tmp_path, resume=True)) == BLIND


def test_a_known_finding_that_moves_with_a_name_notices_nothing(tmp_path: Path) -> None:
    with trial(tmp_path, text=TEXT.replace('min: "1.3"', 'min: "1.2"')) as one:
        (number,) = one.numbers(["flows/upload/id"])
        assert [(one.words(v.mutant), v.outcome) for v in one.verdicts([number])] == [
            ('flows/upload/id becomes "upload-renamed"', "equivalent")
        ]


def test_what_is_found_anyway_notices_nothing(tmp_path: Path) -> None:
    """A declaration that is weak already is only noticed by a finding that was not there before."""
    weak = TEXT.replace('min: "1.3"', 'min: "1.2"')
    with trial(tmp_path, text=weak) as one:
        assert one.known == {"transit.tls_minimum::flow:upload::in_transit.tls.min::fail"}
        lower = [
            verdict.outcome
            for verdict in one.verdicts(range(len(one.places)))
            if one.shown(verdict.mutant.path) == "flows/upload/in_transit/tls/min"
        ]
        assert lower == ["survived", "caught"]  # lower is as bad as it was; undeclared is not assessed, which is new


def test_a_rule_of_the_users_own_closes_a_blind_spot(tmp_path: Path) -> None:
    more = PROFILE.replace("[transit.tls_minimum]", "[transit.tls_minimum, transit.mutual_tls]").replace(
        "parameters: {", "parameters: {mutual_trust: 0, "
    )
    with trial(tmp_path, profile=more) as one:
        assert shown(run(one, tmp_path)) == {row for row in BLIND if "tls/mutual" not in row}


def test_an_alias_is_mutated_where_it_is_used(tmp_path: Path) -> None:
    """Two zones share a posture by an alias; a mutant of one leaves the other as it was."""
    with trial(tmp_path) as one:
        first, second = (one.declared["zones"][name]["posture"] for name in ("outside", "inside"))
        assert first is second
        path = ("zones", "inside", "posture", "in_transit", "tls", "mutual")
        changed = mutated(one.declared, Mutant(change="weakened", path=path, value="off"))
        model = rebuilt(one.loaded.declaration, changed, path)
        mutual = {name: zone.posture.in_transit.tls.mutual for name, zone in model.zones.items()}
        assert mutual == {"outside": "required", "inside": "off"}


def test_what_the_schema_refuses_is_no_mutant(tmp_path: Path) -> None:
    with trial(tmp_path) as one:
        path = ("flows", 0, "in_transit", "tls", "min")
        changed = mutated(one.declared, Mutant(change="weakened", path=path, value=3))
        with pytest.raises(InternalError, match="not of the schema"):
            rebuilt(one.loaded.declaration, changed, path)


LISTED = "equivalents:\n  - {field: System.id, proof: spelling, reason: A name}\n"


def test_an_exclusion_whose_proof_fails_excuses_nothing(tmp_path: Path) -> None:
    listed = f"{LISTED}  - {{field: InTransit.protocol, proof: words, reason: Only a word}}\n"
    with trial(tmp_path, listed) as one:
        score = run(one, tmp_path)
        protocols = {row for row in BLIND if "/protocol" in row}
        assert protocols <= shown(score)
        assert {one.mutant for one in score.survivors if one.disproved} == {row.split(" ", 1)[1] for row in protocols}
        (problem,) = score.problems
        assert problem.message == (
            "InTransit.protocol is listed as words, but a mutant of it changes what rules may read"
        )
        assert str(problem.location) == "equivalents.yaml:3:5"


def test_a_rename_is_no_equivalent_where_names_are_facts(tmp_path: Path) -> None:
    """A field's name is part of what rules may read: put back, the old spelling must give the same subjects."""
    listed = f"{LISTED}  - {{field: Flow.id, proof: words, reason: Not quite}}\n"
    with trial(tmp_path, listed) as one:
        score = run(one, tmp_path)
        assert {one.mutant for one in score.survivors if one.disproved} == {
            'flows/upload/id becomes "upload-renamed"',
            'flows/again/id becomes "again-renamed"',
        }


def test_an_exclusion_that_nothing_needs_is_an_error(tmp_path: Path) -> None:
    with trial(tmp_path, f"{LISTED}  - {{field: Tls.min, proof: words, reason: A word}}\n") as one:
        (problem,) = run(one, tmp_path).problems
        assert problem.message == "Tls.min is listed, but every mutant of it is noticed"
        part = mutate(one, one.numbers(["flows"]), journal=tmp_path / "journal")
        assert part.problems == ()  # a part can't tell


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ("equivalents:\n  - {field: Tls.max, proof: words, reason: x}\n", "Tls.max is no field of the model"),
        (LISTED + LISTED.splitlines()[1] + "\n", "System.id stands here twice"),
        ("equivalents:\n  - {field: System.id, proof: trust-me, reason: x}\n", "'trust-me' is not one of"),
        ("equivalents:\n  - {field: System.id, proof: words}\n", "'reason' is a required property"),
    ],
)
def test_a_list_that_is_not_one_is_refused(tmp_path: Path, listed: str, message: str) -> None:
    path = tmp_path / "equivalents.yaml"
    path.write_text(listed, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        Equivalents(path)
    assert message in caught.value.problems[0].message
    assert caught.value.problems[0].location is not None


def test_what_follows_anyway_is_no_weakening(tmp_path: Path) -> None:
    """A flow's tenant is that of its ends where it does not say; saying it and not saying it is the same."""
    text = (
        TEXT.replace("kind: service, originates", "kind: service, tenant: acme, originates")
        .replace("returns: [],\n     in_transit", "returns: [], tenant: acme,\n     in_transit")
        .replace("flows:\n", "tenants:\n  acme: {kind: other}\n  zeta: {kind: other}\nflows:\n")
    )
    with trial(tmp_path, text=text) as one:
        found = {
            verdict.mutant.words: verdict.outcome
            for verdict in one.verdicts(range(len(one.places)))
            if one.shown(verdict.mutant.path) == "flows/upload/tenant"
        }
        assert found == {'becomes "zeta"': "survived", "dropped": "equivalent"}


def test_an_interrupted_run_goes_on_where_it_was(tmp_path: Path) -> None:
    class StopError(Exception):
        """Stands for Ctrl-C."""

    def stop(_: str) -> None:
        raise StopError

    with trial(tmp_path) as one:
        whole = run(one, tmp_path)
        assert not (tmp_path / "journal").exists()
        with pytest.raises(StopError):
            run(one, tmp_path, progress=stop)
        kept = (tmp_path / "journal").read_text(encoding="utf-8").splitlines()
        assert len(kept) == 1 + 24  # what it is of, and a line a place of the first chunk
        asked: list[str] = []
        assert run(one, tmp_path, resume=True, progress=asked.append) == whole
        assert asked == ["31 of 31 places mutated, 19 survive"]
        assert not (tmp_path / "journal").exists()


def test_a_journal_of_something_else_is_refused(tmp_path: Path) -> None:
    with trial(tmp_path) as one:
        (tmp_path / "journal").write_text('{"digest":"other"}\n', encoding="utf-8")
        with pytest.raises(UsageError, match="another declaration"):
            run(one, tmp_path, resume=True)
        before = one.digest()
    with trial(tmp_path, profile=PROFILE.replace('"1.3"', '"1.2"')) as other:
        assert other.digest() != before
    with trial(tmp_path, text=TEXT.replace("A small", "Another")) as other:
        assert other.digest() != before


def test_a_damaged_journal_is_refused_and_a_cut_line_forgotten(tmp_path: Path) -> None:
    with trial(tmp_path) as one:
        head = json.dumps({"digest": one.digest()}, separators=(",", ":"))
        (tmp_path / "journal").write_text(f"{head}\nnonsense\n", encoding="utf-8")
        with pytest.raises(UsageError, match="damaged"):
            run(one, tmp_path, resume=True)
        (tmp_path / "journal").write_text(f"{head}\n[1,[[1,", encoding="utf-8")
        assert shown(run(one, tmp_path, resume=True)) == BLIND


def test_a_place_without_its_verdicts_is_judged_anew(tmp_path: Path) -> None:
    """Without any, it would pass for one that can't be weakened."""
    with trial(tmp_path) as one:
        head = json.dumps({"digest": one.digest()}, separators=(",", ":"))
        lines = [f"[{place},[]]" for place in range(len(one.places))]
        (tmp_path / "journal").write_text("\n".join([head, *lines, ""]), encoding="utf-8")
        assert shown(run(one, tmp_path, resume=True)) == BLIND


def test_side_by_side_is_as_one_after_the_other(tmp_path: Path) -> None:
    with trial(tmp_path) as one:
        assert run(one, tmp_path, jobs=2) == run(one, tmp_path)


def test_a_declaration_that_changes_meanwhile_is_no_result(tmp_path: Path) -> None:
    with trial(tmp_path) as one:
        write(tmp_path, TEXT.replace("A small", "Another"))
        with pytest.raises(Exception, match="lost|changed"):
            run(one, tmp_path, jobs=2)


def test_a_killed_run_is_resumed_by_another_process(tmp_path: Path) -> None:
    """SIGKILL in the middle of a run; what was judged is not judged again, and the result is that of a whole run."""
    write(tmp_path, line="".join(LINE.replace("again", f"again-{number}") for number in range(40)))
    command = [
        sys.executable,
        "-m",
        "limen",
        "mutate",
        "declaration",
        "--policies",
        str(tmp_path / "policy"),
        "-j",
        "1",
    ]
    command += ["-f", "json", "--at-least", "0", str(tmp_path)]
    journal = tmp_path / ".limen" / "mutate-declaration.jsonl"
    fresh = subprocess.run(command, capture_output=True, check=True, timeout=120)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not (journal.exists() and journal.read_bytes().count(b"\n") > 60):
        assert time.monotonic() < deadline, "nothing was judged"
        assert process.poll() is None, "the run ended before it could be killed"
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    known = journal.read_bytes().count(b"\n")
    resumed = subprocess.run([*command, "--resume"], capture_output=True, check=True, timeout=120)
    assert json.loads(resumed.stdout) == json.loads(fresh.stdout)
    assert known > 60
    assert not journal.exists()


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the small system into the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return write(tmp_path)


def test_the_command_lists_survivors_and_fails(small: Path, capsys: Capsys) -> None:
    said = limen(capsys, "mutate", "declaration", "--policies", "policy", "-j", "1")
    assert (said.code, said.err) == (1, "")
    lines = said.out.splitlines()
    assert {line.replace(": ", " ", 1) for line in lines[:-2:2]} == BLIND
    assert lines[0] == "boundaries.yaml:4:11: include/0 dropped"
    assert lines[1] == (
        "    nothing noticed; Declaration.include: More files (YAML, JSON, JSON Lines of flows); globs; never outside "
        "this folder."
    )
    assert lines[-2:] == [
        (
            "31 places, 36 mutants: 4 places watched (2 by the loader alone), 8 can't be weakened, "
            "19 places survive (25 mutants)"
        ),
        "score 17.39 %, which is below 98 %",
    ]


def test_the_command_reaches_what_is_asked(small: Path, capsys: Capsys) -> None:
    said = limen(capsys, "mutate", "declaration", "--policies", "policy", "-j", "1", "--at-least", "17.3")
    assert said.code == 0
    assert said.out.splitlines()[-1] == "score 17.39 %, which reaches 17.3 %"
    assert limen(capsys, "mutate", "declaration", "--policies", "policy", "-j", "1", "--at-least", "17.4").code == 1


def test_a_part_is_never_taken_for_the_whole(small: Path, capsys: Capsys) -> None:
    part = ("mutate", "declaration", "--policies", "policy", "-j", "1", "--only", "flows/upload/in_transit/tls")
    said = limen(capsys, *part)
    assert (said.code, said.out.splitlines()[-1]) == (
        3,
        "score 100.00 %, which reaches 98 %; only a part was asked for",
    )
    assert limen(capsys, *part, "--partial").code == 0
    assert limen(capsys, *part, "--partial", "--only", "zones").code == 1


def test_where_nothing_can_be_weakened_there_is_no_score(small: Path, capsys: Capsys) -> None:
    part = ("mutate", "declaration", "--policies", "policy", "-j", "1", "--only", "system/title", "--partial")
    said = limen(capsys, *part)
    assert (said.code, said.out.splitlines()[-1]) == (3, "no score: nothing that was asked for can be made weaker")
    said = limen(capsys, *part, "-f", "json")
    assert (said.code, json.loads(said.out)["score"]) == (3, None)


def test_the_score_as_json(small: Path, capsys: Capsys) -> None:
    said = limen(capsys, "mutate", "declaration", "--policies", "policy", "-j", "1", "-f", "json")
    data = json.loads(said.out)
    assert (data["places"], data["mutants"], data["caught"], data["survived"]) == (31, 36, 4, 19)
    assert (data["score"], data["at_least"], data["partial"], data["known_findings"]) == (0.173913, 0.98, False, [])
    first = data["survivors"][0]
    assert first["place"] == "include/0"
    assert (first["location"]["file"], first["location"]["line"], first["location"]["column"]) == (
        "boundaries.yaml",
        4,
        11,
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--only", "flowz"), "nothing is declared at 'flowz'"),
        (("--at-least", "101"), "no share"),
        (("--at-least", "most"), "no share"),
        (("--profile", "nope"), "nope"),
        (("--sloppy",), "--sloppy"),
    ],
)
def test_a_wrong_argument_is_refused(small: Path, capsys: Capsys, arguments: tuple[str, ...], said: str) -> None:
    answer = limen(capsys, "mutate", "declaration", "--policies", "policy", *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_the_shipped_list_names_no_control() -> None:
    """Words and spellings only; whoever adds an entry changes this test, and is asked why."""
    assert {name for name, entry in Equivalents().entries.items() if entry.proof == "spelling"} == {
        "Assertion.id", "Flow.id", "System.id", "Tier.name", "Transfer.id",
    }  # fmt: skip
    assert {name for name, entry in Equivalents().entries.items() if entry.proof == "words"} == {
        "Assertion.reason", "Component.kind", "Component.title", "DataItem.title", "Flow.title", "Key.title",
        "Ledger.title", "System.title", "Tenant.title", "Zone.title",
    }  # fmt: skip
