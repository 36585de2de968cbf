"""The wheel alone is enough: built, installed into an empty venv, and run from another directory."""

import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]

runs = pytest.mark.skipif(
    not all((ROOT / "heartbit_tui" / name).exists() for name in ("__main__.py", "cli", "headless")),
    reason="heartbit_tui has no __main__, cli and headless",
)
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


def ran(*arguments: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        arguments,
        cwd=cwd,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=50,
        check=False,
        env={**os.environ, "HEARTBIT_DEMO_INSTANT": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    ran(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, ROOT, cwd=target)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def binaries(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a venv that has the wheel; libraries are lent to it, the checkout is not."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    pip = ("-m", "pip", "--python", str(python), "--disable-pip-version-check")
    ran(sys.executable, *pip, "install", "--quiet", "--no-index", "--no-deps", wheel, cwd=home)
    (site,) = (home / "lib").glob("python*/site-packages")
    # A plain path in a .pth file does not bring along that folder's own .pth files, so the checkout stays out.
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    return home / "bin"


def test_themes_skills_and_everything_beside_the_code_are_inside(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    shipped = {
        f"heartbit_tui/shipped/{file.relative_to(ROOT).as_posix()}"
        for folder in ("themes", "skills")
        for file in (ROOT / folder).rglob("*")
        if file.is_file()
    }
    beside = {
        file.relative_to(ROOT).as_posix()
        for pattern in ("*.py", "*.md", "py.typed")
        for file in (ROOT / "heartbit_tui").rglob(pattern)
    }
    assert shipped
    assert (shipped | beside) - inside == set()


def test_both_licences_are_inside(wheel: Path) -> None:
    names = {Path(name).name for name in zipfile.ZipFile(wheel).namelist()}
    assert {"LICENSE-MIT", "LICENSE-APACHE"} <= names


def test_the_installed_package_is_the_one_of_the_wheel(binaries: Path, tmp_path: Path) -> None:
    place = ran(binaries / "python", "-c", "import heartbit_tui; print(heartbit_tui.__file__)", cwd=tmp_path)
    assert Path(place.strip()).is_relative_to(binaries.parent)


@runs
def test_the_installed_program_tells_its_version(binaries: Path, tmp_path: Path) -> None:
    assert VERSION in ran(binaries / "heartbit", "--version", cwd=tmp_path)


@runs
def test_the_installed_program_runs_the_demo_and_leaves_the_directory_alone(binaries: Path, tmp_path: Path) -> None:
    assert ran(binaries / "heartbit", "--headless", "--demo", "run", cwd=tmp_path).strip()
    assert list(tmp_path.iterdir()) == []
