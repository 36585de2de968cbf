"""Plans, goals and judgements in a conversation line by line."""

from heartbit_tui.client.pursued import NOTHING_HERE, pursue
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Mode, Prompt, SetMode
from heartbit_tui.repl.conversation import Conversation

PLANNING = "The mode is plan: say what is to be planned. Nothing is changed before a plan is started."


async def plan(conversation: Conversation, task: str) -> None:
    """/plan [TASK]: plan a task; without one the newest plan is asked about, where it was not started yet."""
    client = conversation.client
    plans = client.plans
    await conversation.settled()
    if not task and plans is not None and plans.newest is not None and not plans.started:
        try:
            plans.review()
        except HeartbitError as error:
            conversation.tell(str(error), warning=True)
            return
        await conversation.until(lambda: conversation.waiting is not None or not client.running)
        return
    client.submit(SetMode(mode=Mode.PLAN))
    if task:
        client.submit(Prompt(content=(Text(text=task),)))
        await conversation.until(lambda: conversation.busy or not client.running)
    else:
        conversation.tell(PLANNING)


async def goal(conversation: Conversation, argument: str) -> None:
    """/goal [TEXT]."""
    try:
        told = await pursue(conversation.client.goals, argument)
    except HeartbitError as error:
        conversation.tell(str(error), warning=True)
        return
    if told:
        conversation.tell(told)
    await conversation.settled()


async def judge(conversation: Conversation, _: str) -> None:
    """/judge: what came of it is told by its event."""
    await conversation.settled()
    client = conversation.client
    try:
        if client.goals is None:
            raise HeartbitError(NOTHING_HERE)
        client.goals.judge()
    except HeartbitError as error:
        conversation.tell(str(error), warning=True)
        return
    await conversation.until(lambda: conversation.busy or not client.running)
