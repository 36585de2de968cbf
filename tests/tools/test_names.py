"""A file's name is a name, whatever a shell or a program would make of it."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from heartbit_tui.client import git, listing
from heartbit_tui.kernel.protocols import Tool
from heartbit_tui.tools.glob import GlobFiles
from heartbit_tui.tools.grep import Grep
from heartbit_tui.tools.list import ListFolder
from heartbit_tui.tools.read import Read
from heartbit_tui.tools.tracker import Tracker
from heartbit_tui.tools.write import Write
from tests.samples import samples, share
from tests.tools.alone import call
from tests.tools.searchers import either_way

RAN = "ran-by-its-name"
COMMANDS = (
    "$(touch {0})", "`touch {0}`", ";touch {0};", "|touch {0}", "&touch {0}&", "&& touch {0}", "|| touch {0}",
    "\"$(touch {0})\"", "'$(touch {0})'", "'; touch {0} #", "\"; touch {0} #", ">{0}", ">>{0}", "<(touch {0})",
    ">(touch {0})", "$(touch${{IFS}}{0})", "{{touch,{0}}}", "${{x:-$(touch {0})}}", "$((`touch {0}`))", "!touch {0}",
    "\ntouch {0}\n", "\r touch {0}\r", "\ttouch {0}", "\\$(touch {0})", "%0atouch {0}", "^touch {0}", "@{0}", "~{0}",
    "=({0})", "$'\\x24(touch {0})'",
)  # fmt: skip
OPTIONS = (
    "-o{0}", "-o {0}", "--output={0}", "--pre=touch", "--pre-glob={0}", "--hostname-bin=touch", "--exec=touch {0}",
    "-exec touch {0} ;", "--upload-pack=touch {0}", "--config=core.fsmonitor=touch {0}", "-c core.fsmonitor=touch {0}",
    "--ext-diff", "--textconv", "--exec-path={0}", "--git-dir={0}", "--no-index", "-rf", "--", "-", "--help",
    "--version", "-z", "-e", "-f{0}", "--file={0}", "--files", "--null", "--checkpoint-action=exec=touch {0}",
    "--use-compress-program=touch {0}", "--rsh=touch {0}",
)  # fmt: skip
AROUND = ("{0}", "a{0}", "{0}.py", " {0}")
LEAST = samples(200, 50)


def names() -> list[str]:
    """Names that a shell would run, and names that a program would take for an option."""
    made = [form.format(RAN) for form in (*COMMANDS, *OPTIONS)]
    every = [around.format(name) for around in AROUND for name in made]
    return list(share([name for name in dict.fromkeys(every) if "/" not in name and len(os.fsencode(name)) < 255], 4))


def ran(*folders: Path) -> list[Path]:
    """The files that only a command could have made: none of the names is this word alone."""
    return [path for folder in folders for path in folder.rglob(RAN) if path.name == RAN]


@pytest.mark.security("C7")
@either_way
@pytest.mark.slow
async def test_no_file_name_is_run_or_taken_for_an_option(
    tmp_path: Path, ripgrep: str, record_property: Callable[[str, object], None]
) -> None:
    tracker = Tracker()
    tools: tuple[Tool, ...] = (Write(tmp_path, tracker), Read(tmp_path, tracker))
    git.ask(tmp_path, "init", "--quiet", seconds=20)
    refused: list[str] = []
    for number, name in enumerate(names()):
        content = f"needle {number}\n"
        written = await call(tools[0], file_path=name, content=content)
        if written.is_error:
            refused.append(name)
            continue
        assert (tmp_path / name).read_text() == content, name
        assert content.strip() in (await call(tools[1], file_path=name)).content, name
        found = await call(Grep(tmp_path, ripgrep=ripgrep), pattern=f"needle {number}$", path=name)
        assert f"needle {number}" in found.content, name
        await call(GlobFiles(tmp_path), pattern=name)
        await call(ListFolder(tmp_path), path=name)
    everything = await call(ListFolder(tmp_path))
    assert not everything.is_error
    assert not (await call(Grep(tmp_path, ripgrep=ripgrep), pattern="needle")).is_error
    kept = set(names()) - set(refused)
    assert kept <= set(listing.paths(tmp_path))
    told = git.ask(tmp_path, "status", "--porcelain", "-z", seconds=20) or b""
    assert {row[3:] for row in os.fsdecode(told).split("\0") if row} == kept
    assert ran(tmp_path, Path.cwd()) == []
    print(f"{len(names())} names, {len(refused)} refused: {json.dumps(refused)}")
    record_property("cases", len(names()))
    assert len(names()) >= LEAST
    assert len(refused) <= len(names()) // 10
