"""Descriptions of parameters are found in each of the usual ways to write them."""

import pytest

from heartbit_tui.library.docstrings import parsed

GOOGLE = """Count words.

    Of any text.

    Args:
        text: what is counted
            in it
        unit (str): of what

    Returns:
        text: a number
    """
NUMPY = """Count words.

    Of any text.

    Parameters
    ----------
    text : str
        what is counted
        in it
    unit
        of what

    Returns
    -------
    text
        a number
    """
SPHINX = """Count words.

    Of any text.

    :param text: what is counted
        in it
    :param str unit: of what
    :returns: a number
    """


@pytest.mark.parametrize("text", [GOOGLE, NUMPY, SPHINX], ids=["google", "numpy", "sphinx"])
def test_each_way_tells_the_same(text: str) -> None:
    found = parsed(text)
    assert found.text == "Count words.\n\nOf any text."
    assert dict(found.parameters) == {"text": "what is counted in it", "unit": "of what"}


def test_words_that_only_look_like_a_section_stay_text() -> None:
    found = parsed("Notes are kept.\n\nReturns\nnothing: at all")
    assert found.text == "Notes are kept.\n\nReturns\nnothing: at all"
    assert dict(found.parameters) == {}


def test_no_docstring_says_nothing() -> None:
    assert (parsed(None).text, parsed("").text) == ("", "")
