"""The tool with which a model loads a skill."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, ToolSpec, Touch
from heartbit_tui.skills import find, told
from heartbit_tui.skills.stock import Body, Stock
from heartbit_tui.skills.types import Skill

NAME = "skill"
UNKNOWN = "There is no skill {name}. These are there: {names}."
NOT_NOW = "The skill {name} cannot be used: {reason}"


Apart: TypeAlias = Callable[[str, str, CallContext], Awaitable[Output | None]]
"""Gives an agent (by its name, empty for any) a task, and what came of it; None where nobody may be given one."""


async def _nobody(agent: str, task: str, context: CallContext) -> Output | None:
    return None


class LoadSkill:
    """A `Tool` that tells what a skill says. Its schema names all skills there are, so no other can be asked for.

    It is to be offered only where there are some. A skill that wants an agent of its own is followed by one, through
    `apart`; where that is not possible, its text is told like that of every other.
    """

    def __init__(self, stock: Stock) -> None:
        self.apart: Apart = _nobody
        self._stock = stock
        self._template = Path(__file__).with_name(f"{NAME}.md").read_text(encoding="utf-8").strip()
        self._made: tuple[object, ToolSpec] | None = None

    @property
    def spec(self) -> ToolSpec:
        catalogue = self._stock.catalogue
        if self._made is None or self._made[0] is not catalogue:
            self._made = (catalogue, self._spec(catalogue.for_models))
        return self._made[1]

    @property
    def effects(self) -> Effects:
        return Effects.READ

    @property
    def keeps_own_time(self) -> bool:
        return any(skill.apart for skill in self._stock.catalogue.for_models)

    def touches(self, input: JsonObject) -> tuple[Touch, ...]:
        return ()

    def check(self, input: JsonObject) -> str:
        if strange := [name for name in input if name not in ("name", "arguments")]:
            return f"`{strange[0]}` is not known: {NAME} takes name and arguments."
        if not isinstance(input.get("arguments", ""), str):
            return "`arguments` has to be a text."
        if not isinstance(input.get("name"), str):
            return "`name` is missing: the name of a skill, as a text."
        return ""

    async def preview(self, input: JsonObject) -> str:
        return ""

    async def run(self, input: JsonObject, context: CallContext) -> Output:
        name = str(input["name"])
        skill = next((each for each in self._stock.catalogue.for_models if each.name == name), None)
        if skill is None:
            return Output(content=self._unknown(name), is_error=True)
        body, files = await asyncio.to_thread(_read, self._stock, skill)
        if body.fault:
            return Output(content=NOT_NOW.format(name=name, reason=body.fault), is_error=True)
        details: JsonObject = {"skill": name, "file": str(skill.file), "origin": skill.place.layer}
        text = told.loaded(skill, body.text, files, str(input.get("arguments", "")))
        if skill.apart and (done := await self.apart(skill.agent, text, context)) is not None:
            return replace(done, details={**done.details, **details})
        return Output(content=text, details=details)

    def _unknown(self, name: str) -> str:
        refused = self._stock.catalogue.refused(name)
        if refused is not None:
            return NOT_NOW.format(name=name, reason=refused.reason)
        names = ", ".join(each.name for each in self._stock.catalogue.for_models)
        return UNKNOWN.format(name=name, names=names or "none")

    def _spec(self, skills: tuple[Skill, ...]) -> ToolSpec:
        names = [skill.name for skill in skills]
        arguments = {"type": "string", "description": "What the skill is to be about, where its text asks for that."}
        schema: JsonObject = {
            "type": "object",
            "properties": {
                "name": {"type": "string", "enum": names, "description": "The skill to load."},
                "arguments": arguments,
            },
            "required": ["name"],
            "additionalProperties": False,
        }
        return ToolSpec(
            name=NAME, description=self._template.replace("{skills}", told.listed(skills)), input_schema=schema
        )


def _read(stock: Stock, skill: Skill) -> tuple[Body, tuple[str, ...]]:
    return stock.body(skill), find.inside(skill.folder)
