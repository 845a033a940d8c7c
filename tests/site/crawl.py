# A crawler over a built site, as files: does every address in every page lead somewhere? As a command:
#   python tests/site/crawl.py SITE [--url https://example.org/docs/]

from __future__ import annotations

import argparse
import posixpath
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

if str(Path(__file__).parents[1]) not in sys.path:
    sys.path.append(str(Path(__file__).parents[1]))

from html_tree import Node, tree

ADDRESSES = ("href", "src", "poster", "data-src", "data", "xlink:href")
# Themes write links to these, which their scripts make.
_BY_SCRIPT = {"__skip", "__search", "__drawer", "__toc", "top"}
_STYLE_ADDRESS = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)""")


def broken(site: Path, url: str = "") -> list[str]:
    """
    Every address that leads to no file, or to no element of its file.

    Args:
        site: folder of the built site
        url: where it will stand; addresses that begin with it lead into the site
    """
    pages = {p.relative_to(site).as_posix(): tree(p.read_text(encoding="utf-8")) for p in site.rglob("*.html")}
    ids = {name: _ids(root) for name, root in pages.items()}
    found = []
    for name, root in sorted(pages.items()):
        for address in dict.fromkeys(addresses(root)):
            why = _fault(site, url, name, address, ids)
            if why:
                found.append(f"{name}: {address} ({why})")
    for sheet in sorted(site.rglob("*.css")):
        name = sheet.relative_to(site).as_posix()
        for address in dict.fromkeys(_STYLE_ADDRESS.findall(sheet.read_text(encoding="utf-8"))):
            why = _fault(site, url, name, address, {}) if not address.startswith("#") else ""
            if why:
                found.append(f"{name}: {address} ({why})")
    return found


def addresses(root: Node) -> Iterator[str]:
    """All addresses in a page, in order."""
    for node in root.all():
        for attribute in ADDRESSES:
            if attribute in node.attrs and not (attribute == "data" and node.tag != "object"):
                yield node.attrs[attribute]
        for each in node.attrs.get("srcset", "").split(","):
            if each.strip():
                yield each.split()[0]


def external(root: Node) -> list[str]:
    """What a page fetches from elsewhere: everything but links that readers may follow."""
    out = []
    for node in root.all():
        if node.tag == "a" or (
            node.tag == "link" and node.attrs.get("rel") in {"canonical", "prev", "next", "alternate"}
        ):
            continue
        out += [v for k, v in node.attrs.items() if k in {*ADDRESSES, "srcset"} and re.match(r"(https?:)?//", v)]
    return out


def _ids(root: Node) -> set[str]:
    return {node.attrs[k] for node in root.all() for k in ("id", "name") if k in node.attrs}


def _fault(site: Path, url: str, page: str, address: str, ids: dict[str, set[str]]) -> str:
    """Why an address leads nowhere; '' where it does lead somewhere, or out of the site."""
    if url and address.startswith(url):
        address = "/" + address.removeprefix(url)
    elif url and address.startswith("/") and not address.startswith("//"):
        path = urlsplit(url).path or "/"
        if not address.startswith(path):
            return "outside of the site"
        address = "/" + address.removeprefix(path)
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return ""
    target = page
    if parts.path:
        target = (
            posixpath.normpath(posixpath.join("/", posixpath.dirname(page), unquote(parts.path))).lstrip("/") or "."
        )
        if (depth := _above(page, unquote(parts.path))) > 0:
            return f"{depth} folders above the site"
    if (site / target).is_dir():
        target = posixpath.normpath(posixpath.join(target, "index.html"))
    if not (site / target).is_file():
        return "no such file"
    fragment = unquote(parts.fragment)
    if fragment and target in ids and fragment not in ids[target] | _BY_SCRIPT:
        return "no such element"
    return ""


def _above(page: str, path: str) -> int:
    """How many folders above the site a relative path leads."""
    if path.startswith("/"):
        return 0
    way = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
    return len([part for part in way.split("/") if part == ".."])


def main() -> int:
    parser = argparse.ArgumentParser(description="Check that every address in a built site leads somewhere.")
    parser.add_argument("site", type=Path)
    parser.add_argument("--url", default="", help="where the site will stand")
    args = parser.parse_args()
    pages = len(list(args.site.rglob("*.html")))
    found = broken(args.site, args.url)
    for line in found:
        print(line)
    print(f"{pages} pages, {len(found)} broken addresses", file=sys.stderr)
    return 1 if found or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
