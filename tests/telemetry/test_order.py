"""Which word on the mode of observability counts: the flag's, then the environment's, then the file's."""

from pathlib import Path

import pytest

from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import configuration

FILE = '[telemetry]\nobservability_mode = "production"\n'
VARIABLE = {"HEARTBIT_OBSERVABILITY": "debug"}
FLAG = {"telemetry.observability_mode": "off"}


@pytest.mark.parametrize(
    ("file", "environment", "flags", "counts"),
    [
        ("", {}, {}, "production"),
        (FILE, {}, {}, "production"),
        (FILE, VARIABLE, {}, "debug"),
        (FILE, VARIABLE, FLAG, "off"),
        ("", {}, FLAG, "off"),
    ],
)
def test_the_nearest_word_counts(
    tmp_path: Path, file: str, environment: dict[str, str], flags: dict[str, object], counts: str
) -> None:
    settings = tmp_path / ".config" / "heartbit" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(file, "utf-8")
    options = Options(cwd=tmp_path, environment={"HOME": str(tmp_path), **environment}, flags=flags)
    assert configuration(options).string("telemetry.observability_mode") == counts
