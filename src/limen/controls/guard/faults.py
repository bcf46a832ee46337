"""Why a crossing may not be: one fault a reason, with the line of the declaration that decides."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from limen.controls.refusals import Reason
from limen.errors import Problem

Step = Literal["declared", "authenticated", "authorised", "tenant", "classified", "protected", "ruled", "logged"]
"""What a crossing is asked, in this order."""
STEPS: tuple[Step, ...] = get_args(Step)


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One reason against a crossing. It quotes the declaration, never what a caller gave."""

    step: Step
    """Where it was found."""
    reason: Reason
    message: str
    """What is wrong, in one sentence."""
    hint: str = ""
    """What was expected, or what to do."""
    path: tuple[str | int, ...] = ()
    """The declared value that decides, such as ("flows", "site-upload", "authz", "roles"); empty where none does."""

    def problem(self) -> Problem:
        """Return it as a problem of an error."""
        return Problem(message=self.message, hint=self.hint)
