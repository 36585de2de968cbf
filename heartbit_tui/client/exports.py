"""The forms in which a session is written to a file."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.config.redact import Redactor
from heartbit_tui.kernel.events import Envelope
from heartbit_tui.store.export_html import export_html
from heartbit_tui.store.export_jsonl import export_jsonl
from heartbit_tui.store.export_markdown import export_markdown

Export: TypeAlias = Callable[[Sequence[Envelope]], str]

EXPORTS: Mapping[str, Export] = MappingProxyType(
    {
        "md": lambda log: Redactor()(export_markdown(log)),
        "html": lambda log: Redactor()(export_html(log)),
        "jsonl": lambda log: "".join(f"{line}\n" for line in export_jsonl(log)),
    }
)
"""Each by the ending of its files. What is made to be read leaves out what looks like a key."""
