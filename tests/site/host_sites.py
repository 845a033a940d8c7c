# One documentation project, built by the commands of three hosts: MkDocs, ProperDocs where MkDocs is not installed, and
# Zensical. All read the same mkdocs.yml.

from __future__ import annotations

import os
import posixpath
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import markdown
from crawl import ADDRESSES
from site_project import SUPERFENCES, Project

import mkdocs_worldmodel
from html_tree import Node, tree

HOSTS = ("mkdocs", "properdocs", "zensical")
URL = "https://example.org/docs/"
PLUGIN = Path(mkdocs_worldmodel.__file__).parents[1]
OURS = {"worldmodel": {"workers": 0}}
"""Our extension; to start workers for so few figures takes longer than to make them."""
LIST = "docs/assets/worldmodel/.manifest.json"
"""Zensical renders pages again when the files of `watch:` change, and only then."""


@dataclass(frozen=True)
class HostSite:
    """What a host's command made."""

    folder: Path
    code: int
    said: str

    def page(self, uri: str = "index.html") -> Node:
        return tree((self.folder / uri).read_text(encoding="utf-8"))

    def figures(self, uri: str = "index.html") -> list[Node]:
        return [n for n in self.page(uri).all("div", class_="wm") if "id" in n.attrs]

    def assets(self) -> dict[str, bytes]:
        root = self.folder / "assets/worldmodel"
        return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def configure(project: Project, **more: object) -> None:
    """One mkdocs.yml for all: MkDocs takes our plugin, Zensical our extension."""
    extensions = more.pop("extensions", [*SUPERFENCES, OURS])
    settings = {"theme": {"name": "material", "font": False}, "site_url": URL, "extensions": extensions}
    project.configure(**(settings | more))  # type: ignore[arg-type]


def build(host: str, project: Project, *args: str, without_mkdocs: Path | None = None) -> HostSite:
    """Build a configured project by a host's command.

    Args:
        host: one of HOSTS
        project: with mkdocs.yml, or zensical.toml for Zensical
        args: more of them for the command
        without_mkdocs: Python's packages but for MkDocs, for ProperDocs
    """
    env = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "SOURCE_DATE_EPOCH": "1700000000", "NO_COLOR": "1"}
    config = project.root / "mkdocs.yml"
    folder = project.root / f"site-{host}"
    python = [sys.executable, "-W", "ignore"]
    if host == "zensical":
        toml = project.root / "zensical.toml"
        command = [*python, "-m", "zensical", "build", "-f", str(toml if toml.exists() else config), *args]
        folder = project.root / "site"
    else:
        command = [*python, "-m", host, "build", "-f", str(config), "-d", str(folder), *args]
    if host == "properdocs":
        assert without_mkdocs is not None
        command.insert(1, "-S")  # no other packages than those named here
        env["PYTHONPATH"] = os.pathsep.join([str(PLUGIN), str(without_mkdocs)])
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=env, cwd=project.root)
    return HostSite(folder, done.returncode, done.stdout + done.stderr)


def packages_without_mkdocs(folder: Path) -> Path:
    """A folder with links to all installed packages but MkDocs, as of an environment that never had it."""
    for entry in Path(markdown.__file__).parents[1].iterdir():
        if entry.name != "mkdocs" and not entry.name.startswith("mkdocs-") and entry.suffix != ".pth":
            (folder / entry.name).symlink_to(entry)
    return folder


def plain(node: Node, page: str) -> object:
    """An element as it is on any host: addresses as seen from the site's root, and without the marks for the search,
    which Zensical takes out when it has read them."""
    kept = {k: v for k, v in node.attrs.items() if not k.startswith("data-search-")}
    attributes = {k: _from_root(v, page) if k in ADDRESSES else v for k, v in kept.items()}
    return node.tag, attributes, [c if isinstance(c, str) else plain(c, page) for c in node.children]


def _from_root(address: str, page: str) -> str:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path:
        return address
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
    return path + (f"#{parts.fragment}" if parts.fragment else "")
