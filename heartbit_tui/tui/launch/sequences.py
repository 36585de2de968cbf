"""What is said to a terminal when the screen takes it over and gives it back."""

ENTER = "\x1b[?1049h\x1b[?7l\x1b[?2004h"
"""The alternate screen, no wrapping at its edge, and pastes in brackets."""

LEAVE = (
    "\x1b[?2026l\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?1004l\x1b[?2004l\x1b[<u\x1b[?7h\x1b[0m"
    "\x1b[?1049l\x1b[?25h"
)
"""Everything that the screen may have switched on, off: a terminal forgives what was never on."""

BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"
"""Around what is to be shown at once; a terminal that does not know it shows it as it comes."""

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"
"""The cursor."""
