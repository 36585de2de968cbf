"""What a model can do: run commands, read and change files, find things, use the web, keep a list, ask a person.

Each tool is a small class in a module of its own name, with its description for the model in NAME.md beside it.
Import a tool from its module; nothing is loaded here.
"""

__all__: tuple[str, ...] = ()
