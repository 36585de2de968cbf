"""Completions are made from the table, and the shells understand them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from heartbit_tui.cli.commands import BY_NAME, FIRST_WORDS
from heartbit_tui.cli.completions import for_bash, for_fish, for_zsh


def completed(words: list[str], folder: Path) -> list[str]:
    """What bash offers for the last of these words."""
    script = f"""{for_bash()}
COMP_WORDS=({" ".join(f"'{word}'" for word in words)})
COMP_CWORD={len(words) - 1}
_heartbit
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(("bash", "-c", script), cwd=folder, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["heartbit", ""], list(FIRST_WORDS)),
        (["heartbit", "se"], ["sessions"]),
        (["heartbit", "sessions", "ex"], ["export"]),
        (["heartbit", "--cwd"], ["--cwd"]),
        (["heartbit", "run", "--permission-mode", "p"], ["plan"]),
        (["heartbit", "--effort", "l"], ["low"]),
        (["heartbit", "run", "--max-t"], ["--max-turns", "--max-tokens"]),
        (["heartbit", "sessions", "export", "--for"], ["--format"]),
        (["heartbit", "sessions", "export", "--format", "m"], ["markdown"]),
        (["heartbit", "--config", "my"], ["my.toml"]),
        (["heartbit", "--cwd", "fo"], ["folder"]),
        (["heartbit", "--model", "x"], []),
        (["heartbit", "completions", ""], ["bash", "zsh", "fish"]),
    ],
)
def test_bash_offers_what_fits(words: list[str], offered: list[str], tmp_path: Path) -> None:
    (tmp_path / "my.toml").touch()
    (tmp_path / "folder").mkdir()
    assert completed(words, tmp_path) == offered


@pytest.mark.parametrize("name", BY_NAME)
def test_bash_offers_every_flag_of_a_command(name: str, tmp_path: Path) -> None:
    offered = completed(["heartbit", *name.split(), "-"], tmp_path)
    assert offered == [each for flag in BY_NAME[name].flags for each in flag.names]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_reads_its_completions() -> None:
    subprocess.run(("zsh", "-n"), input=for_zsh(), text=True, check=True)


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_reads_its_completions() -> None:
    subprocess.run(("fish", "--no-execute"), input=for_fish(), text=True, check=True)


def test_fish_is_told_every_flag_with_its_help() -> None:
    text = for_fish()
    for flag in BY_NAME["run"].flags:
        assert all(f" -l {name[2:]}" in text for name in flag.names if name.startswith("--"))
        assert flag.help.split("'")[0] in text
