"""Blocks as plain text: for a search, a copy, an editor."""

import json

from heartbit_tui.client import titles
from heartbit_tui.tui.transcript.blocks import (
    Answer,
    Block,
    Call,
    Ending,
    Guarded,
    Inquiry,
    Notice,
    Prompt,
    Shell,
    Thinking,
    Work,
)


def plain(block: Block) -> str:
    """What a block says."""
    match block:
        case (
            Prompt(text=text)
            | Answer(text=text)
            | Thinking(text=text)
            | Notice(text=text)
            | Ending(text=text)
            | Guarded(text=text)
        ):
            return text
        case Call():
            return _call(block)
        case Inquiry(questions=questions, answers=answers):
            asked = "\n".join(question.question for question in questions)
            return "\n".join([asked, *(", ".join(each) for each in answers or ())])
        case Shell(command=command, output=output):
            return f"$ {command}\n{output}"
        case Work(agent=agent, task=task, parts=parts, text=text):
            return "\n".join(filter(None, (agent, task, *map(plain, parts), text)))


def marked(block: Block) -> str:
    """A block as Markdown of a whole conversation; empty for one that says nothing."""
    match block:
        case Prompt(text=text):
            return "\n".join(f"> {line}" for line in text.splitlines())
        case Answer(text=text):
            return text
        case Thinking() | Ending(text=""):
            return ""
        case Call(tool=tool, input=input):
            return f"`{tool} {titles.title(tool, input)}`".replace(" `", "`")
        case Work(agent=agent, task=task, parts=parts):
            return "\n\n".join(filter(None, (f"_{agent}: {task}_", *map(marked, parts))))
        case Notice(text=text) | Ending(text=text) | Guarded(text=text):
            return f"_{text}_"
        case _:
            return f"```\n{plain(block)}\n```"


def _call(call: Call) -> str:
    diff = call.details.get("diff")
    arguments = call.arguments or json.dumps(dict(call.input), ensure_ascii=False)
    return "\n".join(
        part for part in (call.tool, arguments, call.output, diff if isinstance(diff, str) else "", call.note) if part
    )
