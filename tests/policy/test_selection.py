"""What profiles select: rules, strictest parameters, sections, deviations, and every error by name."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from limen.errors import PolicyError, UsageError
from limen.policy.catalog import Catalog, load_catalog
from limen.policy.selection import Selection, matching, select
from tests.policy.support import BODY, METADATA, write_profile, write_rule

AS_OF = datetime.date(2026, 1, 1)


def profile(folder: Path, name: str, **fields: str) -> None:
    given = {"rules": "[transit.mine]"} | fields
    lines = "".join(f"{key}: {value}\n" for key, value in given.items())
    write_profile(folder, f"id: {name}\ntitle: T\ndescription: D\n{lines}", name)


def chosen(folder: Path, *names: str, rules: tuple[str, ...] = ()) -> Selection:
    return select(load_catalog((folder,)), names, rules=rules, as_of=AS_OF)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_rule(tmp_path)
    return tmp_path


def test_the_strictest_parameter_of_the_profiles_wins_whatever_their_order(folder: Path) -> None:
    profile(folder, "one", parameters="{mine_depth: 1}")
    profile(folder, "two", parameters="{mine_depth: 2}")
    for names in (("one", "two"), ("two", "one")):
        selection = chosen(folder, *names)
        assert selection.rules["transit.mine"].parameters == {"mine_depth": 2}
        assert selection.rules["transit.mine"].profiles == names
        assert selection.profiles == names
    assert [d.profile for d in chosen(folder, "one", "two").deviations] == []


def test_a_profile_that_weakens_what_it_extends_is_a_deviation(folder: Path) -> None:
    profile(folder, "base", parameters="{mine_depth: 2}")
    profile(folder, "weak", extends="[base]", rules="[]", parameters="{mine_depth: 1}")
    selection = chosen(folder, "weak")
    assert selection.rules["transit.mine"].parameters == {"mine_depth": 1}
    (deviation,) = selection.deviations
    assert (deviation.rule, deviation.parameter, deviation.profile) == ("transit.mine", "mine_depth", "base")
    assert (deviation.expected, deviation.actual) == ("2", "1")
    both = chosen(folder, "weak", "base")  # adding a profile only adds
    assert both.rules["transit.mine"].parameters == {"mine_depth": 2}
    assert both.deviations == ()


def test_sections_claims_and_attestation_are_united(folder: Path) -> None:
    profile(folder, "one", parameters="{mine_depth: 1}", requires="[ledgers]")
    claims = "[{claim: in_transit.tls.min, probe: tls, maximum_age: P7D}]"
    profile(folder, "two", extends="[one]", requires="[keys]", claims=claims, attested_waivers="true")
    selection = chosen(folder, "two")
    assert selection.requires == ("keys", "ledgers")
    assert [claim.probe for claim in selection.claims] == ["tls"]
    assert selection.attested_waivers
    assert not chosen(folder, "one").attested_waivers


def test_required_sections_reach_the_rule_that_judges_them(folder: Path) -> None:
    profile(folder, "one", rules="[structure.required_sections]", requires="[ledgers, keys]")
    selection = chosen(folder, "one")
    assert selection.rules["structure.required_sections"].parameters == {"required_sections": ["keys", "ledgers"]}


def test_claims_reach_the_rules_with_the_least_age(folder: Path) -> None:
    claims = "[{claim: chain, probe: ledger, maximum_age: P7D}, {claim: tls, probe: tls, maximum_age: P1D}]"
    parameters = "{observation_age: P30D}"
    profile(folder, "one", rules="[conformance.stale]", claims=claims, parameters=parameters)
    profile(folder, "two", extends="[one]", rules="[]", claims="[{claim: chain, probe: ledger, maximum_age: P2D}]")
    given = chosen(folder, "two").rules["conformance.stale"].parameters
    assert given == {"claim_ages": {"chain": 172_800, "tls": 86_400}, "observation_age": 2_592_000}


def test_a_category_is_selected_whole(folder: Path) -> None:
    catalog = load_catalog((folder,))
    audits = [name for name in catalog.entries if name.startswith("audit.")]
    assert matching("audit.*", catalog.entries) == audits
    assert matching("audit", catalog.entries) == audits
    assert matching("audit.chained", catalog.entries) == ["audit.chained"]
    assert matching("audi", catalog.entries) == []


def test_only_some_rules_can_be_kept(folder: Path) -> None:
    profile(folder, "one", rules="[transit.mine, structure.required_sections]", parameters="{mine_depth: 1}")
    assert list(chosen(folder, "one").rules) == ["structure.required_sections", "transit.mine"]
    assert list(chosen(folder, "one", rules=("transit",)).rules) == ["transit.mine"]
    with pytest.raises(UsageError, match="select no rule 'transit.mien'") as caught:
        chosen(folder, "one", rules=("transit.mien",))
    assert caught.value.problems[0].hint == 'did you mean "transit.mine"?'
    with pytest.raises(UsageError) as caught:
        chosen(folder, "one", rules=("audit.chained",))
    assert "--profile" in caught.value.problems[0].hint


BROKEN = {
    "unknown rule": ({"rules": "[transit.mien]"}, "there is no rule 'transit.mien'", 'did you mean "transit.mine"?', 4),
    "unknown category": ({"rules": "[transport.*]"}, "there is no rule 'transport.*'", "", 4),
    "unknown base": ({"extends": "[zero-trsut]"}, "no profile 'zero-trsut'", 'did you mean "zero-trust"?', 5),
    "extends itself": ({"extends": "[mine]"}, "extends itself: mine -> mine", "", 5),
    "unknown section": ({"requires": "[ledger]"}, "there is no section 'ledger'", 'did you mean "ledgers"?', 5),
    "unknown parameter": ({"parameters": "{mine_dept: 1}"}, "no rule has a parameter 'mine_dept'", "mine_depth", 5),
    "wrong parameter": ({"parameters": "{mine_depth: x}"}, "the parameter mine_depth is no integer", "an integer", 5),
    "reserved parameter": ({"parameters": "{required_sections: []}"}, "'required_sections'", "use `requires`", 5),
}


@pytest.mark.parametrize("case", sorted(BROKEN))
def test_a_profile_is_refused_at_its_place(folder: Path, case: str) -> None:
    fields, expected, hint, line = BROKEN[case]
    profile(folder, "mine", **fields)
    with pytest.raises(PolicyError) as caught:
        chosen(folder, "mine")
    matched = [p for p in caught.value.problems if expected in p.message and hint in p.hint]
    assert matched, caught.value.problems
    location = matched[0].location
    assert location is not None
    assert (Path(location.file).name, location.line) == ("mine.yaml", line)


def test_profiles_that_extend_each_other_are_refused(folder: Path) -> None:
    profile(folder, "one", extends="[two]")
    profile(folder, "two", extends="[one]", parameters="{mine_depth: 1}")
    with pytest.raises(PolicyError, match="extends itself: one -> two -> one"):
        chosen(folder, "one")


def test_a_parameter_that_no_profile_sets_is_an_error(folder: Path) -> None:
    profile(folder, "mine")
    with pytest.raises(PolicyError, match="no profile sets the parameter mine_depth of the rule transit.mine"):
        chosen(folder, "mine")


def test_profiles_that_disagree_without_a_stricter_value_are_an_error(tmp_path: Path) -> None:
    write_rule(tmp_path, (METADATA + BODY).replace("stricter: higher", "stricter: none"))
    profile(tmp_path, "one", parameters="{mine_depth: 1}")
    profile(tmp_path, "two", parameters="{mine_depth: 2}")
    with pytest.raises(PolicyError, match="the parameter mine_depth differs between the profiles of one, two"):
        chosen(tmp_path, "one", "two")


def test_an_unknown_control_is_an_error(tmp_path: Path) -> None:
    write_rule(tmp_path, (METADATA + BODY).replace("nist-800-53r5:SC-8", "nist-800-53r5:SC-88"))
    profile(tmp_path, "mine", parameters="{mine_depth: 1}")
    with pytest.raises(PolicyError, match="unknown control 'nist-800-53r5:SC-88'"):
        chosen(tmp_path, "mine")


def test_unknown_and_missing_names_are_usage_errors(folder: Path) -> None:
    profile(folder, "mine", parameters="{mine_depth: 1}")
    profile(folder, "empty", rules="[]")
    with pytest.raises(UsageError, match="there is no profile 'mien'") as caught:
        chosen(folder, "mine", "mien")
    assert caught.value.problems[0].hint == 'did you mean "mine"?'
    with pytest.raises(UsageError, match="no profile is named"):
        chosen(folder)
    with pytest.raises(UsageError, match="the profiles select no rule"):
        chosen(folder, "empty")


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load_catalog()


def test_every_shipped_profile_selects_and_every_control_is_known(shipped: Catalog) -> None:
    unknown = {
        (rule.id, control)
        for rule in shipped.rules.values()
        for control in rule.controls
        if control not in shipped.controls
    }
    assert unknown == set()
    for name in shipped.profiles:
        selection = select(shipped, [name], as_of=AS_OF)
        assert selection.rules, name
        assert selection.deviations == (), name


def test_every_shipped_rule_is_selected_by_a_shipped_profile(shipped: Catalog) -> None:
    selected = set(select(shipped, list(shipped.profiles), as_of=AS_OF).rules)
    assert selected == set(shipped.rules)
