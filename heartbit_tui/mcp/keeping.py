"""What is kept of each server between sessions: what it offered last, and how each tool was when a person took it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from types import MappingProxyType
from typing import cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.mcp import offers
from heartbit_tui.mcp.types import Document, Json, Offer, OfferedTool, Server


def _none() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The last offer, and the digest of each tool as it was taken; both empty for a server that was never reached.

    `withheld` are the tools that are not as they were taken; `missed` where it was waited for in vain: nobody waits for it again before it has answered once.
    """

    offer: Offer | None = None
    pins: Mapping[str, str] = field(default_factory=_none)
    withheld: tuple[str, ...] = ()
    missed: bool = False

    @property
    def usable(self) -> tuple[OfferedTool, ...]:
        """The tools that are as they were taken."""
        held = frozenset(self.withheld)
        return tuple(tool for tool in self.offer.tools if tool.name not in held) if self.offer else ()


def renewed(kept: Kept, offer: Offer) -> Kept:
    """What is kept once a server offers this: tools that it never offered are taken, changed ones stay withheld."""
    bounded = offers.bounded(offer)
    now = _digests(bounded)
    fresh = {name: digest for name, digest in now.items() if name not in kept.pins}
    return _kept(bounded, {**kept.pins, **fresh}, now)


def taken(kept: Kept, names: frozenset[str]) -> Kept:
    """What is kept once a person takes these tools as they are now."""
    now = _digests(kept.offer)
    return _kept(kept.offer, {**kept.pins, **{name: now[name] for name in names if name in now}}, now)


def missed(kept: Kept) -> Kept:
    """What is kept of a server that was waited for in vain."""
    return replace(kept, missed=kept.offer is None)


def _kept(offer: Offer | None, pins: Mapping[str, str], now: Mapping[str, str]) -> Kept:
    withheld = tuple(name for name, digest in now.items() if pins.get(name) != digest)
    return Kept(offer=offer, pins=MappingProxyType(dict(pins)), withheld=withheld)


def _digests(offer: Offer | None) -> Mapping[str, str]:
    return {tool.name: offers.digest_of(tool) for tool in offer.tools} if offer else {}


class Shelf:
    """Keeps it in one file for each definition of a server; `place` gives the file of a digest."""

    def __init__(self, place: Callable[[str], Document]) -> None:
        self._place = place

    def read(self, server: Server) -> Kept:
        """What is kept of a server; nothing where the file is not what was written."""
        try:
            return _read(self._place(server.digest).read())
        except (HeartbitError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return Kept()

    def write(self, server: Server, change: Callable[[Kept], Kept]) -> Kept:
        """Change what is kept, alone among all processes; what is kept then."""
        after = Kept()

        def changed(text: str) -> str:
            nonlocal after
            try:
                before = _read(text)
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                before = Kept()
            after = change(before)
            document: Json = {"pins": dict(after.pins), "missed": after.missed}
            if after.offer is not None:
                document["offer"] = offers.written(after.offer)
            return json.dumps(document)

        self._place(server.digest).update(changed)
        return after


def _read(text: str) -> Kept:
    if not text:
        return Kept()
    document = cast("dict[str, Json]", json.loads(text))
    pins = {str(name): str(digest) for name, digest in document["pins"].items()}
    offer = offers.read(document["offer"]) if "offer" in document else None
    return replace(_kept(offer, pins, _digests(offer)), missed=document.get("missed") is True)
