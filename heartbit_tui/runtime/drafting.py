"""What a person does with the draft of a skill: edits it, or accepts it, which writes its SKILL.md."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from heartbit_tui.kernel.errors import ConfigError, HeartbitError
from heartbit_tui.memory.meditation_drafts import DECIDED, Draft, DraftError
from heartbit_tui.memory.notebook import Clean, told
from heartbit_tui.memory.sqlite.drafts import SqliteDrafts
from heartbit_tui.runtime.meditating import shaped
from heartbit_tui.skills.find import SKILL
from heartbit_tui.store.ids import short

SHORT = 8
"""Letters of a memory's id, whose beginning is enough wherever one is asked for."""

MOST = 99
"""Numbers that are tried behind a name that is taken."""

NO_SKILL = "This is no skill: {reason}. It begins with a table that gives its name and its description."
SECRET = "There is {found} in it, and a skill is read by models. Leave it out."


def text_of(draft: Draft) -> str:
    """The SKILL.md of a draft, with where it is from."""
    return "\n".join(_lines(draft))


async def edit(drafts: SqliteDrafts, draft: Draft, text: str, clean: Clean) -> Draft:
    """Put the skill in a text in the place of the draft's own. Raises `DraftError`."""
    found = shaped(text)
    if isinstance(found, str):
        raise DraftError(NO_SKILL.format(reason=found))
    if secrets := clean(text).found:
        raise DraftError(SECRET.format(found=told(secrets)))
    return await drafts.edit(replace(draft, name=found.name, description=found.description, text=found.body))


async def accept(drafts: SqliteDrafts, draft: Draft, folder: Path) -> Draft:
    """Write a draft into a folder of skills, under a name that is free there. Raises `DraftError`, `ConfigError`."""
    if draft.state != "waiting":
        raise DraftError(DECIDED.format(id=draft.id[:8], state=draft.state))
    named, file = await asyncio.to_thread(_written, draft, folder)
    try:
        if named.name != draft.name:
            await drafts.edit(named)
        return await drafts.accept(draft.id, str(file))
    except HeartbitError:  # somebody else was quicker: what nobody accepted is no skill
        await asyncio.to_thread(_removed, file)
        raise


def _written(draft: Draft, folder: Path) -> tuple[Draft, Path]:
    for number in range(1, MOST + 1):
        named = replace(draft, name=draft.name if number == 1 else f"{draft.name}-{number}")
        file = folder / named.name / SKILL
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as opened:
                opened.write(text_of(named))
        except FileExistsError:
            continue
        except OSError as error:
            raise ConfigError(f"{file} cannot be written: {error.strerror}.", source=str(file)) from error
        return named, file
    raise ConfigError(f"{folder} has {MOST} skills called {draft.name} already; give this one another name.")


def _removed(file: Path) -> None:
    with suppress(OSError):
        file.unlink()
        file.parent.rmdir()


def _lines(draft: Draft) -> Iterator[str]:
    yield "---"
    yield f"name: {draft.name}"
    yield f"description: {json.dumps(draft.description, ensure_ascii=False)}"
    yield "metadata:"
    yield f"  from: heartbit, of {'a run' if draft.run else 'memories'}"
    yield f'  made: "{draft.made:%Y-%m-%dT%H:%M:%SZ}"'
    yield f"  model: {json.dumps(draft.model, ensure_ascii=False)}"
    yield f'  {"session" if draft.run else "memories"}: "{" ".join(short_of(draft, each.id) for each in draft.sources)}"'
    yield "---"
    yield ""
    yield draft.text.strip()
    yield ""


def short_of(draft: Draft, source_id: str) -> str:
    """The id of a draft's memory, or of its run's session, as people name it."""
    return short(source_id) if draft.run else source_id[:SHORT]
