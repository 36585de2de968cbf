"""A cascade on the screen: what is shown of it, and the key that skips it."""

from pathlib import Path

from tests.tui.journeys.application import place

CASCADE = """
[provider]
name = "anthropic"
model = "claude-opus-4-5"
[provider.cascade]
enabled = true
[[provider.cascade.tiers]]
model = "claude-haiku-4-5"
"""
F5 = "\x1b[15~"
USAGE = {"input_tokens": 100_000, "output_tokens": 5_000}


def settings(folder: Path) -> None:
    file = folder / "home/.config/heartbit/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(CASCADE)


def test_a_step_up_is_told_the_key_skips_the_cheap_model_and_the_costs_say_what_was_saved(tmp_path: Path) -> None:
    settings(tmp_path)
    script = (
        {"blocks": [{"text": "A cheap answer that stands."}], "usage": USAGE},
        {"blocks": [{"text": "I’m unable to help with that."}]},
        {"blocks": [{"text": "The strong answer."}]},
        {"blocks": [{"text": "Too late."}], "wait": 60.0},
        {"blocks": [{"text": "At once from the strongest."}]},
    )
    with place(tmp_path, *script) as here, here.application(columns=140, rows=40) as app:
        app.keys("one\r")
        app.see("A cheap answer that stands.")
        app.keys("two\r")
        app.see("The strong answer.")
        assert "claude-opus-4-5 takes over from claude-haiku-4-5: it says “i'm unable”." in app.words
        assert "to help with that" not in app.text
        app.see_no_more("Esc interrupts")
        app.keys("three\r")
        app.see("thinking · 1 s")
        app.keys(F5)
        app.see("At once from the strongest.")
        assert "claude-opus-4-5 takes this turn." in app.words
        assert "you asked for it" in app.words
        app.command("/cost")
        app.see("The cascade saved about $")
        app.see("claude-haiku-4-5 (cascade_rejected)")
        app.keys("q")
        app.see_no_more("The cascade saved about $")
        app.command("/timeline")
        app.see("claude-haiku-4-5 → claude-opus-4-5")
        app.see("↑1")
        app.see("saved")
        app.keys("q")
        app.see("❯ What is to be done?")
        app.leave()
