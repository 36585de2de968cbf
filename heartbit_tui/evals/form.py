"""A case as files spell it, checked key by key."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from heartbit_tui.evals import workspace
from heartbit_tui.evals.types import ATTEMPT_SECONDS, COMMAND_SECONDS, EvalCase, ExpectedTool
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.providers import script

Place = tuple[str | int, ...]
NO_FOLDER = "there is no folder {folder}"
AWAY = "{folder} leads out of the folder of the file; what is copied has to lie beside it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong, and at which key; an empty place is the case as a whole."""

    place: Place
    text: str


class Faulty(Exception):
    """A case that cannot be used."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.text)
        self.fault = fault


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Tool(_Strict):
    name: str = Field(min_length=1)
    order: int | None = Field(default=None, ge=0)


def _named(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


class _Case(_Strict):
    name: str = Field(default="", max_length=200)
    input: str = Field(min_length=1)
    expected_tools: list[Annotated[_Tool, BeforeValidator(_named)]] | None = None
    output_contains: list[str] = []
    output_not_contains: list[str] = []
    reference_output: str | None = None
    criteria: list[str] = []
    files: dict[str, str] = {}
    folder: str = ""
    checks: dict[str, str] = {}
    command: str = ""
    command_seconds: float = Field(default=COMMAND_SECONDS, gt=0, le=600)
    tree: dict[str, str] | None = None
    seconds: float = Field(default=ATTEMPT_SECONDS, gt=0)
    script: list[Any] = []


def case_from(value: object, *, name: str, beside: Path) -> EvalCase:
    """The case that a JSON object or a TOML table spells; `name` where it has none, folders are looked for in `beside`.

    Raises `Faulty`.
    """
    try:
        given = _Case.model_validate(value)
    except ValidationError as error:
        raise Faulty(_first(error)) from error
    _check_paths(given)
    tools = given.expected_tools
    return EvalCase(
        name=given.name.strip() or name,
        input=given.input,
        expected_tools=None if tools is None else tuple(ExpectedTool(name=e.name, order=e.order) for e in tools),
        output_contains=tuple(given.output_contains),
        output_not_contains=tuple(given.output_not_contains),
        reference_output=given.reference_output,
        criteria=tuple(given.criteria),
        files=given.files,
        folder=_folder(given, beside),
        checks=given.checks,
        command=given.command,
        command_seconds=given.command_seconds,
        tree=given.tree,
        seconds=given.seconds,
        script=_script(given),
    )


def _check_paths(given: _Case) -> None:
    for key, listed in (("files", given.files), ("checks", given.checks), ("tree", given.tree or {})):
        for path in listed:
            if fault := workspace.fault_of(path):
                raise Faulty(Fault(place=(key, path), text=fault))


def _folder(given: _Case, beside: Path) -> Path | None:
    if not given.folder:
        return None
    folder = beside / given.folder
    if not folder.resolve().is_relative_to(beside.resolve()):
        raise Faulty(Fault(place=("folder",), text=AWAY.format(folder=given.folder)))
    if not folder.is_dir():
        raise Faulty(Fault(place=("folder",), text=NO_FOLDER.format(folder=folder)))
    return folder


def _script(given: _Case) -> tuple[script.Reply, ...]:
    try:
        return script.parse({"replies": given.script})
    except (ConfigError, ValueError, TypeError) as error:
        raise Faulty(Fault(place=("script",), text=str(error).rstrip("."))) from error


def _first(error: ValidationError) -> Fault:
    detail = error.errors(include_url=False)[0]
    place = detail["loc"]
    match detail["type"]:
        case "missing":
            text = f"`{place[-1]}` is missing"
        case "extra_forbidden":
            text = f"`{place[-1]}` is no key of {'a case' if len(place) == 1 else 'this'}; there are {_keys(place)}"
        case _:
            message = detail["msg"]
            text = f"{message[:1].lower()}{message[1:]}"
    return Fault(place=place, text=text)


def _keys(place: Place) -> str:
    fields: Mapping[str, object] = _Tool.model_fields if place[0] == "expected_tools" else _Case.model_fields
    return ", ".join(fields)
