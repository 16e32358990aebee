"""What a screen reader would say of a page: Chromium's accessibility tree, in its order, in Danish words.

A line for each thing it stops at: what it is, its name, its state, and what belongs to it by description.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from playwright.sync_api import Page

SPOKEN = {
    "RootWebArea": "side",
    "banner": "sidehoved",
    "main": "hovedindhold",
    "contentinfo": "sidefod",
    "navigation": "navigation",
    "heading": "overskrift",
    "alert": "besked",
    "group": "gruppe",
    "radio": "valgknap",
    "checkbox": "afkrydsningsfelt",
    "textbox": "felt",
    "button": "knap",
    "link": "link",
    "list": "liste",
    "term": "betegnelse",
}
"""Roles that are said → the word. What is not here is only its text."""
NAMED_BY_TEXT = ("LabelText", "Legend", "heading", "link", "button", "term", "textbox")
"""Their text is heard as the name of something: it is not said again."""

Node = Mapping[str, Any]


def heard(page: Page) -> str:
    """Everything on the page as it is heard from its beginning, a line each."""
    connection = page.context.new_cdp_session(page)
    nodes = connection.send("Accessibility.getFullAXTree")["nodes"]
    connection.detach()
    return "\n".join(_lines(nodes[0], {node["nodeId"]: node for node in nodes})) + "\n"


def _lines(node: Node, nodes: Mapping[str, Node], named: bool = False) -> Iterator[str]:
    role, name = _value(node, "role"), _value(node, "name")
    if role == "StaticText":
        if name.strip() and not named:
            yield name.strip()
        return
    if role in SPOKEN and not node["ignored"]:
        yield " ".join(filter(None, [f"[{SPOKEN[role]}]", name, *_states(node)]))
    for child in node.get("childIds", ()):
        yield from _lines(nodes[child], nodes, named or role in NAMED_BY_TEXT)


def _states(node: Node) -> Iterator[str]:
    """What is said after the name."""
    having = {each["name"]: each["value"].get("value") for each in node.get("properties", ())}
    if _value(node, "role") == "heading":
        yield f"(trin {having['level']})"
    if "checked" in having:
        yield "(valgt)" if having["checked"] == "true" else "(ikke valgt)"
    if having.get("invalid") == "true":
        yield "(ugyldigt)"
    if having.get("focused") and _value(node, "role") != "RootWebArea":
        yield "(har fokus)"
    if _value(node, "role") == "textbox":
        yield f"(indhold: {_value(node, 'value')})" if _value(node, "value") else "(tomt)"
    if described := _value(node, "description"):
        yield f"– {described}"


def _value(node: Node, name: str) -> str:
    return str(node.get(name, {}).get("value", ""))
