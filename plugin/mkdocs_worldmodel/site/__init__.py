# Hosts: the Markdown extension, and the MkDocs plugin as a thin shell on it. Only plugin.py imports mkdocs.
