"""The committed list of cases on which an engine differs from OPA's own expectation, or the two engines differ."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import msgspec

FILE = Path(__file__).with_name("divergences.yaml")


class Divergence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One case that diverges. What is not named does not differ."""

    case: str
    note: str
    embedded: str = ""
    """How the embedded engine differs from what the case wants: not loaded, error, no error, other answer."""
    opa: str = ""
    """How OPA differs from what the case wants."""
    apart: bool = False
    """Whether the two differ from one another where errors of builtins are errors, as limen asks."""


class Construct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A builtin or a construct on which engines differ, and how it is kept out."""

    construct: str
    """Name of a builtin, or what it is in words."""
    kept_out: Literal["linter", "unreachable"]
    seen: str = ""
    """Regular expression that finds it in each case's Rego; empty: the builtin's name."""
    rule: str = ""
    """Text that brings it into a rule, in place of `applicable`; empty: a call of the builtin."""
    refusal: str = ""
    """What the linter says of that rule; empty: that there is no such function."""
    proof: str = ""
    """Of what is unreachable: why, and the test that shows it."""
    cases: list[Divergence]

    @property
    def pattern(self) -> re.Pattern[str]:
        """What finds it in a case."""
        return re.compile(self.seen or rf"(?<![\w.]){re.escape(self.construct)}(?![\w.])")

    @property
    def line(self) -> str:
        """What brings it into a rule."""
        return self.rule or f"applicable := {self.construct}(input.depth) == 1"

    @property
    def said(self) -> str:
        """What the linter must say of it."""
        return self.refusal or f"there is no function {self.construct} that a rule may call"


def listed() -> list[Construct]:
    """Return the committed list."""
    return msgspec.yaml.decode(FILE.read_bytes(), type=list[Construct])
