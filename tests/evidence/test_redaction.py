"""What is withheld is proven present and can't be guessed; what is public can't be withheld, dropped or added to."""

from __future__ import annotations

import base64
import contextlib
import datetime
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.errors import UsageError
from limen.evidence import layout
from limen.evidence.keeping import read_patterns
from limen.evidence.reading import open_pack
from limen.evidence.rooted import stated_root
from limen.evidence.verifying import verified
from tests.evidence import oracle
from tests.evidence.attacking import guesses, made, unfolded, windows
from tests.evidence.packing import contents, declared, ok, packed, run
from tests.needs import REPOSITORY

RULES = ("transit.*", "rest.*")
AT = datetime.datetime(2026, 11, 22, 10, 0, 0, tzinfo=datetime.UTC)
ATTACK = pytest.mark.xdist_group("attack")
"""One worker for all that takes the guesses: making them takes the longest."""
SITES = [f"{number:03}" for number in range(1, 41)]
WEAK = ("    in_transit: {protocol: postgres}\n", '    in_transit: {protocol: postgres, tls: {min: "1.1"}}\n')


def site(number: str, redacts: str = "true") -> list[tuple[str, str]]:
    """What the starter says where its partner is one of forty sites, and a flag is set or not."""
    audit = "audit: {ledger: audit-log, by: to, redacts: %s}\n    purpose: Receive"
    return [
        (audit % "true", audit % redacts),
        ("  - id: submit\n", f"  - id: site-{number}-submit\n"),
        ("flow: submit,", f"flow: site-{number}-submit,"),
        ("Receive records from the partner", f"Receive records from site {number}"),
        WEAK,
    ]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("redaction")
    system = declared(folder / "system", *site("017"))
    (folder / "log").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", str(int(AT.timestamp())))
        options = [word for rule in RULES for word in ("--rule", rule)]
        return packed(system, folder / "full", *options, "--log", folder / "log", code=1)


def redact(source: Path, output: Path, *keep: str) -> Path:
    ok("redact", source, "-o", output, *(word for one in keep for word in ("--keep", one)))
    return output


def broken(pack: Path) -> list[tuple[str, str]]:
    with open_pack(pack) as files:
        report = verified(files, None, datetime.datetime.now(datetime.UTC))
    return [(check.name, check.what) for check in report.checks if check.status == "broken"]


def root(pack: Path) -> bytes:
    with open_pack(pack) as files:
        return stated_root(files)


def lines(pack: Path, name: str) -> list[dict[str, object]]:
    found = contents(pack).get(name, b"")
    return [json.loads(line) for line in found.splitlines()]


def leaves(pack: Path) -> list[dict[str, object]]:
    return lines(pack, layout.LEAVES)


@pytest.mark.parametrize("zipped", [False, True])
def test_withheld_records_are_proven_present(full: Path, tmp_path: Path, zipped: bool) -> None:
    small = redact(full, tmp_path / ("less.zip" if zipped else "less"), "rule:transit.tls_minimum")
    assert broken(small) == []
    assert root(small) == root(full)
    listed = leaves(small)
    withheld = sum("hash" in one for one in listed)
    with open_pack(small) as files:
        report = verified(files, None, datetime.datetime.now(datetime.UTC))
    assert report.withheld == withheld > 500
    assert f"{withheld} records withheld, not re-performable" in report.words
    assert json.loads(contents(small)[layout.REDACTION]) == {
        "format": "limen-redaction-1", "kept": len(listed) - withheld, "withheld": withheld, "reperformable": False,
    }  # fmt: skip
    whole = contents(full)
    secret = bytes.fromhex(whole[layout.SECRET].decode())
    assert [one.get("hash") for one in listed if "hash" in one] == [
        expected.hex() for expected, one in zip(oracle.hashes(whole, secret), listed, strict=True) if "hash" in one
    ]


def test_what_is_kept_is_exactly_what_was_asked_for(full: Path, tmp_path: Path) -> None:
    small = redact(full, tmp_path / "less", "rule:transit.tls_minimum & subject:flow:*", "subject:component:store")
    decided = [
        (one["rule"], one["subject"])
        for one in lines(full, layout.DETAILS)
        if (one["rule"] == "transit.tls_minimum" and str(one["subject"]).startswith("flow:"))
        or one["subject"] == "component:store"
    ]
    assert [(one["rule"], one["subject"]) for one in lines(small, layout.DETAILS)] == decided
    assert len(decided) > 11
    assert [one["subject"] for one in lines(small, layout.SUBJECTS)] == ["component:store"]
    assert [(one["rule"], one["subject"]) for one in lines(small, layout.FINDINGS)] == [
        ("transit.tls_minimum", "flow:keep")
    ]
    private = {name for name in contents(small) if name.startswith("core/")} - set(layout.PUBLIC)
    assert private == {layout.DETAILS, layout.SUBJECTS, layout.FINDINGS}
    for name in layout.PUBLIC:
        assert contents(small)[name] == contents(full)[name]


def test_each_kind_of_pattern(full: Path, tmp_path: Path) -> None:
    controls = {str(one["rule"]): one["controls"] for one in lines(full, layout.RULES)}
    statuses = [one["status"] for one in lines(full, layout.DECISIONS)]
    control = "nist-800-53r5:SC-8"
    for number, (pattern, expected) in enumerate({
        f"control:{control}": lambda one: control in controls[one["rule"]],
        "status:fail": lambda one: statuses[one["decision"]] == "fail",
        "decision:17": lambda one: one["decision"] == 17,
        "status:pass & subject:flow:keep": lambda one: (
            statuses[one["decision"]] == "pass" and one["subject"] == "flow:keep"
        ),
        layout.DETAILS: lambda one: True,
    }.items()):  # fmt: skip
        small = redact(full, tmp_path / str(number), pattern)
        kept = lines(small, layout.DETAILS)
        assert kept == [one for one in lines(full, layout.DETAILS) if expected(one)] != [], pattern
        assert broken(small) == []


def test_nothing_private_is_kept_by_default_and_no_more_than_the_format_has(full: Path, tmp_path: Path) -> None:
    small = redact(full, tmp_path / "less")
    assert sorted(contents(small)) == sorted((*layout.ALWAYS, layout.LEAVES, layout.REDACTION))
    assert broken(small) == []


def test_a_redacted_pack_is_redacted_further(full: Path, tmp_path: Path) -> None:
    first = redact(full, tmp_path / "first", "rule:transit.*", "core/inputs/declaration/*")
    second = redact(first, tmp_path / "second.zip", "rule:transit.tls_minimum")
    assert contents(second) == contents(redact(full, tmp_path / "direct", "rule:transit.tls_minimum"))
    assert broken(second) == []
    salts = {one["salt"] for one in leaves(second) if "salt" in one}
    gone = {one["salt"] for one in leaves(first) if "salt" in one} - salts
    assert len(gone) > 100
    text = b"".join(unfolded(contents(second)))
    assert not [salt for salt in gone if str(salt).encode() in text]
    code, said = run("redact", first, "-o", tmp_path / "x", "--keep", "rule:rest.*")
    assert (code, "is withheld already" in said) == (2, True)  # and can't come back


def test_all_kept_is_all_there(full: Path, tmp_path: Path) -> None:
    small = contents(redact(full, tmp_path / "all", "core/*"))
    whole = contents(full)
    core = {name for name, content in whole.items() if name.startswith("core/") and (content or name.endswith(".json"))}
    assert {name: small[name] for name in core} == {name: whole[name] for name in core}
    assert layout.SECRET not in small
    assert layout.SUMS not in small


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("rule:transt.tls_minimum", 'did you mean "transit.tls_minimum"?'),
        ("subject:flow:kep", 'did you mean "flow:keep"?'),
        ("core/findngs.jsonl", 'did you mean "core/findings.jsonl"?'),
        ("control:SC-8", "nist-800-53r5:SC-8"),
        ("status:failed", 'did you mean "fail"?'),
        ("decision:999999", "numbered from 0"),
        ("decision:-1", "no number of a decision"),
        ("rules:transit.*", 'did you mean "rule"?'),
        ("transit.tls_minimum", "write core/PATH or one of"),
        ("", "it says nothing"),
        ("rule:", "names nothing"),
        ("rule:transit.* & ", "it says nothing"),
        ("rule:transit.* & rule:rest.*", "nothing matches all of them"),
    ],
)
def test_a_pattern_that_keeps_nothing_is_an_error(full: Path, tmp_path: Path, pattern: str, words: str) -> None:
    code, said = run("redact", full, "-o", tmp_path / "less", "--keep", pattern)
    assert code == 2
    assert words in said
    assert not list(tmp_path.iterdir())


def test_every_wrong_pattern_is_named(full: Path, tmp_path: Path) -> None:
    patterns = ("rule:nothing", "subject:nothing", "rule:transit.*")
    code, said = run("redact", full, "-o", tmp_path / "x", *(w for one in patterns for w in ("--keep", one)))
    assert (code, said.count("error:")) == (2, 2)


def test_nothing_is_written_over(full: Path, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x/there").write_text("mine")
    code, said = run("redact", full, "-o", tmp_path / "x")
    assert (code, "is there already" in said) == (2, True)
    assert (tmp_path / "x/there").read_text() == "mine"


def test_a_damaged_pack_is_not_redacted(full: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(full, copy)
    with (copy / layout.DETAILS).open("r+b") as file:
        file.seek(100)
        file.write(b"X")
    code, said = run("redact", copy, "-o", tmp_path / "less")
    assert (code, "is damaged" in said) == (2, True)
    assert layout.DETAILS in said
    assert not (tmp_path / "less").exists()
    code, said = run("redact", tmp_path / "nowhere", "-o", tmp_path / "less")
    assert (code, "there is no pack" in said) == (2, True)


def forged(source: Path, target: Path, changed: dict[str, bytes | None]) -> Path:
    """A pack with other files; None removes one."""
    for name, content in {**contents(source), **changed}.items():
        if content is not None:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(content)
    return target


def test_nobody_can_drop_add_or_hide_what_is_kept_or_public(full: Path, tmp_path: Path) -> None:
    small = redact(full, tmp_path / "less", "rule:transit.tls_minimum")
    files = contents(small)
    listed = files[layout.LEAVES].splitlines(keepends=True)
    details = files[layout.DETAILS].splitlines(keepends=True)
    first = next(place for place, line in enumerate(listed) if b"details" in line)
    whole = contents(full)
    secret = bytes.fromhex(whole[layout.SECRET].decode())
    hidden = b'{"hash":"%s"}\n'
    hashes = [one.hex().encode() for one in oracle.hashes(whole, secret)]
    decisions = files[layout.DECISIONS].splitlines(keepends=True)
    start = sum(b"core/assessment" in line or b"core/rules" in line for line in listed)
    renumbered = listed[first].replace(b'"index":', b'"index":1')
    attacks: dict[str, dict[str, bytes | None]] = {
        "a kept record is dropped": {layout.DETAILS: b"".join(details[1:])},
        "a kept file is dropped": {layout.DETAILS: None},
        "a record is added": {layout.DETAILS: b"".join([*details, details[-1]])},
        "a record is changed": {layout.DETAILS: b"".join([details[0].replace(b"pass", b"fail", 1), *details[1:]])},
        "a record is added with a leaf": {
            layout.DETAILS: b"".join([*details, details[-1]]),
            layout.LEAVES: b"".join([*listed, listed[-1] if b"salt" in listed[-1] else listed[first]]),
        },
        "two records are swapped": {layout.DETAILS: b"".join([details[1], details[0], *details[2:]])},
        "a record is shown as another one": {
            layout.LEAVES: b"".join([*listed[:first], renumbered, *listed[first + 1 :]])
        },
        "a file is added": {layout.NOTES: b"[]"},
        "a withheld leaf is dropped": {layout.LEAVES: b"".join(line for line in listed if line != listed[-1])},
        "a status is withheld": {
            layout.LEAVES: b"".join([*listed[:start], hidden % hashes[start], *listed[start + 1 :]]),
            layout.DECISIONS: b"".join(decisions[1:]),
        },
        "all statuses are withheld": {
            layout.LEAVES: b"".join(
                hidden % one if b"decisions" in line else line for line, one in zip(listed, hashes, strict=True)
            ),
            layout.DECISIONS: b"",
        },
        "the count of decisions is withheld": {
            layout.LEAVES: b"".join([hidden % hashes[0], *listed[1:]]),
            layout.ASSESSMENT: None,
        },
        "a rule with its controls is withheld": {
            layout.LEAVES: b"".join([listed[0], hidden % hashes[1], *listed[2:]]),
            layout.RULES: b"".join(files[layout.RULES].splitlines(keepends=True)[1:]),
        },
        "fewer are said to be withheld": {
            layout.REDACTION: files[layout.REDACTION].replace(b'"withheld":', b'"withheld":1'),
        },
        "the secret is added": {layout.SECRET: whole[layout.SECRET]},
        "the list of digests is added": {layout.SUMS: whole[layout.SUMS]},
        "the leaves are dropped": {layout.LEAVES: None},
    }  # fmt: skip
    for number, (what, changed) in enumerate(attacks.items()):
        assert broken(forged(small, tmp_path / str(number), changed)), what
    assert broken(forged(small, tmp_path / "same", {})) == []


def test_what_names_a_withheld_record_is_not_kept_without_it(full: Path, tmp_path: Path) -> None:
    finding = lines(full, layout.FINDINGS)[0]
    text = declared(tmp_path / "system", WEAK)
    waiver = {
        "fingerprint": finding["fingerprint"], "owner": "a", "requested_by": "b", "approved_by": "c", "reason": "d",
        "compensating_control": "transit.mutual_tls", "expires": "2099-01-01",
    }  # fmt: skip
    (text / "waivers.yaml").write_text(json.dumps({"waivers": [waiver]}))
    pack = packed(text, tmp_path / "waived", "--rule", "transit.*", code=3)
    (state,) = lines(pack, layout.WAIVERS)
    assert state["counted"] is True
    for keep in (layout.WAIVERS, layout.INPUT_WAIVERS):
        code, said = run("redact", pack, "-o", tmp_path / "less", "--keep", keep)
        assert code == 2
        assert re.search(r"names a record of core/(findings|waivers)\.jsonl by a digest", said)
        assert str(finding["fingerprint"]) not in said
    together = redact(pack, tmp_path / "less", f"rule:{finding['rule']}")
    assert len(lines(together, layout.WAIVERS)) == 1
    assert len(lines(together, layout.FINDINGS)) == 1
    code, said = run("redact", pack, "-o", tmp_path / "x", "--keep", layout.APPROVALS)
    assert (code, "by a digest" in said) == (2, True)
    redact(pack, tmp_path / "both", layout.APPROVALS, "core/inputs/policies/*")


@pytest.fixture(scope="module")
def cores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Every guess of whoever attacks: which of forty sites, and whether a flag is set."""
    folder = tmp_path_factory.mktemp("guesses")
    found = {}
    for number, flag in [*((one, "true") for one in SITES), ("017", "false")]:
        name = f"{number}-{flag}"
        system = declared(folder / name, *site(number, flag))
        found[name] = made(system / "boundaries.yaml", RULES, AT, folder / f"core-{name}")
    return found


def common_to(cores: dict[str, object]) -> frozenset[bytes]:
    each = [{content for _, _, _, content in oracle.contents(core)} for _, core in cores.values()]
    return frozenset(set.intersection(*each))


KEPT = ("rule:transit.* & subject:flow:keep", "subject:component:store", "core/inputs/policies/*", "subject:key:*")


def salts_in(files: dict[str, bytes]) -> list[bytes]:
    listed = files.get(layout.LEAVES, b"").splitlines()
    return [bytes.fromhex(json.loads(line)["salt"]) for line in listed if b"salt" in line]


class Attack:
    """Guesses, each as the hashes that follow from it and from no other one."""

    def __init__(self, cores: dict[str, object], salts: list[bytes]) -> None:
        common = common_to(cores)
        made = {name: guesses(assessed, core, salts, common) for name, (assessed, core) in cores.items()}
        everywhere = set.intersection(*made.values())
        self.sets = {name: found - everywhere for name, found in made.items()}

    def hits(self, files: dict[str, bytes]) -> list[str]:
        """The guesses of which something stands in files."""
        there = windows(unfolded(files))
        return [name for name, found in self.sets.items() if found & there]


@pytest.fixture(scope="module")
def kept(full: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return contents(redact(full, tmp_path_factory.mktemp("kept") / "less", *KEPT))


@pytest.fixture(scope="module")
def attack(cores: dict[str, object], kept: dict[str, bytes]) -> Attack:
    return Attack(cores, salts_in(kept))


@ATTACK
def test_a_withheld_value_can_not_be_guessed(
    full: Path, kept: dict[str, bytes], cores: dict[str, object], attack: Attack
) -> None:
    text = b"".join(unfolded(kept))
    assert not re.search(rb"site.?017", text, re.IGNORECASE)
    assert len(kept[layout.DETAILS].splitlines()) > 20
    assert sorted(attack.sets) == sorted(cores)
    assert min(map(len, attack.sets.values())) > 1000
    assert attack.hits(kept) == []
    for name in (layout.DETAILS, layout.SUBJECTS, layout.FINDINGS):  # the attacker does make what is withheld
        assert cores["017-true"][1][name] == contents(full)[name]
    assert cores["017-false"][1][layout.SUBJECTS] != contents(full)[layout.SUBJECTS]


@ATTACK
@pytest.mark.parametrize(
    "leak", ["sums", "report", "file", "record", "salt", "id", "details", "uuid", "base64", "raw", "nested"]
)
def test_the_attack_finds_what_would_give_it_away(
    full: Path, kept: dict[str, bytes], cores: dict[str, object], attack: Attack, leak: str
) -> None:
    """The attack above is worth something: with any of these in the pack it names the site."""
    small = dict(kept)
    whole = contents(full)
    subjects = whole[layout.SUBJECTS].splitlines()
    index, record = next((n, one) for n, one in enumerate(subjects) if b'"flow:site-017-submit"' in one)
    detail = next(one for one in lines(full, layout.DETAILS) if one["subject"] == "flow:site-017-submit")
    digest = hashlib.sha256(record).digest()
    encoded = base64.b64encode(digest)
    shown = {
        "sums": lambda: whole[layout.SUMS],
        "report": lambda: sha(whole["reports/limen.html"]),
        "file": lambda: sha(whole[layout.DECLARATION + "boundaries.yaml"]).upper(),
        "record": lambda: digest.hex().encode(),
        "salt": lambda: oracle.salt_of(bytes.fromhex(whole[layout.SECRET].decode()), layout.SUBJECTS, index).hex(),
        "id": lambda: str(detail["id"]).encode(),
        "details": lambda: sha(whole[layout.DETAILS]),
        "uuid": lambda: json.loads(record)["id"].replace("-", "").encode(),
        "base64": lambda: encoded,
        "raw": lambda: b"\xff" + digest,
        "nested": lambda: base64.b64encode(b'{"payload":"' + base64.urlsafe_b64encode(digest) + b'"}'),
    }[leak]()
    if leak == "salt":
        attack = Attack({name: cores[name] for name in ("001-true", "017-true")}, [bytes.fromhex(shown)])
    else:
        small["envelope/leak"] = shown
    found = attack.hits(small)
    assert found[0] == "017-true"
    assert {name.partition("-")[0] for name in found} == {"017"}  # a name's hash does not depend on the flag


def sha(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def recorded(tmp_path: Path, *, salted: bool) -> Path:
    """A pack of observations of which the run log tells by digest."""
    at = declared(tmp_path / "system")
    (at / "files").mkdir()
    (at / "files/a.txt").write_text("nothing here\n")
    text = (at / "boundaries.yaml").read_text()
    start = text.index("probes:\n  - {probe: tls")
    (at / "boundaries.yaml").write_text(text[:start] + 'probes:\n  - {probe: secrets, endpoint: "files", every: P1D}\n')
    run("probe", at, "--record", tmp_path / "seen", "--rule", "transit.*", "--log", tmp_path / "log")
    if not salted:  # as recordings were before they had a salt
        seen = tmp_path / "seen"
        from limen.probes.recorded import read, written

        raw = {path.name: path.read_bytes() for path in (seen / "raw").iterdir()}
        bare = msgspec.structs.replace(read((seen / "run.json").read_bytes(), raw), salt="")
        files = written(bare)
        for name, content in files.items():
            (seen / name).write_bytes(content)
        shutil.rmtree(tmp_path / "log")
        from limen.evidence.log_entries import Observed
        from limen.evidence.run_log import open_log

        assert b'"salt"' not in files["run.json"]
        digest = hashlib.sha256(files["run.json"]).hexdigest()
        open_log(tmp_path / "log").append(
            Observed(run="00000000-0000-4000-8000-000000000001", at="2026-11-22T09:00:00Z", recording=digest, nonce="n")
        )
    options = ("--observations", tmp_path / "seen", "--rule", "transit.*", "--log", tmp_path / "log")
    return packed(at, tmp_path / "pack", *options, code=3)


def test_a_recording_of_which_the_log_tells_can_be_withheld_since_it_is_salted(tmp_path: Path) -> None:
    pack = recorded(tmp_path, salted=True)
    document = contents(pack)[f"{layout.OBSERVATIONS}run.json"]
    assert hashlib.sha256(document).hexdigest().encode() in contents(pack)[layout.LOG]
    assert json.loads(document)["salt"].encode() not in contents(redact(pack, tmp_path / "less"))[layout.LOG]
    assert broken(tmp_path / "less") == []
    code, said = run("redact", pack, "-o", tmp_path / "x", "--keep", f"{layout.OBSERVATIONS}run.json")
    assert (code, "digests over the declaration" in said) == (2, True), said
    redact(pack, tmp_path / "more", f"{layout.OBSERVATIONS}*", "core/inputs/declaration/*")


def test_a_recording_without_a_salt_can_not_be_withheld(tmp_path: Path) -> None:
    pack = recorded(tmp_path, salted=False)
    code, said = run("redact", pack, "-o", tmp_path / "less")
    assert (code, "and can't be changed" in said) == (2, True), said
    assert f"{layout.LOG}: error: it names {layout.OBSERVATIONS}run.json by a digest" in said
    redact(pack, tmp_path / "more", f"{layout.OBSERVATIONS}*", "core/inputs/declaration/*")


@given(st.text(max_size=60))
def test_whatever_is_written_as_a_pattern(text: str) -> None:
    with contextlib.suppress(UsageError):  # and nothing else
        (pattern,) = read_patterns([text])
        pattern.keeps({"file": ("core/a.jsonl",), "rule": ("a.b",), "decision": ("1",)})


def test_the_verifier_without_limen_agrees(full: Path, tmp_path: Path) -> None:
    small = redact(full, tmp_path / "less.zip", "rule:transit.*")
    done = subprocess.run(
        [sys.executable, "-I", REPOSITORY / "verifier/verify.py", small], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert "withheld" in done.stdout
