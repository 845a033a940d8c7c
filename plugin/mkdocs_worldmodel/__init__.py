"""mkdocs-worldmodel: write the scenario; the build drives it, films it and puts it on the page."""

__version__ = "0.1.0"
