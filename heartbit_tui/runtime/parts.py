"""What is kept in the data file beside the sessions, for whoever saves a damaged one."""

from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.shelf import SQLITE
from heartbit_tui.store.salvage.parts import Part

KNOWLEDGE = "heartbit_tui.knowledge.schema"


def parts() -> tuple[Part, ...]:
    """All of them; nothing of theirs is loaded before it is asked for."""
    return (
        Part(
            name="memory",
            steps=plugins.resolve(f"{SQLITE}:STEPS"),
            anew=plugins.resolve(f"{SQLITE}.mending:ANEW"),
            listed=plugins.resolve(f"{SQLITE}.mending:LISTED"),
            settled=plugins.resolve(f"{SQLITE}.mending:SETTLED"),
        ),
        Part(name=plugins.resolve(f"{KNOWLEDGE}:NAME"), steps=plugins.resolve(f"{KNOWLEDGE}:STEPS")),
    )
