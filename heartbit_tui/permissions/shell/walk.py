"""A command line as its simple commands, found in every place where bash would run one."""

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from heartbit_tui.permissions.shell import grammar
from heartbit_tui.permissions.shell.expansions import harmless_expansion
from heartbit_tui.permissions.shell.folders import moved
from heartbit_tui.permissions.shell.nested import script_in
from heartbit_tui.permissions.shell.seen import HERE, File, Seen, Simple, Word
from heartbit_tui.permissions.shell.words import apart_by_blanks, is_one_word, text_of, word

if TYPE_CHECKING:
    from tree_sitter import Node

LONGEST = 10_000
"""Characters of a command line that is analysed; a longer one is unclear."""

FREE = frozenset({"/dev/null"})
_DEEPEST = 60
_DEEPEST_SCRIPT = 4
_NETWORK = re.compile(r"/dev/(?:tcp|udp)(?:/|$)")
_LOOP_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_HEREDOC_START = re.compile(r"(['\"]?)\w+\1")
_LITERALS = frozenset(
    (
        *("word", "number", "string", "raw_string", "ansi_c_string", "translated_string", "concatenation"),
        *("simple_expansion", "expansion", "command_substitution", "process_substitution", "arithmetic_expansion"),
        *("brace_expression", "extglob_pattern", "regex", "array", "command_name", "file_descriptor"),
    )
)
_BLOCKS = frozenset(
    (
        *("if_statement", "while_statement", "for_statement", "c_style_for_statement", "case_statement", "case_item"),
        *("elif_clause", "else_clause", "do_group"),
    )
)
_TESTS = frozenset(
    (
        *("-e", "-f", "-d", "-r", "-w", "-x", "-s", "-L", "-h", "-n", "-z", "-b", "-c", "-p", "-S", "=", "==", "!="),
        *("!", "&&", "||", "(", ")", "[", "]", "[[", "]]", "-nt", "-ot", "-ef", "=~", '"', "'"),
    )
)
_NUMBER_TESTS = frozenset(("-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-a", "-o"))


class After(NamedTuple):
    """The folders in which the shell may be: after a command that went well, and after it however it went."""

    well: tuple[str, ...]
    ever: tuple[str, ...]


@lru_cache(maxsize=16)
def look(command: str) -> Seen:
    """All that a command line would do, as far as can be told without running it; never raises."""
    return _seen(command, 0)


def _seen(command: str, depth: int) -> Seen:
    odd = _oddity(command)
    if odd and len(command) > LONGEST:
        return Seen(unclear=odd)
    walk = _Walk(depth)
    walk.unclear = odd
    root = grammar.parsed(_joined(command).encode("utf-8", "replace"))
    if root.has_error:
        walk.doubt("the line cannot be read as bash")
    walk.statement(root, HERE, 0)
    return Seen(commands=tuple(walk.commands), writes=tuple(walk.writes), reads=tuple(walk.reads), unclear=walk.unclear)


def _oddity(command: str) -> str:
    if len(command) > LONGEST:
        return f"the line has more than {LONGEST} characters"
    if any(_is_odd(char) for char in command):
        return "the line has characters that cannot be seen"
    if "\\\n" in command and ("'" in command or "<<" in command):
        return "the line is continued where that may be text"
    return ""


def _is_odd(char: str) -> bool:
    if " " <= char <= "~" or char in "\t\n":
        return False
    return char < " " or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp", "Mn", "Me")


def _joined(command: str) -> str:
    """The line without continuations."""
    return command if "'" in command or "<<" in command else command.replace("\\\n", "")


class _Walk:
    """One way through a syntax tree; what it finds is in its lists."""

    def __init__(self, depth: int) -> None:
        self.commands: list[Simple] = []
        self.writes: list[File] = []
        self.reads: list[File] = []
        self.unclear = ""
        self._names: frozenset[str] = frozenset()
        self._depth = depth
        self._blocks = 0

    def doubt(self, why: str) -> None:
        """Remember the first thing that could not be understood."""
        self.unclear = self.unclear or why

    def statement(self, node: "Node", folders: tuple[str, ...], depth: int) -> After:
        """Look at one statement that starts in these folders."""
        if depth > _DEEPEST:
            self.doubt("the line is nested too deep")
            return After(folders, folders)
        match node.type:
            case "command":
                return self._command(node, folders, depth)
            case "list":
                return self._list(node, folders, depth)
            case "program" | "compound_statement":
                return self._sequence(node, folders, depth)
            case "redirected_statement":
                return self._redirected(node, folders, depth)
            case "negated_command":
                ever = self._sequence(node, folders, depth).ever
                return After(ever, ever)
            case _:
                self._aside(node, folders, depth)
                return After(folders, folders)

    def _aside(self, node: "Node", folders: tuple[str, ...], depth: int) -> None:
        """Look at a statement after which the shell is in the folder in which it was."""
        match node.type:
            case "subshell":
                self._sequence(node, folders, depth)
            case "pipeline":
                for child in node.named_children:
                    self.statement(child, folders, depth + 1)
            case "test_command":
                self._test(node, folders, depth)
            case "declaration_command" | "unset_command" | "variable_assignment" | "variable_assignments":
                self._declaration(node, folders, depth)
            case "comment":
                pass
            case _:
                self._block(node, folders, depth)

    def _sequence(self, node: "Node", folders: tuple[str, ...], depth: int) -> After:
        after = After(folders, folders)
        for child in node.children:
            if not child.is_named:
                continue
            follower = child.next_sibling
            behind = follower is not None and follower.type == "&"
            reached = self.statement(child, after.ever, depth + 1)
            after = after if behind else reached
        return after

    def _list(self, node: "Node", folders: tuple[str, ...], depth: int) -> After:
        first, *rest = node.named_children or [node]
        after = self.statement(first, folders, depth + 1)
        chained = any(child.type == "&&" for child in node.children)
        for child in rest:
            right = self.statement(child, after.well if chained else after.ever, depth + 1)
            ever = _both(after.ever, right.ever)
            after = After(right.well if chained else ever, ever)
        return after

    def _block(self, node: "Node", folders: tuple[str, ...], depth: int) -> None:
        """A loop, a condition, or something that is not known and therefore unclear."""
        if node.type not in _BLOCKS:
            self.doubt(f"it has a {node.type.replace('_', ' ')}")
        if node.type in ("for_statement", "c_style_for_statement"):
            self._loop_name(node)
        self._blocks += 1
        for child in node.named_children:
            if child.type in _LITERALS:
                self._inside(child, folders, depth + 1)
            elif child.type != "variable_name":
                self.statement(child, folders, depth + 1)
        self._blocks -= 1

    def _loop_name(self, node: "Node") -> None:
        name = node.child_by_field_name("variable")
        if name is None or not _LOOP_NAME.fullmatch(text_of(name)):
            self.doubt("a loop sets a variable that may matter")
            return
        self._names |= {text_of(name)}

    def _redirected(self, node: "Node", folders: tuple[str, ...], depth: int) -> After:
        body = node.child_by_field_name("body")
        after = self.statement(body, folders, depth + 1) if body else After(folders, folders)
        for child in node.named_children:
            if child.type.endswith("_redirect"):
                self._redirect(child, after.ever, depth + 1)
        if not any(child.type == "heredoc_redirect" for child in node.named_children):
            self._keep_together(node)
        return after

    def _command(self, node: "Node", folders: tuple[str, ...], depth: int) -> After:
        words: list[Word] = []
        assigned: list[str] = []
        self._keep_together(node)
        for child in node.named_children:
            if child.type == "variable_assignment":
                assigned.append(self._assigned(child, folders, depth + 1))
            elif child.type.endswith("_redirect"):
                self._redirect(child, folders, depth + 1)
            else:
                words.append(word(child))
                self._inside(child, folders, depth + 1)
        simple = Simple(tuple(words), tuple(assigned), folders, self._place(node))
        self.commands.append(simple)
        self._script(simple)
        return self._moved(simple, folders)

    def _moved(self, simple: Simple, folders: tuple[str, ...]) -> After:
        reached = moved(simple.words, folders)
        if reached is None:
            return After(folders, folders)
        if not reached or self._blocks:
            self.doubt("it changes to a folder that cannot be told")
            return After(folders, folders)
        return After(reached, _both(folders, reached))

    def _place(self, node: "Node") -> int:
        return -1 if self._depth else node.start_byte

    def _script(self, simple: Simple) -> None:
        """Look at what a shell is told to run by a word of the line."""
        script = script_in(simple.words)
        if script is None:
            return
        if not script.plain or self._depth >= _DEEPEST_SCRIPT:
            self.doubt("it runs text that cannot be told")
            return
        seen = _seen(script.text, self._depth + 1)
        if seen.unclear:
            self.doubt(seen.unclear)
        if simple.folders != HERE:
            self.doubt("it runs a script in another folder")
        self.commands.extend(seen.commands)
        self.writes.extend(seen.writes)
        self.reads.extend(seen.reads)

    def _keep_together(self, node: "Node") -> None:
        """Doubt a command whose words have anything but blanks between them."""
        if not apart_by_blanks(node):
            self.doubt("a command goes on where bash might begin another")

    def _declaration(self, node: "Node", folders: tuple[str, ...], depth: int) -> None:
        self._keep_together(node)
        words = [Word(text_of(child)) for child in node.children[:1] if not child.is_named]
        assigned: list[str] = []
        pairs = [node] if node.type == "variable_assignment" else node.named_children
        for child in pairs:
            if child.type == "variable_assignment":
                assigned.append(self._assigned(child, folders, depth + 1))
                if words:
                    words.append(Word(text_of(child), plain=False))
            else:
                words.append(word(child))
                self._inside(child, folders, depth + 1)
        self.commands.append(Simple(tuple(words), tuple(assigned), folders, self._place(node)))

    def _assigned(self, node: "Node", folders: tuple[str, ...], depth: int) -> str:
        """The name of the variable that is set; its value is looked into."""
        name = node.child_by_field_name("name")
        for child in node.named_children:
            self._inside(child, folders, depth + 1)
        return text_of(name) if name else ""

    def _test(self, node: "Node", folders: tuple[str, ...], depth: int) -> None:
        self._keep_together(node)
        double = bool(node.children) and node.children[0].type == "[["
        waiting = list(node.children)
        while waiting:
            child = waiting.pop()
            if child.type in _LITERALS:
                found = word(child)
                if found.plain and "/" in found.text:
                    self.reads.append(File(found.text, found.wild, found.home, folders))
                self._inside(child, folders, depth + 1)
            elif child.children:
                waiting.extend(child.children)
            elif text_of(child) not in _TESTS and (double or text_of(child) not in _NUMBER_TESTS):
                self.doubt(f"it tests with {text_of(child)}")

    def _inside(self, node: "Node", folders: tuple[str, ...], depth: int) -> None:
        """Look into a word for commands and for variables."""
        if depth > _DEEPEST:
            self.doubt("the line is nested too deep")
            return
        match node.type:
            case "command_substitution" | "process_substitution":
                self._substitution(node, folders, depth)
            case "simple_expansion" | "expansion" | "arithmetic_expansion" | "subscript":
                if not harmless_expansion(node.type, text_of(node), self._names):
                    self.doubt(f"what {text_of(node)} stands for cannot be told")
                self._each_inside(node, folders, depth)
            case "word" if not is_one_word(text_of(node)):
                self.doubt("a command goes on where bash might begin another")
            case "array" | "translated_string" | "brace_expression" | "extglob_pattern":
                self.doubt(f"it has a {node.type.replace('_', ' ')}")
                self._each_inside(node, folders, depth)
            case _:
                self._each_inside(node, folders, depth)

    def _each_inside(self, node: "Node", folders: tuple[str, ...], depth: int) -> None:
        for child in node.named_children:
            self._inside(child, folders, depth + 1)

    def _substitution(self, node: "Node", folders: tuple[str, ...], depth: int) -> None:
        for child in node.named_children:
            if child.type.endswith("_redirect"):
                self._redirect(child, folders, depth + 1)
        plain = [child for child in node.named_children if not child.type.endswith("_redirect")]
        reached = folders
        for child in plain:
            reached = self.statement(child, reached, depth + 1).ever

    def _redirect(self, node: "Node", folders: tuple[str, ...], depth: int) -> None:
        if node.type == "heredoc_redirect":
            self._heredoc(node, folders, depth)
            return
        self._keep_together(node)
        targets = [child for child in node.named_children if child.type != "file_descriptor"]
        for target in targets:
            self._inside(target, folders, depth + 1)
        if node.type == "file_redirect":
            signs = "".join(child.type for child in node.children if not child.is_named)
            self._target(signs, targets, folders)

    def _target(self, signs: str, targets: "list[Node]", folders: tuple[str, ...]) -> None:
        if signs.endswith("&-"):
            return
        if len(targets) != 1:
            self.doubt("a redirection has words behind it")
            return
        found = word(targets[0])
        if signs in (">&", "<&") and found.text.isdigit():
            return
        if not found.plain or found.wild or found.home or _NETWORK.match(found.text) or not found.text:
            self.doubt("a redirection leads where cannot be told")
        if found.text not in FREE:
            kept = self.reads if signs == "<" else self.writes
            kept.append(File(found.text, found.wild, found.home, folders))

    def _heredoc(self, node: "Node", folders: tuple[str, ...], depth: int) -> None:
        quoted = False
        for child in node.named_children:
            if child.type == "heredoc_start":
                quoted = text_of(child)[:1] in ("'", '"')
                if not _HEREDOC_START.fullmatch(text_of(child)):
                    self.doubt("a here-document ends where cannot be told")
            elif child.type == "heredoc_body":
                if not quoted and re.search(r"[$`\\]", text_of(child)):
                    self.doubt("a here-document has parts that are filled in")
                self._each_inside(child, folders, depth)
            elif child.type.endswith("_redirect"):
                self._redirect(child, folders, depth + 1)
            elif child.type in _LITERALS:
                self.doubt("a here-document has words behind it")
            elif child.type not in ("heredoc_end", "file_descriptor"):
                self.statement(child, folders, depth + 1)


def _both(one: tuple[str, ...], two: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *two)))
