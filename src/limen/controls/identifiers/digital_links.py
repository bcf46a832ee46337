"""GS1 Digital Links: a GS1 key as a web address, such as https://id.gs1.org/01/09506000134352/21/12345.

GS1 Digital Link URI Syntax 1.2, uncompressed. Nothing is ever fetched; any host may stand in front, and the canonical
form names id.gs1.org.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from limen.controls.identifiers.elements import Elements, elements_of
from limen.controls.identifiers.epc_uris import Epc
from limen.controls.identifiers.gtin import LENGTHS, parse_gtin
from limen.controls.identifiers.keys import RESOLVER, lgtin, parse_gln, parse_sscc, sgtin
from limen.controls.identifiers.values import plain, refuse

LONGEST = 512
"""Characters of the longest link that is looked at."""
_LINK = re.compile(r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?((?:/[^/?#]*)+)(?:\?([^#]*))?")
_KEYS = {"00": (), "01": ("22", "10", "21"), "414": ("254",), "417": ()}
"""Primary keys, and what may qualify each, in this order."""
_PAIR = re.compile(r"(\d{2,4})=([^&=]+)", re.ASCII)


def parse_link(text: str) -> Epc:
    """Return what a Digital Link names: an SGTIN, LGTIN, GTIN, SSCC or GLN; raises IdentifierError otherwise.

    A link with more than that, such as a lot beside a serial or an expiry, is read by `elements_of_link`.
    """
    found = elements_of_link(text)
    more = set(found.values) - {"00", "01", "10", "21", "414", "254", "417"}
    if more or {"10", "21"} <= set(found.values):
        refuse("a Digital Link with more than a key and one qualifier", "read it with elements_of_link")
    return epc_of(found, original=text)


def elements_of_link(text: str) -> Elements:
    """Return the elements of a Digital Link, those of its query too; raises IdentifierError where it is none."""
    text = plain(text, "a Digital Link", longest=LONGEST)
    match = _LINK.fullmatch(text)
    if match is None:
        refuse("not a Digital Link", "expected https://host/01/GTIN/21/SERIAL, without user, fragment or blanks")
    steps = match[1].split("/")[1:]
    # What stands in front of the key is the host's own way; the key begins at the last name of one.
    starts = [at for at, step in enumerate(steps) if step in _KEYS and (len(steps) - at) % 2 == 0]
    if any("%" in step and unquote(step) in _KEYS for step in steps):
        refuse("a Digital Link with a key that is percent-encoded", "whoever decodes it first reads another link")
    if not starts:
        refuse("a Digital Link without a GTIN (01), SSCC (00) or GLN (414, 417)")
    names, values = steps[starts[0] :: 2], steps[starts[0] + 1 :: 2]
    allowed = _KEYS[names[0]]
    if [name for name in allowed if name in names[1:]] != names[1:]:
        refuse("a Digital Link whose qualifiers are unknown, repeated or in the wrong order", f"expected {allowed}")
    pairs = [(name, _decoded(value)) for name, value in zip(names, values, strict=True)]
    for part in match[2].split("&") if match[2] else ():
        pair = _PAIR.fullmatch(part)
        if pair is None or "+" in pair[2]:
            refuse("a Digital Link with something else than GS1 elements behind the question mark")
        pairs.append((pair[1], _decoded(pair[2])))
    # A shorter GTIN may stand there (7.3); a number of another length is none, whatever zeros would make of it.
    pairs = [(name, value.zfill(14) if name == "01" and len(value) in LENGTHS else value) for name, value in pairs]
    return elements_of(pairs, original=text)


def epc_of(found: Elements, *, original: str) -> Epc:
    """Return the key that elements name, with its serial or lot; raises IdentifierError where they name none."""
    values = found.values
    if "00" in values:
        return parse_sscc(values["00"], original=original)
    if "414" in values:
        return parse_gln(values["414"], extension=values.get("254", ""), original=original)
    if "417" in values:
        return parse_gln(values["417"], party=True, original=original)
    if "01" not in values:
        refuse("elements that name neither a GTIN nor an SSCC nor a GLN")
    gtin = parse_gtin(values["01"])
    if "21" in values:
        return sgtin(gtin, values["21"], original=original)
    if "10" in values:
        return lgtin(gtin, values["10"], original=original)
    return type(gtin)(canonical=gtin.canonical, original=original)


def link_of(found: Elements) -> str:
    """Return the canonical Digital Link of elements: key and qualifiers in the path, the rest in the query.

    Raises IdentifierError where they name no key.
    """
    from urllib.parse import quote

    values = dict(found.values)
    key = next((name for name in _KEYS if name in values), None)
    if key is None:
        refuse("elements that name neither a GTIN nor an SSCC nor a GLN")
    path = "".join(f"/{name}/{quote(values.pop(name), safe='')}" for name in (key, *_KEYS[key]) if name in values)
    query = "&".join(f"{name}={quote(values[name], safe='')}" for name in sorted(values))
    return f"{RESOLVER}{path}" + (f"?{query}" if query else "")


def _decoded(text: str) -> str:
    try:
        found = unquote(text, errors="strict")
    except UnicodeDecodeError:
        refuse("a Digital Link with a value that is not encoded in UTF-8")
    if "%" in re.sub(r"%[0-9A-Fa-f]{2}", "", text):
        refuse("a Digital Link with a percent sign that encodes nothing")
    return plain(found, "a value of a Digital Link", longest=90)
