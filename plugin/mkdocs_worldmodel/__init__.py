"""mkdocs-worldmodel: write the scenario; the build drives it, films it and puts it on the page."""

__version__ = "0.1.0"

STORE_DIR = ".cache/plugin/worldmodel"
"""Where the store of results lies if nobody says otherwise: beside mkdocs.yml, or in the current folder."""
