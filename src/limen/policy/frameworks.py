"""Frameworks: law and standards as dated data, one YAML file each in policies/frameworks/.

::

    id: nist-800-53r5                    # = the file's name without .yaml; rules name nist-800-53r5:SC-8(1)
    title: Security and Privacy Controls for Information Systems and Organizations
    publisher: NIST
    status: standard                     # law, standard, guidance, draft, proposed or unverified; for all controls
    source: NIST SP 800-53 Rev. 5, updated 2020-12-10
    valid_from: 2020-09-23               # for all controls that give none of their own
    controls:
      - id: SC-8(1)
        citation: NIST SP 800-53 Rev. 5, SC-8(1)
        title: Cryptographic protection in transit
        summary: Cryptography protects what is transmitted.      # our own words
        covered: partly                  # how far the rules that name it judge it: wholly or partly
        gap: Keys of people.             # what limen can't judge of it; also why no rule names it
        # status, valid_from, valid_to (last day) and source may be given where they differ

Where one requirement begins on different days for different addressees, it has an entry for each, with the addressee
behind an `@`: ``582(g)(1)@dispensers``.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from limen.errors import PolicyError, Problem
from limen.model.scalars import Date
from limen.policy.documents import convert, parse
from limen.records.rules import Control

Standing = Literal["law", "standard", "guidance", "draft", "proposed", "unverified"]
OPEN = frozenset({"draft", "proposed"})
"""What binds nobody on any day."""


class FrameworkControl(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One requirement as its file says it."""

    id: Annotated[str, Meta(pattern=r"^[^\s:]+$(?!\n)", max_length=80)]
    citation: Annotated[str, Meta(min_length=1)]
    title: Annotated[str, Meta(min_length=1)]
    summary: str = ""
    """What it asks for, in our own words."""
    covered: Literal["wholly", "partly"] | UnsetType = UNSET
    """How far the rules that name it judge it; without it, nobody has said so."""
    gap: str = ""
    """What limen can't judge of it, in our own words; where no rule names it, why."""
    status: Standing | UnsetType = UNSET
    valid_from: Date | UnsetType = UNSET
    valid_to: Date | UnsetType = UNSET
    source: str | UnsetType = UNSET


class Framework(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A law, a standard or a part of one."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.\-]*$(?!\n)", max_length=80)]
    title: Annotated[str, Meta(min_length=1)]
    publisher: Annotated[str, Meta(min_length=1)]
    status: Standing
    source: Annotated[str, Meta(min_length=1)]
    valid_from: Date
    controls: Annotated[tuple[FrameworkControl, ...], Meta(min_length=1)]


def framework_from(text: bytes, stem: str, file: str) -> Framework:
    """Return a framework as its file says it.

    Raises PolicyError where the text does not fit, is not named like its id, gives a control twice, ends one before it
    begins, or calls one covered in a way that its gap contradicts.
    """
    document = parse(text, file, PolicyError)
    framework = convert(document, Framework, PolicyError)
    problems = []
    if framework.id != stem:
        problems.append(
            Problem(
                message=f"the framework's id {framework.id!r} is not the file's name",
                location=document.location(("id",)),
                hint=f"name the file {framework.id}.yaml",
            )
        )
    seen: set[str] = set()
    for index, control in enumerate(framework.controls):

        def refuse(message: str, *steps: str, hint: str = "", index: int = index) -> None:
            where = document.location(("controls", index, *steps))
            problems.append(Problem(message=message, location=where, hint=hint))

        if control.id in seen:
            refuse(f"the control {control.id!r} is given twice")
        seen.add(control.id)
        if control.valid_to and control.valid_to < (control.valid_from or framework.valid_from):
            refuse(f"{control.id!r} ends before it begins", "valid_to")
        if control.covered == "wholly" and control.gap:
            refuse(f"{control.id!r} is covered wholly and has a gap", "gap", hint="say partly, or take the gap away")
        if control.covered == "partly" and not control.gap:
            refuse(f"{control.id!r} is covered partly and names no gap", "covered", hint="say in `gap` what is missing")
    if problems:
        raise PolicyError(problems)
    return framework


def controls_of(framework: Framework) -> dict[str, Control]:
    """Return a framework's controls by ``framework:control``."""
    return {
        f"{framework.id}:{control.id}": Control(
            framework=framework.id,
            id=control.id,
            citation=control.citation,
            title=control.title,
            status=control.status or framework.status,
            valid_from=control.valid_from or framework.valid_from,
            valid_to=control.valid_to or "",
            source=control.source or framework.source,
            covered=control.covered or "",
            gap=control.gap,
        )
        for control in framework.controls
    }


def controls_from(text: bytes, stem: str, file: str) -> dict[str, Control]:
    """Return the controls of a framework's file by ``framework:control``; raises as `framework_from` does."""
    return controls_of(framework_from(text, stem, file))


def standing(control: Control, as_of: str) -> str:
    """Return what a control is on a day (YYYY-MM-DD): in force, not yet in force, expired, or its open status."""
    if control.status in OPEN:
        return control.status
    if as_of < control.valid_from:
        return "not yet in force"
    return "expired" if control.valid_to and control.valid_to < as_of else "in force"


def in_force(control: Control, as_of: str) -> bool:
    """Return whether a control holds on a day (YYYY-MM-DD) and is more than a draft or a proposal."""
    return standing(control, as_of) == "in force"
