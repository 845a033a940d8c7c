# Documentation of other people, built with and without the plugin: without a block of ours not a byte of their sites
# changes; with one on one page, that page changes alone. `python tests/third_party_docs.py` downloads, builds, compares
# and says what it compared; it ends with 1 where anything else differs.

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

OURS = "assets/worldmodel/"
BLOCK = """

```worldmodel
id: third-party
title: The ego stops
scenario: {road: {lanes: 2}, stop: {time: 1 s}}
cameras: [front_wide]
```
"""
# Seen by all pages of a site that has a block: the theme's list of style sheets and scripts.
_LISTED = re.compile(r'\s*(?:<link href="|<link rel="stylesheet" href="|<script src=")\S*assets/worldmodel/\S+')
# What tells readers of every page what stands on one: the search index.
_SEARCH = "search/search_index.json"


@dataclass(frozen=True, slots=True)
class Tree:
    """A source package that holds its documentation."""

    package: str
    settings: str
    """What is put over its mkdocs.yml: plugins that need a repository or the network are left out."""
    page: str
    """Source of the page that gets a block, and where it is built."""
    built: str
    code: str
    """Folder of its package, which would stand before the installed one."""
    missing: str = ""
    """Pattern of what its mkdocs.yml names and the package does not hold."""


TREES = (
    # Material, superfences with fences of its own, snippets, nearly every extension there is
    Tree(
        "pymdown-extensions==10.14",
        "plugins: [search]\n",
        "docs/src/markdown/extensions/keys.md",
        "extensions/keys/index.html",
        "pymdownx",
        r"  - tools\.collapse_code:\n(?: {6}.*\n)*| {6}check_paths: true\n",
    ),
    # MkDocs' own theme, and Python-Markdown's own fences: there is no superfences
    Tree(
        "Markdown==3.5.2",
        "plugins: [search]\nwatch: []\ntheme: {name: mkdocs}\n"
        "markdown_extensions: [extra, admonition, smarty, codehilite, toc]\n",
        "docs/extensions/tables.md",
        "extensions/tables/index.html",
        "markdown",
    ),
)


def main() -> int:
    """Compare all trees; 1 where one of them is not as it should be."""
    faults: list[str] = []
    for tree in TREES:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            faults += [f"{tree.package}: {fault}" for fault in compare(tree, Path(folder))]
    for fault in faults:
        print("WRONG:", fault)
    return 1 if faults else 0


def compare(tree: Tree, folder: Path) -> list[str]:
    """Download a tree, build it three times and compare; returns what is wrong."""
    root = downloaded(tree.package, folder)
    shutil.rmtree(root / tree.code)
    config = root / "mkdocs.yml"
    config.write_text(re.sub(tree.missing, "", config.read_text(encoding="utf-8")), encoding="utf-8")
    plain = built(root, "plain", tree.settings)
    with_plugin = tree.settings.replace("plugins: [search]", "plugins: [search, worldmodel]")
    idle = built(root, "idle", with_plugin)
    faults = [f"{name} differs though no page has a block" for name in changed(plain, idle)]
    pages = sum(name.endswith(".html") for name in plain)
    print(f"{tree.package}: {len(plain)} files, {pages} of them pages; with the plugin {len(idle)} files, "
          f"{len(changed(plain, idle))} differ")  # fmt: skip

    page = root / tree.page
    page.write_text(page.read_text(encoding="utf-8") + BLOCK, encoding="utf-8")
    used = built(root, "used", with_plugin)
    other = [name for name in changed(plain, used) if not name.startswith(OURS)]
    listing = [name for name in other if name.endswith(".html") and _only_lists_us(plain.get(name), used.get(name))]
    rest = sorted(set(other) - set(listing))
    own = [name for name in used if name.startswith(OURS)]
    print(f"  a block on {tree.page}: {len(own)} files of ours; changed: {', '.join(rest)}; "
          f"{len(listing)} pages differ by the lines that load our style and script")  # fmt: skip
    allowed = {tree.built, _SEARCH}
    faults += [f"{name} differs though its page has no block" for name in rest if name not in allowed]
    if b'id="third-party"' not in used[tree.built] or not any(name.endswith(".mp4") for name in own):
        said = re.findall(r'class="wm-message">(.*?)</span>', used[tree.built].decode())
        faults.append(f"the figure is missing: {'; '.join(said)}")
    return faults


def downloaded(package: str, folder: Path) -> Path:
    """A source package's folder."""
    command = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--no-deps",
               "--no-binary", ":all:", "--dest", str(folder), package]  # fmt: skip
    subprocess.run(command, check=True, timeout=300)
    [archive] = folder.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    [root] = [path for path in folder.iterdir() if path.is_dir()]
    return root


def built(root: Path, name: str, settings: str) -> dict[str, bytes]:
    """Build a tree; returns its site's files."""
    config, site = root / f"worldmodel-{name}.yml", root.parent / "sites" / name
    config.write_text(f"INHERIT: mkdocs.yml\n{settings}", encoding="utf-8")
    command = [sys.executable, "-W", "ignore", "-m", "mkdocs", "build", "--quiet", "-f", str(config), "-d", str(site)]
    # the same day in all sitemaps, and no notes of themes about themselves
    env = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000", "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False, timeout=900)
    if done.returncode != 0:
        sys.exit(f"{root.name} does not build ({name}):\n{done.stdout}{done.stderr}")
    return {p.relative_to(site).as_posix(): p.read_bytes() for p in site.rglob("*") if p.is_file()}


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    """Files that differ, or that only one of two sites has."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _only_lists_us(before: bytes | None, after: bytes | None) -> bool:
    """Whether a page has only got the lines that load our style and script."""
    if before is None or after is None:
        return False
    lines = difflib.ndiff(before.decode().splitlines(), after.decode().splitlines(), charjunk=None)
    new = [line for line in lines if line[:2] in {"+ ", "- "}]
    return bool(new) and all(line[0] == "+" and (_LISTED.match(line[2:]) or not line[2:].strip()) for line in new)


if __name__ == "__main__":
    sys.exit(main())
