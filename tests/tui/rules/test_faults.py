"""A fault of heartbit's own ends in words that give nothing away."""

from pathlib import Path

import pytest

from tests.tui.rules.stage import staged

KEY = "sk-ant-" + "verysecret" * 3


async def broken() -> None:
    key = f"{KEY}\x1b]0;title\x07"
    raise ValueError(f"not this way \x1b[2J {len(key)}")


async def broken_screen(folder: Path) -> None:
    async with staged(folder, environment={"ANTHROPIC_API_KEY": KEY}) as stage:
        stage.app.start(broken())
        await stage.app.workers.wait_for_complete()  # pyright: ignore[reportUnknownMemberType] - Textual does not say of what


async def test_a_fault_is_told_without_values_of_variables_or_sequences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ExceptionGroup):
        await broken_screen(tmp_path)
    told = capsys.readouterr().err
    assert "ValueError: not this way ␛[2J" in told
    assert "What was said is kept." in told
    assert KEY not in told
    assert "\x1b]0;" not in told
    assert "╭" not in told
