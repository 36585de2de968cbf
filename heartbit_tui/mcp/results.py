"""What a server answers as what a model gets: text, pictures and sounds, each bounded."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import cast

import mcp_types as wire

from heartbit_tui.kernel.messages import Audio, Image, JsonObject
from heartbit_tui.mcp.types import Result

MOST_TEXT = 2_000_000
"""Characters of one answer that are kept; a model gets as much as of any other tool."""

MOST_MEDIA = 8
MOST_MEDIA_CHARACTERS = 7_000_000
"""In base64: as much as model services take of one picture."""

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
SOUNDS: Mapping[str, str] = MappingProxyType(
    {"audio/wav": "wav", "audio/x-wav": "wav", "audio/mpeg": "mp3", "audio/mp3": "mp3"}
)
NOT_AS_PROMISED = "The answer does not have the form that the server promised for this tool ({fault}). It said:"
NOT_SHOWN = "[{kind} of {size:,} characters in base64, which cannot be shown]"


def of_call(result: wire.CallToolResult) -> Result:
    """The answer to a call."""
    found = of_blocks(result.content)
    structured = result.structured_content
    text = found.text
    if structured is not None and not text.strip():
        text = json.dumps(structured, ensure_ascii=False, indent=1)[:MOST_TEXT]
    details: JsonObject = {"structured": structured} if structured is not None else {}
    return Result(text=text, media=found.media, is_error=bool(result.is_error), details=details)


def checked(result: Result, fault: str) -> Result:
    """The answer to a call, as an error where it does not have the form that its server promised."""
    if not fault:
        return result
    text = f"{NOT_AS_PROMISED.format(fault=fault)}\n\n{result.text}"
    return replace(result, text=text[:MOST_TEXT], is_error=True)


def of_blocks(blocks: Sequence[wire.ContentBlock]) -> Result:
    """Blocks of text, pictures, sounds, links and files."""
    texts: list[str] = []
    media: list[Image | Audio] = []
    for block in blocks:
        shown = _media(block)
        if shown is not None and len(media) < MOST_MEDIA and len(shown.data) <= MOST_MEDIA_CHARACTERS:
            media.append(shown)
        else:
            texts.append(_text(block))
    return Result(text="\n".join(filter(None, texts))[:MOST_TEXT], media=tuple(media))


def of_contents(contents: Iterable[wire.TextResourceContents | wire.BlobResourceContents]) -> Result:
    """What is at an address."""
    texts: list[str] = []
    media: list[Image | Audio] = []
    for each in contents:
        kind = each.mime_type or ""
        if isinstance(each, wire.TextResourceContents):
            texts.append(each.text)
        elif kind in PICTURES and len(media) < MOST_MEDIA and len(each.blob) <= MOST_MEDIA_CHARACTERS:
            media.append(Image(media_type=kind, data=each.blob))
        else:
            texts.append(NOT_SHOWN.format(kind=kind or "data", size=len(each.blob)))
    return Result(text="\n".join(texts)[:MOST_TEXT], media=tuple(media))


def _media(block: wire.ContentBlock) -> Image | Audio | None:
    match block:
        case wire.ImageContent(data=data, mime_type=kind) if kind in PICTURES:
            return Image(media_type=kind, data=data)
        case wire.AudioContent(data=data, mime_type=kind) if kind in SOUNDS:
            return Audio(format=SOUNDS[kind], data=data)
        case wire.EmbeddedResource(resource=wire.BlobResourceContents(blob=data, mime_type=kind)) if kind in PICTURES:
            return Image(media_type=str(kind), data=data)
        case _:
            return None


def _text(block: wire.ContentBlock) -> str:
    match block:
        case wire.TextContent(text=text):
            return text
        case wire.ResourceLink(uri=uri, name=name, description=told):
            return f"[{name}: {uri}]" + (f" {told}" if told else "")
        case wire.EmbeddedResource(resource=wire.TextResourceContents(text=text, uri=uri)):
            return f"[{uri}]\n{text}"
        case wire.EmbeddedResource(resource=wire.BlobResourceContents(blob=data, mime_type=kind)):
            return NOT_SHOWN.format(kind=kind or "data", size=len(data))
        case wire.ImageContent(data=data, mime_type=kind) | wire.AudioContent(data=data, mime_type=kind):
            return NOT_SHOWN.format(kind=kind, size=len(data))
        case _:
            return f"[a block of a kind that is not known: {type(cast('object', block)).__name__}]"
