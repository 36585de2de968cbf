"""A form that a server wants filled in, as questions to a person, and their answers as it wants them; pure."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from heartbit_tui.kernel.events import Choice, Question
from heartbit_tui.mcp.shapes import list_of, table_of
from heartbit_tui.mcp.types import Json

Value: TypeAlias = str | int | float | bool | list[str] | None
YES, NO, NOTHING = "yes", "no", "leave out"
ACCEPT = Choice(label="Go on", description="the server is told yes")
DECLINE = Choice(label="Decline", description="the server is told no")
MOST_FIELDS = 20
MOST_WORDS = 1_000
FROM = "The MCP server “{server}” asks: {message}"
TRUE = frozenset({"yes", "y", "true", "1", "on"})
FALSE = frozenset({"no", "n", "false", "0", "off"})


def questions(server: str, message: str, schema: Mapping[str, Json]) -> tuple[Question, ...]:
    """One question for each field, or one whether to go on where there is none; each says who asks."""
    asked = FROM.format(server=server, message=" ".join(message.split())[:MOST_WORDS])
    fields = _fields(schema)
    if not fields:
        return (Question(question=asked, header=server[:20], options=(ACCEPT, DECLINE), allow_other=False),)
    needed = _needed(schema)
    return tuple(
        _question(asked if number == 0 else FROM.format(server=server, message=""), name, field, name in needed, server)
        for number, (name, field) in enumerate(fields.items())
    )


def answered(schema: Mapping[str, Json], given: Sequence[Sequence[str]]) -> dict[str, Value] | None:
    """The content that the answers make; None where the person declined, or gave what a field cannot be."""
    fields = _fields(schema)
    if not any(given):
        return None
    if not fields:
        return {} if tuple(given[0]) == (ACCEPT.label,) else None
    content: dict[str, Value] = {}
    for (name, field), words in zip(fields.items(), given, strict=False):
        left = [word for word in words if word != NOTHING and word.strip()]
        if not left:
            if "default" in field:
                content[name] = field["default"]
            elif name in _needed(schema):
                return None
            continue
        try:
            content[name] = _value(field, left)
        except ValueError:
            return None
    return content


def _fields(schema: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    found = {name: table_of(field) for name, field in table_of(schema.get("properties")).items()}
    return dict(list(found.items())[:MOST_FIELDS])


def _needed(schema: Mapping[str, Json]) -> frozenset[str]:
    return frozenset(map(str, list_of(schema.get("required"))))


def _question(asked: str, name: str, field: Mapping[str, Json], needed: bool, server: str) -> Question:
    title, told = field.get("title") or name, field.get("description") or ""
    more = f" ({told})" if told else ""
    default = f" Without an answer: {field['default']}." if "default" in field else ""
    options = _options(field)
    if not needed and "default" not in field:
        options = (*options, Choice(label=NOTHING)) if options else ()
    text = f"{asked} — {title}{more}{'' if needed else ' [may be left out]'}.{default}"
    multiple = field.get("type") == "array"
    return Question(
        question=text[: 2 * MOST_WORDS], header=server[:20], options=options, multiple=multiple, allow_other=not options
    )


def _options(field: Mapping[str, Json]) -> tuple[Choice, ...]:
    if field.get("type") == "boolean":
        return (Choice(label=YES), Choice(label=NO))
    return tuple(Choice(label=value, description=title if title != value else "") for value, title in _choices(field))


def _choices(field: Mapping[str, Json]) -> tuple[tuple[str, str], ...]:
    """The values of a field that has fixed ones, each with its title."""
    inner = table_of(field.get("items")) or field
    if titled := list_of(inner.get("oneOf") or inner.get("anyOf")):
        pairs = [table_of(each) for each in titled]
        return tuple((str(each["const"]), str(each.get("title", each["const"]))) for each in pairs if "const" in each)
    values, names = list_of(inner.get("enum")), list_of(inner.get("enumNames"))
    titles = names if len(names) == len(values) else values
    return tuple((str(value), str(title)) for value, title in zip(values, titles, strict=True))


def _value(field: Mapping[str, Json], words: Sequence[str]) -> Value:
    """What a person's words are as the field's type. Raises `ValueError`."""
    word = words[0].strip()
    match field.get("type"):
        case "boolean":
            if word.lower() not in TRUE | FALSE:
                raise ValueError(word)
            return word.lower() in TRUE
        case "integer":
            return int(word)
        case "number":
            return float(word)
        case "array":
            return list(words)
        case _:
            return word
