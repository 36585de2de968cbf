"""Whether git leaves a file out of a repository, asked of its ignore files."""

from pathlib import Path

from heartbit_tui.tools import ignore


def ignored(file: Path, root: Path) -> bool:
    """Whether git leaves this file, or a folder that it is in, out of the repository."""
    try:
        folder, rules = root.resolve(), ignore.scope_of(root.resolve(), root.resolve()).rules
        parts = file.relative_to(root).parts
    except (OSError, RuntimeError, ValueError):
        return False
    for number, part in enumerate(parts, 1):
        folder = folder / part
        is_folder = number < len(parts)
        if rules is not None and rules.ignores(str(folder), is_folder=is_folder):
            return True
        rules = ignore.below(rules, folder) if is_folder else rules
    return False
