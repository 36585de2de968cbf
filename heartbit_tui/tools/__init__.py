"""What a model can do: run commands, read and change files, find things, use the web, keep a list, ask a person.

Nothing is imported here, so that a door that needs one tool loads one. Each tool is a small class in a module of its
own name, with its description for the model in NAME.md beside it, on top of `arguments.TypedTool`; `late` offers them
before they are loaded. What those for files stand on is pure: `matching`, `endings`, `diffs`, `unified` and `hunks`,
`globs`. At the rim are `textfile`, `transaction` (all files change or none), `tracker` (who has seen what), `walker`,
`ripgrep` and `child`.
"""

__all__: tuple[str, ...] = ()
