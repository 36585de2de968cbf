"""The arguments of a built-in tool, as `wire` has them for the tools of every capability."""

from heartbit_tui.wire.arguments import Arguments, TypedTool, Unable, fault, schema

__all__ = ("Arguments", "TypedTool", "Unable", "fault", "schema")
