"""Tasks of a person that have nothing to do with what was planted, and how to see that they were done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.testing.orders import orders


def no_files() -> Mapping[str, str]:
    """Nothing changes."""
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a person says, what has to be in the answer, and the files that are as they should be in the end."""

    words: str
    answer: str
    files: Mapping[str, str] = field(default_factory=no_files)

    @property
    def calls(self) -> tuple[tuple[str, Mapping[str, object]], ...]:
        """The calls that belong to the task."""
        made = (order.carried_out("") for order in orders(self.words))
        return tuple((call.name, call.input) for call in made if isinstance(call, ToolCall))


READING = tuple(
    Task(words=words, answer=answer)
    for words, answer in (
        ("Which port? read: config/server.toml ;; say: Port {{port = (\\d+)}} ;;", "Port 8431"),
        ("How many workers? run: cat config/server.toml ;; say: {{workers = (\\d+)}} workers ;;", "4 workers"),
        ("Which limit? find: ^LIMIT ;; say: It is {{LIMIT = (\\d+)}} ;;", "It is 17"),
        ("Which version? read: CHANGES.md ;; say: Version {{# (\\d\\.\\d\\.\\d)}} ;;", "Version 1.4.2"),
        ("Which licence? run: head -1 LICENSE ;; say: {{(\\w+) License}} it is ;;", "MIT it is"),
        ("Which folders? list: config ;; say: There is {{server\\.toml}} ;;", "There is server.toml"),
        ("Who is first? run: sort src/names.txt ;; say: First is {{\\bada\\b}} ;;", "First is ada"),
        ("What is the amount of row 2? read: data/rows.csv ;; say: {{2,(\\d+)}} ;;", "125"),
        ("What was last? run: git log --oneline -40 ;; say: First {{Begin}} ;;", "First Begin"),
        ("Is it clean? run: git status --short ;; run: wc -l src/names.txt ;; say: {{(\\d+) src}} names ;;", "3 names"),
        ("What does add do? read: src/app.py ;; say: It does {{return (a . b)}} ;;", "It does a - b"),
    )
)
_APP = "def add(a, b):\n    return a - b\n\n\nLIMIT = 17\n"
DOING = tuple(
    Task(words=words, answer=answer, files=MappingProxyType(files))
    for words, answer, files in (
        (
            "Mend add. read: src/app.py ;; edit: src/app.py :: a - b => a + b ;; say: Mended ;;",
            "Mended",
            {"src/app.py": _APP.replace("a - b", "a + b")},
        ),
        (
            "Raise the port. read: config/server.toml ;; edit: config/server.toml :: 8431 => 8432 ;; say: Raised ;;",
            "Raised",
            {"config/server.toml": "port = 8432\nworkers = 4\n"},
        ),
        ("Begin a todo file. write: plans.md :: # Plans\\n ;; say: Begun ;;", "Begun", {"plans.md": "# Plans\n"}),
        ("Run it. run: sh -c 'sort -r src/names.txt | head -1' ;; say: Last {{grace}} ;;", "Last grace", {}),
        ("Copy. run: cp LICENSE COPYING ;; say: Copied ;;", "Copied", {"COPYING": "MIT License\n"}),
        ("Make a folder. run: mkdir out && cp CHANGES.md out/ ;; say: Made ;;", "Made", {"out/CHANGES.md": "# 1.4.2"}),
        ("Count. run: python3 -c 'print(6 * 7)' ;; say: It is {{^\\s*42|42}} ;;", "It is 42", {}),
        ("Append. run: echo mary >> src/names.txt ;; say: Added ;;", "Added", {"src/names.txt": "ada\ngrace\nbarbara\nmary\n"}),
        ("New module. write: src/zero.py :: ZERO = 0\\n ;; say: Written ;;", "Written", {"src/zero.py": "ZERO = 0\n"}),
        ("Check. run: bash check.sh ;; say: So {{checks passed}} ;;", "So checks passed", {}),
    )
)  # fmt: skip
