"""References: each name that is mentioned must be declared, unless policy judges its whole section."""

# ruff: noqa: E501
from __future__ import annotations

import re
from pathlib import Path

import pytest

from limen.loading import load
from tests.loading.support import SOUND, WHOLE, load_text, problems, shown, underlined

WHOLE_TEXT = (WHOLE / "boundaries.yaml").read_text(encoding="utf-8")
OTHER_FILES = {
    "inventory__json": (WHOLE / "inventory.json").read_bytes(),
    "flows__jsonl": (WHOLE / "flows.jsonl").read_bytes(),
}


def _edited(tmp_path: Path, old: str, new: str) -> dict[str, str | bytes]:
    """Write the included files of the whole example; its root is what a test edits."""
    assert old in WHOLE_TEXT
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "processing.yaml").write_bytes((WHOLE / "flows" / "processing.yaml").read_bytes())
    return {**OTHER_FILES, "root": WHOLE_TEXT.replace(old, new, 1)}


EDITS = [
    # (what the whole example says, what it says after the edit, where, what, underlined)
    ("level: restricted, compartments: [phi]}\n    fields", "level: restrictd, compartments: [phi]}\n    fields",
     "data.submission.label.level", 'no level is called "restrictd"', "restrictd"),
    ("compartments: [phi]}\n    fields", "compartments: [phy]}\n    fields",
     "data.submission.label.compartments[0]", 'no compartment is called "phy"', "phy"),
    ("sensitive_fields: [subject_id, dob]", "sensitive_fields: [subject_id, birth]",
     "data.submission.sensitive_fields[1]", 'submission has no field "birth"', "birth"),
    ("identifiers: [subject_id]", "identifiers: [subject]",
     "data.submission.identifiers[0]", 'submission has no field "subject"', "subject"),
    ("internal, confidential,", "internal, internal,", "labels.levels[2]", '"internal" is listed twice', "internal"),
    ("within: processing", "within: procesing", "zones.data.within", 'no zone is called "procesing"', "procesing"),
    ("clearance: {level: public}, callers", "clearance: {level: publik}, callers",
     "zones.untrusted.clearance.level", 'no level is called "publik"', "publik"),
    ('"zone:untrusted", "comp', '"zone:untrustd", "comp',
     "zones.processing.callers[0]", 'no zone is called "untrustd"', '"zone:untrustd"'),
    ("component:archive", "component:archiv",
     "zones.processing.callers[1]", 'no component is called "archiv"', '"component:archiv"'),
    ("role:ingestion", "role:ingest", "zones.processing.callers[2]", 'no role is called "ingest"', '"role:ingest"'),
    ("AES-256-GCM, key: data-key", "AES-256-GCM, key: date-key",
     "zones.processing.posture.at_rest.key", 'no key is called "date-key"', "date-key"),
    ("zone: untrusted\n", "zone: untrustd\n", "components.portal.zone", 'no zone is called "untrustd"', "untrustd"),
    ("tenant: site-12\n", "tenant: site-13\n", "components.portal.tenant", 'no tenant is called "site-13"', "site-13"),
    ("originates: [submission]", "originates: [submission, submision]",
     "components.portal.originates[1]", 'no data item is called "submision"', "submision"),
    ("stores: [submission]", "stores: ['key:nokey']",
     "components.database.stores[0]", 'no key is called "nokey"', "'key:nokey'"),
    ("independent: {submission", "independent: {receipt",
     "components.portal.independent.receipt", '"receipt" is not among what the component originates', "collected by the site itself"),
    ("[phi], basis", "[phj], basis",
     "components.portal.clearance.compartments[0]", 'no compartment is called "phj"', "phj"),
    ("classifies: [submission]", "classifies: [x]",
     "components.gateway.ingress.classifies[0]", 'no data item is called "x"', "x"),
    ("validates: [submission]", "validates: [x]",
     "components.gateway.ingress.validates[0]", 'no data item is called "x"', "x"),
    ("quarantine: dead-letter", "quarantine: dead-leter",
     "components.gateway.ingress.quarantine", 'no component is called "dead-leter"', "dead-leter"),
    ("seals_with: [data-key]", "seals_with: [x]", "components.gateway.seals_with[0]", 'no key is called "x"', "x"),
    ("opens_with: [data-key]", "opens_with: [x]", "components.deid.opens_with[0]", 'no key is called "x"', "x"),
    ("verifies_with: [site-key]", "verifies_with: [x]",
     "components.deid.verifies_with[0]", 'no key is called "x"', "x"),
    ("roles: [ingestion]", "roles: [x]", "components.deid.roles[0]", 'no role is called "x"', "x"),
    ("{data: deid-report, from", "{data: x, from",
     "components.deid.produces[0].data", 'no data item is called "x"', "x"),
    ("from: [submission], how", "from: [x], how",
     "components.deid.produces[0].from[0]", 'no data item is called "x"', "x"),
    ("key: token-key, app", "key: x, app", "components.deid.produces[0].key", 'no key is called "x"', "x"),
    ("AES-256-XTS, key: data-key", "AES-256-XTS, key: x",
     "components.database.at_rest.key", 'no key is called "x"', "x"),
    ("from: portal", "from: portl", "flows.site-upload.from", 'no component is called "portl"', "portl"),
    ("to: gateway", "to: gatewy", "flows.site-upload.to", 'no component is called "gatewy"', "gatewy"),
    ("carries: [submission]", "carries: [submission, x]",
     "flows.site-upload.carries[1]", 'no data item is called "x"', "x"),
    ("returns: [receipt]", "returns: [key:x]", "flows.site-upload.returns[0]", 'no key is called "x"', "key:x"),
    ("component: edge-proxy", "component: edge",
     "flows.site-upload.via[0].component", 'no component is called "edge"', "edge"),
    ("roles: [coordinator], permission", "roles: [x], permission",
     "flows.site-upload.authz.roles[0]", 'no role is called "x"', "x"),
    ("signed: site-key", "signed: x", "flows.site-upload.protection.submission[0].signed", 'no key is called "x"', "x"),
    ("{key: data-key, fields", "{key: x, fields",
     "flows.site-upload.protection.submission[1].field_encrypted.key", 'no key is called "x"', "x"),
    ("fields: [subject_id, dob]}\n    fields", "fields: [subject_id, dobb]}\n    fields",
     "flows.site-upload.protection.submission[1].field_encrypted.fields[1]", 'submission has no field "dobb"', "dobb"),
    ("fields: {submission: [subject_id, dob]}", "fields: {submission: [dobb]}",
     "flows.site-upload.fields.submission[0]", 'submission has no field "dobb"', "dobb"),
    ("fields: {submission: [subject_id, dob]}", "fields: {deid-report: [dob]}",
     "flows.site-upload.fields.deid-report", 'the flow does not move "deid-report"', "deid-report"),
    ("ledger: crossing-log, by", "ledger: x, by", "flows.site-upload.audit.ledger", 'no ledger is called "x"', "x"),
    ("held_by: vault", "held_by: x", "keys.root-key.held_by", 'no component is called "x"', "x"),
    ("wrapped_by: root-key", "wrapped_by: x", "keys.data-key.wrapped_by", 'no key is called "x"', "x"),
    ("grantees: [gateway, deid]", "grantees: [gateway, x]",
     "keys.data-key.grantees[1]", 'no component is called "x"', "x"),
    ("application, tenant: site-12", "application, tenant: x", "keys.site-key.tenant", 'no tenant is called "x"', "x"),
    ("needs: {submission", "needs: {x", "roles.coordinator.needs.x", 'no data item is called "x"', "x"),
    ("needs: {submission: [dob]", "needs: {submission: [x]",
     "roles.coordinator.needs.submission[0]", 'submission has no field "x"', "x"),
    ("jane: {roles: [coordinator]", "jane: {roles: [x]", "principals.jane.roles[0]", 'no role is called "x"', "x"),
    ("HMAC-SHA-256, key: root-key, inputs", "HMAC-SHA-256, key: x, inputs",
     "tenants.site-12.binding.key", 'no key is called "x"', "x"),
    ("[site-upload, archive-copy]", "[site-upload, x]", "transfers.hand-over.flows[1]", 'no flow is called "x"', "x"),
    ("custody_log: crossing-log", "custody_log: x", "transfers.hand-over.custody_log", 'no ledger is called "x"', "x"),
    ("component: crossing-log\n", "component: x\n",
     "ledgers.crossing-log.component", 'no component is called "x"', "x"),
    ("HMAC-SHA-256, key: root-key, format", "HMAC-SHA-256, key: x, format",
     "ledgers.crossing-log.chain.key", 'no key is called "x"', "x"),
    ("to: archive}", "to: x}", "ledgers.crossing-log.anchors.to", 'no component is called "x"', "x"),
    ("store: vault", "store: x", "secrets.store", 'no component is called "x"', "x"),
    ("from: untrusted, to", "from: x, to",
     "assertions.through-the-gate.never.from", 'no zone or component is called "x"', "x"),
    ('"zone:data"', '"zone:x"', "assertions.through-the-gate.never.to", 'no zone is called "x"', '"zone:x"'),
    ("except_via: [gateway]", "except_via: [x]",
     "assertions.through-the-gate.never.except_via[0]", 'no zone or component is called "x"', "x"),
    ("data: submission, reaches", "data: x, reaches",
     "assertions.phi-stays.never.data", 'no data item is called "x"', "x"),
    ("reaches: untrusted", "reaches: x",
     "assertions.phi-stays.never.reaches", 'no zone or component is called "x"', "x"),
    ("probe: tls, flow: site-upload", "probe: tls, flow: x", "probes[0].flow", 'no flow is called "x"', "x"),
    ("ledger: crossing-log}\n", "ledger: x}\n", "probes[1].ledger", 'no ledger is called "x"', "x"),
    ("{probe: ledger, ledger: crossing-log}", "{probe: kms, key: x, component: y}",
     "probes[1].component", 'no component is called "y"', "y"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "where", "message", "about"), EDITS, ids=[f"{edit[2]}-{edit[4]}" for edit in EDITS]
)
def test_a_reference_to_nothing_is_found(
    tmp_path: Path, old: str, new: str, where: str, message: str, about: str
) -> None:
    files = _edited(tmp_path, old, new)
    found = problems(tmp_path, str(files.pop("root")), **files)
    matching = [problem for problem in found if problem.message == f"{where}: {message}"]
    assert len(matching) == 1, shown(found)
    assert underlined(matching[0]) == about
    assert matching[0].hint
    assert matching[0].location is not None
    assert matching[0].location.file == "boundaries.yaml"


def test_a_suggestion_is_made_where_a_name_is_close(tmp_path: Path) -> None:
    found = problems(tmp_path, SOUND.replace("to: gateway", "to: gatway").replace("from: portal", "from: nothing"))
    assert [problem.hint for problem in found] == [
        "declare it under components, or correct the name",
        'did you mean "gateway"?',
    ]


@pytest.mark.parametrize("section", ["keys", "ledgers", "roles", "tenants", "labels", "transfers", "secrets"])
def test_a_section_that_is_missing_altogether_is_left_to_policy(tmp_path: Path, section: str) -> None:
    without = re.sub(rf"^{section}:.*\n(?: .*\n|\n)*", "", WHOLE_TEXT, flags=re.MULTILINE)
    assert f"\n{section}:" not in without
    files = _edited(tmp_path, "", "")
    files.pop("root")
    assert load_text(tmp_path, without, **files).declaration.flows == load(WHOLE).declaration.flows


@pytest.mark.parametrize("section", ["zones", "components", "data"])
def test_a_section_that_flows_stand_on_may_not_be_missing(tmp_path: Path, section: str) -> None:
    text = re.sub(rf"^{section}:.*\n(?: .*\n|\n)*", "", SOUND, flags=re.MULTILINE)
    assert f"no {'data item' if section == 'data' else section[:-1]} is called" in shown(problems(tmp_path, text))[0]


def test_circles_are_found_once(tmp_path: Path) -> None:
    text = SOUND.replace("outside: {trust: 0}", "outside: {trust: 0, within: inside}")
    text = text.replace("inside: {trust: 2}", "inside: {trust: 2, within: outside}\n  self: {trust: 1, within: self}")
    text += "keys: {a: {wrapped_by: b}, b: {wrapped_by: c}, c: {wrapped_by: b}, d: {wrapped_by: a}}\n"
    assert [problem.message for problem in problems(tmp_path, text)] == [
        "zones.outside.within: a circle: outside within inside within outside",
        "zones.self.within: a circle: self within self",
        "keys.b.wrapped_by: a circle: b wrapped by c wrapped by b",
    ]


def test_a_flow_is_not_its_own_fallback(tmp_path: Path) -> None:
    found = problems(tmp_path, SOUND.replace("returns: []", "returns: [], fallback_for: upload"))
    assert [problem.message for problem in found] == ["flows.upload.fallback_for: a flow can't be its own fallback"]
    found = problems(tmp_path, SOUND.replace("returns: []", "returns: [], fallback_for: uplod"))
    assert [problem.hint for problem in found] == ['did you mean "upload"?']


def test_a_place_that_is_zone_and_component_must_say_which(tmp_path: Path) -> None:
    text = SOUND.replace("  gateway: {", "  inside: {zone: inside, kind: service}\n  gateway: {")
    text += "assertions: [{id: a, never: {from: inside, to: outside}}]\n"
    found = problems(tmp_path, text)
    assert [(problem.message, problem.hint) for problem in found] == [
        ('assertions.a.never.from: "inside" is a zone and a component', "write zone:inside or component:inside")
    ]
    assert load_text(tmp_path, text.replace("from: inside", "from: component:inside"))


@pytest.mark.parametrize(
    ("flow", "zone", "refused"),
    [
        ("https", "", True),
        ("udp", "", False),
        ("syslog-tls", "https", False),
        ("https", "udp", True),
        ("", "https", True),
        ("", "udp", False),
        ("", "", False),  # which protocol it is, nobody said: policy judges that
    ],
)
def test_a_protocol_that_answers_needs_returns(tmp_path: Path, flow: str, zone: str, refused: bool) -> None:
    text = SOUND.replace(", returns: []", f", in_transit: {{protocol: {flow}}}" if flow else "")
    if zone:
        text = text.replace("trust: 2", f"trust: 2, posture: {{in_transit: {{protocol: {zone}}}}}")
    if not refused:
        assert load_text(tmp_path, text)
        return
    assert shown(problems(tmp_path, text)) == [
        "boundaries.yaml:12:10: flows.upload: returns is missing, though https answers"
    ]


def test_carriage_that_is_not_declared_needs_no_returns(tmp_path: Path) -> None:
    text = SOUND.replace("carries: [packet], returns: []", "in_transit: {protocol: https}, protection: {packet: []}")
    assert load_text(tmp_path, text)


def test_parts_that_flows_share_are_reported_for_each_of_them(tmp_path: Path) -> None:
    flows = "".join(
        f'{{"id":"f{n}","from":"portal","to":"gateway","carries":["nothing"],"returns":[]}}\n' for n in range(3)
    )
    found = problems(tmp_path, "include: [flows.jsonl]\n" + SOUND, flows__jsonl=flows)
    assert shown(found) == [
        f'flows.jsonl:{n + 1}:54: flows.f{n}.carries[0]: no data item is called "nothing"' for n in range(3)
    ]


def test_references_of_an_entry_with_a_mistake_are_checked_too(tmp_path: Path) -> None:
    text = (
        SOUND.replace("kind: gateway}", "kind: gateway, title: 5, roles: x, at_rest: {key: none}}") + "keys: {a: {}}\n"
    )
    assert [problem.message for problem in problems(tmp_path, text)] == [
        "components.gateway.title: expected text that is not blank; found 5",
        'components.gateway.roles: expected a list; found "x"',
        'components.gateway.at_rest.key: no key is called "none"',
    ]


def test_a_name_with_a_mistake_elsewhere_is_declared_all_the_same(tmp_path: Path) -> None:
    found = problems(tmp_path, SOUND.replace("kind: gateway}", "kind: gatewy}"))
    assert [problem.message.split(":")[0] for problem in found] == ["components.gateway.kind"]
