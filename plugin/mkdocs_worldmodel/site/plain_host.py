# Markdown without a site: the extension alone, as in a script that calls `markdown.markdown`.

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from markdown import Markdown

from mkdocs_worldmodel.site.host import Host, with_style_and_scripts
from mkdocs_worldmodel.site.session import ASSETS, Page
from mkdocs_worldmodel.site.settings import settings
from mkdocs_worldmodel.web import STYLE, asset, scripts


class PlainHost(Host):
    """Files are named by their place in `assets_dir`, and written there at once."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        folder = Path(options["folder"] or ".").resolve()
        self.assets = (folder / options["assets_dir"]).resolve()
        found = settings({**options, "assets_dir": ""}, folder, folder)
        self.language = found.language
        super().__init__(found.session(found.jobs()))

    def page(self, md: Markdown) -> Page:  # noqa: ARG002  (the face of a host)
        return Page("document", self.session.roots[0])

    def address(self, md: Markdown) -> Callable[[str], str]:  # noqa: ARG002  (the face of a host)
        return lambda uri: self._put(uri, self.session.files[uri])

    def placed(self, md: Markdown, figure: str, text: str, *, first: bool) -> str:  # noqa: ARG002  (the face of a host)
        if not first:
            return figure
        style, *loaded = (self._put(f"{ASSETS}/{name}", asset(name)) for name in (STYLE, *scripts(self.language)))
        return with_style_and_scripts(figure, style, loaded)

    def _put(self, uri: str, source: Path) -> str:
        target = self.assets / uri
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        return uri
