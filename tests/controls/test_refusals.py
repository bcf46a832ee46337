"""Refusals: a reason of a closed list, and no other."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from limen.controls.refusals import REASONS, Reason, RefusedError
from limen.errors import LimenError, Problem


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_every_reason_is_a_code(reason: Any) -> None:
    refused = RefusedError(Problem(message="no", hint="yes"), reason=reason, incident="0123")
    assert (refused.reason, refused.incident, refused.exit_code) == (reason, "0123", 1)
    assert isinstance(refused, LimenError)
    assert str(refused) == "no"
    assert reason == reason.lower()
    assert reason.replace("_", "").isalpha()


def test_the_list_is_closed() -> None:
    assert len(REASONS) == len(get_args(Reason))
    for other in ("", "because", None):
        with pytest.raises(ValueError, match="closed list"):
            RefusedError("no", reason=other)  # type: ignore[arg-type]
