"""How a sample is drawn again without limen: the steps, for a POSIX shell with sed, grep and coreutils."""

from __future__ import annotations

from collections.abc import Iterable

from limen.evidence.sampling import Sample

_EACH = 'if [ "$1" = . ]; then cat; else grep -F -e "$1"; fi'
"""Keeps the lines of one part, or all."""


def recipe(made: Sample) -> list[str]:
    """Return the steps, for a POSIX shell, that print the drawn decisions; run in the folder of the pack."""
    wanted = made.wanted
    find_root = (
        'ROOT=$(sed \'s/.*"payload":"\\([^"]*\\)".*/\\1/\' envelope/statement.json | base64 -d'
        ' | sed \'s/.*"digest":{"sha256":"\\([0-9a-f]*\\)"},"name":"core".*/\\1/\')'
    )
    decoded = 'printf %s "$ROOT" | tr a-f A-F | basenc --base16 -d'
    chosen = [*_greps("rule", wanted.rules), *_greps("status", wanted.statuses)]
    ranked = (
        'while IFS=: read -r line _; do i=$((line - 1)); h=$(printf %s:%s "$SEED" "$i" | sha256sum); '
        'printf \'%s %s\\n\' "${h%% *}" "$i"; done'
    )
    steps = [
        "# 1. the root stands in the Statement; limen verify and verify.py check that it is that of core/",
        find_root,
        f"test \"$ROOT\" = {made.root} || echo 'this is another pack'",
        "# 2. the seed: SHA-256 over the 32 bytes of the root and the nonce",
        f"NONCE={_quoted(wanted.nonce)}",
        f'SEED=$({{ {decoded}; printf %s "$NONCE"; }} | sha256sum | cut -c1-64)',
        f"test \"$SEED\" = {made.seed} || echo 'this is another seed'",
        "# 3. the numbers of the decisions to draw from, counted from 0, each with its rank: SHA-256 of SEED:number",
        f"ranked() {{ {' | '.join(['grep -n . core/decisions.jsonl', *chosen, _EACH])} | {ranked}; }}",
    ]
    if not made.strata:
        drawn = f"ranked . | sort | head -n {len(made.rows)} | cut -d' ' -f2 | sort -n"
        return [*steps, "# 4. those with the smallest ranks are drawn", drawn]
    return [
        *steps,
        f"# 4. of each {wanted.stratify} those with the smallest ranks are drawn: one, and of the rest as its share of",
        "#    what is left is, rounded down; what then lacks goes to the largest remainders",
        "{",
        *(
            f"  ranked {_quoted(_member(str(wanted.stratify), name))} | sort | head -n {share} | cut -d' ' -f2"
            for name, (_, share) in made.strata.items()
        ),
        "} | sort -n",
    ]


def _member(field: str, value: str) -> str:
    """Return how a line of core/decisions.jsonl says that a field has a value."""
    return f'"{field}":"{value}"'


def _greps(field: str, names: Iterable[str]) -> list[str]:
    """Return the command that keeps the lines with one of some values; none where any will do."""
    given = " ".join(f"-e {_quoted(_member(field, name))}" for name in names)
    return [f"grep -F {given}"] if given else []


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
