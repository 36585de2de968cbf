"""Which language a file is in, by its name, as language servers call them."""

from collections.abc import Mapping
from pathlib import PurePath
from types import MappingProxyType

ENDINGS: Mapping[str, str] = MappingProxyType(
    {
        ".py": "python",
        ".pyi": "python",
        ".ts": "typescript",
        ".mts": "typescript",
        ".cts": "typescript",
        ".tsx": "typescriptreact",
        ".js": "javascript",
        ".mjs": "javascript",
        ".cjs": "javascript",
        ".jsx": "javascriptreact",
        ".go": "go",
        ".rs": "rust",
        ".c": "c",
        ".h": "c",
        ".cc": "cpp",
        ".cpp": "cpp",
        ".cxx": "cpp",
        ".hh": "cpp",
        ".hpp": "cpp",
        ".hxx": "cpp",
        ".sh": "shellscript",
        ".bash": "shellscript",
        ".json": "json",
        ".jsonc": "jsonc",
    }
)
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "go.mod": "go.mod",
        ".bashrc": "shellscript",
        ".bash_profile": "shellscript",
        "tsconfig.json": "jsonc",
        "jsconfig.json": "jsonc",
    }
)

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "typescript": "TypeScript",
        "typescriptreact": "TypeScript",
        "javascript": "TypeScript",
        "javascriptreact": "TypeScript",
        "python": "Python",
        "go": "Go",
        "rust": "Rust",
        "c": "C and C++",
        "cpp": "C and C++",
        "shellscript": "Bash",
        "json": "JSON",
        "jsonc": "JSON",
    }
)
"""Languages as a person calls them."""


def language_of(path: str) -> str:
    """The language of a file, as servers call it; empty where none is known."""
    pure = PurePath(path)
    return NAMES.get(pure.name) or ENDINGS.get(pure.suffix.lower(), "")
