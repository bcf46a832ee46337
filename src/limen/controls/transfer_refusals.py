"""Why a step of a transfer was refused, and where the transfer stands then."""

from __future__ import annotations

from typing import NoReturn

from limen.controls.refusals import Reason, RefusedError
from limen.controls.transfer_states import Standing
from limen.errors import Problem


class TransferError(RefusedError):
    """A step of a transfer was refused; `standing` is where the transfer stands, None where there is none."""

    def __init__(self, problem: Problem, *, reason: Reason, standing: Standing | None = None) -> None:
        """Keep where the transfer stands."""
        super().__init__(problem, reason=reason)
        self.standing = standing


def refuse(reason: Reason, message: str, hint: str = "", standing: Standing | None = None) -> NoReturn:
    """Raise TransferError with one problem, and without what led to it."""
    raise TransferError(Problem(message=message, hint=hint), reason=reason, standing=standing) from None


def refuse_late(standing: Standing) -> NoReturn:
    """Raise TransferError (late)."""
    refuse("late", "the time for this step is over", "the sender makes a new order", standing)


def refuse_unrecorded() -> NoReturn:
    """Raise TransferError (ledger_unavailable)."""
    refuse("ledger_unavailable", "the custody ledger can't be used", "nothing moves that is not recorded")


def as_transfer(refused: RefusedError) -> TransferError:
    """Return the refusal of another control as one of a transfer, without hints that quote identifiers."""
    if isinstance(refused, TransferError):
        return refused
    first = refused.problems[0]
    hint = "" if refused.reason.startswith("identifier_") else first.hint
    return TransferError(Problem(message=first.message, hint=hint), reason=refused.reason)
