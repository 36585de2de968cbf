"""The commands of `heartbit eval` and `heartbit bench`, in the order in which help shows them."""

from heartbit_tui.cli.flags import MODES, with_everywhere
from heartbit_tui.cli.spec import Command, Flag, Word

CASES = Word("dir", "a folder of cases, or one file; the tasks that come with heartbit without", "?")
JSON = Flag(("--json",), "as JSON")
CASE = Flag(("--case",), "only cases with such names, * for anything; may be repeated", "many", "GLOB")

EVAL = (
    Command(
        "eval run",
        "eval",
        "have the agent do cases and judge what comes of it; the exit code is 1 where one did not pass",
        (CASES,),
        with_everywhere(
            CASE,
            Flag(("--repeat",), "do each case so many times", "count", "N", default=1),
            Flag(("--parallel",), "so many attempts at once", "count", "N", default=1),
            Flag(("--provider",), "the model service; scripted plays the answers of the cases", "text", "NAME"),
            Flag(("--model",), "the model", "text", "NAME"),
            Flag(("--effort",), "how much the model thinks first", "text", "LEVEL", ("none", "low", "medium", "high")),
            Flag(("--judge-model",), "the model that is asked about criteria, [PROVIDER/]MODEL", "text", "NAME"),
            Flag(("--scorer",), "let a scorer of an installed package judge too; may be repeated", "many", "NAME"),
            Flag(
                ("--permission-mode",),
                "auto in a sandbox, accept-edits without one, or what you say",
                "text",
                "MODE",
                MODES,
            ),
            Flag(("--max-turns",), "stop an attempt after so many model calls", "count", "N"),
            Flag(("--max-tokens",), "stop an attempt when so many tokens are spent", "count", "N"),
            Flag(("--max-cost",), "stop an attempt that has cost this", "amount", "USD"),
            Flag(("--json",), "the results as JSON, into this file where one is named", "maybe", "FILE"),
            Flag(("--html",), "write them as a page that needs nothing else", "file", "FILE"),
        ),
        (
            "heartbit eval run --provider scripted",
            "heartbit eval run evals/ --repeat 5 --parallel 4 --json now.json",
            "heartbit eval run --case 'json-*' --model anthropic/claude-haiku-4-5",
        ),
    ),
    Command("eval list", "eval", "list cases", (CASES,), with_everywhere(CASE, JSON), ("heartbit eval list evals/",)),
    Command(
        "eval compare",
        "eval",
        "tell what differs between the results of two runs, and how sure that is",
        (Word("a", "results that eval run wrote with --json"), Word("b", "the other results")),
        with_everywhere(JSON),
        ("heartbit eval compare before.json after.json",),
    ),
    Command(
        "eval new",
        "eval",
        "write a file with cases to begin with",
        (Word("dir", "the folder, which is made where it is missing"),),
        with_everywhere(),
        ("heartbit eval new evals/",),
    ),
    Command(
        "bench",
        "bench",
        "measure heartbit, and other agents that are installed, on this machine; no model is asked",
        groups=with_everywhere(
            Flag(("--rounds",), "measure each so many times, 10 without", "count", "N", default=10),
            Flag(("--turns",), "turns of the run that tells the time per turn, 20 without", "count", "N", default=20),
            Flag(("--no-peers",), "heartbit alone"),
            JSON,
        ),
        examples=("heartbit bench", "heartbit bench --rounds 20 --json"),
    ),
)
