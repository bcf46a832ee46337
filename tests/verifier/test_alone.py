"""verify.py as an auditor has it: one file, an old Python, nothing installed, and whatever is typed or given to it."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.needs import REPOSITORY, need_program
from tests.verifier import tiny_pack
from tests.verifier.loaded import VERIFY, module, program, verified
from tests.verifier.tiny_pack import NOW, Key, complete, core_files, ed25519_key, ml_dsa_key, trust, write

PRODUCER, LOG = ed25519_key(), ed25519_key()
CORE = core_files(subjects=4, failing=1)
FILES = complete(CORE, [PRODUCER], LOG)
AT = ("--at", NOW)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_program("openssl")
    return write(FILES, tmp_path_factory.mktemp("tiny") / "pack")


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trust_file(tmp_path_factory.mktemp("trust"), [PRODUCER])


def trust_file(folder: Path, keys: list[Key], **require: Any) -> Path:
    path = folder / "trust.json"
    path.write_text(json.dumps(trust(keys, LOG, **require)))
    return path


def pythons() -> list[str]:
    """This Python, and the oldest that verify.py promises where there is one."""
    old = [shutil.which("python3.9"), *map(str, sorted(Path.home().glob(".pyenv/versions/3.9.*/bin/python3.9")))]
    working = [one for one in old if one and subprocess.run([one, "-c", ""], capture_output=True).returncode == 0]
    return [sys.executable, *working[:1]]


def test_the_released_digest_is_that_of_the_file() -> None:
    (line,) = VERIFY.with_name("verify.py.sha256").read_text().splitlines()
    assert line == f"{hashlib.sha256(VERIFY.read_bytes()).hexdigest()}  verify.py", (
        "run: cd verifier && sha256sum verify.py > verify.py.sha256"
    )


def test_it_imports_the_standard_library_alone() -> None:
    tree = ast.parse(VERIFY.read_text(), feature_version=(3, 9))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in named} <= set(sys.stdlib_module_names)
    assert not {"socket", "ssl", "http", "urllib"} & named


@pytest.mark.parametrize("python", pythons())
def test_it_runs_alone(python: str, pack: Path, trusted: Path, tmp_path: Path) -> None:
    """Isolated, without site-packages, in an empty folder and an environment of PATH alone."""
    code, out, err = program(pack, "--trust", trusted, *AT, cwd=tmp_path, python=python)
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "verified"
    assert list(tmp_path.iterdir()) == []
    code, out, err = program(pack, *AT, cwd=tmp_path, python=python)
    assert (code, out.splitlines()[-1], err) == (3, "intact, unauthenticated", "")


def test_json_says_the_same(pack: Path, trusted: Path, tmp_path: Path) -> None:
    code, out, _ = program(pack, "--trust", trusted, *AT, "--json", cwd=tmp_path)
    said = json.loads(out)
    assert (code, said["exit_code"], said["outcome"]) == (0, 0, "verified")
    assert {check["name"] for check in said["checks"]} == {
        "files", "sums", "core-format", "tree", "population", "statement", "signatures-producer", "policy", "time",
        "log", "checkpoint",
    }  # fmt: skip


def test_a_zip_is_read_in_place(trusted: Path, tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
    assert verified(path, "--trust", trusted, *AT).words == "verified"


def test_without_openssl_nothing_is_verified(pack: Path, trusted: Path, tmp_path: Path) -> None:
    code, out, err = program(pack, "--trust", trusted, *AT, cwd=tmp_path, PATH=str(tmp_path))
    assert (code, err) == (3, "")
    assert "no openssl on PATH" in out


def test_an_openssl_that_says_yes_to_everything_in_other_words_is_not_believed(
    pack: Path, trusted: Path, tmp_path: Path
) -> None:
    other = tmp_path / "openssl"
    other.write_text("#!/bin/sh\necho fine\n")
    other.chmod(0o755)
    code, out, _ = program(pack, "--trust", trusted, *AT, cwd=tmp_path, PATH=f"{tmp_path}:/usr/bin:/bin")
    assert code == 3
    assert "unchecked  signatures-producer" in out


def test_an_algorithm_that_openssl_lacks_is_not_checked(tmp_path: Path) -> None:
    """ML-DSA takes OpenSSL 3.5; with an older one the answer is 3, and never 0 or 1."""
    second = ml_dsa_key()
    folder = write(complete(CORE, [PRODUCER, second], LOG), tmp_path / "pack")
    found = verified(folder, "--trust", trust_file(tmp_path, [PRODUCER, second], signatures={"producer": 1}), *AT)
    version = subprocess.run(["openssl", "version"], capture_output=True, text=True).stdout.split()[1]
    knows = tuple(map(int, version.split(".")[:2])) >= (3, 5)
    assert found.code == (0 if knows else 3)
    assert found.found("broken") == set()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "the following arguments are required: PACK"),
        (("nowhere",), "there is no pack at nowhere"),
        (("PACK", "--truts", "x"), "unrecognized arguments: --truts x"),
        (("PACK", "--trus", "x"), "unrecognized arguments: --trus x"),
        (("PACK", "more"), "unrecognized arguments: more"),
        (("PACK", "--trust", "nowhere"), "the trust file nowhere can't be read: No such file"),
        (("PACK", "--trust", "."), "the trust file . can't be read: Is a directory"),
        (("PACK", "--trust", "rubbish"), "the trust file rubbish is no JSON that can be read"),
        (("PACK", "--trust", "list"), "the trust file list: the trust file: expected an object"),
        (("PACK", "--trust", "twice"), "a name stands twice"),
        (("PACK", "--trust", "other"), "its format is 'limen-trust-2', and limen-trust-1 is read"),
        (("PACK", "--trust", "odd"), "keys[0]: it lacks"),
        (("PACK", "--at", "yesterday"), "'yesterday' is no time such as"),
        (("PACK", "--at", "2026-13-40T10:00:00Z"), "month"),
        (("PACK", "--since", "rubbish"), "rubbish: it is no signed checkpoint"),
        (("PACK", "--previous", "rubbish"), "rubbish can't be read as a zip"),
        (("rubbish",), "rubbish can't be read as a zip"),
        ((".",), ". is no pack"),
    ],
)
def test_rubbish_is_answered_in_words(pack: Path, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    (tmp_path / "rubbish").write_bytes(b"\xff\x00rubbish")
    (tmp_path / "list").write_text("[]")
    (tmp_path / "twice").write_text('{"format": "limen-trust-1", "keys": [], "keys": []}')
    (tmp_path / "other").write_text('{"format": "limen-trust-2"}')
    (tmp_path / "odd").write_text('{"format": "limen-trust-1", "keys": [{}]}')
    code, out, err = program(*(str(pack) if word == "PACK" else word for word in arguments), cwd=tmp_path)
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err
    assert len(err.splitlines()) <= 2


def test_help_names_exit_codes_and_options(tmp_path: Path) -> None:
    code, out, _ = program("--help", cwd=tmp_path)
    assert code == 0
    for word in ("--trust", "--since", "--previous", "--at", "--json", "could not be checked"):
        assert word in out


def test_what_a_pack_says_can_not_drive_a_terminal(tmp_path: Path) -> None:
    folder = write({**FILES, "core/\x1b[2Jx": b""}, tmp_path / "pack")
    code, out, _ = program(folder, cwd=tmp_path)
    assert code == 1
    assert out.isascii()
    assert "\x1b" not in out


def test_links_and_pipes_are_not_opened(tmp_path: Path) -> None:
    folder = write(FILES, tmp_path / "pack")
    (folder / "VERIFY.md").unlink()
    (folder / "VERIFY.md").symlink_to(REPOSITORY / "README.md")
    (folder / "core" / "rules.jsonl").unlink()
    os.mkfifo(folder / "core" / "rules.jsonl")
    (folder / "reports").symlink_to(folder / "core")
    found = verified(folder)
    assert found.code == 1
    assert {("files", "VERIFY.md"), ("files", "core/rules.jsonl"), ("files", "reports")} <= found.found("broken")


def test_a_zip_that_unpacks_to_more_than_it_says_is_refused(tmp_path: Path) -> None:
    """64 MB of zeros in one line of a file, and one that claims to be small."""
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in FILES.items():
            archive.writestr(name, content if name != "core/details.jsonl" else bytes(80 << 20))
    started = time.monotonic()
    assert verified(path).code == 1
    assert time.monotonic() - started < 20


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(FILES)), content=st.binary(max_size=300), where=st.integers(0, 1 << 16))
def test_arbitrary_bytes_in_any_file_are_found_and_never_crash(
    name: str, content: bytes, where: int, tmp_path: Path
) -> None:
    folder = tmp_path / "pack"
    shutil.rmtree(folder, ignore_errors=True)
    before = FILES[name]
    after = content if where % 2 else before[: where % (len(before) + 1)] + content
    write({**FILES, name: after}, folder)
    found = verified(folder)
    assert (found.code == 1) is (after != before)
    if after != before:
        assert any(file == name for _, file in found.found("broken")), found.checks


@settings(max_examples=200, deadline=None)
@given(st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4),
    max_leaves=12,
))  # fmt: skip
def test_canonical_json_is_that_of_rfc_8785(value: Any) -> None:
    import rfc8785

    text = rfc8785.dumps(value)
    assert module().canonical(value).encode() == text
    assert module().parsed(text) == value


@pytest.mark.parametrize(
    "text",
    [
        b'{"b":1,"a":2}', b'{"a":1,"a":1}', b'{"a": 1}', b"[1.0]", b"[1e2]", b"[-0]", b"[NaN]", b"[Infinity]",
        b"[9007199254740993]", b'["\\u0041"]', b'["\\ud800"]', b'"\xff"', b"", b"[1] ", b"[" * 300 + b"]" * 300,
        b'{"\xf0\x9f\x98\x80":1,"\xef\xbf\xbd":2}'[::-1], b"[0.10]", b"[1E3]", b'{"a":1}\n', b"[" * 100_000,
    ],
)  # fmt: skip
def test_json_that_is_written_otherwise_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        module().parsed(text)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_parsing_arbitrary_bytes_gives_a_value_or_a_value_error(text: bytes) -> None:
    try:
        value = module().parsed(text)
    except ValueError:
        return
    assert module().canonical(value).encode() == text


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 33])
def test_the_tree_is_that_of_rfc_6962(size: int) -> None:
    leaves = [hashlib.sha256(bytes([number])).digest() for number in range(size)]
    tree = module().Tree()
    for leaf in leaves:
        tree.add(leaf)
    assert (tree.size, tree.root()) == (size, tiny_pack.root_of(leaves).hex())


def test_a_hundred_thousand_decisions_take_seconds(tmp_path: Path) -> None:
    """220,000 leaves; the gate allows for a machine that does much else at once."""
    folder = write(complete(core_files(20_000, 5), [PRODUCER], LOG), tmp_path / "pack")
    started = time.process_time()
    found = verified(folder, "--trust", trust_file(tmp_path, [PRODUCER], log=True), *AT)
    spent = time.process_time() - started
    assert found.words == "verified"
    assert spent < 15, spent


def resigned(**core: bytes) -> dict[str, bytes]:
    """A pack over another core, signed by its producer: whatever is wrong with it, nothing was tampered with."""
    names = {f"core/{name}.json" if name == "assessment" else f"core/{name}.jsonl": text for name, text in core.items()}
    return complete({**CORE, **names}, [PRODUCER], LOG)


PLACES = ("statement", "subject", "log", "signers", "previous", "counts", "signature", "leaf")
ASSESSMENT = json.loads(CORE["core/assessment.json"])


@pytest.mark.parametrize(
    "change",
    [
        {"exit_code": 0}, {"exit_code": 3}, {"verdict": "conforms as declared; 12 claims, 0 observed"},
        {"counts": {**ASSESSMENT["counts"], "pass": 8}}, {"population": {"crossing": 3, "zone": 0}},
        {"population": {"crossing": 4, "zone": True}}, {"population": {"crossing": "4"}}, {"population": []},
        {"findings": {"failed": "none", "gaps": 0, "accepted": 0}}, {"findings": {"failed": {}, "gaps": 0}},
        {"findings": {"failed": {"high": 1}, "gaps": 0, "accepted": 0}, "fail_on": "nothing"},
        {"findings": {"failed": {"high": 2}, "gaps": 0, "accepted": 0}}, {"format": "limen-pack-2"},
        {"claims": -1}, {"claims": None}, {"counts": None}, {"scope": 5}, {"partial": "only rule x"},
    ],
)  # fmt: skip
def test_a_producer_who_signs_nonsense_is_told_so(change: dict[str, Any], trusted: Path, tmp_path: Path) -> None:
    """The signature is good; what was signed is not."""
    files = resigned(assessment=tiny_pack.jcs({**ASSESSMENT, **change}))
    found = verified(write(files, tmp_path / "pack"), "--trust", trusted, *AT)
    assert found.code == 1
    assert {name for name, _ in found.found("broken")} <= {"population", "core-format", "statement", "log"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("decisions", CORE["core/decisions.jsonl"].replace(b'"pass"', b'"fine"', 1)),
        ("decisions", CORE["core/decisions.jsonl"].replace(b'"high"', b'"low"', 1)),
        ("decisions", b"".join(reversed(CORE["core/decisions.jsonl"].splitlines(True)))),
        ("decisions", b"[]\n" + CORE["core/decisions.jsonl"]),
        ("details", b"".join(reversed(CORE["core/details.jsonl"].splitlines(True)))),
        ("details", CORE["core/details.jsonl"].replace(b"flow-1/", b"flow-2/", 1)),
        ("details", b""),
        ("subjects", b"".join(CORE["core/subjects.jsonl"].splitlines(True)[1:])),
        ("subjects", CORE["core/subjects.jsonl"].replace(b'"kind":"crossing"', b'"kind":{}', 1)),
        ("subjects", b"null\n" + CORE["core/subjects.jsonl"]),
        ("rules", CORE["core/rules.jsonl"] * 2),
        ("rules", CORE["core/rules.jsonl"].replace(b'"severity":"high"', b'"severity":[]', 1)),
        ("findings", b""),
        ("findings", CORE["core/findings.jsonl"] * 2),
        ("findings", CORE["core/findings.jsonl"].replace(b'"open"', b'"waived"')),
        ("findings", CORE["core/findings.jsonl"].replace(b'"open"', b'"forgiven"')),
        ("claims", b'{"a":1,"a":1}\n'),
        ("claims", b'{"a": 1}\n'),
        ("attempts", b"1\n"),
    ],
)
def test_records_that_do_not_fit_are_refused_though_they_are_signed(
    name: str, text: bytes, trusted: Path, tmp_path: Path
) -> None:
    found = verified(write(resigned(**{name: text}), tmp_path / "pack"), "--trust", trusted, *AT)
    assert found.code == 1
    assert {check for check, _ in found.found("broken")} <= {"population", "core-format"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=6,
), place=st.sampled_from(PLACES))  # fmt: skip
def test_signed_documents_of_any_form_are_answered_in_words(
    value: Any, place: str, trusted: Path, tmp_path: Path
) -> None:
    """Whoever holds a key may sign anything: it is refused or unchecked, and never a traceback."""
    payload = json.loads(tiny_pack.payload_of(FILES["envelope/statement.json"]))
    if place == "statement":
        payload = value
    elif place == "subject":
        payload["subject"] = value
    elif place in payload["predicate"]:
        payload["predicate"][place] = value
    files = dict(FILES)
    if place == "signature":
        text = tiny_pack.dsse("application/vnd.limen.e-signature+json", tiny_pack.jcs(value), [PRODUCER])
        files["envelope/signatures/0001.json"] = text
    elif place == "leaf":
        for name in ("envelope/secret", "SHA256SUMS"):
            del files[name]
        files["envelope/leaves.jsonl"] = tiny_pack.records([value])
        files["envelope/redaction.json"] = tiny_pack.jcs(value)
    else:
        text = tiny_pack.dsse("application/vnd.in-toto+json", tiny_pack.jcs(payload), [PRODUCER])
        files["envelope/statement.json"] = text
    folder = tmp_path / "pack"
    shutil.rmtree(folder, ignore_errors=True)
    found = verified(write(files, folder), "--trust", trusted, *AT)
    same = files["envelope/statement.json"] == FILES["envelope/statement.json"]
    assert found.code == 1 or (same and place not in ("signature", "leaf"))
