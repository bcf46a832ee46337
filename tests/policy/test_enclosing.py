"""Policies as a pack encloses them: what a selection rests on, enough to judge by it alone, and nothing besides."""

from __future__ import annotations

import datetime
from pathlib import Path

import msgspec
import pytest

from limen.errors import PolicyError
from limen.policy.bundle_signature import Trust, trust_from
from limen.policy.catalog import load_catalog
from limen.policy.enclosing import enclosed_files, own_paths, own_places
from limen.policy.selection import Selection, select, used_by
from tests.policy.bundles import SECRET, forged, packed, plain
from tests.policy.support import BODY, METADATA, MY_PROFILE, write_profile, write_rule

DAY = datetime.date(2026, 11, 22)


def enclosed(folder: Path, names: list[str], *own: Path, trust: Trust | None = None) -> Path:
    """Write what is enclosed; return the folder of the inputs."""
    catalog = load_catalog(own, trust)
    for name, content in enclosed_files(catalog, used_by(catalog, names)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def plainly(selection: Selection) -> object:
    """A selection but for the files' places."""
    return msgspec.to_builtins(
        {
            "rules": {
                name: (one.rule.title, one.rule.source, one.rule.controls, one.parameters, one.profiles)
                for name, one in selection.rules.items()
            },
            "projections": {name: (one.projection, one.libraries) for name, one in selection.entries.items()},
            "rest": (selection.controls, selection.requires, selection.claims, selection.deviations),
        }
    )


@pytest.mark.parametrize(
    "names", [["zero-trust"], ["part-11", "dscsa"], ["annex-11"], ["hipaa", "pqc-readiness"], ["strict"], ["assured"]]
)
def test_the_enclosed_policies_select_what_the_shipped_ones_do(names: list[str], tmp_path: Path) -> None:
    inputs = enclosed(tmp_path, names)
    alone = load_catalog(enclosed=inputs, indexed=False)
    whole = load_catalog()
    assert plainly(select(alone, names, as_of=DAY)) == plainly(select(whole, names, as_of=DAY))
    assert alone.entries.keys() <= whole.entries.keys()
    assert alone.profiles.keys() <= whole.profiles.keys()


def test_only_what_is_used_is_enclosed(tmp_path: Path) -> None:
    inputs = enclosed(tmp_path, ["part-11"])
    catalog = load_catalog()
    used = used_by(catalog, ["part-11"])
    files = {path.relative_to(inputs).as_posix() for path in inputs.rglob("*") if path.is_file()}
    profiles = {Path(name).stem for name in files if "/profiles/" in name}
    assert profiles == set(used.profiles)
    assert "part-11" in profiles
    assert {Path(name).stem for name in files if "/frameworks/" in name} == set(used.frameworks)
    rules = {name for name in files if "/rules/" in name}
    assert rules == {f"policies/rego/{catalog.entries[rule].rule.file}" for rule in used.rules}
    assert not any(name.endswith(("_test.rego", "index.json", ".md")) for name in files)
    for name in files:
        assert name.startswith(("policies/rego/limen/rules/", "policies/rego/limen/lib/", "policies/rego/schemas/",
                                "policies/policies/profiles/", "policies/policies/frameworks/"))  # fmt: skip


def test_a_parameter_that_no_selected_rule_has_is_still_known(tmp_path: Path) -> None:
    """A profile may set what only rules of others declare: without one of them it could not be read again."""
    text = "id: mine\ntitle: M\ndescription: M.\nrules: [transit.plaintext]\nparameters: {tls_minimum: '1.3'}\n"
    write_profile(tmp_path / "own", text)
    inputs = enclosed(tmp_path / "inputs", ["mine"], tmp_path / "own")
    again = load_catalog(own_paths(inputs, ["folder"]), None, inputs, indexed=False)
    assert list(select(again, ["mine"], as_of=DAY).rules) == ["transit.plaintext"]
    assert len(again.entries) == 2
    assert any("tls_minimum" in entry.parameters for entry in again.entries.values())


def test_own_rules_find_the_libraries_that_they_call(tmp_path: Path) -> None:
    calling = BODY.replace("import data.limen.parameters", "import data.limen.lib.logic\nimport data.limen.parameters")
    calling = calling.replace("applicable := input.crossing", "applicable := logic.either(input.crossing, false)")
    write_rule(tmp_path / "own", METADATA + calling)
    write_profile(tmp_path / "own", MY_PROFILE)
    (tmp_path / "own" / "rules" / "transit" / "mine" / "mine_test.rego").write_text(
        "package limen.rules.transit.mine_test\n"
    )
    inputs = enclosed(tmp_path / "inputs", ["mine"], tmp_path / "own")
    again = load_catalog(own_paths(inputs, ["folder"]), None, inputs, indexed=False)
    assert again.entries["transit.mine"].libraries == ("logic",)
    assert again.entries["transit.mine"].rule.file == "own/0/rules/transit/mine/mine.rego"
    assert not list((inputs / "own").rglob("*_test.rego"))


def test_a_bundle_is_enclosed_as_it_is_and_its_signature_not_asked_for_again(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    bundle = packed(tmp_path / "acme.tgz", forged(plain(), {"alg": "HS256"}, SECRET.encode()))
    trust = trust_from((str(tmp_path / "secret"),))
    with pytest.raises(PolicyError, match="no key says by whom"):
        load_catalog((bundle,))
    inputs = enclosed(tmp_path / "inputs", ["mine"], bundle, trust=trust)
    assert (inputs / "own" / "0" / "bundle.tar.gz").read_bytes() == bundle.read_bytes()
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in inputs.rglob("*") if path.is_file())
    places = own_paths(inputs, ["bundle"])
    again = load_catalog(places, Trust(sealed=True), inputs, indexed=False)
    assert [place.shown for place in own_places(again)] == ["own/0/bundle.tar.gz/"]
    assert "transit.mine" in again.entries
    with pytest.raises(PolicyError, match="no key says by whom"):
        load_catalog(places, None, inputs)


def test_nothing_shipped_stands_in_for_what_is_not_enclosed(tmp_path: Path) -> None:
    inputs = enclosed(tmp_path, ["zero-trust"])
    next((inputs / "policies/rego/limen/rules").rglob("plaintext.rego")).unlink()
    again = load_catalog(enclosed=inputs, indexed=False)
    assert "transit.plaintext" not in again.entries
    with pytest.raises(PolicyError, match="there is no rule 'transit.plaintext'"):
        select(again, ["zero-trust"], as_of=DAY)
    for folder in ("rego", "policies"):
        (inputs / "policies" / folder).rename(inputs / "away")
        with pytest.raises(PolicyError, match=f"the enclosed inputs lack policies/{folder}/"):
            load_catalog(enclosed=inputs)
        (inputs / "away").rename(inputs / "policies" / folder)


def test_the_index_changes_nothing(tmp_path: Path) -> None:
    inputs = enclosed(tmp_path, ["zero-trust"])
    assert load_catalog(enclosed=inputs).entries == load_catalog(enclosed=inputs, indexed=False).entries
    rule = next((inputs / "policies/rego/limen/rules").rglob("tls_minimum.rego"))
    rule.write_text(rule.read_text().replace("severity: high", "severity: low"))
    assert load_catalog(enclosed=inputs).entries["transit.tls_minimum"].rule.severity == "low"
