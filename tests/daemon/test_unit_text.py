"""A unit says exactly what was meant, whatever stands in the paths: to a strict reader, and to systemd itself."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from heartbit_tui.daemon.unit import keys
from heartbit_tui.daemon.unit.text import ENDING, Scope, Service, is_ours, unit
from heartbit_tui.kernel.errors import ConfigError
from tests.daemon.unit_syntax import Unit, as_systemd_reads

SYSTEMD = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
AWKWARD = "%h $HOME ${X} $$ \"quoted\" 'single' \\ back\\slash ;#@-:+!|~*?[ ü \u2028 %% \n\t\r\x01\x7f"
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20) | st.sampled_from(
    (
        AWKWARD,
        "",
        ";",
        "-",
        "%",
        "$",
        "\\",
        '"',
        "'",
        " ",
        "\n",
        "\\n",
        "a b",
        "%%h",
        "$$x",
        "#",
        os.fsdecode(b"\xff\xc3"),
    )
)
FOLDER = st.text(st.characters(exclude_characters="\0/'\"\\", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)


def made(*words: str, scope: Scope = "user", program: str = "/bin/true", **environment: str) -> Service:
    return Service(
        scope=scope,
        command=(program, *words),
        environment=environment,
        keys="/home/anna/.config/heartbit/daemon.env",
        drain=30,
        account="anna" if scope == "system" else "",
    )


@given(words=st.lists(TEXTS, max_size=4))
def test_a_program_gets_the_words_that_were_meant_and_no_others(words: list[str]) -> None:
    found = Unit(unit(made(*words)))
    assert found.argv == [b"/bin/true", *map(os.fsencode, words)]


@given(folders=st.lists(FOLDER, min_size=1, max_size=3))
def test_a_program_is_found_in_whatever_folder_systemd_takes_one_from(folders: list[str]) -> None:
    path = f"/opt/{'/'.join(folders)}/python"
    found = Unit(unit(made("x", program=path)))
    assert (found.program, found.argv) == (path.encode(), [path.encode(), b"x"])


@pytest.mark.parametrize("sign", ["'", '"', "\\", "\n", "\x01", "\udcff"])
def test_a_program_that_systemd_would_not_start_is_refused(sign: str) -> None:
    with pytest.raises(ConfigError, match="Install heartbit into another folder"):
        unit(made(program=f"/opt/{sign}/python"))


@given(value=st.text(st.characters(exclude_categories=("Cs", "Cc"))) | st.sampled_from(("a\nb\tc", "", " ", '"', "\\")))
def test_a_variable_has_the_value_that_was_meant(value: str) -> None:
    found = Unit(unit(made(HEARTBIT_HOME=value)))
    assert found.environment == {b"HEARTBIT_HOME": value.encode()}


def test_a_variable_that_no_unit_can_say_is_refused() -> None:
    for value in ("\x01", "\x7f", os.fsdecode(b"\xff")):
        with pytest.raises(ConfigError, match="PATH"):
            unit(made(PATH=value))


@pytest.mark.parametrize("path", ["/a\nb", " /a", "/a ", "/a\\", "/\udcff"])
def test_a_file_of_keys_that_no_unit_can_name_is_refused(path: str) -> None:
    given = made()
    with pytest.raises(ConfigError, match="cannot name"):
        unit(Service(scope="user", command=given.command, environment={}, keys=path, drain=1))


@pytest.mark.parametrize("scope", ["user", "system"])
def test_a_unit_waits_as_long_as_tasks_may_take_and_gains_no_rights(scope: Scope) -> None:
    found = Unit(unit(made(scope=scope)))
    assert list(found.settings) == ["Unit", "Service", "Install"]
    assert found.one("TimeoutStopSec") == str(30 + ENDING)
    assert found.one("EnvironmentFile") == "-/home/anna/.config/heartbit/daemon.env"
    expected = {"Type": "notify", "KillMode": "mixed", "NoNewPrivileges": "yes", "Restart": "on-failure"}
    assert {name: found.one(name) for name in expected} == expected
    assert (found.all("User"), found.all("ProtectSystem")) == ((["anna"], ["full"]) if scope == "system" else ([], []))
    assert found.one("WantedBy", "Install") == ("multi-user.target" if scope == "system" else "default.target")


def test_what_was_edited_is_told_from_what_was_written() -> None:
    text = unit(made("--cwd", "/a b"))
    assert is_ours(text)
    assert not is_ours(text.replace("30", "31"))
    assert not is_ours(text + "# mine\n")
    assert not is_ours("")
    assert not is_ours(text.partition("\n")[2])


@given(value=st.text(st.characters(categories=("L", "N", "P", "S", "Zs"))))
def test_a_key_stands_in_its_file_as_systemd_reads_it(value: str) -> None:
    if not value.isprintable():
        return
    name, _, quoted = keys.line("A_KEY", value).partition("=")
    assert (name, quoted[0], quoted[-1]) == ("A_KEY", '"', '"')
    inner = iter(quoted[1:-1])
    assert "".join(next(inner) if sign == "\\" else sign for sign in inner) == value
    assert "\n" not in quoted


@SYSTEMD
@pytest.mark.parametrize("scope", ["user", "system"])
def test_systemd_has_nothing_to_say_against_a_unit(tmp_path: Path, scope: Scope) -> None:
    program = tmp_path / "o p$t %h" / "python"
    program.parent.mkdir()
    shutil.copy("/bin/true", program)
    path = tmp_path / "heartbit.service"
    path.write_text(unit(made("--cwd", "/a b", scope=scope, program=str(program), PATH="/x y:/%z")))
    complaints, argv, environment = as_systemd_reads(path, scope)
    assert complaints == []
    assert argv == [os.fsencode(each).replace(b"$", b"$$") for each in (str(program), "--cwd", "/a b")]
    assert b"PATH=/x y:/%z" in environment


@SYSTEMD
@settings(max_examples=40, deadline=None, suppress_health_check=(HealthCheck.function_scoped_fixture,))
@given(words=st.lists(TEXTS, min_size=1, max_size=4))
def test_systemd_starts_a_program_with_the_words_that_were_meant(tmp_path: Path, words: list[str]) -> None:
    path = tmp_path / "heartbit.service"
    path.write_bytes(unit(made(*words)).encode("utf-8", "surrogateescape"))
    complaints, argv, _ = as_systemd_reads(path, "user")
    assert complaints == []
    assert argv == [b"/bin/true", *(os.fsencode(each).replace(b"$", b"$$") for each in words)]


@SYSTEMD
def test_systemd_complains_of_a_unit_that_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "heartbit.service"
    path.write_text(unit(made()).replace("KillMode=mixed", "KillMod=mixed"))
    complaints, *_ = as_systemd_reads(path, "user")
    assert any("KillMod" in each for each in complaints)
