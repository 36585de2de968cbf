"""Which pictures can be sent to a model: told by their first bytes, and not too large."""

import base64
import binascii

from heartbit_tui.kernel.messages import Image

MOST = 3_900_000
"""Bytes of a picture; in base64 this stays below the 5 MiB that model services take for one."""

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


class Unfit(Exception):
    """A picture that cannot be sent; the message is a sentence for the person."""


def media_type_of(data: bytes) -> str:
    """The media type of a picture that models can see, empty for anything else."""
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _MAGIC if data.startswith(magic)), "")


def image_of(data: bytes, name: str = "The picture") -> Image:
    """A picture for a message; raises Unfit."""
    media_type = media_type_of(data)
    if not media_type:
        raise Unfit(f"{name} is no PNG, JPEG, GIF or WebP picture.")
    if len(data) > MOST:
        raise Unfit(f"{name} has {len(data)} bytes; at most {MOST} can be sent. Shrink it first.")
    return Image(media_type=media_type, data=base64.b64encode(data).decode("ascii"))


def checked(image: Image) -> Image:
    """A picture that came from elsewhere, with the media type that it really has; raises Unfit."""
    try:
        data = base64.b64decode(image.data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unfit("A picture is no base64.") from error
    return image_of(data, "A picture")
