"""`limen sign`, as a person meets it: shown what is signed, asked for two components, told what is wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from limen.cli.commands.sign import MEANINGS
from limen.evidence import e_signatures
from limen.evidence.reading import open_pack
from limen.integrity import e_signatures as shared
from tests.cli.support import Said, limen, program
from tests.cli.test_terminal import Terminal
from tests.evidence.packing import declared, packed
from tests.evidence.people import Person, person, trust_file
from tests.lab.bao import bao
from tests.lab.softhsm import MODULE, PIN, TOKEN, softhsm
from tests.needs import need_program

pytestmark = pytest.mark.xdist_group("sign")
Capsys = pytest.CaptureFixture[str]
POLICY = "signatures: {producer: 1, approver: 2}\n"


class Room:
    """Packs, and people with keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.producer = person(folder, "build", "Build machine", "producer", open_=True)
        self.ana = person(folder, "aruiz", "Ana Ruiz", "approver", algorithm="ecdsa-p256")
        self.ana_pq = person(folder, "aruiz", "Ana Ruiz", "approver", algorithm="ml-dsa-65")
        self.ben = person(folder, "bokoro", "Ben Okoro", "approver")
        self.open = person(folder, "open", "Ola Open", "approver", open_=True)
        people = (self.producer, self.ana, self.ana_pq, self.ben)
        self.trust = trust_file(folder / "trust.json", *people)
        source = declared(folder / "source", signing__yaml=POLICY)
        packed(
            source, folder / "whole", "--key", self.producer.file, "--signing-policy", source / "signing.yaml",
        )  # fmt: skip

    def pack(self, folder: Path) -> Path:
        shutil.copytree(self.folder / "whole", folder / "pack")
        return folder / "pack"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    return Room(tmp_path_factory.mktemp("room"))


@pytest.fixture
def pack(room: Room, tmp_path: Path) -> Path:
    return room.pack(tmp_path)


def words(pack: Path, who: Person, *more: str | Path, meaning: str = "approval", role: str = "approver") -> list[str]:
    given = ["sign", pack, "--as", who.user, "--name", who.name, "--meaning", meaning, "--role", role, *more]
    return [str(one) for one in given]


def signed(
    capsys: Capsys, monkeypatch: pytest.MonkeyPatch, pack: Path, *people: Person, meaning: str = "approval"
) -> Said:
    """Sign without a terminal: each key's passphrase is in a variable of the environment."""
    options: list[str | Path] = []
    for number, one in enumerate(people):
        monkeypatch.setenv(f"PASSPHRASE_{number}", one.passphrase)
        options += ["--key", one.file, "--passphrase-from", f"env:PASSPHRASE_{number}"]
    return limen(capsys, *words(pack, people[0], *options, meaning=meaning))


def signatures(pack: Path) -> list[tuple[str, str, tuple[str, ...]]]:
    with open_pack(pack) as files:
        return [(one.name, one.meaning, one.signers) for one in e_signatures.read_signatures(files)]


def test_the_meanings_are_those_of_the_format() -> None:
    assert MEANINGS == shared.MEANINGS


def test_what_is_signed_is_shown_and_the_passphrase_is_typed(pack: Path, room: Room) -> None:
    terminal = Terminal(*words(pack, room.ana, "--key", room.ana.file))
    terminal.until(f"passphrase of {room.ana.file}: ")
    before = terminal.seen.replace("\r\n", "\n")
    judged = "verified    intact, but not all of it could be judged:\n            - signatures-producer"
    you = "you sign    as Ana Ruiz (aruiz), approver, with the meaning approval"
    for shown in ("verdict     conforms", judged, "signatures  none so far", you):
        assert shown in before
    with open_pack(pack) as files:
        assert e_signatures.bound(files)[0].root in before
    terminal.answer(room.ana.passphrase)
    code, seen = terminal.end()
    assert code == 0, seen
    assert room.ana.passphrase not in seen
    assert "signed by Ana Ruiz at" in seen
    assert "the pack's policy asks for 1 more user as approver" in seen
    assert signatures(pack) == [("Ana Ruiz", "approval", (room.ana.key.id,))]


def test_a_wrong_passphrase_at_the_terminal(pack: Path, room: Room) -> None:
    for typed in ("not the passphrase", ""):
        terminal = Terminal(*words(pack, room.ana, "--key", room.ana.file))
        terminal.until("passphrase of")
        terminal.answer(typed)
        code, seen = terminal.end()
        assert code == 2
        assert ("the password does not open it" if typed else "no passphrase of") in seen
        assert "not the passphrase" not in seen
    assert signatures(pack) == []
    assert not (pack / "envelope/signatures.pdf").exists()


def test_interrupted_at_the_passphrase_nothing_is_signed(pack: Path, room: Room) -> None:
    terminal = Terminal(*words(pack, room.ana, "--key", room.ana.file))
    terminal.until("passphrase of")
    terminal.process.send_signal(2)
    code, seen = terminal.end()
    assert code == 130, seen
    assert signatures(pack) == []


def test_two_of_two_sign_and_it_verifies(
    pack: Path, room: Room, capsys: Capsys, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert limen(capsys, "verify", pack, "--trust", room.trust).code == 1
    first = signed(capsys, monkeypatch, pack, room.ana, room.ana_pq)
    assert first.code == 0, first.err
    second = signed(capsys, monkeypatch, pack, room.ben, meaning="review")
    assert second.code == 0, second.err
    assert "signatures  Ana Ruiz (approver, approval)" in second.out
    assert "more user" not in second.out
    judged = limen(capsys, "verify", pack, "--trust", room.trust)
    assert "broken" not in judged.out
    assert "Ana Ruiz (aruiz) signed as approver, approval" in judged.out
    assert "Ben Okoro (bokoro) signed as approver, review" in judged.out
    text = subprocess.run(
        [str(need_program("pdftotext")), "-layout", str(pack / "envelope/signatures.pdf"), "-"],
        check=True,
        capture_output=True,
    ).stdout.decode()
    for shown in ("Ana Ruiz", "aruiz", "approval", "Ben Okoro", "review"):  # 21 CFR 11.50(b)
        assert shown in text
    with open_pack(pack) as files:
        for one in e_signatures.read_signatures(files):
            assert one.at[:16].replace("T", " ") in text.replace("T", " ")


def test_a_key_that_needs_nothing_does_not_sign_for_a_person(pack: Path, room: Room, capsys: Capsys) -> None:
    said = limen(capsys, *words(pack, room.open, "--key", room.open.file))
    assert said.code == 2
    assert "signs without anything that only its holder knows" in said.err
    assert "21 CFR 11.200(a)(1)" in said.err
    assert signatures(pack) == []


def test_nobody_at_a_terminal(pack: Path, room: Room) -> None:
    said = program(*words(pack, room.ana, "--key", room.ana.file))
    assert said.code == 2
    assert "nobody can be asked for the passphrase" in said.err
    assert "--passphrase-from" in said.err
    assert signatures(pack) == []


def test_the_second_component_is_kept_elsewhere(
    pack: Path, room: Room, capsys: Capsys, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "link.pem").symlink_to(room.ana.file)
    monkeypatch.setenv("PASSPHRASE", room.ana.passphrase)
    key = ["--key", str(room.ana.file)]
    for secret in (f"file:{room.ana.file}", f"file:{tmp_path / 'link.pem'}"):
        said = limen(capsys, *words(pack, room.ana, *key, "--passphrase-from", secret))
        assert (said.code, "two components, kept apart" in said.err) == (2, True)
    twice = limen(capsys, *words(pack, room.ana, *key, "--key", f"file:{room.ana.file}"))
    assert (twice.code, "is named twice" in twice.err) == (2, True)
    few = limen(
        capsys, *words(pack, room.ana, *key, "--key", str(room.ana_pq.file), "--passphrase-from", "env:PASSPHRASE")
    )
    assert (few.code, "2 keys and 1 passphrases" in few.err) == (2, True)
    secret_file = tmp_path / "passphrase"
    secret_file.write_text(room.ana.passphrase + "\n")
    secret_file.chmod(0o644)
    open_file = limen(capsys, *words(pack, room.ana, *key, "--passphrase-from", f"file:{secret_file}"))
    assert (open_file.code, "chmod 600" in open_file.err) == (2, True)
    for reference, hint in (("env:NOWHERE", "is not set"), ("plain-text", "a reference"), ("file:/nowhere", "No such")):
        said = limen(capsys, *words(pack, room.ana, *key, "--passphrase-from", reference))
        assert (said.code, hint in said.err) == (2, True), said.err
    assert signatures(pack) == []
    secret_file.chmod(0o600)
    said = limen(capsys, *words(pack, room.ana, *key, "--passphrase-from", f"file:{secret_file}"))
    assert said.code == 0, said.err
    assert room.ana.passphrase not in said.out + said.err


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"--meaning": "aproval"}, 'did you mean "approval"?'),
        ({"--meaning": "because"}, "one of authorship, review, approval, responsibility"),
        ({"--role": "aprover"}, 'did you mean "approver"?'),
        ({"--role": "producer"}, "no person signs as it"),
        ({"--name": "\x1b[31mAna"}, "can't be printed as it is"),
        ({"--key": "pkcs12:x"}, 'did you mean "pkcs11:"?'),
        ({"--key": "nowhere.pem"}, "No such file"),
        ({"PACK": "nowhere"}, "there is no pack at nowhere"),
        ({"PACK": str(Path(__file__).parent)}, "is no pack"),
        ({"PACK": __file__}, "can't be read as a zip"),
    ],
)
def test_what_is_misspelt_is_said(
    changed: dict[str, str], expected: str, pack: Path, room: Room, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSPHRASE", room.ana.passphrase)
    given = words(pack, room.ana, "--key", room.ana.file, "--passphrase-from", "env:PASSPHRASE")
    for name, value in changed.items():
        given[1 if name == "PACK" else given.index(name) + 1] = value
    said = limen(capsys, *given)
    assert said.code == 2
    assert expected in said.err
    assert "\x1b" not in said.err
    assert "Traceback" not in said.err
    assert signatures(pack) == []


def test_with_a_trust_file_the_key_must_be_the_signers(
    pack: Path, room: Room, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSPHRASE", room.ana.passphrase)
    key = ["--key", str(room.ana.file), "--passphrase-from", "env:PASSPHRASE", "--trust", str(room.trust)]
    expired, author = room.folder / "expired.json", room.folder / "author.json"
    expired.write_text(room.trust.read_text().replace("2039-01-01", "2021-01-01"))
    told = json.loads(room.trust.read_text())
    told["keys"][1]["roles"] = ["author"]
    author.write_text(json.dumps(told))
    for changed, expected in (
        (words(pack, room.ana._replace(name="Anna Ruiz"), *key), "is Anna Ruiz's (aruiz)"),
        (words(pack, room.ben, *key), "is Ben Okoro's (bokoro)"),
        (words(pack, room.ana, *key[:-1], expired), "is expired now"),
        (words(pack, room.ana, *key[:-1], author), "does not let key"),
    ):
        said = limen(capsys, *changed)
        assert (said.code, expected in said.err) == (2, True), said.err
    assert signatures(pack) == []
    said = limen(capsys, *words(pack, room.ana, *key))
    assert said.code == 0, said.err


def test_with_a_trust_file_an_earlier_signature_that_is_forged_stops_the_next(
    pack: Path, room: Room, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    eve = person(room.folder, "eve", "Eve", "approver")
    assert signed(capsys, monkeypatch, pack, eve._replace(user="aruiz", name="Ana Ruiz")).code == 0
    monkeypatch.setenv("PASSPHRASE", room.ben.passphrase)
    key = ["--key", room.ben.file, "--passphrase-from", "env:PASSPHRASE", "--trust", room.trust]
    said = limen(capsys, *words(pack, room.ben, *key))
    assert said.code == 2
    assert "not in the trust file" in said.err
    assert len(signatures(pack)) == 1


def test_a_damaged_pack_is_not_signed(pack: Path, room: Room, capsys: Capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    (pack / "core/findings.jsonl").write_bytes(b"{}\n")
    said = signed(capsys, monkeypatch, pack, room.ana)
    assert said.code == 2
    assert "core/findings.jsonl" in said.err
    assert "a damaged pack is not signed" in said.err
    assert "you sign" not in said.out


def test_a_pack_that_nobody_may_write_to(pack: Path, room: Room, tmp_path: Path) -> None:
    """Root may write anywhere, so the program runs as somebody else."""
    setpriv = need_program("setpriv")
    for path in (tmp_path, *pack.rglob("*"), pack):
        path.chmod(0o755 if path.is_dir() else 0o644)
    key = tmp_path / "key.pem"
    shutil.copy(room.ana.file, key)
    key.chmod(0o600)
    shutil.chown(key, 65534, 65534)
    above = tmp_path
    while above != Path("/tmp") and above != above.parent:  # pytest's folders are its user's alone
        above.chmod(above.stat().st_mode | 0o011)
        above = above.parent
    given = words(pack, room.ana, "--key", key, "--passphrase-from", "env:PASSPHRASE")
    done = subprocess.run(
        [str(setpriv), "--reuid=65534", "--regid=65534", "--clear-groups", sys.executable, "-m", "limen", *given],
        capture_output=True,
        env={"PASSPHRASE": room.ana.passphrase, "PATH": "/usr/bin:/bin", "HOME": "/"},
        cwd="/",
    )
    if b"No module named" in done.stderr or b"Permission denied: '/work" in done.stderr:
        pytest.skip("nobody may not read this checkout")
    assert done.returncode == 2, done.stderr.decode()
    assert b"can't be written to" in done.stderr
    assert signatures(pack) == []


@pytest.fixture(scope="module")
def vault() -> Iterator[str]:
    with bao() as server:
        server.call("POST", "sys/mounts/transit", {"type": "transit"})
        server.call("POST", "transit/keys/ana", {"type": "ed25519"})
        rules = 'path "transit/sign/ana" {capabilities = ["update"]} path "transit/keys/ana" {capabilities = ["read"]}'
        server.call("PUT", "sys/policies/acl/ana", {"policy": rules})
        server.call("POST", "sys/auth/userpass", {"type": "userpass"})
        server.call("POST", "auth/userpass/users/aruiz", {"password": "swordfish-2026", "token_policies": ["ana"]})
        yield server.environment["VAULT_ADDR"]


def test_openbao_makes_the_token_at_signing(
    pack: Path, room: Room, vault: str, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_ADDR", vault)
    monkeypatch.setenv("VAULT_TOKEN", "laboratory-root")  # a token lies there: nobody types it, so it does not sign
    monkeypatch.setenv("PASSWORD", "swordfish-2026")
    secret = ["--passphrase-from", "env:PASSWORD"]
    for key, expected in (
        ("vault:transit/ana", "names no user who logs in"),
        ("vault:transit/ana?user=bokoro", "aruiz signs, and vault:transit/ana?user=bokoro logs in as bokoro"),
    ):
        said = limen(capsys, *words(pack, room.ana, "--key", key, *secret))
        assert (said.code, expected in said.err) == (2, True), said.err
    assert signatures(pack) == []
    said = limen(capsys, *words(pack, room.ana, "--key", "vault:transit/ana?user=aruiz", *secret))
    assert said.code == 0, said.err
    assert [name for name, _, _ in signatures(pack)] == ["Ana Ruiz"]
    assert "swordfish" not in said.out + said.err


_PAIR = f"""
import pkcs11
from pkcs11 import Attribute, KeyType
from pkcs11.util.ec import encode_named_curve_parameters
with pkcs11.lib({MODULE!r}).get_token(token_label={TOKEN!r}).open(rw=True, user_pin={PIN!r}) as session:
    params = {{Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}}
    session.create_domain_parameters(KeyType.EC, params, local=True).generate_keypair(store=True, label="ana")
"""


def test_a_token_signs_with_its_pin(pack: Path, room: Room) -> None:
    with softhsm() as token:
        subprocess.run([sys.executable, "-c", _PAIR], check=True, capture_output=True)
        key = f"pkcs11:token={TOKEN};object=ana?module-path={MODULE}"
        terminal = Terminal(*words(pack, room.ana, "--key", key), **token.environment)
        terminal.until(f"PIN of token {TOKEN}: ")
        terminal.answer("wrong-pin")
        code, seen = terminal.end()
        assert code == 2
        assert f"the PIN of token {TOKEN} is wrong" in seen
        terminal = Terminal(*words(pack, room.ana, "--key", key), **token.environment)
        terminal.until(f"PIN of token {TOKEN}: ")
        terminal.answer(PIN)
        code, seen = terminal.end()
    assert code == 0, seen
    assert PIN not in seen
    assert len(signatures(pack)) == 1
