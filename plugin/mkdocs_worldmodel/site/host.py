# What a host (MkDocs, Zensical, plain Markdown) tells about the page that is being rendered, and wants of a figure.

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from markdown import Markdown

from mkdocs_worldmodel.site.session import Page, Session


class Host(ABC):
    """What a host tells about the page that is being rendered."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @abstractmethod
    def page(self, md: Markdown) -> Page:
        """The page. Asked once for each text that holds our blocks, before anything else."""

    @abstractmethod
    def address(self, md: Markdown) -> Callable[[str], str]:
        """Site address of a file → its address as seen from the page."""

    def link(self, md: Markdown, address: str) -> str:  # noqa: ARG002  (hosts differ)
        """A relative link in a caption, as its author wrote it → as the page's HTML needs it."""
        return address

    def placed(self, md: Markdown, figure: str, text: str, *, first: bool) -> str:  # noqa: ARG002  (hosts differ)
        """A figure's HTML as it is handed over. `text`: its block's; `first`: of its page."""
        return figure


def with_style_and_scripts(figure: str, style: str, scripts: Sequence[str]) -> str:
    """A figure that brings what MkDocs' plugin would have listed in the page's head."""
    loading = "".join(f'<script src="{script}" defer></script>' for script in scripts)
    return f'<link rel="stylesheet" href="{style}">{loading}\n{figure}'


def plain_language(locale: str) -> str:
    """The language of a locale: 'pt' of 'pt-BR' and of 'pt_BR'."""
    return locale.replace("_", "-").split("-")[0].lower() or "en"
