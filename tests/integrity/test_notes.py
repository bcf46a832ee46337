"""Signed notes, checkpoints and cosignatures, held against vectors of other implementations."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from limen.integrity.notes import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    Note,
    NoteSignature,
    checkpoint_text,
    cosignature,
    cosigned_at,
    key_id,
    note_text,
    read_checkpoint,
    read_note,
    read_signatures,
    signature_lines,
    signed_note,
    verify_note,
)
from limen.integrity.signatures import KeySigner, PublicKey, public_key, verifies
from tests.integrity.keys import signer

# golang.org/x/mod, sumdb/note/note_test.go
PETER = KeySigner(
    Ed25519PrivateKey.from_private_bytes(base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:])
)
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
SIGNED = f"{TEXT}\n— PeterNeumann {SIGNATURE}\n"
# Made by github.com/transparency-dev/formats/note, as github.com/yaglo/signed_note keeps it.
COSIGNED = base64.b64decode(
    "dmVjLmV4YW1wbGUvY29zaWd2MTAKNDIKQ3NVWWFwR0dQbzRka01nSUFVcW9tL1hhamo3aDJmQjJNUEEzajJqeHEyST0KCuKAlCB2ZWMuZXhhbXBsZS9j"
    "b3NpZ3YxMCB3U2FJMmdBQUFBQnFiTDVRM0hqYlRDSmVxTWczdG1wZFlHQWcwNWlqVGk3azBweXJlSlNVTG10djNnK3lYSCtHL0tvODdKRytRa0xGNmFm"
    "OStHVlZObEVJZ2Y2VDBidzB3UXlNRHc9PQo="
)
COSIGNER = "BLMSTPoQj0PojM8eKiPf9xUT8g6b0OuMyvYb5sSu9JH5"
ORIGIN = "limen.example/log"
WITNESS = "witness.example/w1"
TREE = Checkpoint(origin=ORIGIN, size=42, root=bytes(range(32)))


def of_raw(raw: bytes) -> PublicKey:
    key = Ed25519PublicKey.from_public_bytes(raw)
    return public_key(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def flipped(content: bytes) -> bytes:
    """Return bytes with the last bit turned, which differ whatever they were."""
    return content[:-1] + bytes([content[-1] ^ 1])


def test_a_note_of_go() -> None:
    assert signed_note(TEXT, "PeterNeumann", PETER) == SIGNED.encode()
    assert key_id("PeterNeumann", ED25519, PETER.key).hex() == "c74f20a3"
    note = read_note(SIGNED.encode())
    assert note.text == TEXT
    assert verify_note(note, "PeterNeumann", PETER.key)
    assert not verify_note(note, "PeterNeuman", PETER.key)
    assert not verify_note(note, "PeterNeumann", signer().key)
    assert not verify_note(read_note(SIGNED.replace("crypto", "Crypto").encode()), "PeterNeumann", PETER.key)


@pytest.mark.parametrize(
    ("vkey", "kind"),
    [
        ("sum." + "golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", ED25519),
        ("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2", COSIGNATURE),
        ("vec.example/cosigv10+c12688da+" + COSIGNER, COSIGNATURE),
    ],
)
def test_ids_of_keys_that_are_in_use(vkey: str, kind: int) -> None:
    name, known, encoded = vkey.split("+", 2)
    raw = base64.b64decode(encoded)
    assert raw[0] == kind
    assert key_id(name, kind, of_raw(raw[1:])).hex() == known


def test_a_cosignature_of_transparency_dev() -> None:
    note = read_note(COSIGNED)
    key = of_raw(base64.b64decode(COSIGNER)[1:])
    tree = read_checkpoint(note.text)
    assert (tree.origin, tree.size) == ("vec.example/cosigv10", 42)
    assert cosigned_at(note, "vec.example/cosigv10", key) == int.from_bytes(note.signatures[0].signature[:8], "big")
    assert cosigned_at(note, "vec.example/cosigv10", key) == 1785511504
    assert cosigned_at(note, "vec.example/cosigv11", key) is None
    assert not verify_note(note, "vec.example/cosigv10", key)
    for changed in (
        (b"\n42\n", b"\n43\n"),
        (b"\nCs", b"\nCt"),
        (b"vec.example/cosigv10\n42", b"vec.example/cosigv12\n42"),
    ):
        assert cosigned_at(read_note(COSIGNED.replace(*changed, 1)), "vec.example/cosigv10", key) is None


def test_the_message_of_a_cosignature_is_that_of_c2sp() -> None:
    text = checkpoint_text(TREE)
    made = cosignature(text, WITNESS, signer(), 1679315147)
    assert made.signature[:8] == (1679315147).to_bytes(8, "big")
    assert verifies(signer().key, made.signature[8:], b"cosignature/v1\ntime 1679315147\n" + text.encode())


def test_a_checkpoint_with_its_witnesses() -> None:
    log, one, other = signer(), signer(number=1), signer(number=2)
    note = read_note(signed_note(checkpoint_text(TREE), ORIGIN, log))
    seen = cosignature(note.text, WITNESS, one, 1_800_000_000)
    whole = read_note(note_text(Note(text=note.text, signatures=(*note.signatures, seen))))
    assert read_checkpoint(whole.text) == TREE
    assert verify_note(whole, ORIGIN, log.key)
    assert cosigned_at(whole, WITNESS, one.key) == 1_800_000_000
    assert cosigned_at(whole, WITNESS, other.key) is None
    assert cosigned_at(whole, ORIGIN, log.key) is None  # a plain signature is no cosignature
    assert not verify_note(whole, WITNESS, one.key)  # and a cosignature no plain signature
    later = cosignature(note.text, WITNESS, one, 1_800_000_009)
    twice = Note(text=note.text, signatures=(seen, later))
    assert cosigned_at(twice, WITNESS, one.key) == 1_800_000_009
    forged = NoteSignature(name=WITNESS, key_id=later.key_id, signature=flipped(later.signature))
    assert cosigned_at(Note(text=note.text, signatures=(seen, forged)), WITNESS, one.key) is None
    short = NoteSignature(name=WITNESS, key_id=later.key_id, signature=b"short")
    assert cosigned_at(Note(text=note.text, signatures=(short,)), WITNESS, one.key) is None
    backdated = NoteSignature(name=WITNESS, key_id=seen.key_id, signature=bytes(8) + seen.signature[8:])
    assert cosigned_at(Note(text=note.text, signatures=(backdated,)), WITNESS, one.key) is None


def test_one_bad_signature_of_a_known_key_spoils_the_note() -> None:
    good = read_note(signed_note(checkpoint_text(TREE), ORIGIN, signer())).signatures[0]
    bad = NoteSignature(name=ORIGIN, key_id=good.key_id, signature=bytes(64))
    unknown = NoteSignature(name=ORIGIN, key_id=b"none", signature=bytes(64))
    text = checkpoint_text(TREE)
    assert verify_note(Note(text=text, signatures=(good, unknown)), ORIGIN, signer().key)
    assert not verify_note(Note(text=text, signatures=(good, bad)), ORIGIN, signer().key)
    assert not verify_note(Note(text=text, signatures=(unknown,)), ORIGIN, signer().key)


def test_only_ed25519_signs_notes() -> None:
    with pytest.raises(ValueError, match="Ed25519 only"):
        signed_note(TEXT, "a", signer("ecdsa-p256"))
    with pytest.raises(ValueError, match="Ed25519 only"):
        verify_note(read_note(SIGNED.encode()), "PeterNeumann", signer("ml-dsa-65").key)
    with pytest.raises(ValueError, match="Ed25519 only"):
        cosigned_at(read_note(SIGNED.encode()), "PeterNeumann", signer("ml-dsa-65").key)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "\n",
        TEXT,
        SIGNED[:-1],
        SIGNED.replace("\n\n", "\n"),
        SIGNED.replace("— ", "- "),
        SIGNED.replace("— PeterNeumann ", "— PeterNeumann"),
        SIGNED.replace("— PeterNeumann", "—  PeterNeumann"),
        SIGNED.replace("Neumann ", "Neu mann "),
        SIGNED.replace("PeterNeumann", "Peter+Neumann"),
        SIGNED.replace("PeterNeumann", "Peter\xa0Neumann"),
        SIGNED.replace("PeterNeumann", ""),
        SIGNED.replace("cryptography", "crypto\0graphy"),
        SIGNED.replace("cryptography", "crypto\rgraphy"),
        SIGNED.replace("cryptography", "crypto\tgraphy"),
        SIGNED.replace("nAM=\n", "nAN=\n"),
        SIGNED.replace("nAM=\n", "nAM\n"),
        SIGNED + "— x AAAA\n",
        SIGNED + "\n",
        SIGNED + "more\n",
        "\n\n— PeterNeumann AAAAAAAAAA==\n",
        TEXT + "\n" + "— a AAAAAAAA\n" * 101,
        SIGNED + "x" * (1 << 20),
    ],
)
def test_texts_that_are_no_note(wrong: str) -> None:
    with pytest.raises(ValueError, match="note|signature"):
        read_note(wrong.encode())


def test_notes_that_are_odd_and_fine() -> None:
    spaced = f"one\n\n\n{SIGNED}"
    assert read_note(spaced.encode()).text == f"one\n\n\n{TEXT}"
    assert len(read_note((TEXT + "\n" + "— a AAAAAAAA\n" * 16).encode()).signatures) == 16
    with pytest.raises(ValueError, match="UTF-8"):
        read_note(b"\xff\n\n" + SIGNED.encode())
    with pytest.raises(ValueError, match="text"):
        signed_note("no newline", "a", signer())
    with pytest.raises(ValueError, match="signature"):
        signed_note(TEXT, "a b", signer())


@pytest.mark.parametrize(
    "wrong",
    [
        "a\n1\n",
        "a\n01\n" + "A" * 43 + "=\n",
        "a\n-1\n" + "A" * 43 + "=\n",
        "a\n+1\n" + "A" * 43 + "=\n",
        "a\n1_0\n" + "A" * 43 + "=\n",
        "a\n\u0661\n" + "A" * 43 + "=\n",
        "a\n" + "9" * 19 + "\n" + "A" * 43 + "=\n",
        "\n1\n" + "A" * 43 + "=\n",
        "a b\n1\n" + "A" * 43 + "=\n",
        "a\n1\n" + "A" * 43 + "=",
        "a\n1\n" + "A" * 42 + "B=\n",
        "a\n1\nAAAA\n",
        "a\n1\n" + "A" * 43 + "=\nan extension\n",
        "a\n1\n" + "A" * 43 + "=\n\n",
    ],
)
def test_texts_that_are_no_checkpoint(wrong: str) -> None:
    with pytest.raises(ValueError, match="checkpoint"):
        read_checkpoint(wrong)


@given(st.integers(0, 10**18 - 1), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_comes_back(size: int, root: bytes) -> None:
    tree = Checkpoint(origin=ORIGIN, size=size, root=root)
    assert read_checkpoint(checkpoint_text(tree)) == tree


names = st.text("abc./é—", min_size=1)
signatures = st.builds(
    NoteSignature, name=names, key_id=st.binary(min_size=4, max_size=4), signature=st.binary(min_size=1)
)
texts = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]) | st.just("\n")).map(
    lambda text: f"a{text}\n"
)


@given(texts, st.lists(signatures, min_size=1, max_size=5))
def test_a_note_comes_back(text: str, made: list[NoteSignature]) -> None:
    note = Note(text=text, signatures=tuple(made))
    assert read_note(note_text(note)) == note
    assert read_signatures(signature_lines(note.signatures)) == note.signatures


@given(st.binary() | st.text().map(str.encode) | st.text("a\n— =1+").map(str.encode))
def test_rubbish_gives_only_the_documented_error(content: bytes) -> None:
    try:
        note = read_note(content)
    except ValueError:
        return
    assert note_text(note) == content


@given(st.text("a\n10=A"))
def test_rubbish_is_no_checkpoint(text: str) -> None:
    with pytest.raises(ValueError, match="checkpoint"):
        read_checkpoint(text)
