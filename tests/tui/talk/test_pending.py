"""What was sent and has not come into the conversation yet."""

import random

from heartbit_tui.kernel.events import Event, PromptQueued
from heartbit_tui.tui.talk.pending import How, Pending
from heartbit_tui.tui.transcript.blocks import Prompt
from tests.tui.transcript.story import Log, said

CASES = 300
HOWS: tuple[How, ...] = ("prompt", "steer", "queued")


def take(pending: Pending, *events: Event) -> None:
    log = Log()
    log.tell(*events)
    for envelope in log.envelopes:
        pending.take(envelope)


def test_what_arrives_waits_no_longer_and_the_rest_keeps_its_order() -> None:
    pending = Pending()
    for text, how in zip(("one", "two", "three"), HOWS, strict=True):
        pending.send(text, how)
    take(pending, said("two", "steer"))
    assert list(pending.blocks) == [Prompt(text="one"), Prompt(text="three", how="queued")]
    assert pending.queued == 1


def test_words_that_go_to_the_model_unseen_are_recognised_by_all_of_them() -> None:
    pending = Pending()
    pending.send("and?", "prompt", words="$ ls\n\nand?")
    assert list(pending.blocks) == [Prompt(text="and?")]
    take(pending, said("and?"))
    assert pending.blocks
    take(pending, said("$ ls\n\nand?"))
    assert not pending.blocks


def test_a_word_for_the_run_that_nobody_read_becomes_a_prompt_that_waits() -> None:
    pending = Pending()
    pending.send("be brief", "steer")
    take(pending, PromptQueued(text="be brief", position=1))
    assert list(pending.blocks) == [Prompt(text="be brief", how="queued")]
    take(pending, PromptQueued(text="from elsewhere", position=2))
    assert [block.text for block in pending.blocks] == ["be brief", "from elsewhere"]
    take(pending, said("be brief"), said("from elsewhere"))
    assert not pending.blocks


def test_the_same_blocks_stay_the_same_while_nothing_changes() -> None:
    pending = Pending()
    pending.send("one", "prompt")
    blocks = pending.blocks
    take(pending, said("another"))
    assert pending.blocks is blocks


def test_300_random_talks_end_with_nothing_waiting_whatever_is_said_twice() -> None:
    for seed in range(CASES):
        dice = random.Random(seed)
        pending, sent = Pending(), [dice.choice("abc") for _ in range(dice.randint(1, 12))]
        for text in sent:
            pending.send(text, dice.choice(HOWS))
        dice.shuffle(sent)
        for number, text in enumerate(sent):
            assert len(pending.blocks) == len(sent) - number
            take(pending, said(text, dice.choice(("prompt", "steer"))))
        assert (list(pending.blocks), pending.queued) == ([], 0)
