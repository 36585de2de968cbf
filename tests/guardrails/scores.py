"""Prints as JSON what the scorer of the library jailguard makes of each line of the files that it is given."""

import json
import sys
from pathlib import Path

from heartbit_tui.guardrails.jailguard import scorer

score = scorer()
print(json.dumps([[score(line) for line in Path(name).read_text("utf-8").splitlines()] for name in sys.argv[1:]]))
