"""Rules that a user might write by mistake, or worse."""

from __future__ import annotations

from pathlib import Path

HEAD = """\
# METADATA
# title: A rule of our own
# description: What it is about does not matter here.
# schemas: [{input: schema.flow}]
# custom:
#   id: ours.mine
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SC-8"]
#   remediation: Mend it.
#   not_applicable: "never: every flow is judged"
#   checks:
#     mine:
#       path: in_transit.tls.min
#       message: "it is {actual}"
package limen.rules.ours.mine

applicable := true

"""
SOUND = HEAD + 'checks["mine"] := {"holds": input.in_transit.channel == "tls", "actual": input.in_transit.channel}\n'
SYNTAX_ERROR = HEAD + 'checks["mine"] := {"holds": true\n'
BUILTIN_TYPO = HEAD + 'checks["mine"] := {"holds": conut(input.moves) > 0, "actual": input.in_transit.channel}\n'
PATH_TYPO = HEAD + 'checks["mine"] := {"holds": input.in_transit.chanel == "tls", "actual": input.in_transit.channel}\n'
UNDEFINED = HEAD + (
    'checks["mine"] := {"holds": input.in_transit.channel == "tls", "actual": input.in_transit.channel} if {\n'
    '\tinput.in_transit.channel == "ssh"\n}\n'
)
NOT_APPLICABLE_UNDEFINED = SOUND.replace(
    "applicable := true\n", 'applicable if {\n\tinput.in_transit.channel == "ssh"\n}\n'
)
_DIGITS = ", ".join(map(str, range(100)))
LOOPING = HEAD + (
    f"hundred := [{_DIGITS}]\n\n"
    'checks["mine"] := {"holds": spun >= 0, "actual": input.in_transit.channel} if {\n'
    "\tspun := count([1 |\n"
    + "".join(f"\t\tsome {name} in hundred\n" for name in "abcdefgh")
    + "\t\ta + b + c + d + e + f + g + h == -1\n\t])\n}\n"
)
"""Ten million billion additions."""


def write_rule(folder: Path, text: str) -> Path:
    """Write the rule and a profile ``hostile`` that selects it; return the folder for ``--policies``."""
    place = folder / "rules" / "ours" / "mine"
    place.mkdir(parents=True, exist_ok=True)
    (place / "mine.rego").write_text(text, encoding="utf-8")
    (folder / "profiles").mkdir(exist_ok=True)
    (folder / "profiles" / "hostile.yaml").write_text(
        "id: hostile\ntitle: Ours\ndescription: One rule of our own.\nrules: [ours.mine]\n", encoding="utf-8"
    )
    return folder
