from collections.abc import Sequence

import pytest

from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.look import SIGNS
from heartbit_tui.tui.theme.contrast import READABLE, STRONG, hard_to_read, luminance, pairs, ratio
from heartbit_tui.tui.theme.ink import ink
from heartbit_tui.tui.theme.load import load, names
from heartbit_tui.tui.theme.textual import textual_theme
from heartbit_tui.tui.theme.types import ANSI, DEFAULT

Colour = tuple[float, float, float]

# Machado, Oliveira and Fernandes 2009, severity 1.0: what linear red, green and blue become.
SEEN_BY = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}
WHITE = (0.95047, 1.0, 1.08883)


def linear(colour: str) -> Colour:
    def part(at: int) -> float:
        value = int(colour[at : at + 2], 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    return part(1), part(3), part(5)


def times(matrix: Sequence[Sequence[float]], colour: Colour) -> Colour:
    one, two, three = (sum(a * b for a, b in zip(row, colour, strict=True)) for row in matrix)
    return one, two, three


def lab(colour: Colour) -> Colour:
    xyz = times(
        ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041)),
        colour,
    )
    x, y, z = (
        each ** (1 / 3) if each > 216 / 24389 else (24389 / 27 * each + 16) / 116
        for each in (max(value, 0) / white for value, white in zip(xyz, WHITE, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: str, other: str, matrix: Sequence[Sequence[float]]) -> float:
    """How far apart two colours are seen (CIE 1976); about 2 is just noticed."""
    pair = zip(lab(times(matrix, linear(one))), lab(times(matrix, linear(other))), strict=True)
    return sum((a - b) ** 2 for a, b in pair) ** 0.5


def test_the_formula_gives_the_known_figures() -> None:
    assert (luminance("#000000"), luminance("#ffffff"), ratio("#ffffff", "#000000")) == (0.0, 1.0, 21.0)
    assert round(ratio("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("name", names())
def test_all_text_can_be_read_on_every_ground_that_it_is_drawn_on(name: str) -> None:
    theme = load(name)
    assert hard_to_read(theme, STRONG if name.startswith("contrast-") else READABLE) == ()
    assert theme.ansi or len(list(pairs(theme))) > 150


@pytest.mark.parametrize("name", names())
def test_the_row_that_the_keys_act_on_and_a_prompt_stand_out(name: str) -> None:
    theme = load(name)
    ground, text = theme.screen["background"], theme.text
    assert theme.ansi or (ratio(text["cursor"].ground, ground) > 1.17 and ratio(text["selection"].ground, ground) > 1.5)
    assert theme.ansi or ratio(text["prompt"].ground, ground) > 1.07


@pytest.mark.parametrize("name", ["blue-orange", "blue-orange-light"])
@pytest.mark.parametrize("sight", SEEN_BY)
def test_good_and_bad_are_far_apart_for_eyes_that_miss_red_or_green(name: str, sight: str) -> None:
    theme, matrix = load(name), SEEN_BY[sight]
    text = theme.text
    apart = {
        "ok and error": distance(text["ok"].colour, text["error"].colour, matrix),
        "added and removed": distance(text["added"].colour, text["removed"].colour, matrix),
        "their grounds": distance(text["added"].ground, text["removed"].ground, matrix),
        "words": distance(text["added_word"].ground, text["removed_word"].ground, matrix),
        "success and error": distance(theme.screen["success"], theme.screen["error"], matrix),
    }
    assert {pair: round(found) for pair, found in apart.items() if found < 20} == {}


def test_the_simulation_sees_the_trouble_that_it_is_there_for() -> None:
    for matrix in SEEN_BY.values():
        assert distance("#8a6d00", "#6d7a00", matrix) < 20 < distance("#8a6d00", "#0050c0", matrix)


def test_no_state_is_told_by_colour_alone() -> None:
    states = ("waiting", "asking", "running", "ok", "failed", "refused", "cut", "done", "doing", "todo")
    signs = [SIGNS[state] for state in states]
    assert len(set(signs)) == len(states)


@pytest.mark.parametrize("name", names())
def test_a_theme_gives_every_style_and_variable(name: str) -> None:
    theme = load(name)
    made = ink(theme)
    assert set(theme.text) == set(Ink.__slots__) - {"syntax", "modes"}
    assert set(made.modes) == {"ask", "accept-edits", "plan", "auto", "yolo"}
    variables = textual_theme(theme).variables
    assert {"muted", "selection-background", "cursor-background", "mode-accept-edits", "border"} <= set(variables)
    assert ink(theme) == made


def test_the_theme_of_the_terminal_names_no_colour_of_its_own() -> None:
    theme = load("terminal")
    paints = [*theme.text.values(), *theme.syntax.values(), *theme.modes.values()]
    used = {*theme.screen.values(), *(paint.colour for paint in paints), *(paint.ground for paint in paints)}
    assert used <= ANSI | {DEFAULT, ""}
    made = textual_theme(theme)
    assert (made.ansi, made.background, made.foreground) == (True, "ansi_default", "ansi_default")
