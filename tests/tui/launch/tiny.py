"""The smallest application behind the painted first frame: a draft, what was sent, and a word about it at the end.

Run as a program: `tiny.py [MOMENT]`. At the moment it waits for a signal: painted, imported, made, mounted, ready.
"""

import json
import os
import signal
import sys
from functools import partial
from pathlib import Path


def main(moment: str) -> int:
    from heartbit_tui.tui.launch.start import launch

    with launch(os.environ) as launched:
        _wait(moment, "painted")
        from heartbit_tui.tui.terminal.driver import driver_for
        from heartbit_tui.tui.terminal.goodbye import say_goodbye
        from tests.tui.launch.tiny_app import Tiny

        _wait(moment, "imported")
        app = Tiny(driver_for(launched), partial(_reach, moment))
        _wait(moment, "made")
        app.run()
    say_goodbye((f"TOLD{json.dumps(app.told)}", "heartbit --resume abc"))
    return app.return_code or 0


def _wait(moment: str, here: str) -> None:
    if _reach(moment, here):
        signal.pause()


def _reach(moment: str, here: str) -> bool:
    if moment == here:
        Path(os.environ["REACHED"]).write_text(here)
    return moment == here


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if sys.argv[1:] else ""))
