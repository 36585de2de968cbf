"""Plans: what an agent would do, written down before it does it, for a person to read, change and start.

A plan is one Markdown file. `text` reads it (its title, its steps), `keeping` writes and reads the file, `tool` is how a
model hands one over.
"""

from heartbit_tui.plans.keeping import Kept, keep, read
from heartbit_tui.plans.text import digest, is_plan, name_for, steps, title
from heartbit_tui.plans.types import Presented

__all__ = ("Kept", "Presented", "digest", "is_plan", "keep", "name_for", "read", "steps", "title")
