"""Trees and proofs, held against the vectors of Certificate Transparency and against RFC 6962's own recursion."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.integrity.merkle import EMPTY, consistency_proof, consistent, included, inclusion_proof, leaf_hash, root

# The leaves and answers of google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
HASHES = [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
D01 = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
D1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
D4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
D23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
D45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
D67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
D03 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
D47 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"

hashes = st.lists(st.binary(max_size=4).map(leaf_hash), max_size=70)


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, section 2.1.2."""
    if m == len(leaves):
        return [] if whole else [by_definition(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*subproof(m, leaves[:k], whole), by_definition(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), by_definition(leaves[:k])]


@pytest.mark.parametrize("size", range(9))
def test_roots_of_certificate_transparency(size: int) -> None:
    assert root(HASHES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (0, 8, [D1, D23, D47]),
        (5, 8, [D4, D67, D03]),
        (2, 3, [D01]),
        (1, 5, [ROOTS[1], D23, D4]),
    ],
)
def test_inclusion_proofs_of_certificate_transparency(index: int, size: int, path: list[str]) -> None:
    made = inclusion_proof(HASHES[:size], index)
    assert [one.hex() for one in made] == path
    assert included(HASHES[index], index, size, made, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [(1, 1, []), (1, 8, [D1, D23, D47]), (6, 8, [D45, D67, D03]), (2, 5, [D23, D4])],
)
def test_consistency_proofs_of_certificate_transparency(old: int, new: int, path: list[str]) -> None:
    made = consistency_proof(HASHES[:new], old)
    assert [one.hex() for one in made] == path
    assert consistent(old, new, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new]), made)


@given(hashes)
def test_the_root_is_the_recursive_one(leaves: list[bytes]) -> None:
    assert root(leaves) == by_definition(leaves)


def test_every_proof_of_every_small_tree() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(40)]
    roots = [by_definition(leaves[:size]) for size in range(41)]
    for size in range(1, 41):
        for index in range(size):
            path = inclusion_proof(leaves[:size], index)
            assert included(leaves[index], index, size, path, roots[size])
            for other in range(size):
                assert (other == index) == included(leaves[index], other, size, path, roots[size])
        for old in range(1, size + 1):
            proof = consistency_proof(leaves[:size], old)
            assert proof == subproof(old, leaves[:size], True)
            assert consistent(old, size, roots[old], roots[size], proof)
            for other in range(41):
                if other != old:
                    assert not consistent(old, size, roots[other], roots[size], proof)


@settings(max_examples=60, deadline=None)
@given(st.data(), hashes.filter(bool))
def test_no_changed_inclusion_proof_holds(data: st.DataObject, leaves: list[bytes]) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path, top = inclusion_proof(leaves, index), root(leaves)
    for place in range(len(path)):
        bit = data.draw(st.integers(0, 255))
        changed = [*path[:place], _flipped(path[place], bit), *path[place + 1 :]]
        assert not included(leaves[index], index, len(leaves), changed, top)
        assert not included(leaves[index], index, len(leaves), [*path[:place], *path[place + 1 :]], top)
        assert not included(
            leaves[index], index, len(leaves), [*path[:place], path[place][:-1], *path[place + 1 :]], top
        )
    assert not included(leaves[index], index, len(leaves), [*path, top], top)
    assert not included(_flipped(leaves[index], 9), index, len(leaves), path, top)
    assert not included(leaves[index], index, len(leaves), path, _flipped(top, 77))
    for wrong in (-1, len(leaves), len(leaves) + 5):
        assert not included(leaves[index], wrong, len(leaves), path, top)


@settings(max_examples=60, deadline=None)
@given(st.data(), hashes.filter(bool))
def test_no_changed_consistency_proof_holds(data: st.DataObject, leaves: list[bytes]) -> None:
    old = data.draw(st.integers(1, len(leaves)))
    before, after, size = root(leaves[:old]), root(leaves), len(leaves)
    proof = consistency_proof(leaves, old)
    assert consistent(old, size, before, after, proof)
    for place in range(len(proof)):
        bit = data.draw(st.integers(0, 255))
        assert not consistent(
            old, size, before, after, [*proof[:place], _flipped(proof[place], bit), *proof[place + 1 :]]
        )
        assert not consistent(old, size, before, after, [*proof[:place], *proof[place + 1 :]])
    assert not consistent(old, size, before, after, [*proof, after])
    assert not consistent(old, size, _flipped(before, 3), after, proof)
    assert not consistent(old, size, before, _flipped(after, 3), proof)
    if old != size:
        assert not consistent(size, old, after, before, proof)


@settings(max_examples=60, deadline=None)
@given(st.data(), hashes.filter(lambda some: len(some) > 1))
def test_a_rewritten_history_is_not_consistent(data: st.DataObject, leaves: list[bytes]) -> None:
    old = data.draw(st.integers(1, len(leaves) - 1))
    forged = [*leaves]
    forged[data.draw(st.integers(0, old - 1))] = leaf_hash(b"another")
    assert not consistent(old, len(leaves), root(leaves[:old]), root(forged), consistency_proof(forged, old))


def test_the_empty_tree() -> None:
    some = root(HASHES)
    assert consistency_proof(HASHES, 0) == []
    assert consistent(0, 8, EMPTY, some, [])
    assert consistent(0, 0, EMPTY, EMPTY, [])
    assert not consistent(0, 0, EMPTY, some, [])
    assert not consistent(0, 8, some, some, [])
    assert not consistent(0, 8, EMPTY, some, [some])
    assert not consistent(-1, 8, EMPTY, some, [])
    assert not consistent(3, 8, root(HASHES[:3]), some, [])
    assert not included(EMPTY, 0, 0, [], EMPTY)


@pytest.mark.parametrize(("size", "index"), [(0, 0), (3, 3), (3, -1)])
def test_leaves_that_are_not_there(size: int, index: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(HASHES[:size], index)


@pytest.mark.parametrize("old", [-1, 9])
def test_sizes_that_never_were(old: int) -> None:
    with pytest.raises(ValueError, match="never had"):
        consistency_proof(HASHES, old)


@given(st.integers(-2, 99), st.integers(-2, 99), st.lists(st.binary(min_size=31, max_size=33), max_size=9))
def test_no_rubbish_is_a_proof(one: int, other: int, proof: list[bytes]) -> None:
    assert not included(HASHES[0], one, other, proof, HASHES[1]) or proof
    assert not consistent(one, other, HASHES[0], HASHES[1], proof)


def _flipped(value: bytes, bit: int) -> bytes:
    return bytes([*value[: bit // 8], value[bit // 8] ^ (1 << bit % 8), *value[bit // 8 + 1 :]])
