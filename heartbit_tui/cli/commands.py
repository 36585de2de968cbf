"""The table of all commands, in the order in which help shows them."""

from types import MappingProxyType

from heartbit_tui.cli.auth_commands import AUTH
from heartbit_tui.cli.daemon_commands import DAEMON
from heartbit_tui.cli.eval_commands import EVAL
from heartbit_tui.cli.flags import ACP, CHAT, FORCE, JSON, MODES, RUN, with_everywhere
from heartbit_tui.cli.heartbeat_commands import HEARTBEAT
from heartbit_tui.cli.inbox_commands import INBOX
from heartbit_tui.cli.mcp_commands import MCP
from heartbit_tui.cli.memory_commands import MEMORY
from heartbit_tui.cli.reach_commands import REACH
from heartbit_tui.cli.schedule_commands import SCHEDULE
from heartbit_tui.cli.skills_commands import SKILLS
from heartbit_tui.cli.spec import Command, Flag, Word
from heartbit_tui.cli.workflow_commands import WORKFLOW

ID = Word("id", "the session; the beginning of its id is enough")
SINCE = Flag(("--since",), "only from then on: 30m, 12h, 7d, or a time such as 2026-01-31", "text", "WHEN")
OVERWRITE = Flag(("--overwrite",), "put back also what somebody else has changed since")

COMMANDS = (
    Command(
        "run",
        "run",
        "do a task, from start to end",
        (Word("task", "what to do; `-` reads it from stdin", "*"),),
        RUN,
        (
            'heartbit run "add a test for parse_date and make it pass"',
            'git diff | heartbit -p "review this"',
            'heartbit -p "which files define routes?" --output-format json',
            'heartbit -c -p "now mend it" --permission-mode accept-edits --allow "bash(make test)"',
        ),
    ),
    Command(
        "chat", "chat", "a conversation, line by line", groups=CHAT, examples=("heartbit chat", "heartbit chat -c")
    ),
    Command(
        "sessions list",
        "sessions",
        "list sessions, the newest first",
        groups=with_everywhere(
            Flag(("--search",), "only those that hold these words", "text", "WORDS"),
            Flag(("--all",), "of all directories, not of this one alone"),
            JSON,
        ),
        examples=("heartbit sessions list", "heartbit sessions list --all --search 'login form'"),
    ),
    Command(
        "sessions search",
        "sessions",
        "find what was said and done in all sessions, the newest first",
        (Word("words", "words that one text holds, each as a beginning; a phrase in quotes of its own", "*"),),
        with_everywhere(
            Flag(("--here",), "only in the sessions of this directory"),
            Flag(("--limit",), "so many at most, 20 without", "count", "N"),
            JSON,
        ),
        ("heartbit sessions search login form", """heartbit sessions search '"no such file"' --json"""),
    ),
    Command("sessions show", "sessions", "show what a session is about", (ID,), with_everywhere(JSON)),
    Command(
        "sessions rename",
        "sessions",
        "give a session a title",
        (ID, Word("title", "the title", "*")),
        with_everywhere(),
    ),
    Command("sessions fork", "sessions", "copy a session, to go on from there", (ID,), with_everywhere()),
    Command("sessions delete", "sessions", "remove a session for good", (ID,), with_everywhere(FORCE)),
    Command(
        "sessions export",
        "sessions",
        "write a session as Markdown or HTML, without the keys in it, or whole as JSON lines",
        (ID,),
        with_everywhere(
            Flag(("--format",), "the form", "text", "FORMAT", ("markdown", "html", "jsonl"), "markdown"),
            Flag(("-o", "--output"), "into this file instead of stdout", "file", "FILE"),
        ),
    ),
    Command(
        "sessions import",
        "sessions",
        "take in a session that was exported as JSON lines",
        (Word("file", "the file"),),
        with_everywhere(),
    ),
    Command(
        "sessions prune",
        "sessions",
        "remove sessions that were not used for long, or the oldest until the rest is small enough",
        groups=with_everywhere(
            Flag(("--max-days",), "not used for this many days", "count", "N"),
            Flag(("--max-mb",), "until the rest holds this many megabytes", "count", "N"),
            Flag(("--dry-run",), "only tell what would be removed"),
        ),
    ),
    Command(
        "sessions repair",
        "repair",
        "look for damage in the file of sessions, save what can be saved, keep the damaged file",
        groups=with_everywhere(Flag(("--dry-run",), "only tell what is damaged and what would be saved"), JSON),
        examples=("heartbit sessions repair --dry-run",),
    ),
    Command(
        "view",
        "view",
        "see a run again on the screen: play, pause, step, jump",
        (Word("what", "a file of stream-json or of an export, or a stored session"),),
        with_everywhere(
            Flag(("--still",), "show all of it at once instead of playing it"),
            Flag(("--speed",), "times as fast as it happened", "amount", "N"),
            Flag(("--follow",), "go on reading a file that still grows"),
            Flag(("--agent",), "stop at events of this agent alone", "text", "NAME"),
            Flag(("--tool",), "stop at events of this tool alone", "text", "NAME"),
            Flag(("--kind",), "stop at events of this kind alone, such as run_failed", "text", "KIND"),
            Flag(("--errors",), "stop at what went wrong alone"),
            Flag(("--html",), "write what passes as an HTML page instead, the agents side by side", "file", "FILE"),
        ),
        ("heartbit view run.jsonl", "heartbit view 3f2a --speed 4", "heartbit view 3f2a --errors --html wrong.html"),
    ),
    Command(
        "sessions context",
        "filling",
        "tell what would fill the model's window if a session were taken up again now",
        (ID,),
        with_everywhere(JSON),
        ("heartbit sessions context 3f2a", "heartbit sessions context 3f2a --json"),
    ),
    Command("sessions disk", "sessions", "tell what sessions take up on disk", groups=with_everywhere(JSON)),
    Command(
        "undo",
        "undo",
        "go back to before a prompt or a call: the chat, the files that changed since, or both",
        (Word("id", "the session; the last one of this directory without", "?"),),
        with_everywhere(
            Flag(("--to",), "before this prompt, or this call of it; the last prompt without", "text", "N[.M]"),
            Flag(("--files",), "the files alone"),
            Flag(("--chat",), "the chat alone"),
            Flag(("--both",), "chat and files, as without any of these"),
            Flag(("--list",), "only list what one can go back to"),
            OVERWRITE,
            JSON,
            FORCE,
        ),
        ("heartbit undo", "heartbit undo --list", "heartbit undo --to 3.2 --files --yes"),
    ),
    Command(
        "redo",
        "undo",
        "take the last undo back",
        (Word("id", "the session; the last one of this directory without", "?"),),
        with_everywhere(OVERWRITE, JSON, FORCE),
    ),
    Command(
        "gc",
        "collecting",
        "remove what undo does not need any more, and the oldest of it where it takes too much room",
        groups=with_everywhere(
            Flag(("--max-mb",), "until it takes at most so many megabytes", "count", "N"),
            Flag(("--dry-run",), "only tell what would be removed"),
            JSON,
        ),
    ),
    Command(
        "config explain",
        "config",
        "show settings, and the file and line that each came from",
        (Word("key", "such as provider.model; all without", "?"),),
        with_everywhere(JSON),
        ("heartbit config explain provider.model",),
    ),
    Command("config path", "config", "show the files that settings are read from", groups=with_everywhere()),
    *AUTH,
    Command("trust list", "trust", "list the directories whose own settings count", groups=with_everywhere()),
    Command(
        "trust add",
        "trust",
        "let a directory's own settings count",
        (Word("directory", "this one without", "?"),),
        with_everywhere(),
    ),
    Command(
        "trust diff",
        "trust",
        "show what changed since a directory was trusted, without keys",
        (Word("directory", "this one without", "?"),),
        with_everywhere(),
    ),
    Command(
        "trust remove",
        "trust",
        "take a directory's trust away",
        (Word("directory", "this one without", "?"),),
        with_everywhere(),
    ),
    Command(
        "permissions list", "permissions", "list the rules that were learned from approvals", groups=with_everywhere()
    ),
    Command(
        "permissions revoke", "permissions", "forget a learned rule", (Word("rule", "as listed"),), with_everywhere()
    ),
    Command(
        "permissions explain",
        "explaining",
        "say which commands a line holds, what decides each, and what comes of the whole",
        (Word("call", "the command line, or the arguments of another tool as JSON; `-` reads it from standard input"),),
        with_everywhere(
            Flag(("--tool",), "the tool that is called, bash without", "text", "NAME"),
            Flag(
                ("--mode",),
                "the mode; the one of the settings without",
                "text",
                "MODE",
                MODES,
            ),
            JSON,
        ),
        examples=(
            'heartbit permissions explain "git log | sudo tee notes"',
            """heartbit permissions explain --tool write '{"file_path": ".git/config", "content": ""}'""",
        ),
    ),
    Command(
        "permissions test",
        "judging",
        "say what would be decided about calls, one JSON object a line",
        groups=with_everywhere(
            JSON, Flag(("--stdin",), "read the calls from standard input: id, tool, input, mode, allow, ask, deny")
        ),
        examples=(
            """echo '{"tool": "bash", "input": {"command": "git log"}}' | heartbit permissions test --json --stdin""",
        ),
    ),
    Command(
        "audit list",
        "audit",
        "list what was decided and done, the newest first",
        groups=with_everywhere(
            Flag(("--session",), "only of this session", "text", "ID"),
            SINCE,
            Flag(("--tool",), "only calls of this tool", "text", "NAME"),
            Flag(("--decision",), "only what was decided so", "text", "DECISION", ("allow", "ask", "deny")),
            Flag(("--tenant",), "only of this tenant; '' for what was done here for nobody else", "text", "NAME"),
            Flag(("--by",), "only in the name of this user", "text", "USER"),
            Flag(("--limit",), "so many at most, 50 without", "count", "N"),
            JSON,
        ),
        examples=("heartbit audit list --since 7d --decision deny", "heartbit audit list --tool bash --json"),
    ),
    Command(
        "audit show", "audit", "show one row of the audit whole", (Word("row", "its number"),), with_everywhere(JSON)
    ),
    Command(
        "audit export",
        "audit",
        "write the audit as JSON lines, the oldest first",
        (Word("file", "the file; stdout without", "?"),),
        with_everywhere(SINCE),
        ("heartbit audit export audit.jsonl --since 2026-01-01",),
    ),
    Command(
        "audit verify",
        "audit",
        "find out whether a row was changed, taken out or put in; the exit code is 1 then",
        groups=with_everywhere(JSON),
    ),
    Command(
        "cost",
        "costing",
        "tell what models cost by day, in all sessions",
        groups=with_everywhere(Flag(("--days",), "so many days, 14 without", "count", "N"), JSON),
        examples=("heartbit cost --days 30",),
    ),
    Command(
        "stats",
        "stats",
        "tell in figures what was done: runs, calls, tokens, cost, and how long it took",
        (Word("id", "the session; those of this directory without", "?"),),
        with_everywhere(
            Flag(("--days",), "sessions used in so many days, 14 without", "count", "N"),
            Flag(("--all",), "of all directories, not of this one alone"),
            JSON,
        ),
        ("heartbit stats", "heartbit stats 3f2a --json"),
    ),
    Command(
        "privacy",
        "privacy",
        "tell every host that could be contacted and why, what leaves this machine, and what never does",
        groups=with_everywhere(JSON),
        examples=("heartbit privacy", "heartbit privacy --json"),
    ),
    *MEMORY,
    Command(
        "knowledge index",
        "knowledge",
        "index the documents of this project, as far as they changed, for knowledge_search",
        (Word("sources", "files, folders, patterns or URLs to index from now on", "*"),),
        with_everywhere(
            Flag(("--forget",), "a source that was added by hand and goes; may be repeated", "many", "SOURCE"), JSON
        ),
        ("heartbit knowledge index docs/ 'notes/**/*.md' https://example.com/manual", "heartbit knowledge index"),
    ),
    Command(
        "knowledge search",
        "knowledge",
        "search the indexed documents, by words and by meaning",
        (Word("query", "what to look for", "*"),),
        with_everywhere(
            Flag(("-k", "--number"), "so many passages at most, 5 without", "count", "N"),
            Flag(("--source",), "only documents whose path or URL begins so", "text", "PREFIX"),
            JSON,
        ),
        ("heartbit knowledge search how are releases made", "heartbit knowledge search retries --source docs/ --json"),
    ),
    Command("knowledge stats", "knowledge", "tell what is indexed", groups=with_everywhere(JSON)),
    *SCHEDULE,
    *SKILLS,
    *HEARTBEAT,
    *INBOX,
    *MCP,
    *REACH,
    Command(
        "import",
        "importing",
        "take over what was set up for another agent, after a look at what that would do",
        (Word("peer", "whose", choices=("claude", "codex", "gemini", "opencode", "vibe")),),
        with_everywhere(
            Flag(("--user",), "your own settings there become your own here, as without this"),
            Flag(("--project",), "the settings of this project there become those of this project here"),
            Flag(("--dry-run",), "only tell what would be done"),
            JSON,
            FORCE,
        ),
        ("heartbit import claude --dry-run", "heartbit import codex --project --yes"),
    ),
    *DAEMON,
    *WORKFLOW,
    *EVAL,
    Command("acp", "acp", "serve an editor that speaks the Agent Client Protocol, over stdin and stdout", groups=ACP),
    Command("models", "models", "list the models whose prices are known", groups=with_everywhere(JSON)),
    Command(
        "doctor", "doctor", "find out what is missing, in words that are safe to paste", groups=with_everywhere(JSON)
    ),
    Command(
        "completions",
        "completions",
        "print the completions for a shell",
        (Word("shell", "the shell", choices=("bash", "zsh", "fish")),),
        with_everywhere(),
        ("heartbit completions bash >> ~/.bashrc", "heartbit completions zsh > ~/.zfunc/_heartbit"),
    ),
    Command("help", "help", "help on a command", (Word("command_words", "the command", "*"),), with_everywhere()),
)

DEFAULTS = MappingProxyType(
    {
        "sessions": "list",
        "config": "explain",
        "auth": "status",
        "trust": "list",
        "permissions": "list",
        "audit": "list",
        "memory": "list",
        "knowledge": "stats",
        "schedule": "list",
        "skills": "list",
        "heartbeat": "list",
        "inbox": "list",
        "daemon": "run",
        "mcp": "list",
        "workflow": "list",
        "eval": "list",
        "lsp": "list",
        "a2a": "list",
        "plugins": "list",
    }
)
"""What a command of two words means when the second is left out."""

BY_NAME = MappingProxyType({command.name: command for command in COMMANDS})
FIRST_WORDS = tuple(dict.fromkeys(command.name.partition(" ")[0] for command in COMMANDS))


def seconds_of(first: str) -> tuple[str, ...]:
    """The second words that a first one may have, none for a command of one word."""
    return tuple(name.partition(" ")[2] for name in BY_NAME if name.startswith(f"{first} "))
