"""Skills and commands put together for one session: where they lie, which are trusted, and who is told of them."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from heartbit_tui.config.files import project_root
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.config.trust import TrustStore
from heartbit_tui.config.watched import Further
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.messages import Message
from heartbit_tui.kernel.protocols import Clock, ContextPolicy, ToolSpec
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.contexts import Offered
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.skill_places import Where, skill_places
from heartbit_tui.runtime.watching import further
from heartbit_tui.skills.calling import Calling
from heartbit_tui.skills.stock import Stock
from heartbit_tui.skills.tool import NAME, LoadSkill
from heartbit_tui.skills.types import Catalogue, Kind, Layer, Place

IGNORES = "heartbit_tui.runtime.ignored:ignored"
"""Loaded where a project has skills of its own that are trusted."""

FRESH = 1.0
"""Seconds for which what was found counts where somebody only looks."""

UNTRUSTED = "The folder {root} is not trusted. Look at it, then run `heartbit trust add` there."
CHANGED = "The folder {root} is not as it was when it was trusted ({names}). `heartbit trust diff` shows the change."
UNKNOWN = "It was not there as it is now when the folder {root} was trusted. `heartbit trust diff` shows the change."
IGNORED = "Git ignores it, so it is not of this project. Name its folder in skills.paths if it is yours."


class Trusted:
    """A `Warrant`: which files of a project are as they were when a person trusted the folder. Asked for one moment."""

    def __init__(self, store: TrustStore, root: Path, further: Further) -> None:
        self._store = store
        self._root = root
        self._further = further
        self._known: Mapping[str, str] | None = None
        self._reason: str | None = None

    def refused(self, file: Path, data: bytes) -> str:
        if self._reason is None:
            self._reason = self._look()
        if self._reason or self._known is None:
            return self._reason
        if plugins.resolve(IGNORES)(file, self._root):
            return IGNORED
        name = str(file.relative_to(self._root)) if file.is_relative_to(self._root) else ""
        same = self._known.get(name) == hashlib.sha256(data).hexdigest()
        return "" if same else UNKNOWN.format(root=self._root)

    def _look(self) -> str:
        try:
            trust, self._known = self._store.look(self._root, self._further), self._store.known(self._root)
        except ConfigError as error:
            return str(error)
        if trust.state == "changed":
            return CHANGED.format(root=self._root, names=", ".join(trust.changed[:3]))
        return "" if trust.is_trusted else UNTRUSTED.format(root=self._root)


class Skilled:
    """The skills and commands of one session, looked for once: what there is, the tool, the context policy."""

    def __init__(self, stock: Stock, clock: Clock) -> None:
        self.stock = stock
        self.tool = LoadSkill(stock)
        self.policy: ContextPolicy = Calling(stock)
        self._clock = clock
        self._looked = clock.monotonic()

    @property
    def catalogue(self) -> Catalogue:
        """What there is now."""
        return self.stock.catalogue

    async def look(self) -> Catalogue:
        """What there is after looking anew."""
        self._looked = self._clock.monotonic()
        await asyncio.to_thread(self.stock.look)
        return self.stock.catalogue

    async def recent(self) -> Catalogue:
        """The same, where that was not done just now: a menu asks with every key."""
        old = self._clock.monotonic() - self._looked > FRESH
        return await self.look() if old else self.stock.catalogue

    def offering(self, offered: Offered) -> Offered:
        """`offered`, where the tool that loads skills is only told of while there are some."""

        def chosen(specs: Sequence[ToolSpec], messages: Sequence[Message]) -> tuple[ToolSpec, ...]:
            there = bool(self.stock.catalogue.for_models)
            return offered(tuple(spec for spec in specs if there or spec.name != NAME), messages)

        return chosen


def stock(options: Options, settings: Settings) -> Stock:
    """All skills and commands that these settings name; nothing was looked for yet."""
    root = project_root(options.cwd)
    store = TrustStore(LockedFile(settings.places.trust_file))
    watched = further(options.cwd, settings.places, options.config_file)
    return Stock(
        tuple(map(_place, skill_places(options, settings.config, settings.places))),
        lambda: Trusted(store, root, watched),
        settings.config.strings("skills.disabled"),
        options.commons.readings if options.commons is not None else None,
    )


def _place(where: Where) -> Place:
    layer, kind = cast("Layer", where.layer), cast("Kind", where.kind)
    return Place(folder=where.folder, layer=layer, title=where.title, kind=kind)


def open_skills(options: Options, settings: Settings, clock: Clock) -> Skilled:
    """Skills and commands of a session, found; blocks for a few milliseconds."""
    found = stock(options, settings)
    found.look()
    return Skilled(found, clock)
