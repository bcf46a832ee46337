"""Text as the fonts that are embedded can draw it: the rest is spelt out, and what is long may break anywhere."""

from __future__ import annotations

import re
import unicodedata

from limen.reports._words import cut, one_line, spelt

BREAK = "\u200b"
"""Where a line may break without a hyphen; the page has no character there, so that what is copied is what was said."""
MOST = 2_000
"""Characters of one text; more than that is cut, with an ellipsis."""
_LONGEST = 24
"""Characters that fit into the narrowest column: what is longer may break."""
_STEP = 12
# Letters, digits, punctuation and signs of Libertinus Serif and DejaVu Sans Mono, which come with the typesetter.
# Scripts that need marks above, below or around their letters are left out, since half of a word is worse than its
# code points; so are characters that nobody sees.
_UNDRAWN = re.compile(
    "[^ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0377\u037a-\u037f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u0482"
    "\u048a-\u04ff\u0531-\u0556\u0561-\u0587\u05d0-\u05ea\u10d0-\u10ff\u1e00-\u1eff\u1f00-\u1f15\u1f18-\u1f1d"
    "\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fc4\u1fc6-\u1fd3"
    "\u1fd6-\u1fdb\u1fdd-\u1fef\u1ff2-\u1ff4\u1ff6-\u1ffe\u2010-\u2027\u2030-\u2040\u2044-\u2052\u2070\u2071"
    "\u2074-\u208e\u2090-\u209c\u20a0-\u20bf\u2100-\u211e\u2120\u2122\u2126-\u2149\u2153-\u2184\u2190-\u23cf"
    "\u2500-\u2613]"
)
_LONG = re.compile(rf"[^ ]{{{_LONGEST + 1},}}")
_JOINT = re.compile(r"(?<=[/._:,;=&?|@+)\]}>~%-])(?=[^/._:,;=&?|@+)\]}>~%-])")


def drawn(text: str) -> str:
    r"""Return text on one line, composed (NFC), with what the fonts can't draw as ``\uXXXX``; no marks for breaks."""
    line = one_line(text)
    if line.isascii():
        return line
    return _UNDRAWN.sub(lambda found: spelt(ord(found[0])), unicodedata.normalize("NFC", line))


def said(text: str, most: int = MOST) -> str:
    """Return drawn text, cut, with a `BREAK` wherever a word that is too long for a column may go on below."""
    return _LONG.sub(_broken, cut(drawn(text), most))


def _broken(word: re.Match[str]) -> str:
    """Break a long word behind its punctuation, and where there is none for long, after some characters."""
    return BREAK.join(
        part if len(part) <= _LONGEST else BREAK.join(part[n : n + _STEP] for n in range(0, len(part), _STEP))
        for part in _JOINT.split(word[0])
    )
