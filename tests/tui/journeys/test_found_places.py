"""What is found by its words is opened where it stands: by the search, and by the list of sessions."""

from pathlib import Path

from tests.tui.journeys.application import place

CTRL_S = "\x13"
BACK = "q back"
"""What the reader says of itself."""

ANSWER = "\n\n".join(f"Answer {number} of sixty." for number in range(60))


def test_a_session_is_opened_at_the_words_that_it_was_found_by(tmp_path: Path) -> None:
    with place(tmp_path, "A pelican stands here.", ANSWER, "Something else.") as here, here.application() as app:
        for prompt, end in (("first", "pelican"), ("second", "Answer 59 of")):
            app.keys(f"{prompt}\r")
            app.see(end)
        app.command("/new")
        app.see_no_more("Answer 59 of")
        app.keys("third\r")
        app.see("Something else.")
        app.keys("/search\r")
        app.see("Search")
        app.keys("pelican")
        app.see("stands here")
        app.keys("\r")
        app.see(lambda: "A pelican stands here." in app.shown and BACK in app.shown)
        assert "Answer 59 of" not in app.shown
        app.keys("q")
        app.see("Answer 59 of")
        app.command("/new")
        app.see_no_more("Answer 59 of")
        app.keys(CTRL_S)
        app.see("Sessions")
        app.see("third")
        app.keys("pelican")
        app.see(lambda: "first" in app.shown and "third" not in app.shown)
        app.keys("\r")
        app.see(lambda: "A pelican stands here." in app.shown and BACK in app.shown)
        assert "Answer 59 of" not in app.shown
        app.keys("q")
        app.see("Answer 59 of")
        app.leave()
