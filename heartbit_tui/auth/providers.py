"""The services that heartbit knows keys for, and the environment variables that carry them."""

from collections.abc import Mapping
from types import MappingProxyType

VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "anthropic": "ANTHROPIC_API_KEY",
        "openai": "OPENAI_API_KEY",
        "openrouter": "OPENROUTER_API_KEY",
        "exa": "EXA_API_KEY",
        "gemini": "GEMINI_API_KEY",
        "groq": "GROQ_API_KEY",
        "mistral": "MISTRAL_API_KEY",
        "deepseek": "DEEPSEEK_API_KEY",
        "xai": "XAI_API_KEY",
        "together": "TOGETHER_API_KEY",
        "fireworks": "FIREWORKS_API_KEY",
    }
)
KEY_NAMES: frozenset[str] = frozenset(VARIABLES.values())
"""All variables that may be read from a trusted folder's `.env`."""


def variable(provider: str) -> str:
    """The variable that carries the key of a provider; one that is not known gets its name in capitals."""
    plain = "".join(char if char.isalnum() else "_" for char in provider.upper())
    return VARIABLES.get(provider, f"{plain}_API_KEY")
