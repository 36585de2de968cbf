"""Which servers of a project a person let start, each as it was defined then."""

import json
from collections.abc import Mapping
from typing import Literal, TypeAlias

from heartbit_tui.mcp.shapes import table_of
from heartbit_tui.mcp.types import Document, Json, Server

Word: TypeAlias = Literal["yes", "no", ""]
"""What a person said of a server as it is defined now; empty where nobody was asked yet."""


class Approvals:
    """What was said in one project, in a private file outside of it; `root` is the real path of the project."""

    def __init__(self, document: Document, root: str) -> None:
        self._document = document
        self._root = root

    def word(self, server: Server) -> Word:
        """What holds for a server; those that a person defined for themselves need no word."""
        if not server.origin.project:
            return "yes"
        said = self._said().get(server.name, {})
        found = said.get("said") if said.get("digest") == server.digest else ""
        return found if found in ("yes", "no") else ""

    def say(self, server: Server, *, yes: bool) -> None:
        """Keep what a person said of a server as it is defined now."""

        def changed(text: str) -> str:
            document = _document(text)
            entry = {"digest": server.digest, "said": "yes" if yes else "no"}
            document.setdefault(self._root, {})[server.name] = entry
            return json.dumps(document, indent=1)

        self._document.update(changed)

    def forget(self) -> None:
        """Ask again about every server of the project."""

        def changed(text: str) -> str:
            document = _document(text)
            document.pop(self._root, None)
            return json.dumps(document, indent=1)

        self._document.update(changed)

    def _said(self) -> Mapping[str, Mapping[str, str]]:
        return _document(self._document.read()).get(self._root, {})


def _document(text: str) -> dict[str, dict[str, dict[str, str]]]:
    """What is in the file; one that was damaged says nothing, so that everything is asked again."""
    try:
        found: Json = json.loads(text) if text else {}
    except ValueError:
        return {}
    return {
        root: {name: table_of(said) for name, said in table_of(servers).items()}
        for root, servers in table_of(found).items()
    }
