"""What tokens cost, which models are known, and where each provider is."""

import subprocess
import sys
from importlib import import_module

import httpx
import pytest

from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.messages import Usage
from heartbit_tui.providers import models, table
from heartbit_tui.providers.http import open_client
from heartbit_tui.providers.pricing import PRICES, Prices, cost, prices_from
from heartbit_tui.providers.types import Settings
from heartbit_tui.testing.clock import FakeClock

M = 1_000_000
BOTH = Usage(input_tokens=M, output_tokens=M)

COSTS: list[tuple[str, Usage, float | None]] = [
    ("claude-sonnet-4-20250514", BOTH, 18.0),
    ("claude-opus-4-20250514", BOTH, 90.0),
    ("claude-opus-4-1-20250805", BOTH, 90.0),
    ("claude-opus-4-5-20251101", BOTH, 30.0),
    ("claude-haiku-4-5-20251001", BOTH, 6.0),
    ("claude-3-haiku-20240307", BOTH, 1.50),
    ("claude-sonnet-5-5", BOTH, 12.0),
    ("anthropic/claude-sonnet-5.5", BOTH, 12.0),
    ("anthropic/claude-3.5-haiku:beta", BOTH, 4.80),
    ("claude-sonnet-4-5", Usage(cache_read_input_tokens=M), 0.30),
    ("claude-sonnet-4-5", Usage(cache_creation_input_tokens=M), 3.75),
    ("claude-sonnet-4-5", Usage(output_tokens=M, reasoning_tokens=M), 15.0),
    (
        "claude-sonnet-4-5",
        Usage(
            input_tokens=500_000,
            output_tokens=100_000,
            cache_read_input_tokens=200_000,
            cache_creation_input_tokens=50_000,
        ),
        3.2475,
    ),
    ("gpt-5", Usage(input_tokens=M, output_tokens=M, cache_read_input_tokens=M), 11.375),
    ("gpt-5-mini-2025-08-07", BOTH, 2.25),
    ("gpt-6.1-sol", Usage(input_tokens=100_000, output_tokens=100_000), 1.2),
    ("gpt-6.1-sol", BOTH, 19.0),
    ("gpt-4o-mini", BOTH, 0.75),
    ("qwen/qwen3.5-plus-02-15", BOTH, 2.80),
    ("deepseek/deepseek-v3.2", BOTH, 0.64),
    ("google/gemini-3-flash-preview", BOTH, 3.50),
    ("nvidia/nemotron-3-nano-30b-a3b", BOTH, 0.25),
    ("deepseek/deepseek-v3.2", Usage(cache_read_input_tokens=M), 0.26),
    ("gpt-5", Usage(), 0.0),
    ("some/model:free", BOTH, 0.0),
    ("some/model", BOTH, None),
    ("gpt-50", BOTH, None),
    ("llama3.2:1b", BOTH, None),
    ("", BOTH, None),
]


@pytest.mark.parametrize(("model", "usage", "expected"), COSTS)
def test_costs(model: str, usage: Usage, expected: float | None) -> None:
    found = cost(model, usage)
    assert found == (None if expected is None else pytest.approx(expected))


def test_ones_own_prices_come_first_and_wrong_ones_are_named() -> None:
    prices = prices_from({"claude-sonnet-5-5": {"input": 1, "output": 2}, "local-model": {"input": 0, "output": 0}})
    assert prices.cost("anthropic/claude-sonnet-5.5", BOTH) == 3.0
    assert prices.cost("claude-sonnet-5-5", Usage(cache_read_input_tokens=M)) == pytest.approx(0.1)
    assert prices.cost("local-model-q4", BOTH) == 0.0
    assert prices.cost("claude-haiku-4-5", BOTH) == 6.0
    wrong: list[object] = [
        {"input": -1, "output": 1},
        {"input": 1},
        {"input": "1", "output": 1},
        5,
        {"input": 1, "output": 1, "tax": 1},
    ]
    for value in wrong:
        with pytest.raises(ConfigError, match=r"pricing\.x"):
            prices_from({"x": value})
    assert Prices().cost("claude-sonnet-5-5", BOTH) == 12.0


def test_every_price_is_a_price() -> None:
    for name, price in PRICES.items():
        assert 0 < price.cache_read <= price.input <= price.output, name
        assert name == models.plain(name)


def test_windows_of_known_models() -> None:
    for name, window in {
        "claude-sonnet-5-5": 1_000_000,
        "anthropic/claude-sonnet-4.5": 200_000,
        "claude-opus-4-1-20250805": 200_000,
        "gpt-5-mini": 400_000,
        "gpt-5.4-mini": 400_000,
        "openai/gpt-6.1-sol": 1_050_000,
        "qwen3:8b": 256_000,
        "llama3.2": None,
    }.items():
        assert table.window(name) == window, name


@pytest.mark.parametrize("name", table.PROVIDERS)
async def test_every_provider_of_the_table_can_be_built(name: str) -> None:
    async with open_client() as client:
        build = import_module(table.module(name)).build
        made = build(Settings(name=name), key="k", client=client, clock=FakeClock())
        assert made.name == name
        assert made.model == table.PROVIDERS[name].model
        if table.PROVIDERS[name].base_url:
            assert httpx.URL(table.PROVIDERS[name].base_url).host


def test_addresses_come_from_the_environment_given() -> None:
    assert table.address("openai", {"OPENAI_BASE_URL": "http://h/v1"}) == "http://h/v1"
    assert table.address("openai", {"OPENAI_BASE_URL": ""}) == "https://api.openai.com/v1"
    assert table.address("ollama", {}) == "http://127.0.0.1:11434/v1"
    assert table.module("openai", "responses") == table.PROVIDERS["openai-responses"].module
    assert table.split_model("openrouter/anthropic/claude-sonnet-5.5") == ("openrouter", "anthropic/claude-sonnet-5.5")
    assert table.split_model("anthropic/x") == ("anthropic", "x")
    assert table.split_model("meta/x") == ("", "meta/x")


@pytest.mark.parametrize(
    "module",
    ["providers.table", "providers.script", "providers.scripted", "testing", "testing.model_server", "testing.clock"],
)
def test_light_modules_stay_light(module: str) -> None:
    code = f"import heartbit_tui.{module}, sys; print(sorted({{'httpx', 'pydantic'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"
