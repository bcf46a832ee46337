"""Synthetic PHI, serials, registrants' numbers and secrets in every input of a pack: none in any byte of it."""

from __future__ import annotations

import base64
import binascii
import io
import json
import os
import random
import re
import subprocess
import tarfile
import zipfile
from pathlib import Path

import ahocorasick
import pytest

from limen.evidence import layout
from limen.integrity.tokens import token
from tests.assess.systems import system
from tests.evidence.packing import contents, declared, ok, packed, run, starter
from tests.needs import need_program
from tests.policy.support import BODY, METADATA, MY_PROFILE, write_profile, write_rule

KEY = "k" * 40
GTIN = "09521234543213"


def plants(word: str, number: int) -> dict[str, tuple[str, str]]:
    """Somebody that nobody is, of this input alone: by kind the text that is planted and the value within it."""
    values = {
        "mrn": (f"MRN {number}4471", f"{number}4471"),
        "ssn": (f"{number % 600 + 100}-45-{number % 9000 + 1000}", ""),
        "dea": (dea(number), ""),
        "npi": (f"NPI {npi(number)}", npi(number)),
        "person": (f"patient_name: Zz{word} Roe{word}", f"Zz{word} Roe{word}"),
        "birth_date": (f"born 19{number % 80 + 10}-03-0{number % 9 + 1}", f"19{number % 80 + 10}-03-0{number % 9 + 1}"),
        "email": (f"email {word}.roe@clinic.example", f"{word}.roe@clinic.example"),
        "phone": (f"tel. 515-555-{number % 9000 + 1000}", f"515-555-{number % 9000 + 1000}"),
        "sgtin": (f"(01){GTIN}(21)ZZ{word.upper()}{number}", ""),
        "sscc": (f"urn:epc:id:sscc:9521234.0{number:09}", ""),
        "secret": (secret(number), ""),
    }
    return {kind: (text, value or text) for kind, (text, value) in values.items()}


def npi(number: int) -> str:
    digits = f"1{number:08}"
    total = sum(
        (value := int(digit) * (2 if place % 2 == 0 else 1)) - (9 if value > 9 else 0)
        for place, digit in enumerate(reversed("80840" + digits))
    )
    return digits + str(-total % 10)


def dea(number: int) -> str:
    digits = [int(one) for one in f"{number % 10**6:06}"]
    return "BR" + "".join(map(str, digits)) + str((sum(digits[0::2]) + 2 * sum(digits[1::2])) % 10)


def secret(number: int) -> str:
    letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "gh" + "p_" + "".join(random.Random(number).choices(letters, k=36))


class Planted:
    """What was planted, where and as what kind."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], str] = {}
        self.number = 71_000

    def line(self, word: str, *kinds: str) -> str:
        """A line of free text that holds some kinds (default: all)."""
        self.number += 7_919
        made = plants(word, self.number)
        chosen = {kind: made[kind] for kind in kinds or made}
        self.values |= {(word, kind): value for kind, (_, value) in chosen.items()}
        return "; ".join(text for text, _ in chosen.values())


def every_text(files: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    """The bytes of each file, and whatever lies within: PDF pages as text, members of zips, Base64 undone."""
    found = dict(files)
    for name, content in files.items():
        if name.endswith(".pdf"):
            (folder / "a.pdf").write_bytes(content)
            text = subprocess.run([need_program("pdftotext"), folder / "a.pdf", "-"], capture_output=True, check=True)
            found[f"{name}: text"] = text.stdout
            found[f"{name}: objects"] = subprocess.run(
                [need_program("qpdf"), "--qdf", "--object-streams=disable", folder / "a.pdf", "-"], capture_output=True
            ).stdout
        elif content[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                found |= {f"{name}: {one}": archive.read(one) for one in archive.namelist()}
    for name, content in list(found.items()):
        for number, text in enumerate(re.findall(rb"[A-Za-z0-9+/_-]{24,}={0,2}", content)):
            plain = text.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
            try:
                found[f"{name}: base64 {number}"] = base64.b64decode(plain + b"=" * (-len(plain) % 4))
            except binascii.Error:
                continue
    return found


def forms(value: str) -> set[bytes]:
    raw = value.encode()
    bare = re.sub(r"[-. ()]", "", value)
    return {
        raw,
        raw.lower(),
        raw.upper(),
        raw[::-1],
        raw.hex().encode(),
        json.dumps(value)[1:-1].encode(),
        bare.encode(),
    } | {base64.b64encode(b"\0" * n + raw)[(0, 2, 3)[n] : (len(raw) + n) * 8 // 6] for n in range(3)}


def leaks(pack: Path, values: dict[tuple[str, str], str], folder: Path) -> list[str]:
    """Where any of the values stands in a pack, in any form."""
    automaton = ahocorasick.Automaton()
    for (where, kind), value in values.items():
        for form in forms(value):
            automaton.add_word(form.decode("latin-1"), f"{where} {kind}")
    automaton.make_automaton()
    texts = every_text(contents(pack), folder)
    return sorted(
        {f"{what} in {name}" for name, text in texts.items() for _, what in automaton.iter(text.decode("latin-1"))}
    )


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Planted, list[str | Path]]:
    """A system with something planted in every text that people write."""
    folder = tmp_path_factory.mktemp("planted")
    made = Planted()
    at = system(folder / "system")
    text = (at / "boundaries.yaml").read_text()
    first = text.index("\nflows:")
    text = (
        f"# {made.line('comment')}\n{text[:first]}\n# {made.line('middle')}{text[first:]}\n"
        f"# patient_ids: [{made.number}11, {made.number}22]\n"
    )
    made.values |= {("list", "one"): f"{made.number}11", ("list", "two"): f"{made.number}22"}
    title = re.search(r"(?m)^(\s*)title: (.*)$", text)
    assert title is not None
    text = text.replace(title[0], f'{title[1]}title: "Pipeline, {made.line("title")}"', 1)
    purpose = re.search(r"(?m)purpose: ([^,}\n]*)", text)
    assert purpose is not None
    text = text.replace(purpose[0], f'purpose: "Bring it, {made.line("purpose")}"', 1)
    (at / "boundaries.yaml").write_text(text)
    waivers = json.loads((at / "waivers.yaml").read_text())
    waivers["waivers"][0]["reason"] = made.line("reason")
    waivers["waivers"][1]["owner"] = made.line("owner", "mrn", "ssn")
    (at / "waivers.yaml").write_text(f"# {made.line('waivers')}\n" + json.dumps(waivers))
    (at / "signing.yaml").write_text(
        "timestamp: false\n"
        f"approvals: {{profiles: {{mine: {{by: ['{made.line('approver', 'ssn')}'], at: 2026-11-01}}}}}}\n"
        f"# {made.line('signing')}\n"
    )
    rule = METADATA.replace(
        "# description: An item", f"# description: {made.line('description', 'ssn', 'sgtin', 'dea')}. An item"
    )
    write_rule(at / "own", rule + f"\n# {made.line('rego')}\n" + BODY)
    write_profile(
        at / "own",
        f"# {made.line('profile')}\n" + MY_PROFILE.replace("title: ", f"title: {made.line('name', 'ssn', 'dea')} "),
    )
    results = {"known_bad": [{"probe": "tls", "case": made.line("case"), "noticed": True}]}
    (at / "bad.json").write_text(json.dumps(results, indent=1))
    options: list[str | Path] = [
        "--profile", "mine", "--policies", at / "own", "--signing-policy", at / "signing.yaml",
        "--sensitivity", at / "bad.json", "--operator", f"Ana Ruiz {made.line('operator')}",
    ]  # fmt: skip
    return at, made, options


def keyed() -> list[str]:
    return ["--token-key", "t-1=env:LIMEN_TEST_TOKEN_KEY"]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMEN_TEST_TOKEN_KEY", KEY)


@pytest.fixture(scope="module")
def pack(planted: tuple[Path, Planted, list[str | Path]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    at, _, options = planted
    os.environ["LIMEN_TEST_TOKEN_KEY"] = KEY
    return packed(at, tmp_path_factory.mktemp("pack") / "pack", *options, *keyed(), code=1)


def test_none_is_in_any_byte_and_the_tokens_are(
    planted: tuple[Path, Planted, list[str | Path]], pack: Path, tmp_path: Path
) -> None:
    _, made, _ = planted
    assert len(made.values) > 120
    assert leaks(pack, made.values, tmp_path) == []
    texts = b"\0".join(contents(pack).values())
    assert b"ops" in texts
    unseen = {
        (where, kind)
        for (where, kind), value in made.values.items()
        if token(value, domain=kind if where != "list" else "mrn", key_id="t-1", key=KEY.encode()).encode() not in texts
    }
    assert {one for one in unseen if one[0] != "signing"} == set()  # a comment of YAML, which is enclosed as JSON


def test_the_checker_sees_what_is_there(
    planted: tuple[Path, Planted, list[str | Path]], pack: Path, tmp_path: Path
) -> None:
    """The test above is worth something: a value in a PDF's page, a cell, a payload or a raw response is found."""
    _, made, _ = planted
    value = made.values["title", "email"]
    for place in ("reports/limen.txt", "envelope/run.json"):
        copy = tmp_path / place.replace("/", "-")
        files = contents(pack)
        files[place] += value.encode()
        for name, content in files.items():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes(content)
        assert leaks(copy, made.values, tmp_path) == [f"title email in {place}"]
    encoded = {"x": base64.b64encode(b"ab" + value.encode() + b"c")}
    assert any(value.encode() in text for text in every_text(encoded, tmp_path).values())


def test_the_pack_is_whole_and_can_be_performed_again(pack: Path) -> None:
    assert "intact" in ok("verify", pack, code=3)
    assert "byte for byte" in ok("reperform", pack)


def test_without_a_key_nothing_is_packed_and_every_place_is_named(
    planted: tuple[Path, Planted, list[str | Path]], tmp_path: Path
) -> None:
    at, made, options = planted
    code, said = run("pack", at, "-o", tmp_path / "pack", *options)
    assert code == 2
    assert not list(tmp_path.iterdir())
    assert not [value for value in made.values.values() if value in said]
    assert f"{at}/boundaries.yaml:1:7: error: it holds the number of a patient or the like (mrn)" in said
    for file in ("boundaries.yaml", "waivers.yaml", "own/rules/transit/mine/mine.rego", "own/profiles/mine.yaml"):
        assert f"{at}/{file}:" in said, file
    for words in (
        "a social security number",
        "a DEA number",
        "an NPI",
        "a secret",
        "(sgtin)",
        "(sscc)",
        "date of birth",
    ):
        assert words in said, words
    assert "--operator holds" in said


def test_the_same_value_has_the_same_token_everywhere_and_under_another_key_another(tmp_path: Path) -> None:
    words = ("Receive records from the partner", "Receive records of MRN 12345678")
    at = declared(tmp_path / "system", words)
    (at / "boundaries.yaml").write_text((at / "boundaries.yaml").read_text() + "# case 12345678, again 12345678.\n")
    first = packed(at, tmp_path / "a", "--rule", "transit.*", *keyed(), code=3)
    made = token("12345678", domain="mrn", key_id="t-1", key=KEY.encode())
    text = contents(first)[f"{layout.DECLARATION}boundaries.yaml"].decode()
    assert text.count(made) == 3
    os.environ["LIMEN_TEST_TOKEN_KEY"] = "j" * 40
    second = packed(at, tmp_path / "b", "--rule", "transit.*", *keyed(), code=3)
    assert made not in contents(second)[f"{layout.DECLARATION}boundaries.yaml"].decode()


def test_declared_registrations_stay(tmp_path: Path) -> None:
    """The number under which a tenant is registered is a name that the declaration itself gives."""
    tenant = "{title: P14, kind: pharmacy, npi: '1245319599', dea_number: AP5836727}"
    tenants = f"tenants:\n  pharmacy-014: {tenant}\n\nassertions:"
    at = declared(tmp_path / "system", ("\nassertions:", "\n" + tenants))
    pack = packed(at, tmp_path / "pack", "--rule", "transit.*", code=3)
    assert b"AP5836727" in contents(pack)[f"{layout.DECLARATION}boundaries.yaml"]
    (at / "boundaries.yaml").write_text((at / "boundaries.yaml").read_text() + "# prescribed by NPI 1234567893\n")
    code, said = run("pack", at, "-o", tmp_path / "other", "--rule", "transit.*")
    assert (code, said.count("error:"), "an NPI" in said) == (2, 1, True)


def test_what_does_not_load_with_a_token_is_refused(tmp_path: Path) -> None:
    renamed = [("  - id: submit\n", "  - id: mrn-12345678\n"), ("flow: submit,", "flow: mrn-12345678,")]
    at = declared(tmp_path / "system", *renamed)
    code, said = run("pack", at, "-o", tmp_path / "pack", "--rule", "transit.*", *keyed())
    assert (code, "does not load" in said) == (2, True), said
    assert "12345678" not in said.replace(str(tmp_path), "")
    assert f"{at}/boundaries.yaml:" in said
    assert not (tmp_path / "pack").exists()


def test_yaml_of_every_style_takes_a_token(tmp_path: Path) -> None:
    at = declared(tmp_path / "system", (
        "    purpose: Record crossings\n", "    purpose: MRN 12345678\n",
    ), ("Keep the records", '"MRN 12345678"'), ("Keep refused records for the stewards", "'MRN 12345678'"), (
        "    purpose: Use data keys without holding them\n",
        "    purpose: >-\n      Use data keys\n      of MRN 12345678\n",
    ), ('reason: No partner writes to the store itself}', 'reason: MRN 12345678}'), (
        "title: Wakes whoever is on call,", "title: MRN 12345678,"
    ))  # fmt: skip
    pack = packed(at, tmp_path / "pack", "--rule", "transit.*", *keyed(), code=3)
    made = token("12345678", domain="mrn", key_id="t-1", key=KEY.encode())
    assert contents(pack)[f"{layout.DECLARATION}boundaries.yaml"].decode().count(made) >= 6
    assert b"12345678" not in b"".join(contents(pack).values())


def test_numbers_in_json_become_texts_and_code_of_rules_is_left_alone(tmp_path: Path) -> None:
    at = system(tmp_path / "system")
    (at / "bad.json").write_text('{"known_bad": [{"probe": "tls", "case": "mrn: 12345678", "noticed": true}]}')
    options = ["--profile", "mine", "--policies", at / "own", "--sensitivity", at / "bad.json"]
    packed(at, tmp_path / "pack", *options, *keyed(), code=1)
    coded = BODY.rstrip().removesuffix("}") + "} if {\n\tmrn := 12345678\n\tmrn > input.depth\n}\n"
    write_rule(at / "own", METADATA + coded)
    code, said = run("pack", at, "-o", tmp_path / "other", *options, *keyed())
    assert (code, "in the code of a rule, where no token can stand" in said) == (2, True), said
    assert "mine.rego:" in said


def test_what_can_not_be_changed_is_refused(tmp_path: Path) -> None:
    at = declared(tmp_path / "system")
    named = at / "flows-mrn-12345678.yaml"
    named.write_text("{}\n")
    text = (at / "boundaries.yaml").read_text()
    (at / "boundaries.yaml").write_text(f"include: [{named.name}]\n{text}")
    code, said = run("pack", at, "-o", tmp_path / "pack", *keyed())
    assert (code, "the name of input" in said, "give the file another name" in said) == (2, True, True), said
    (at / "boundaries.yaml").write_text(
        text + "# " + base64.b64encode(b"the record of MRN 12345678 is here").decode() + "\n"
    )
    code, said = run("pack", at, "-o", tmp_path / "pack", *keyed())
    assert (code, "in base64, in an encoding, where no token can stand" in said) == (2, True), said


def test_a_bundle_is_signed_so_what_it_holds_is_refused(tmp_path: Path) -> None:
    at = system(tmp_path / "system")
    write_rule(at / "own", METADATA + "\n# of MRN 12345678\n" + BODY)
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for path in sorted((at / "own").rglob("*")):
            if path.suffix in (".rego", ".yaml"):
                archive.add(path, path.relative_to(at / "own").as_posix())
    (at / "bundle.tar.gz").write_bytes(content.getvalue())
    options = ["--profile", "mine", "--policies", at / "bundle.tar.gz"]
    code, said = run("pack", at, "-o", tmp_path / "pack", *options, *keyed())
    assert code == 2
    assert "of the bundle holds the number of a patient" in said, said


@pytest.mark.parametrize(("given", "words"), [
    ("nothing", "names no key"), ("a=", "names no key"), ("=env:X", "names no key"), ("a=env:LIMEN_NOT_SET", "not set"),
    ("a=file:/nowhere/key", "can't be read"), ("a b=env:LIMEN_TEST_TOKEN_KEY", "id of a token"),
    ("a=env:LIMEN_SHORT", "32 at least"), ("a=rubbish", "a credential is a reference"),
])  # fmt: skip
def test_keys_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, words: str) -> None:
    monkeypatch.setenv("LIMEN_SHORT", "shortsecret")
    code, said = run("pack", declared(tmp_path / "system"), "-o", tmp_path / "pack", "--token-key", given)
    assert (code, words in said) == (2, True), said
    assert KEY not in said
    assert "shortsecret" not in said


class Observed:
    """A system whose probes ask files that hold what may not be in a pack."""

    def __init__(self, folder: Path) -> None:
        self.made, self.folder = Planted(), folder
        (folder / "files/deep").mkdir(parents=True)
        (folder / "files/deep/app.log").write_text(f"{self.made.line('log')}\nZZ99812345678 seen\n")
        (folder / "files/config.py").write_text(f'TOKEN = "{secret(3)}"  # {self.made.line("code")}\n')
        self.made.values |= {("leak", "canary"): "ZZ99812345678", ("config", "secret"): secret(3)}
        record = {
            "time": "2026-11-22T10:00:00.000000Z",
            "tenant": "a",
            "actor": self.made.line("actor"),
            "action": "read",
        }
        record |= {"record": self.made.line("record"), "details": {"note": self.made.line("ledger")}}
        (folder / "trail.jsonl").write_text(json.dumps(record) + "\n")
        canaries = [{"kind": "mrn", "value": "ZZ99812345678"}, {"kind": "marker", "value": "limen-marker-zzzz"}]
        (folder / "canaries.json").write_text(json.dumps({"canaries": canaries}))
        text = starter()
        probes = f"""probes:
  - {{probe: secrets, endpoint: "files", every: P1D}}
  - {{probe: leak, flow: submit, endpoint: "file://{folder}/files", every: P7D, options: {{canaries: canaries.json}}}}
  - {{probe: ledger, ledger: audit-log, endpoint: "file://{folder}/trail.jsonl", every: P1D}}
"""
        (folder / "boundaries.yaml").write_text(text[: text.index("probes:\n  - {probe: tls")] + probes)

    def recorded(self, name: str) -> Path:
        """Run the declared probes and keep what they saw."""
        code, said = run("probe", self.folder, "--record", self.folder / name, "--rule", "transit.*")
        assert (self.folder / name / "run.json").exists(), said
        assert code in (1, 3)
        return self.folder / name


def test_what_probes_see_in_such_files_is_not_in_a_pack(tmp_path: Path) -> None:
    observed = Observed(tmp_path / "system")
    recording = observed.recorded("seen")
    attempts = json.loads((recording / "run.json").read_text())["attempts"]
    assert {one["probe"]: one["status"] for one in attempts}["secrets"] == "completed"
    assert {one["probe"]: one["status"] for one in attempts}["leak"] == "completed"
    options = ["--rule", "transit.*", "--rule", "conformance.secrets_found", "--observations", recording]
    pack = packed(observed.folder, tmp_path / "pack", *options, code=1)
    assert any(name.startswith(f"{layout.OBSERVATIONS}raw/") for name in contents(pack))
    assert leaks(pack, observed.made.values, tmp_path) == []


def test_a_recording_that_names_somebody_is_refused_by_attempt_and_response(tmp_path: Path) -> None:
    observed = Observed(tmp_path / "system")
    (observed.folder / "files/MRN7734551.txt").write_text(f"{secret(9)}\n")
    recording = observed.recorded("seen")
    for key in ([], keyed()):  # what is bound by a digest can't be changed, key or not
        code, said = run("pack", observed.folder, "-o", tmp_path / "pack", "--observations", recording, *key)
        assert code == 2
        assert "the raw response secrets.json of attempt 1, of the probe secrets, holds the number of a patient" in said
        assert f"{recording}/run.json" in said
        assert "7734551" not in said
        assert not (tmp_path / "pack").exists()


def test_what_an_input_calls_an_identifier_is_refused_in_a_recording(tmp_path: Path) -> None:
    observed = Observed(tmp_path / "system")
    (observed.folder / "files/deep/77345512.txt").write_text(f"{secret(9)}\n")
    recording = observed.recorded("seen")
    text = observed.folder / "boundaries.yaml"
    text.write_text(text.read_text() + "# MRN 77345512\n")
    code, said = run("pack", observed.folder, "-o", tmp_path / "pack", "--observations", recording, *keyed())
    assert (code, "the recording holds what another input says is the number of a patient" in said) == (2, True), said


def test_screening_the_reference_system_takes_no_time(tmp_path: Path) -> None:
    import time

    from limen.assess.screening import screened
    from limen.loading import load
    from tests.needs import REPOSITORY

    loaded = load(REPOSITORY / "boundaries.yaml")
    for file in loaded.files:
        (tmp_path / layout.DECLARATION / file.name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / layout.DECLARATION / file.name).write_bytes((REPOSITORY / file.name).read_bytes())
    began = time.process_time()
    assert screened(tmp_path, loaded, "Ana Ruiz", None).tokens == 0
    assert time.process_time() - began < 1.0  # 0.1 s alone; the first use of RE2 and patterns is in it
