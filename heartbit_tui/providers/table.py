"""The providers by name: where each one's code, service, key and default model are. Light to import."""

from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.providers import models


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One provider. Empty variables mean that it takes no key, or that its address comes from the settings alone.

    `module` has `build`. `local` services are on this machine: they need no key and may think for long.
    """

    module: str
    base_url: str = ""
    key_variable: str = ""
    base_url_variable: str = ""
    model: str = ""
    local: bool = False

    @property
    def is_nowhere(self) -> bool:
        """Whether it is no service at all, so that there is nobody to show a key to."""
        return self.local and not self.base_url


_HERE = "heartbit_tui.providers."

PROVIDERS: MappingProxyType[str, Entry] = MappingProxyType(
    {
        "anthropic": Entry(
            module=f"{_HERE}anthropic",
            base_url="https://api.anthropic.com",
            key_variable="ANTHROPIC_API_KEY",
            base_url_variable="ANTHROPIC_BASE_URL",
            model="claude-sonnet-5-5",
        ),
        "openrouter": Entry(
            module=f"{_HERE}openai_chat",
            base_url="https://openrouter.ai/api/v1",
            key_variable="OPENROUTER_API_KEY",
            base_url_variable="OPENROUTER_BASE_URL",
            model="anthropic/claude-sonnet-5.5",
        ),
        "openai": Entry(
            module=f"{_HERE}openai_chat",
            base_url="https://api.openai.com/v1",
            key_variable="OPENAI_API_KEY",
            base_url_variable="OPENAI_BASE_URL",
            model="gpt-6.1-sol",
        ),
        "openai-responses": Entry(
            module=f"{_HERE}openai_responses",
            base_url="https://api.openai.com/v1",
            key_variable="OPENAI_API_KEY",
            base_url_variable="OPENAI_BASE_URL",
            model="gpt-6.1-sol",
        ),
        "ollama": Entry(module=f"{_HERE}openai_chat", base_url="http://127.0.0.1:11434/v1", local=True),
        "llamacpp": Entry(module=f"{_HERE}openai_chat", base_url="http://127.0.0.1:8080/v1", local=True),
        "scripted": Entry(module=f"{_HERE}scripted", model="scripted", local=True),
    }
)

APIS: MappingProxyType[str, str] = MappingProxyType(
    {"messages": f"{_HERE}anthropic", "chat": f"{_HERE}openai_chat", "responses": f"{_HERE}openai_responses"}
)
"""The module for each value of `provider.api`, which overrides the entry's own."""


def module(name: str, api: str = "") -> str:
    """The module that has `build` for this provider. Raises `KeyError` where there is no such provider."""
    return APIS.get(api) or PROVIDERS[name].module


def address(name: str, environ: Mapping[str, str]) -> str:
    """The service's address: the process's own variable for it, else the usual one."""
    entry = PROVIDERS[name]
    return environ.get(entry.base_url_variable, "") or entry.base_url


def split_model(text: str) -> tuple[str, str]:
    """Provider and model of `PROVIDER/MODEL`; the provider is empty where the first part names none."""
    first, slash, rest = text.partition("/")
    return (first, rest) if slash and first in PROVIDERS else ("", text)


def window(model: str) -> int | None:
    """How many tokens this model reads and writes at once; None where that is not known."""
    return models.window(model)
