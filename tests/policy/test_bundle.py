"""OPA bundles: those of the real opa are read like folders; what is unsafe or covers too little is refused."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.errors import LimenError, PolicyError
from limen.policy.bundle import MAX_MEMBERS, MAX_UNPACKED, read_bundle
from limen.policy.bundle_signature import Trust
from limen.policy.catalog import load_catalog
from limen.policy.embedded import EmbeddedEngine
from limen.policy.tests import run_tests
from tests.policy.bundles import RULE, built, members, opa, packed, plain, policies, with_data
from tests.policy.support import BODY, METADATA


def refusal(path: Path) -> list[str]:
    """Return the problems of a bundle: file and message."""
    with pytest.raises(PolicyError) as caught:
        load_catalog((path,))
    folder = f"{path.parent.as_posix()}/"
    return [
        f"{str(problem.location).removeprefix(folder)}: {problem.message}" if problem.location else problem.message
        for problem in caught.value.problems
    ]


def test_a_bundle_of_opa_build_is_a_folder(tmp_path: Path) -> None:
    folder = with_data(policies(tmp_path / "own"))
    (folder / "profiles" / "mine.yaml").unlink()
    bundle = built(folder, tmp_path / "acme.tar.gz")
    catalog = load_catalog((bundle,))
    rule = catalog.rules["transit.mine"]
    assert rule.file == f"{bundle.as_posix()}/rules/transit/mine/mine.rego"
    assert rule.source == METADATA + BODY
    profile = catalog.profiles["mine"]
    assert (profile.shipped, profile.profile.rules, profile.profile.parameters) == (
        False,
        ("transit.mine",),
        {"mine_depth": 1},
    )
    assert profile.location("parameters", "mine_depth").line == 5  # a key a line, in alphabetical order, as opa writes
    with EmbeddedEngine.start() as engine:
        run = run_tests(catalog, engine)
    assert [one.name for one in run.tests if "mine" in one.name] == ["transit.mine::test_conforming"]
    assert "transit.mine" not in run.untested


def test_folders_before_the_rules_are_opas(tmp_path: Path) -> None:
    policies(tmp_path / "own")
    opa(tmp_path, "build", "-b", "own", "-o", "acme.tar.gz")
    assert "/own/rules/transit/mine/mine.rego" in members(tmp_path / "acme.tar.gz")
    assert "transit.mine" in load_catalog((tmp_path / "acme.tar.gz",)).rules


@pytest.mark.parametrize("suffix", [".tar.gz", ".tgz"])
def test_a_folder_that_was_packed(tmp_path: Path, suffix: str) -> None:
    folder = policies(tmp_path / "own")
    bundle = tmp_path / f"acme{suffix}"
    with tarfile.open(bundle, "w:gz") as archive:
        archive.add(folder, ".")
    catalog = load_catalog((bundle,))
    assert catalog.rules["transit.mine"].source == METADATA + BODY
    assert catalog.profiles["mine"].profile.title == "Mine"


def test_bundle_and_folder_give_one_catalog(tmp_path: Path) -> None:
    folder = policies(tmp_path / "own")
    bundle = packed(tmp_path / "acme.tar.gz", {RULE: (folder / RULE).read_bytes()})
    mine = load_catalog((folder,)).entries["transit.mine"]
    theirs = load_catalog((bundle,)).entries["transit.mine"]
    assert (mine.projection, mine.parameters, mine.units) == (theirs.projection, theirs.parameters, theirs.units)


def test_a_bundle_is_linted_like_a_folder(tmp_path: Path) -> None:
    held = {RULE: (METADATA + BODY.replace("input.depth >=", "input.dept >=")).encode()}
    bundle = packed(tmp_path / "acme.tar.gz", held)
    assert f"acme.tar.gz/{RULE}:26:17: there is no input path dept" in refusal(bundle)


def test_the_roots_are_kept_to(tmp_path: Path) -> None:
    covered = packed(tmp_path / "one.tar.gz", plain({"roots": ["limen/rules/transit/mine", "limen/profiles"]}))
    assert "transit.mine" in load_catalog((covered,)).rules
    bundle = packed(tmp_path / "two.tar.gz", plain({"roots": ["limen/rules/transit/min", "acme"]}))
    message = "the manifest's roots do not cover the package limen.rules.transit.mine"
    assert refusal(bundle) == [f"two.tar.gz/{RULE}: {message}"]
    data = json.dumps({"limen": {"profiles": {"other": {}}}}).encode()
    bundle = packed(tmp_path / "three.tar.gz", plain({"roots": ["limen/rules"]}) | {"data.json": data})
    message = "the manifest's roots do not cover the data"
    assert refusal(bundle) == [f"three.tar.gz/data:limen.profiles.other: {message}"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("policy.wasm", b"\0asm", "policy.wasm: not a bundle of policies in Rego"),
        ("plan.json", b"{}", "plan.json: not a bundle of policies in Rego"),
        ("patch.json", b"{}", "patch.json: not a bundle of policies in Rego"),
        (".manifest", b'{"wasm": [{}]}', ".manifest: not a bundle of policies in Rego"),
        (".manifest", b'{"rego_version": 0}', ".manifest: the bundle is of an old version of Rego"),
        (".manifest", b'{"file_rego_versions": {"/a": 0}}', ".manifest: the bundle is of an old version of Rego"),
        ("own/.manifest", b"{}", "own/.manifest: this file belongs at the top"),
        ("own/.signatures.json", b"{}", "own/.signatures.json: this file belongs at the top"),
        ("mine.rego", b"package mine\n", "mine.rego: no policy belongs here"),
        ("rules/mine.rego", b"package mine\n", "rules/mine.rego: no rule belongs here"),
        ("profiles/mine.yml", b"id: mine\n", "profiles/mine.yml: no policy belongs here"),
        ("profiles/old/mine.yaml", b"id: mine\n", "profiles/old/mine.yaml: no policy belongs here"),
        ("old/profiles/mine.yaml", b"id: x\n", None),
        ("data.json", b'{"acme": 1}', ": no rule may read the data acme"),
        ("data.json", b'{"limen": {"parameters": {}}}', ": no rule may read the data limen.parameters"),
        ("data.json", b'{"limen": []}', ": no rule may read the data limen"),
        ("limen/data.json", b'{"context": {}}', ": no rule may read the data limen.context"),
        ("data.json", b"[]", "data.json: data must be an object by name"),
        ("data.json", b'{"a": 1, "a": 2}', "data.json: not JSON: a key is given twice"),
        ("data.json", b'{"a": NaN}', "data.json: not JSON: NaN is no number"),
        ("data.json", b"[" * 60 + b"]" * 60, "data.json: nested more than 50 levels deep"),
        ("data.json", b"[" * 100_000, None),
        ("lib/mine/mine.rego", "package limen.lib.mine\n\u00e9".encode("latin-1"), "lib/mine/mine.rego:2: not UTF-8"),
    ],
)
def test_what_has_no_place_is_refused(tmp_path: Path, name: str, text: bytes, said: str | None) -> None:
    found = refusal(packed(tmp_path / "a.tar.gz", plain() | {name: text}))
    if said is None:
        assert found
    else:
        assert found == [f"a.tar.gz{'' if said.startswith(':') else '/'}{said}"]


def test_data_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    profile = json.dumps({"limen": {"profiles": {"mine": {"id": "mine"}}}}).encode()
    bundle = packed(tmp_path / "a.tar.gz", plain() | {"data.json": profile})
    message = f"profiles/mine.yaml is there twice, as {bundle.as_posix()}/profiles/mine.yaml too"
    assert refusal(bundle) == [f"a.tar.gz/data:limen.profiles.mine: {message}"]
    held = {"data.json": b'{"limen": {"profiles": {"x": {"id": "x"}}}}', "limen/profiles/x/data.yaml": b"id: y\n"}
    bundle = packed(tmp_path / "b.tar.gz", held)
    assert refusal(bundle) == ["b.tar.gz/limen/profiles/x/data.yaml: the data 'id' is there twice"]


def link(kind: bytes, target: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo("rules/transit/mine/mine_test.rego")
    member.type, member.linkname = kind, target
    return member


@pytest.mark.parametrize(
    ("member", "said"),
    [
        (link(tarfile.SYMTYPE, "/etc/passwd"), "a link is not allowed in a bundle"),
        (link(tarfile.LNKTYPE, RULE), "a link is not allowed in a bundle"),
        (link(tarfile.CHRTYPE, ""), "neither a file nor a folder"),
        (link(tarfile.FIFOTYPE, ""), "neither a file nor a folder"),
    ],
)
def test_links_and_devices_are_refused(tmp_path: Path, member: tarfile.TarInfo, said: str) -> None:
    bundle = packed(tmp_path / "a.tar.gz", plain(), [member])
    assert refusal(bundle) == [f"a.tar.gz/rules/transit/mine/mine_test.rego: {said}"]


@pytest.mark.parametrize("name", ["../rules/a.rego", "rules/../../a.rego", "rules//a.rego", "rules\\a.rego", "a\nb"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    (found,) = refusal(packed(tmp_path / "a.tar.gz", {name: b"x"}))
    assert found.endswith(": the name leads out of the bundle, or is none")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar.gz"]


def test_a_file_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    bundle = packed(tmp_path / "a.tar.gz", {RULE: b"one", f"/{RULE}": b"two"})
    assert refusal(bundle) == [f"a.tar.gz/{RULE}: the file is there twice"]


def test_sizes_are_bounded(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.tar.gz"
    bomb.write_bytes(gzip.compress(bytes(MAX_UNPACKED + 1)))
    assert bomb.stat().st_size < 100_000
    assert refusal(bomb) == ["bomb.tar.gz: the archive is larger than 64,000,000 bytes, unpacked"]
    large = packed(tmp_path / "large.tar.gz", {RULE: bytes(8_000_001)})
    assert refusal(large) == [f"large.tar.gz/{RULE}: file is larger than 8,000,000 bytes"]
    many = tmp_path / "many.tar.gz"
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for number in range(MAX_MEMBERS + 1):
            archive.addfile(tarfile.TarInfo(f"docs/{number}"))
    many.write_bytes(gzip.compress(buffer.getvalue(), 1))
    assert refusal(many) == ["many.tar.gz: the archive has more than 10,000 members"]


def test_damaged_archives_are_refused(tmp_path: Path) -> None:
    whole = packed(tmp_path / "a.tar.gz", plain()).read_bytes()
    for text, said in (
        (b"", "the archive is cut off"),
        (b"no archive", "not gzip"),
        (whole[:-8], "the archive is cut off"),
        (whole[: len(whole) // 2], "the archive is cut off"),
        (whole[:-8] + bytes(8), "not gzip"),
        (whole + whole, "something follows the archive"),
        (gzip.compress(b"no tar" * 1000), "not a tar archive"),
        (gzip.compress(gzip.decompress(whole)[:700]), "not a tar archive"),
    ):
        (tmp_path / "a.tar.gz").write_bytes(text)
        (found,) = refusal(tmp_path / "a.tar.gz")
        assert found.startswith(f"a.tar.gz: {said}"), found


def test_nothing_hides_behind_a_header_that_ends_the_archive(tmp_path: Path) -> None:
    """Python's tarfile takes a damaged or an empty header for the end: the profile would be left out silently."""
    whole = gzip.decompress(packed(tmp_path / "a.tar.gz", plain()).read_bytes())
    at = whole.index(b"profiles/mine.yaml")
    for text in (
        whole[: at + 150] + b"9" + whole[at + 151 :],  # its checksum
        whole[:at] + bytes(512) + whole[at + 512 :],
        whole + whole,
    ):
        (tmp_path / "a.tar.gz").write_bytes(gzip.compress(text))
        assert refusal(tmp_path / "a.tar.gz") == ["a.tar.gz: not a tar archive: something stands behind its end"]


@pytest.mark.parametrize("line", [b"package\nlimen.rules.transit.mine", b"  package limen.rules.transit.mine"])
def test_no_spelling_of_a_package_gets_around_the_roots(tmp_path: Path, line: bytes) -> None:
    """A text in the module that looks like the package is none, either."""
    decoy = b"\ndecoy := `\npackage acme.rules\n`\n"
    text = plain()[RULE].replace(b"package limen.rules.transit.mine", line) + decoy
    bundle = packed(tmp_path / "a.tar.gz", plain({"roots": ["acme"]}) | {RULE: text})
    message = "the manifest's roots do not cover the package limen.rules.transit.mine"
    assert refusal(bundle) == [f"a.tar.gz/{RULE}: {message}"]


def test_a_bundle_without_policies_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert refusal(built(tmp_path / "empty", tmp_path / "a.tar.gz")) == ["a.tar.gz: the bundle holds no policies"]


WHOLE = gzip.compress(b"")


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_bytes_make_it_raise_anything_else(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever is changed in the archive, it is read or refused; a hostile header is no internal error."""
    folder = tmp_path_factory.getbasetemp()
    text = bytearray(gzip.decompress(packed(folder / "fuzz.tar.gz", plain({"roots": [""]})).read_bytes()))
    for _ in range(data.draw(st.integers(1, 8))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    path = folder / "fuzz.tar.gz"
    path.write_bytes(gzip.compress(bytes(text), 1))
    try:
        held = read_bundle(path, Trust())
    except LimenError:
        return
    assert all(not name.startswith("/") and ".." not in name.split("/") for name in held)
