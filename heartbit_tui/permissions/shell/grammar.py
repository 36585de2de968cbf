"""The grammar of bash, loaded when the first command line is looked at."""

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language, Node


def parsed(script: bytes) -> "Node":
    """The syntax tree of a script; what cannot be understood is in it as ERROR or MISSING."""
    from tree_sitter import Parser

    return Parser(_language()).parse(script).root_node


@lru_cache(maxsize=1)
def _language() -> "Language":
    import tree_sitter_bash
    from tree_sitter import Language

    return Language(tree_sitter_bash.language())
