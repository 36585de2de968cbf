"""The real process at a pseudo terminal: whatever it is fed, its bytes are those that our renderer says."""

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.repl.service import call, service
from tests.repl.terminal import environment
from tests.tui.hostile.texts import FAR_TOO_LONG, SHORT, in_file_names, in_json, mixtures
from tests.tui.hostile.wire import strangers
from tests.tui.journeys.application import ESCAPE, Application

TEXTS = in_json((*SHORT, *mixtures(60)))
LONG = in_json(FAR_TOO_LONG)
EVIL = (
    "\x1b]0;owned\x07 \x1b[2J\x1b[H\x1b[?1049l \x1b]52;c;b3duZWQ=\x07\x1bP+q544e\x1b\\ \x9b31m\x08\x08 \x1b[6n [bold]x[/bold] "
    "\u202egnp.exe\u2066 \x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\ \r over [link=http://evil]x[/link] [@click=app.quit]q[/]"
)
TAB = ascii("\t")
"""Stands in what is told on the normal screen as it stood in the answer."""
SILENCE = 0.2
GRACE = 0.6
PATIENCE = 3.0
MARK = "[bold]x[/bold]"


def script() -> tuple[Any, ...]:
    """A model that says and asks for all of it."""
    some = [TEXTS[at::6] for at in range(6)]
    todos = [{"content": text, "status": "pending", "priority": "high"} for text in TEXTS[::40]]
    options = [{"label": f"{number} {text}"[:50], "description": text} for number, text in enumerate(TEXTS[1:200:60])]
    asked = [{"question": f"{EVIL}?", "header": "\x1b[7mh", "options": options}]
    paragraphs = [{"text": "\n\n".join(part), "chunk": 400} for part in some]
    return (
        {
            "blocks": [
                {"thinking": "\n".join(some[0])},
                paragraphs[0],
                call("bash", command="touch seen; cat evil.bin"),
            ],
            "chunk": 300,
        },
        {"blocks": [paragraphs[1], call("read", file_path="evil.bin"), call("glob", pattern="*")], "chunk": 300},
        {"blocks": [paragraphs[2], call("list", path="."), call("grep", pattern="a")], "chunk": 300},
        {"blocks": [paragraphs[3], call("todowrite", todos=todos), call(f"x{EVIL}"[:60], q=EVIL)], "chunk": 300},
        {
            "blocks": [paragraphs[4], call("write", file_path=f"{EVIL}".replace("/", "-"), content=EVIL * 3)],
            "chunk": 30,
        },
        {"blocks": [{"text": "\n\n".join(LONG)}, call("question", questions=asked)], "chunk": 4000},
        {"blocks": [paragraphs[5], {"text": f"\n\nEND {EVIL}"}], "chunk": 300},
    )


class Walk(Application):
    """One run, with what it wrote looked at as it goes."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.found: list[str] = []
        self._looked_to = 0

    def quiet(self, silence: float = SILENCE) -> None:
        """Read until nothing more comes for so many seconds, and no longer than a few."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._ready(silence) and self._read():
            pass

    def look(self, about: str) -> None:
        """Look at what was written since the last time."""
        self.quiet()
        told = self.raw[self._looked_to :].decode("utf-8", "surrogateescape")
        self._looked_to = len(self.raw)
        assert not self.is_over, f"it ended at {about}:\n{self.text[-3000:]}"
        self.found += [f"{about}: {name} x{count}" for name, count in strangers(told).items()]


@pytest.mark.security("T1", n=len(TEXTS) + len(LONG))
@pytest.mark.slow
@pytest.mark.timeout(180)
def test_everything_hostile_in_every_screen_of_the_process(tmp_path: Path) -> None:
    project = made(tmp_path)
    with service(tmp_path, script()) as variables:
        env = environment(tmp_path / "home", COLORTERM="truecolor", **variables)
        with Walk(project, env, columns=120, rows=40) as app:
            app.opened()
            app.look("opening")
            app.keys("go\r")
            app.asked("evil.bin")
            app.decide("y")
            app.see(lambda: "owned" in app.words and app.paper.listens, "the write is asked about")
            app.look("asking")
            for key in ("f", ESCAPE, "t", "\x05"):
                app.quiet(GRACE)
                app.keys(key)
                app.look(f"sheet {key!r}")
            app.decide("y")
            app.see(lambda: "owned" in app.words and "?" in app.words, "the question")
            app.look("question")
            app.quiet(GRACE)
            app.keys("1")
            app.see("END")
            app.look("talk")
            walk(app)
            app.leave()
            told = app.raw.decode("utf-8", "surrogateescape").rpartition("\x1b[?1049l")[2]
            assert MARK in told
            app.found += [f"farewell: {name}" for name in strangers(told) if name != TAB]
            assert app.found == []
            assert len(TEXTS) + len(LONG) >= 600


PAGES = ("status", "safety", "todos", "cost", "context", "tools", "diff", "timeline", "permissions", "config", "doctor")
GIVEN = tuple(f"/{command}{EVIL}" for command in ("rename ", "model ", "theme ", "search ", "", "export "))


def walk(app: Walk) -> None:
    """Open and leave every screen, with hostile words where words are taken."""
    for keys in ("\x0f", "\x10", "\x13", "\x1bp", "\x1bOP", "\x12", "\x14"):
        app.keys(keys)
        app.look(f"opened {keys!r}")
        app.paste(f"a{EVIL}")
        app.look(f"pasted into {keys!r}")
        app.keys("\x1b[B\x1b[6~\x1b[F")
        app.look(f"moved in {keys!r}")
        app.keys(ESCAPE)
        app.quiet()
        app.keys(ESCAPE)
        app.look(f"left {keys!r}")
    for command in PAGES:
        app.keys(f"\x15/{command}\r")
        app.look(f"/{command}")
        app.keys(f"\x1b[6~{ESCAPE}")
        app.look(f"left /{command}")
    for text in GIVEN:
        app.paste(text)
        app.keys("\r")
        app.look(f"pasted {text[:9]!r}")
        app.keys(ESCAPE + "\x15")
        app.look(f"left {text[:9]!r}")
    for text in ("@", "@x", "/", "!cat evil.bin; ls\r"):
        app.keys(text)
        app.look(f"typed {text!r}")
        app.keys(f"\x1b[B\x1b[B{ESCAPE}\x15")
        app.look(f"left {text!r}")
    app.keys("\x1b[5~\x1b[5~\x1b[5~")
    app.look("scrolled")
    app.size(60, 20)
    app.look("small")
    app.keys("\x15")


def made(folder: Path) -> Path:
    """A project whose folder, files, branch and settings are hostile."""
    project = folder / "pro\x1b[31m[bold]x[bold]\u202eject"
    project.mkdir()
    for name in in_file_names(SHORT)[::6]:
        (project / name.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")).write_text("a\x1b[31m\n")
    (project / "evil.bin").write_bytes("\n".join(TEXTS).encode() + bytes(range(256)) * 8)
    git = project / ".git"
    subprocess.run(("git", "init", "-q", str(project)), check=True)
    (git / "HEAD").write_text(f"ref: refs/heads/{EVIL}\n")
    config = folder / "home" / ".config" / "heartbit"
    config.mkdir(parents=True)
    (config / "keymap.toml").write_text(f"[keys]\n'{EVIL.translate(_PLAIN)}' = 'x'\nhelp = '\\u001b[31m[bold]'\n")
    (config / "config.toml").write_text('[ui]\ntheme = "\\u001b]0;x\\u0007[bold]x"\n')
    return project


_PLAIN = dict.fromkeys((*range(32), *range(127, 160), ord("'")))
