"""Settings of the memory that have no effect beside others, and are told when they are read."""

from collections.abc import Iterator

from heartbit_tui.config.settings import Config

POSTGRES = (
    "{source}: memory.type postgres is not in this release; what is remembered is kept in heartbit's own data file, "
    "and memory.database_url is not used."
)
UNUSED = "{source}: {key} has no effect, because {other} is {value}."
EMBEDDING = ("model", "base_url", "dimension", "cache_dir", "api_key_env")
"""What is of use to an embedder alone."""


def idle(config: Config) -> Iterator[str]:
    """A sentence for each such setting, with the file and line where it stands."""
    kind = config.string("memory.type")
    if kind == "postgres":
        yield POSTGRES.format(source=config.source("memory.type"))
    elif config.is_set("memory.database_url"):
        yield _unused(config, "memory.database_url", "memory.type")
    # Who names `none` may have the rest there for another time.
    if not config.is_set("memory.embedding.provider"):
        keys = (f"memory.embedding.{name}" for name in EMBEDDING)
        yield from (_unused(config, key, "memory.embedding.provider") for key in keys if config.is_set(key))


def _unused(config: Config, key: str, other: str) -> str:
    return UNUSED.format(source=config.source(key), key=key, other=other, value=config.string(other))
