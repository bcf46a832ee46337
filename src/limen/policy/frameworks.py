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
        # status, valid_from, valid_to (last day) and source may be given where they differ
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from limen.errors import PolicyError, Problem
from limen.model.scalars import Date
from limen.policy.documents import convert, parse
from limen.records.rules import Control

Standing = Literal["law", "standard", "guidance", "draft", "proposed", "unverified"]


class FrameworkControl(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One requirement as its file says it."""

    id: Annotated[str, Meta(pattern=r"^[^\s:]+$(?!\n)", max_length=80)]
    citation: Annotated[str, Meta(min_length=1)]
    title: Annotated[str, Meta(min_length=1)]
    summary: str = ""
    status: Standing | None = None
    valid_from: Date | None = None
    valid_to: Date | None = None
    source: str | None = None


class Framework(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A law, a standard or a part of one."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.\-]*$(?!\n)", max_length=80)]
    title: Annotated[str, Meta(min_length=1)]
    publisher: Annotated[str, Meta(min_length=1)]
    status: Standing
    source: Annotated[str, Meta(min_length=1)]
    valid_from: Date
    controls: Annotated[tuple[FrameworkControl, ...], Meta(min_length=1)]


def controls_from(text: bytes, stem: str, file: str) -> dict[str, Control]:
    """Return a framework's controls by ``framework:control``.

    Raises PolicyError where the text does not fit, is not named like its id, or gives a control twice.
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
    controls: dict[str, Control] = {}
    for index, control in enumerate(framework.controls):
        name = f"{framework.id}:{control.id}"
        if name in controls:
            where = document.location(("controls", index))
            problems.append(Problem(message=f"the control {control.id!r} is given twice", location=where))
        valid_from, valid_to = control.valid_from or framework.valid_from, control.valid_to or ""
        if valid_to and valid_to < valid_from:
            where = document.location(("controls", index, "valid_to"))
            problems.append(Problem(message=f"{control.id!r} ends before it begins", location=where))
        controls[name] = Control(
            framework=framework.id,
            id=control.id,
            citation=control.citation,
            title=control.title,
            status=control.status or framework.status,
            valid_from=valid_from,
            valid_to=valid_to,
            source=control.source or framework.source,
        )
    if problems:
        raise PolicyError(problems)
    return controls


def in_force(control: Control, as_of: str) -> bool:
    """Return whether a control holds on a day (YYYY-MM-DD) and is more than a draft or a proposal."""
    if control.status in ("draft", "proposed"):
        return False
    return control.valid_from <= as_of and (not control.valid_to or as_of <= control.valid_to)
