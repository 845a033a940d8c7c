# A page as a tree, from the standard library's parser: enough to ask what stands in it and in what.

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])


@dataclass(eq=False)
class Node:
    tag: str
    attrs: dict[str, str]
    parent: Node | None = None
    children: list[Node | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        return self.attrs.get("class", "").split()

    def all(self, tag: str = "", **attrs: str) -> Iterator[Node]:
        """All elements below, in order, of a tag and with attributes (`class_` asks for one of the classes)."""
        for child in self.children:
            if isinstance(child, Node):
                wanted = {k.rstrip("_"): v for k, v in attrs.items()}
                if (not tag or child.tag == tag) and all(
                    v in child.classes if k == "class" else child.attrs.get(k) == v for k, v in wanted.items()
                ):
                    yield child
                yield from child.all(tag, **attrs)

    def first(self, tag: str = "", **attrs: str) -> Node:
        found = next(self.all(tag, **attrs), None)
        assert found is not None, f"no <{tag}> {attrs}"
        return found

    @property
    def ancestors(self) -> Iterator[Node]:
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    @property
    def text(self) -> str:
        return "".join(c if isinstance(c, str) else c.text for c in self.children)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Node("", {})
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [k for k, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> has an attribute twice")
        node = Node(tag, {k: v or "" for k, v in attrs}, self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.here = self.here.parent or self.root

    def handle_endtag(self, tag: str) -> None:
        node: Node | None = self.here
        while node is not None and node.tag != tag:
            node = node.parent
        if node is None or node is not self.here:
            self.faults.append(f"</{tag}> closes <{self.here.tag}>")
        if node is not None:
            self.here = node.parent or self.root

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


def tree(html: str) -> Node:
    """The page's tree; what is not balanced is mended as well as can be."""
    return _parsed(html).root


def faults(html: str) -> list[str]:
    """What is not balanced in a piece of HTML."""
    found = _parsed(html)
    return found.faults + ([f"<{found.here.tag}> is not closed"] if found.here is not found.root else [])


def _parsed(html: str) -> _Builder:
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder
