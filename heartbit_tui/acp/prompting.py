"""What a client puts into a prompt, as a session takes it: words, pictures, and the resources that go with them; pure."""

import base64
import binascii
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

from acp.schema import (
    AudioContentBlock,
    BlobResourceContents,
    EmbeddedResourceContentBlock,
    ImageContentBlock,
    ResourceContentBlock,
    TextContentBlock,
    TextResourceContents,
)

from heartbit_tui.acp import errors
from heartbit_tui.kernel.messages import Image, Text
from heartbit_tui.kernel.ops import Prompt

Block: TypeAlias = (
    TextContentBlock | ImageContentBlock | AudioContentBlock | ResourceContentBlock | EmbeddedResourceContentBlock
)

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
SOUND = "heartbit hears nothing: say it in words, or attach it as a file."
NO_PICTURE = "A picture has to be a PNG, JPEG, GIF or WebP in base64, and {kind} is none."
EMPTY = "The prompt is empty."
ATTACHED = "The person attached {name}:\n\n{text}"
UNREADABLE = "The person attached {name}, {size} bytes of {kind}, which cannot be shown here."


def prompt(blocks: Sequence[Block], cwd: str) -> Prompt:
    """The op for these blocks. Raises `RequestError` where there is nothing in them, or something that nobody can take.

    Links stand in the words where they stood in the prompt; the texts that came along follow behind them.
    """
    said = "".join(_said(block, cwd) for block in blocks)
    attached = [Text(text=text) for block in blocks if (text := _attached(block, cwd))]
    pictures = list(_pictures(blocks))
    if not (said.strip() or attached or pictures):
        raise errors.wrong(EMPTY)
    first = [Text(text=said)] if said.strip() else []
    return Prompt(content=(*first, *attached, *pictures))


def words(blocks: Sequence[Block]) -> str:
    """The text where a prompt is nothing else, as a command is; else empty."""
    texts = [block.text for block in blocks if isinstance(block, TextContentBlock)]
    return "".join(texts) if len(texts) == len(blocks) else ""


def named(uri: str, cwd: str) -> str:
    """What a resource is called in a prompt: `@` and its path for a file, from `cwd` on where it is below that."""
    parts = urlsplit(uri)
    if parts.scheme not in ("file", ""):
        return uri
    path = Path(unquote(parts.path))
    near = path.relative_to(cwd) if path.is_relative_to(cwd) else path
    return f"@{near}" + (f" ({parts.fragment})" if parts.fragment else "")


def _said(block: Block, cwd: str) -> str:
    match block:
        case TextContentBlock(text=text):
            return text
        case ResourceContentBlock(uri=uri):
            return named(uri, cwd)
        case EmbeddedResourceContentBlock(resource=resource):
            return named(resource.uri, cwd)
        case AudioContentBlock():
            raise errors.wrong(SOUND)
        case _:
            return ""


def _attached(block: Block, cwd: str) -> str:
    match block:
        case EmbeddedResourceContentBlock(resource=TextResourceContents(uri=uri, text=text)):
            return ATTACHED.format(name=named(uri, cwd), text=text)
        case EmbeddedResourceContentBlock(resource=BlobResourceContents() as blob) if blob.mime_type not in PICTURES:
            size, kind = len(_bytes(blob.blob, "It")), blob.mime_type or "an unknown kind"
            return UNREADABLE.format(name=named(blob.uri, cwd), size=size, kind=kind)
        case _:
            return ""


def _pictures(blocks: Sequence[Block]) -> Iterator[Image]:
    for block in blocks:
        match block:
            case ImageContentBlock(data=data, mime_type=kind):
                yield _picture(data, kind)
            case EmbeddedResourceContentBlock(resource=BlobResourceContents(blob=data, mime_type=kind)) if (
                kind in PICTURES
            ):
                yield _picture(data, kind or "")
            case _:
                pass


def _picture(data: str, kind: str) -> Image:
    if kind not in PICTURES:
        raise errors.wrong(NO_PICTURE.format(kind=kind or "this"))
    return Image(media_type=kind, data=base64.b64encode(_bytes(data, "The picture")).decode("ascii"))


def _bytes(data: str, what: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise errors.wrong(f"{what} is no base64.") from None
