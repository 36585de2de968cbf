"""What a person can choose in a session: its mode, its model, and how much that thinks."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from acp.schema import (
    SessionConfigOptionBoolean,
    SessionConfigOptionSelect,
    SessionConfigSelectOption,
    SessionMode,
    SessionModeState,
)

from heartbit_tui.acp import errors
from heartbit_tui.client.priced import priced
from heartbit_tui.client.types import Client
from heartbit_tui.kernel.ops import Effort, Mode, Op, SetMode, SetModel

MODES: Mapping[Mode, tuple[str, str]] = MappingProxyType(
    {
        Mode.ASK: ("Ask", "reads without asking; asks before it changes or runs anything"),
        Mode.ACCEPT_EDITS: (
            "Accept edits",
            "changes files of the project without asking; asks before it runs anything",
        ),
        Mode.PLAN: ("Plan", "looks and plans; changes and runs nothing"),
        Mode.AUTO: ("Auto", "works without asking, in a sandbox and within bounds; asks beyond them"),
        Mode.YOLO: ("Yolo", "never asks"),
    }
)
Option: TypeAlias = SessionConfigOptionSelect | SessionConfigOptionBoolean

OWN = "default"
"""The effort of a model that was told none."""

NO_MODE = "There is no mode {id}: {known}."
NO_YOLO = "Yolo is set when heartbit is started, with `heartbit acp --permission-mode yolo`, never here."
NO_EFFORT = "The effort is one of {known}."
NO_OPTION = "There is nothing to choose that is called {id}: mode, model, effort."
NO_MODEL = "{model} cannot be used: what stands above this tells why."


class Choices:
    """The choices of one session; yolo is among the modes where the process was started with it."""

    def __init__(self, client: Client, *, yolo: bool) -> None:
        self._client = client
        self._modes = tuple(mode for mode in Mode if yolo or mode is not Mode.YOLO)

    def modes(self) -> SessionModeState:
        """The modes, and the one that holds."""
        listed = [SessionMode(id=mode.value, name=MODES[mode][0], description=MODES[mode][1]) for mode in self._modes]
        return SessionModeState(current_mode_id=self._client.mode.value, available_modes=listed)

    def options(self) -> list[Option]:
        """All of it in the form that newer clients show."""
        return [self._mode(), self._model(), self._effort()]

    def chosen(self, id: str, value: str) -> None:
        """Take a choice. Raises `RequestError` for what is none."""
        match id:
            case "mode":
                self._client.submit(self._set_mode(value))
            case "model":
                self._set_model(value)
            case "effort":
                self._client.submit(_set_effort(value))
            case _:
                raise errors.wrong(NO_OPTION.format(id=id))

    def _set_mode(self, value: str) -> Op:
        if value not in [mode.value for mode in self._modes]:
            known = ", ".join(mode.value for mode in self._modes)
            raise errors.wrong(NO_YOLO if value == Mode.YOLO else NO_MODE.format(id=value, known=known))
        return SetMode(mode=Mode(value))

    def _set_model(self, value: str) -> None:
        provider, _, model = value.rpartition(":") if value.count(":") == 1 else ("", "", value)
        if value == self._now():
            return
        before = self._now()
        self._client.submit(SetModel(provider=provider, model=model))
        if self._now() == before:
            raise errors.wrong(NO_MODEL.format(model=value))

    def _now(self) -> str:
        about = self._client.about
        return f"{about.provider}:{about.model}"

    def _mode(self) -> SessionConfigOptionSelect:
        rows = [(mode.value, *MODES[mode]) for mode in self._modes]
        return _select("mode", "Mode", "how much passes without asking", rows, self._client.mode.value)

    def _model(self) -> SessionConfigOptionSelect:
        about = self._client.about
        rows = [(f"{each.provider}:{each.model}", each.model, each.told) for each in priced(about.provider)]
        if self._now() not in [value for value, _, _ in rows]:
            rows.insert(0, (self._now(), about.model, f"of {about.provider}"))
        return _select("model", "Model", "what answers from the next turn on", rows, self._now())

    def _effort(self) -> SessionConfigOptionSelect:
        now = self._client.about.effort
        rows = [(each.value, each.value, "") for each in Effort]
        if now is None:
            rows.insert(0, (OWN, OWN, "the model's own"))
        return _select("thought_level", "Effort", "how much the model thinks", rows, now.value if now else OWN)


def _set_effort(value: str) -> Op:
    if value == OWN:
        return SetModel()
    if value not in tuple(Effort):
        raise errors.wrong(NO_EFFORT.format(known=", ".join(Effort)))
    return SetModel(effort=Effort(value))


def _select(
    category: str, name: str, description: str, rows: Sequence[tuple[str, str, str]], now: str
) -> SessionConfigOptionSelect:
    return SessionConfigOptionSelect.model_validate(
        {
            "type": "select",
            "id": name.lower(),
            "name": name,
            "description": description,
            "category": category,
            "current_value": now,
            "options": [
                SessionConfigSelectOption(value=value, name=title, description=told or None)
                for value, title, told in rows
            ],
        }
    )
