"""One agent's settings: its own laid over those of all, whole tables in the place of whole tables."""

from heartbit_tui.config import Config, Layer, load, tree
from heartbit_tui.config.entry import File
from heartbit_tui.config.keys import Value, undotted
from heartbit_tui.config.own import SPELLINGS, of_agent

TEXT = """
[provider]
name = "anthropic"
model = "claude-sonnet-4-5"
base_url = "https://all.example"
prompt_caching = false
effort = "low"

[limits]
max_turns = 7
tool_timeout = 9

[guardrails.injection]
mode = "deny"

[[agents]]
name = "a"
description = "d"
system_prompt = "p"
max_turns = 3
reasoning_effort = "high"
session_prune = { keep_recent_n = 4 }
context_strategy = { type = "sliding_window", max_tokens = 1000 }

[agents.provider]
name = "openrouter"
model = "m"

[agents.guardrails.pii]
action = "deny"

[[agents]]
name = "b"
description = "d"
system_prompt = "p"
"""


def config(**flags: Value) -> Config:
    file = File(layer=Layer.USER, name="config.toml", text=TEXT)
    return load([file], {}, {key.replace("__", "."): value for key, value in flags.items()}, trusted=True)


def test_what_is_set_for_one_counts_and_what_is_not_is_that_of_all() -> None:
    own = of_agent(config(), 0)
    assert (own.integer("limits.max_turns"), own.integer("limits.tool_timeout")) == (3, 9)
    assert own.string("provider.effort") == "high"
    assert own.boolean("context.session_prune")
    assert own.integer("context.session_prune_keep_recent_n") == 4
    assert own.value("orchestrator.context_strategy") == {"type": "sliding_window", "max_tokens": 1000}
    assert of_agent(config(), 1).integer("limits.max_turns") == 7


def test_a_table_of_its_own_takes_the_place_of_a_whole_table() -> None:
    own = of_agent(config(), 0)
    assert (own.string("provider.name"), own.string("provider.model")) == ("openrouter", "m")
    assert own.string("provider.base_url") == ""
    assert own.boolean("provider.prompt_caching")  # the default again
    assert own.is_set("guardrails.pii")
    assert not own.is_set("guardrails.injection")
    other = of_agent(config(), 1)
    assert other.string("provider.base_url") == "https://all.example"
    assert other.is_set("guardrails.injection")


def test_a_flag_for_all_counts_more_than_a_file_for_one() -> None:
    own = of_agent(config(limits__max_turns=20, provider__model="flagged"), 0)
    assert own.integer("limits.max_turns") == 20
    assert own.string("provider.model") == "flagged"
    assert own.string("provider.name") == "openrouter"


def test_values_remember_where_they_stand() -> None:
    assert of_agent(config(), 0).source("limits.max_turns").startswith("config.toml:")


def test_every_spelling_is_a_key_of_both() -> None:
    for own, general in SPELLINGS.items():
        assert tree.key_at(("agents", 0, *undotted(own))) is not None, own
        assert tree.key_at(undotted(general)) is not None, general
