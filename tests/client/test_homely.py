"""The home folder is written ~ where a path begins with it, and nowhere else."""

import pytest

from heartbit_tui.client.homely import homely
from heartbit_tui.client.served import AtHome
from heartbit_tui.mcp.types import Origin, Status
from tests.tui.snapshots.test_servers import Servers

CASES = {
    "/home/ada/.config/heartbit/config.toml:12": "~/.config/heartbit/config.toml:12",
    "flag --x (/home/ada)": "flag --x (~)",
    "/home/ada": "~",
    "/home/adam/x": "/home/adam/x",
    "/mnt/home/ada/x": "/mnt/home/ada/x",
    "/home/ada.old/x": "/home/ada.old/x",
    "uvx server --root=/home/ada/p:/home/ada/q": "uvx server --root=~/p:~/q",
}


@pytest.mark.parametrize("text", CASES)
def test_a_path_below_the_home_folder_begins_with_a_tilde(text: str) -> None:
    assert homely(text, "/home/ada") == CASES[text]
    assert homely(text, "/home/ada/") == CASES[text]


@pytest.mark.parametrize("home", ["", "/"])
def test_without_a_home_folder_nothing_is_shortened(home: str) -> None:
    assert homely("/home/ada/x", home) == "/home/ada/x"


class Here(Servers):
    def statuses(self) -> tuple[Status, ...]:
        where = Origin(where="/home/ada/.config/heartbit/config.toml:3", project=True)
        way, log = "/home/ada/bin/server --root /home/ada/notes", "/home/ada/.local/state/heartbit/mcp/x.log"
        return (Status(name="x", phase="failed", origin=where, way=way, told="/home/ada/bin/server ended", log=log),)


def test_all_that_is_told_of_servers_of_tools_has_it() -> None:
    assert AtHome(Here(), "/home/ada").statuses() == (
        Status(
            name="x",
            phase="failed",
            origin=Origin(where="~/.config/heartbit/config.toml:3", project=True),
            way="~/bin/server --root ~/notes",
            told="~/bin/server ended",
            log="~/.local/state/heartbit/mcp/x.log",
        ),
    )
