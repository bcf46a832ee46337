"""This repository holds no secret: what is found in it is on its allow-list, with a reason."""

from __future__ import annotations

import time

import msgspec

from limen.adapters.secret_values import Secret
from limen.model.probing import ProbeOptions
from limen.probes import secrets
from limen.probes.interface import Context, Target
from limen.probes.secrets.record import SearchRecord
from tests.needs import REPOSITORY, need_program


def test_it_holds_none() -> None:
    need_program("git")
    target = Target(
        probe="secrets",
        section="typed",
        name=".",
        endpoint=".",
        options=ProbeOptions(allow="tests/secrets-allowed.yaml"),
        folder=REPOSITORY,
    )
    context = Context(
        deadline=time.monotonic() + 120, started_at=int(time.time()), credential=lambda _: Secret("of no use here")
    )
    record = msgspec.json.decode(secrets.collect(target, context)[0].content, type=SearchRecord)
    assert [f"{one.pattern} at {one.path}:{one.line}" for one in record.found if one.excuse == "none"] == []
    assert record.unused_allowances == ()
    assert record.unscanned == ()
    assert record.files > 500
