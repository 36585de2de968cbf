"""A plugin that needs what is not there."""

import no_such_library  # type: ignore[import-not-found] - it is missing on purpose

anything = no_such_library
