"""A sample follows from the pack and the nonce, favours nobody, and can be drawn again with a shell."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.errors import UsageError
from limen.evidence import layout
from limen.evidence.sampling import Decided, Wanted, allocated, rank, sample, seed_of
from tests.evidence.packing import contents, declared, ok, packed, run, shell

ROOT = bytes(range(32))
STATUSES = ("pass", "fail", "error", "not_assessed")


def decisions(size: int) -> list[Decided]:
    made = random.Random(size)
    return [Decided(n, f"a.r{made.randrange(4)}", made.choice(STATUSES), "high", "flow") for n in range(size)]


def wanted(size: int, nonce: str = "n", **other: object) -> Wanted:
    return Wanted(size=size, nonce=nonce, **other)


def drawn(size: int, of: int, nonce: str, **other: object) -> list[int]:
    return [row.decision.index for row in sample(decisions(of), ROOT, wanted(size, nonce, **other)).rows]


def test_the_seed_and_the_ranks_are_what_their_definition_says() -> None:
    seed = seed_of(ROOT, "wür 4-2-6")
    assert seed == hashlib.sha256(ROOT + "wür 4-2-6".encode()).hexdigest()
    assert rank(seed, 17) == hashlib.sha256(f"{seed}:17".encode()).hexdigest()
    made = sample(decisions(100), ROOT, wanted(7, "wür 4-2-6"))
    by_hand = sorted(range(100), key=lambda n: hashlib.sha256(f"{seed}:{n}".encode()).hexdigest())[:7]
    assert [row.decision.index for row in made.rows] == sorted(by_hand)
    assert (made.population, made.decisions, made.seed) == (100, 100, seed)


@given(
    st.integers(1, 60), st.integers(1, 50), st.text(min_size=1).filter(lambda text: text.strip() and text.isprintable())
)
def test_a_sample_is_stable_without_doubles_and_within_the_population(of: int, size: int, nonce: str) -> None:
    found = drawn(size, of, nonce)
    assert found == drawn(size, of, nonce) == sorted(set(found))
    assert len(found) == min(size, of)
    assert set(found) <= set(range(of))
    assert set(drawn(max(1, size - 1), of, nonce)) <= set(found)  # a larger sample holds the smaller one


def test_no_decision_is_favoured() -> None:
    """Chi-square over 4,000 nonces: each of 40 decisions is drawn as often as any other, and so is each pair."""
    times, size, of = 4000, 5, 40
    single: Counter[int] = Counter()
    neighbours = 0
    for number in range(times):
        found = drawn(size, of, f"nonce {number}")
        single.update(found)
        neighbours += sum(b - a == 1 for a, b in itertools.pairwise(found))
    expected = times * size / of
    chi = sum((single[n] - expected) ** 2 / expected for n in range(of)) / (1 - size / of)
    assert chi < of - 1 + 5 * math.sqrt(2 * (of - 1))
    pairs = times * size * (size - 1) / (of * (of - 1)) * (of - 1)
    assert abs(neighbours - pairs) < 5 * math.sqrt(pairs)


def test_other_packs_and_other_nonces_give_other_samples() -> None:
    ones = {tuple(drawn(5, 1000, f"{n}")) for n in range(50)}
    assert len(ones) == 50
    others = {
        tuple(row.decision.index for row in sample(decisions(1000), bytes([n]) * 32, wanted(5)).rows) for n in range(50)
    }
    assert len(others) == 50


@pytest.mark.parametrize("nonce", ["", " ", "\t\n", "\u2003"])
def test_an_empty_nonce_is_refused(nonce: str) -> None:
    with pytest.raises(UsageError, match="nonce is empty"):
        sample(decisions(9), ROOT, wanted(3, nonce))


def test_what_can_not_be_drawn_is_refused() -> None:
    for bad, words in (
        (wanted(0), "a sample of 0"),
        (wanted(-3), "a sample of -3"),
        (wanted(1, rules=("a.r9",)), "no decision of the pack has the rule 'a.r9'"),
        (wanted(1, statuses=("fial",)), "no decision of the pack has the status 'fial'"),
        (wanted(2, stratify="rule"), "each of 4 parts has one"),
        (wanted(1, "\ud800"), "can't be printed"),
        (wanted(1, "a\nb"), "can't be printed"),
        (wanted(1, "\x1b[31m"), "can't be printed"),
    ):
        with pytest.raises(UsageError, match=words):
            sample(decisions(200), ROOT, bad)
    lone = [Decided(0, "a.a", "pass", "low", "flow"), Decided(1, "a.b", "fail", "low", "flow")]
    with pytest.raises(UsageError, match="no decision of the pack is of that kind"):
        sample(lone, ROOT, wanted(1, rules=("a.a",), statuses=("fail",)))


def test_only_what_was_asked_for_is_drawn_from() -> None:
    every = decisions(300)
    made = sample(every, ROOT, wanted(20, statuses=("fail", "error"), rules=("a.r1", "a.r2")))
    fitting = [one.index for one in every if one.status in ("fail", "error") and one.rule in ("a.r1", "a.r2")]
    assert made.population == len(fitting)
    assert {row.decision.index for row in made.rows} <= set(fitting)
    assert len(made.rows) == 20


@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(1, 90), min_size=1, max_size=8),
    st.integers(0, 300),
)
def test_shares_add_up_and_are_fair(sizes: dict[str, int], more: int) -> None:
    size = min(len(sizes) + more, sum(sizes.values()))
    shares = allocated(sizes, size)
    assert sum(shares.values()) == size
    assert all(1 <= shares[name] <= number for name, number in sizes.items())
    rest, left = size - len(sizes), sum(sizes.values()) - len(sizes)
    for name, number in sizes.items():
        exact = (number - 1) * rest / left if left else 0
        assert abs(shares[name] - 1 - exact) < 1
    assert allocated(dict(sorted(sizes.items(), reverse=True)), size) == shares


def test_each_stratum_is_drawn_from() -> None:
    every = [Decided(n, "a.a" if n else "a.rare", "pass", "low", "flow") for n in range(500)]
    made = sample(every, ROOT, wanted(10, stratify="rule"))
    assert made.strata == {"a.a": (499, 9), "a.rare": (1, 1)}
    assert 0 in [row.decision.index for row in made.rows]
    again = sample(every[1:], ROOT, wanted(9))
    assert [row.decision.index for row in made.rows][1:] == [row.decision.index for row in again.rows]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    weak = ("    in_transit: {protocol: postgres}\n", '    in_transit: {protocol: postgres, tls: {min: "1.1"}}\n')
    return packed(declared(folder / "system", weak), folder / "pack", "--rule", "transit.*", code=1)


@pytest.mark.parametrize("options", [
    (), ("--status", "pass"), ("--rule", "transit.tls_minimum", "--rule", "transit.plaintext", "--status", "pass"),
    ("--stratify", "rule"),
    ("--stratify", "status", "--rule", "transit.tls_minimum", "--status", "fail", "--status", "pass"),
])  # fmt: skip
@pytest.mark.parametrize("program", ["dash", "bash"])
def test_the_recipe_that_is_printed_draws_the_same(pack: Path, program: str, options: tuple[str, ...]) -> None:
    nonce = "it's \"the\" auditor's $HOME `x` \\n %s ü"
    said = ok("sample", pack, "--size", "12", "--nonce", nonce, *options)
    head, _, steps = said.partition("to draw it again, in the folder of the pack:\n")
    rows = [line.split("\t") for line in head.splitlines() if line.count("\t") == 5][1:]
    assert len(rows) in (11, 12)
    assert shell(steps, pack, program).split() == [row[0] for row in rows]
    data = json.loads(ok("sample", pack, "--size", "12", "--nonce", nonce, "--format", "json", *options))
    assert [str(row["index"]) for row in data["rows"]] == [row[0] for row in rows]
    assert "\n".join(data["recipe"]) == steps.strip("\n")
    assert [row["subject"] for row in data["rows"]] == [row[4] for row in rows]
    decided = [json.loads(line) for line in contents(pack)[layout.DECISIONS].splitlines()]
    details = [json.loads(line) for line in contents(pack)[layout.DETAILS].splitlines()]
    for row in data["rows"]:
        assert {name: row[name] for name in ("rule", "status", "severity", "kind")} == {
            name: decided[row["index"]][name] for name in ("rule", "status", "severity", "kind")
        }
        assert row["subject"] == details[row["index"]]["subject"]


def test_a_redacted_pack_gives_the_same_sample_and_shows_what_was_drawn(pack: Path, tmp_path: Path) -> None:
    def rows(source: Path) -> list[dict[str, object]]:
        return json.loads(ok("sample", source, "--size", "6", "--nonce", "dice", "--format", "json"))["rows"]

    whole = rows(pack)
    ok("redact", pack, "-o", tmp_path / "none.zip")
    assert rows(tmp_path / "none.zip") == [row | {"subject": None} for row in whole]
    keep = [word for row in whole for word in ("--keep", f"decision:{row['index']}")]
    ok("redact", pack, "-o", tmp_path / "shown", *keep)
    assert rows(tmp_path / "shown") == whole
    assert len(contents(tmp_path / "shown")[layout.DETAILS].splitlines()) == 6
    assert "(withheld)" in ok("sample", tmp_path / "none.zip", "--size", "2", "--nonce", "dice")


def test_a_size_larger_than_the_population_is_said(pack: Path) -> None:
    said = ok("sample", pack, "--size", "5000", "--nonce", "n", "--rule", "transit.tls_minimum")
    assert "5000 were asked for, which is more than there are: all of them are drawn" in said
    assert "population  11 of" in said
    assert "drawn       11" in said


def test_a_damaged_pack_gives_no_sample(pack: Path, tmp_path: Path) -> None:
    import shutil

    for name, change in (
        (layout.DECISIONS, lambda text: text.replace(b"pass", b"fail", 1)),
        (layout.DECISIONS, lambda text: text + text.splitlines(keepends=True)[-1]),
        (layout.DETAILS, lambda text: text.replace(b"flow:keep", b"flow:kept", 1)),
        (layout.STATEMENT, lambda text: b"{}\n"),
        (layout.SECRET, lambda text: b"0" * 64 + b"\n"),
    ):
        copy = tmp_path / "copy"
        shutil.copytree(pack, copy)
        (copy / name).write_bytes(change((copy / name).read_bytes()))
        code, _ = run("sample", copy, "--size", "2", "--nonce", "n")
        assert code == 2, name
        shutil.rmtree(copy)
    ok("redact", pack, "-o", copy)
    text = (copy / layout.DECISIONS).read_bytes()
    (copy / layout.DECISIONS).write_bytes(text + text.splitlines(keepends=True)[-1])
    code, said = run("sample", copy, "--size", "2", "--nonce", "n")
    assert (code, "more lines than leaves" in said) == (2, True)
    (copy / layout.DECISIONS).write_bytes(text)
    (copy / layout.NOTES).write_bytes(b"[]")
    code, said = run("sample", copy, "--size", "2", "--nonce", "n")
    assert (code, "no leaf stands for it" in said) == (2, True)


@pytest.mark.parametrize(("words", "expected"), [
    (("--size", "3"), "--nonce"), (("--nonce", "n"), "--size"), (("--size", "x", "--nonce", "n"), "invalid int"),
    (("--size", "3", "--nonce", ""), "the nonce is empty"), (("--size", "0", "--nonce", "n"), "a sample of 0"),
    (("--size", "3", "--nonce", "n", "--stratify", "rules"), 'did you mean "rule"'),
    (("--size", "3", "--nonce", "n", "--rule", "transit.tls_minimun"), 'did you mean "transit.tls_minimum"?'),
])  # fmt: skip
def test_rubbish_is_said_to_be(pack: Path, words: tuple[str, ...], expected: str) -> None:
    code, said = run("sample", pack, *words)
    assert (code, expected in said) == (2, True), said
