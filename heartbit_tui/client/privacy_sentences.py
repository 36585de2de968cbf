"""What a person is told of who could be contacted, what leaves this machine, and what never does."""

from typing import Final

from heartbit_tui.config import Directories

ANY: Final = "any host"

MODEL: Final = "{name} answers: each prompt goes there, with all that its model reads for it"
FALLBACK: Final = "{name} answers where the first model does not"
OTHER_MODEL: Final = "{name}, once a model of it is chosen; `heartbit doctor` asks whether it can be reached"
LOCAL: Final = "a model server on this machine is looked for, because no service is named and there is no key"
EMBEDDING: Final = "texts of the memory and of documents are embedded there"
DOWNLOAD: Final = "the embedding model is downloaded once; texts are embedded on this machine"
WEBSEARCH: Final = "websearch, when the model calls it and the rules let it: what it looks for"
WEBFETCH: Final = "webfetch, when the model calls it and the rules let it: the address that the model names"
COMMANDS: Final = "commands, when the rules let them run: what they do on the network is their own doing"
CONFINED: Final = "commands: none from inside the sandbox; one that a person lets out of it may reach any"
SERVER: Final = "MCP server {name}: its tools' arguments, once a person has agreed to it"
SERVER_HERE: Final = (
    "MCP server {name} is a program here, which may reach whom it likes, once a person has agreed to it"
)
PEER: Final = "agent {name} over A2A: its card, and the messages that the model sends it"
SPANS: Final = "telemetry over OTLP, mode {mode}: spans of runs, without secrets"
LANGUAGE: Final = "language servers are programs here, which may reach whom they like; heartbit sends them files alone"
HOOKS: Final = "hooks are commands of yours, which may reach whom they like"
PLUGINS: Final = "plugins are packages that you installed and named, which may reach whom they like"
PROXY: Final = "a proxy: what goes to other machines goes through it"
SOURCE: Final = "a document that is indexed is loaded from there"
SETTING: Final = "{key} names it"

LEAVES: Final = (
    "To the model's service: your prompts, instructions (AGENTS.md and the like), the conversation so far, and of files, "
    "commands and pages what tools have read. What is not asked for is not sent.",
    "To each service its own key, and no other's.",
    "To servers, agents, search and pages: the arguments of the calls that the rules let pass.",
    "To a telemetry endpoint, where you set one: names and durations; more only in the modes analysis and debug, never "
    "a known secret.",
)
"""What leaves this machine, and to whom."""

NEVER: Final = (
    "No usage statistics, no crash reports, no check for updates: there is no host of heartbit's own.",
    "Sessions and the memory stay in {data}, what undo keeps too; logs in {state}; keys in {config} or the system's keyring.",
    "Nobody who is not in this list is contacted by heartbit itself, but pages that you name to `heartbit knowledge index` "
    "and the sign-in service that an MCP server names.",
)
"""What never does."""


def never(places: Directories) -> tuple[str, ...]:
    """The sentences of `NEVER`, with the folders of this machine."""
    return tuple(each.format(data=places.data, state=places.state, config=places.config) for each in NEVER)
