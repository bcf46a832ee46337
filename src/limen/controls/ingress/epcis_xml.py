"""EPCIS 1.2 and 2.0 in XML, brought into the shape of EPCIS 2.0's JSON and read by the same rules.

Read by expat through defusedxml: no document type, no entities, nothing external, bounded depth and count (XML
external entities, billion laughs). What 1.2 keeps in `extension` and `baseExtension` stands beside the rest.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from limen.controls.ingress.epcis import KINDS
from limen.controls.ingress.epcis_json import events_of
from limen.controls.ingress.events import Event
from limen.controls.ingress.reading import Reading
from limen.errors import Problem, UsageError

_VERSIONS = {"urn:epcglobal:epcis:xsd:1": ("1.0", "1.1", "1.2"), "urn:epcglobal:epcis:xsd:2": ("2.0",)}
"""Namespaces of documents, and the versions of each."""
_MASTER_DATA = "{urn:epcglobal:cbv:mda}"
_DEEPEST = 32
_ENCODINGS = frozenset(("UTF-8", "UTF-16", "US-ASCII", "ISO-8859-1"))
"""What a message may say it is encoded in."""
_WRAPPERS = frozenset(("extension", "baseExtension"))
_EPC_LISTS = frozenset(("epcList", "childEPCs", "inputEPCList", "outputEPCList"))
_QUANTITIES = frozenset(("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"))
_PAIRS = {"bizTransactionList": "bizTransaction", "sourceList": "source", "destinationList": "destination"}
_PLACES = frozenset(("readPoint", "bizLocation"))
_STRUCTURED = frozenset((*_EPC_LISTS, *_QUANTITIES, *_PAIRS, *_PLACES, "ilmd", "errorDeclaration",
                         "persistentDisposition"))  # fmt: skip


class _ShapeError(Exception):
    """A document that isn't built as the schema has it; the message has no value of it."""


class _Bounded(TreeBuilder):
    """A tree that stops growing: too deep or too many elements raise _ShapeError.

    So does a comment or an instruction within a text: to some readers the text ends there, to others it goes on.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._depth, self._left = 0, most
        self._text = self._aside = False

    def data(self, data: str, /) -> None:
        """Take a piece of text."""
        if data.strip():
            self._text = True
            self._whole()
        super().data(data)

    def comment(self, text: str | None, /) -> Element:
        """Pass over a comment between elements."""
        self._aside = True
        self._whole()
        return super().comment(text)

    def pi(self, target: str, text: str | None = None, /) -> Element:
        """Pass over a processing instruction between elements."""
        self._aside = True
        self._whole()
        return super().pi(target, text)

    def _whole(self) -> None:
        if self._text and self._aside:
            raise _ShapeError("a comment or a processing instruction within a value")

    def start(self, tag: Any, attrs: Any, /) -> Element:
        """Begin an element, unless there are too many of them within or before it."""
        self._depth += 1
        self._left -= 1
        self._text = self._aside = False
        if self._depth > _DEEPEST:
            raise _ShapeError(f"elements nested deeper than {_DEEPEST}")
        if self._left < 0:
            raise _ShapeError("more elements than a message of this size may have")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        """End an element."""
        self._depth -= 1
        self._text = self._aside = False
        return super().end(tag)


def read_xml(raw: bytes, reading: Reading) -> list[Event]:
    """Return the events of a document, those without faults; the faults are in the reading."""
    try:
        from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
        from defusedxml.ElementTree import DefusedXMLParser  # type: ignore[import-untyped]
    except ImportError:
        problem = Problem(message="EPCIS in XML is read with defusedxml", hint="pip install 'limen[controls]'")
        raise UsageError(problem) from None
    builder = _Bounded(20 * reading.limits.identifiers)
    parser = DefusedXMLParser(target=builder, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    parser.parser.XmlDeclHandler = _encoding
    try:
        parser.feed(raw)
        root: Element = parser.close()
        values = [_event(node) for node in _events(root, reading)]
    except DefusedXmlException:
        reading.fault("", "a document type, an entity or something external, which no EPCIS document has")
        return []
    except _ShapeError as error:
        reading.fault("", str(error))
        return []
    except (ParseError, ValueError, LookupError):
        # The reason quotes the text.
        reading.fault("", "no well-formed XML")
        return []
    return events_of(values, reading)


def _encoding(version: str, encoding: str | None, standalone: int) -> None:
    """Raise _ShapeError for an encoding that other readers may lack, or read as another one."""
    if encoding is not None and encoding.upper() not in _ENCODINGS:
        raise _ShapeError("an encoding that isn't read here: UTF-8 is")


def _events(root: Element, reading: Reading) -> list[Element]:
    """Return the elements of all events; raises _ShapeError."""
    namespace, _, name = root.tag[1:].partition("}") if root.tag.startswith("{") else ("", "", root.tag)
    if name != "EPCISDocument" or namespace not in _VERSIONS:
        raise _ShapeError("no EPCISDocument of EPCIS 1.2 or 2.0")
    if root.get("schemaVersion") not in _VERSIONS[namespace]:
        raise _ShapeError("a schemaVersion that its namespace doesn't have")
    reading.instant(root.get("creationDate"), "creationDate")
    body = _only([child for child in root if child.tag != "EPCISHeader"], "EPCISBody")
    found = []
    for child in _only(list(body), "EventList"):
        node = child
        # 1.2 has transformations within `extension`, and 2.0's kinds within `extension` of that.
        while node.tag == "extension":
            node = _only(list(node), None)
        found.append(node)
    return found


def _only(children: list[Element], name: str | None) -> Element:
    if len(children) != 1 or (name is not None and children[0].tag != name):
        raise _ShapeError(f"something else than one {name or 'event'}")
    return children[0]


def _event(node: Element) -> dict[str, Any]:
    """Return an event in the shape of JSON; what isn't known keeps its name and is refused by that."""
    if node.tag not in KINDS:
        raise _ShapeError("an event of an unknown kind")
    for inner in node.iter():
        _no_mixed(inner)
    _no_attributes(node)
    members: dict[str, Any] = {"type": node.tag}
    _fill(members, node)
    return members


def _fill(members: dict[str, Any], node: Element) -> None:
    for child in node:
        name = _name(child.tag)
        if name in _WRAPPERS:
            _no_attributes(child)
            _fill(members, child)
            continue
        if name in members:
            raise _ShapeError("an element that stands twice")
        members[name] = _value(name, child)


def _value(name: str, node: Element) -> Any:
    if name in _STRUCTURED:
        _no_attributes(node)
    if name in _EPC_LISTS:
        return [_leaf(child, "epc") for child in node]
    if name in _QUANTITIES:
        return [_object(child, "quantityElement") for child in node]
    if name in _PAIRS:
        member = _PAIRS[name]
        return [{**_typed(child), member: _leaf(child, member, attributes=("type",))} for child in node]
    if name in _PLACES:
        return {_name(child.tag): _leaf(child, _name(child.tag)) for child in node}
    if name == "ilmd":
        return _ilmd(node)
    if name == "errorDeclaration":
        return _error(node)
    if name == "persistentDisposition":
        kinds: dict[str, list[str]] = {}
        for child in node:
            # The name is checked where the event is: what is neither set nor unset is refused there.
            kinds.setdefault(_name(child.tag), []).append(_leaf(child, _name(child.tag)))
        return kinds
    return _whole(node)


def _ilmd(node: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for child in node:
        for one in list(child) if child.tag == "extension" and not child.attrib else [child]:
            if _name(one.tag) in found:
                raise _ShapeError("an element that stands twice")
            found[_name(one.tag)] = _leaf(one, _name(one.tag))
    return found


def _whole(node: Element) -> Any:
    """Return an element whole, its attributes first: what no rule knows is refused by its name unless it was admitted.

    One that should be a plain text and has attributes is a list then, and refused by its own rule.
    """
    said: list[list[Any]] = [[f"@{name}", value] for name, value in sorted(node.attrib.items())]
    said += [[_name(child.tag), _whole(child)] for child in node]
    if not said:
        return _text(node)
    return [*said, ["", _text(node)]] if node.attrib and not len(node) else said


def _error(node: Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in node:
        name = _name(child.tag)
        if name in found:
            raise _ShapeError("an element that stands twice")
        if name == "correctiveEventIDs":
            _no_attributes(child)
            found[name] = [_leaf(one, "correctiveEventID") for one in child]
        else:
            found[name] = _leaf(child, name)
    return found


def _object(node: Element, name: str) -> dict[str, Any]:
    if node.tag != name or node.attrib:
        raise _ShapeError(f"something else than {name}")
    found: dict[str, Any] = {}
    for child in node:
        if _name(child.tag) in found:
            raise _ShapeError("an element that stands twice")
        found[_name(child.tag)] = _leaf(child, _name(child.tag))
    return found


def _leaf(node: Element, name: str, *, attributes: tuple[str, ...] = ()) -> str:
    if _name(node.tag) != name or len(node) or node.attrib.keys() - set(attributes):
        raise _ShapeError(f"something else than a plain {name}")
    return _text(node)


def _typed(node: Element) -> dict[str, str]:
    return {"type": node.attrib["type"]} if "type" in node.attrib else {}


def _text(node: Element) -> str:
    """Return the text of an element; blanks around it, which a formatter puts there, are XML Schema's to collapse."""
    return (node.text or "").strip(" \t\r\n")


def _no_attributes(node: Element) -> None:
    if node.attrib:
        raise _ShapeError("an attribute that no rule knows")


def _no_mixed(node: Element) -> None:
    if (node.tail or "").strip() or (len(node) and (node.text or "").strip()):
        raise _ShapeError("text between elements")


def _name(tag: str) -> str:
    if tag.startswith(_MASTER_DATA):
        return "cbvmda:" + tag.removeprefix(_MASTER_DATA)
    return tag
