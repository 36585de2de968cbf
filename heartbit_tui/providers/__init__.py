"""Models behind services: one stream of parts, whatever the wire format.

Nothing is imported here, so that naming a provider costs nothing. `table` says which module brings which
provider; `anthropic`, `openai_chat` and `openai_responses` speak the three wire formats; `scripted` plays a
script; `retrying` and `fallback` wrap any of them.
"""

__all__: list[str] = []
