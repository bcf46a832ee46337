"""The words of `limen probe`: names of probes, targets and declarations, told apart as a new user would."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.cli.probe_options import probe_options
from limen.cli.probe_words import Words, words_of
from limen.errors import UsageError

KNOWN = ("brokers", "code", "kms", "leak", "ledger", "secrets", "storage", "tenancy", "tls")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somewhere with a declaration, one by another name, another folder with one, and a ledger."""
    (tmp_path / "boundaries.yaml").touch()
    (tmp_path / "other.yaml").touch()
    (tmp_path / "system").mkdir()
    (tmp_path / "system/boundaries.yaml").touch()
    (tmp_path / "log.jsonl").touch()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", Words()),
        ("tls", Words(names=("tls",))),
        ("tls kms", Words(names=("tls", "kms"))),
        (".", Words(path=Path())),
        ("system", Words(path=Path("system"))),
        ("other.yaml", Words(path=Path("other.yaml"))),
        ("gone.yaml", Words(path=Path("gone.yaml"))),
        ("tls system", Words(names=("tls",), path=Path("system"))),
        ("tls kms other.yaml", Words(names=("tls", "kms"), path=Path("other.yaml"))),
        ("secrets boundaries.yaml", Words(names=("secrets",), path=Path("boundaries.yaml"))),
        ("secrets system/boundaries.yaml", Words(names=("secrets",), path=Path("system/boundaries.yaml"))),
        ("tls h.example:443", Words(names=("tls",), targets=("h.example:443",))),
        ("tls a:1 b:2", Words(names=("tls",), targets=("a:1", "b:2"))),
        ("secrets .", Words(names=("secrets",), targets=(".",))),
        ("secrets system", Words(names=("secrets",), targets=("system",))),
        ("ledger log.jsonl", Words(names=("ledger",), targets=("log.jsonl",))),
        ("ledger gone.jsonl", Words(names=("ledger",), targets=("gone.jsonl",))),
        ("kms pkcs11:token=limen", Words(names=("kms",), targets=("pkcs11:token=limen",))),
        ("storage s3://bucket", Words(names=("storage",), targets=("s3://bucket",))),
        ("tenancy localhost", Words(names=("tenancy",), targets=("localhost",))),
    ],
)
def test_what_is_meant(given: str, words: Words) -> None:
    assert words_of(given.split(), KNOWN) == words


@pytest.mark.parametrize(
    ("given", "messages"),
    [
        (["tsl"], ["there is no probe 'tsl'"]),
        (["tls", "secrts"], ["there is no probe 'secrts'"]),
        (["h:1", "i:2"], ["h:1 is no probe's name and no declaration"]),
        (["xyzzy"], ["there is no probe 'xyzzy'"]),
        (["tls", "kms", "h:1"], ["h:1 is a target of one probe, and 2 are named: tls, kms"]),
        (["tls", "h:1", "boundaries.yaml"], ["h:1 is a target typed here, and boundaries.yaml a declaration"]),
        (["boundaries.yaml", "system"], ["there is one declaration, not 2: boundaries.yaml, system"]),
        (["tls", "h\udcff:1"], ["'h\\udcff:1' is no UTF-8 text"]),
        (["tls", "a\0b"], []),
    ],
)
def test_what_can_not_be_meant(given: list[str], messages: list[str]) -> None:
    if not messages:
        assert words_of(given, KNOWN).targets == (given[1],)
        return
    with pytest.raises(UsageError) as refused:
        words_of(given, KNOWN)
    assert [problem.message for problem in refused.value.problems] == messages


def test_options_have_the_types_of_the_model() -> None:
    assert probe_options("tls", ["trust=ca.pem"]).trust == "ca.pem"
    assert probe_options("tls", ["trust=a=b"]).trust == "a=b"
    assert probe_options("secrets", ["history=true"]).history is True
    assert probe_options("tenancy", ["tables=public.a"]).tables == ("public.a",)
    assert probe_options("tenancy", ["tables=public.a", "tables=public.b"]).tables == ("public.a", "public.b")
    assert probe_options("tenancy", ["tables=[public.a, public.b]"]).tables == ("public.a", "public.b")
    table = probe_options("tenancy", ["tenant_table={table: t, id: i, inputs: [{name: npi, column: n}]}"]).tenant_table
    assert (table.table, table.inputs[0].column) == ("t", "n")


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        (["trust"], "--option trust has no value", "write --option trust=VALUE"),
        (["trsut=x"], "the probe tls takes no option 'trsut'", 'did you mean "trust"?'),
        (["=x"], "the probe tls takes no option ''", "it takes: "),
        (["trust= "], "--option trust: ", "docs/declaration.md lists them"),
        (["trust={a: [}"], "--option trust: '{a: [}' is neither YAML nor JSON", "docs/declaration.md lists them"),
        (["trust=a", "trust=b"], "--option trust: ", "docs/declaration.md lists them"),
    ],
)
def test_options_that_a_probe_does_not_take(given: list[str], message: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        probe_options("tls", given)
    (problem,) = refused.value.problems
    assert problem.message.startswith(message)
    assert problem.hint.startswith(hint)
