"""A pack that follows from its own inputs proves nothing where the inputs are forged: the rules above all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from limen.assess.assessing import assess
from limen.assess.staging import enclosed_request, judged_core
from limen.evidence.core import write_core
from limen.evidence.inputs import asked_text, read_asked
from limen.policy.engines import EngineOptions
from tests.evidence import sealing
from tests.evidence.packing import contents, declared, ok, packed, run

POLICIES = "core/inputs/policies/"
PROFILE = f"{POLICIES}policies/profiles/baseline.yaml"
REQUEST = "core/inputs/request.json"


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = declared(tmp_path_factory.mktemp("declared"))
    return packed(folder, tmp_path_factory.mktemp("packs") / "honest", "--log", folder / "log")


def forged(honest: Path, folder: Path, change: Callable[[Path], None]) -> Path:
    """A pack of which the inputs were changed before it was judged, sealed so that everything fits."""
    shutil.copytree(honest / "core/inputs", folder / "core/inputs")
    change(folder)
    write_core(judged_core(assess(enclosed_request(folder, EngineOptions())), folder), folder)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return sealing.written(sealing.seal(files), folder.parent / f"{folder.name}-pack")


def reperformed(pack: Path) -> tuple[int, str]:
    return run("reperform", pack, "--engine", "embedded")


def test_an_honest_pack_follows_from_its_inputs(honest: Path, tmp_path: Path) -> None:
    code, said = reperformed(honest)
    assert (code, "byte for byte" in said) == (0, True), said
    assert reperformed(forged(honest, tmp_path / "same", lambda folder: None))[0] == 0


def fewer_rules(folder: Path) -> None:
    """The profile keeps its name and asks for less."""
    import yaml

    path = folder / PROFILE
    profile = yaml.safe_load(path.read_text())
    profile["rules"] = [rule for rule in profile["rules"] if rule != "transit.plaintext"]
    path.write_text(yaml.safe_dump(profile))
    shutil.rmtree(folder / POLICIES / "rego/limen/rules/transit/plaintext")


def weaker_rule(folder: Path) -> None:
    path = folder / POLICIES / "rego/limen/rules/transit/tls_minimum/tls_minimum.rego"
    text = path.read_text()
    assert ">= parameters.tls_minimum" in text
    path.write_text(text.replace(">= parameters.tls_minimum", "+ 9 >= parameters.tls_minimum"))


def weaker_parameter(folder: Path) -> None:
    import yaml

    path = folder / PROFILE
    profile = yaml.safe_load(path.read_text())
    profile["title"] = "Common ground of all profiles, reviewed"
    path.write_text(yaml.safe_dump(profile))


@pytest.mark.parametrize("change", [fewer_rules, weaker_rule, weaker_parameter])
def test_rules_that_are_not_limens_own_are_told_and_never_green(
    honest: Path, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    code, said = reperformed(forged(honest, tmp_path / "forged", change))
    assert code == 3, said
    named = "tls_minimum.rego" if change is weaker_rule else "baseline.yaml"
    assert named in said
    assert "byte for byte" in said  # it does follow from what is enclosed: that is what must not be enough


def not_asked(folder: Path) -> None:
    """A waiver file that looks as if it had counted."""
    (folder / "core/inputs/waivers.yaml").write_text("waivers: []\n")


def own_not_asked(folder: Path) -> None:
    place = folder / "core/inputs/own/9/limen/rules/x/y/y.rego"
    place.parent.mkdir(parents=True)
    place.write_text("package limen.rules.x.y\n")


def declaration_not_included(folder: Path) -> None:
    (folder / "core/inputs/declaration/zones.yaml").write_text("zones: {}\n")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (not_asked, "core/inputs/waivers.yaml"),
        (own_not_asked, "core/inputs/own/9/limen/rules/x/y/y.rego"),
        (declaration_not_included, "core/inputs/declaration/zones.yaml"),
    ],
)
def test_inputs_that_nothing_read_are_named(
    honest: Path, tmp_path: Path, change: Callable[[Path], None], named: str
) -> None:
    code, said = reperformed(forged(honest, tmp_path / "forged", change))
    assert (code, named in said) == (1, True), said


def test_a_request_can_not_lead_out_of_the_pack(honest: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    shutil.copytree(honest / "core/inputs/declaration", outside)
    for place in ("../../../../outside/boundaries.yaml", str(outside / "boundaries.yaml")):
        files = contents(honest)
        asked = json.loads(files[REQUEST])
        asked["declaration"] = place
        pack = sealing.written({**files, REQUEST: json.dumps(asked, sort_keys=True, separators=(",", ":")).encode()},
                               tmp_path / "led" / "pack")  # fmt: skip
        code, said = reperformed(pack)
        assert (code, "byte for byte" in said) in {(1, False), (3, False)}, said
        shutil.rmtree(tmp_path / "led")


def test_a_dropped_input_is_no_way_to_drop_a_decision(honest: Path, tmp_path: Path) -> None:
    """Who asks for some rules alone has a partial assessment, whatever the summary says."""

    def fewer(folder: Path) -> None:
        path = folder / REQUEST
        asked = read_asked(path.read_bytes())
        import msgspec

        path.write_bytes(asked_text(msgspec.structs.replace(asked, rules=("transit.plaintext",))))

    pack = forged(honest, tmp_path / "partial", fewer)
    summary = json.loads((pack / "core/assessment.json").read_bytes())
    assert summary["partial"]
    assert summary["exit_code"] == 3
    summary |= {"partial": "", "exit_code": 0, "verdict": summary["verdict"].partition(": ")[2]}
    files = contents(pack) | {"core/assessment.json": sealing.jcs(summary)}
    left = {name: content for name, content in files.items() if name.startswith("core/")}
    code, said = reperformed(sealing.written(sealing.seal(left), tmp_path / "again"))
    assert (code, "core/assessment.json" in said) == (1, True), said


@pytest.mark.parametrize("command", ["pack", "redact"])
def test_nothing_is_written_into_a_pack(honest: Path, tmp_path: Path, command: str) -> None:
    pack = Path(shutil.copytree(honest, tmp_path / "pack"))
    before = contents(pack)
    source = declared(tmp_path / "declared") if command == "pack" else pack
    log = ["--log", tmp_path / "log"] if command == "pack" else []
    for place in (pack / "inner", pack / "core" / "inner.zip", pack / "envelope/signatures/inner"):
        code, said = run(command, source, "-o", place, *log)
        assert code == 2, said
    assert contents(pack) == before


def test_approvals_of_nothing_and_on_no_day_are_refused(tmp_path: Path) -> None:
    folder = declared(tmp_path / "declared")
    for told, named in (
        ("approvals: {profiles: {baselin: {by: [Ana Ruiz], at: 2026-01-01}}}", "baselin"),
        ("approvals: {frameworks: {nist-800-53r9: {by: [Ana Ruiz], at: 2026-01-01}}}", "nist-800-53r9"),
        ("approvals: {profiles: {baseline: {by: [Ana Ruiz], at: 2026-02-31}}}", "2026-02-31"),
    ):
        policy = tmp_path / "signing.yaml"
        policy.write_text(f"{told}\n")
        code, said = run("pack", folder, "-o", tmp_path / "pack", "--signing-policy", policy, "--log", tmp_path / "log")
        assert (code, named in said) == (2, True), said
        assert not (tmp_path / "pack").exists()


def test_a_sample_of_a_forged_pack_is_drawn_from_decisions_alone(honest: Path, tmp_path: Path) -> None:
    """Records that are no decisions, under a root that fits them, are refused in words."""
    files = {name: content for name, content in contents(honest).items() if name.startswith("core/")}
    files["core/decisions.jsonl"] = b'{"controls":[],"kind":[],"rule":[1],"severity":{},"status":["pass"]}\n' * 3
    pack = sealing.written(sealing.seal(files), tmp_path / "pack")
    for more in ([], ["--stratify", "rule"], ["--stratify", "status"], ["--status", "pass"]):
        code, said = run("sample", pack, "--size", "2", "--nonce", "x", *more)
        assert (code, "internal error" in said) == (2, False), said
    for arguments in (("diff", pack, honest), ("diff", honest, pack), ("redact", pack, "-o", tmp_path / "less")):
        code, said = run(*arguments)
        assert (code, "internal error" in said) == (2, False), said
    assert ok
