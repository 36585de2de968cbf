"""No text of the screen is parsed as markup: what might be has to say that it is not."""

import ast
from collections.abc import Iterator
from pathlib import Path

import heartbit_tui.tui

ROOT = Path(heartbit_tui.tui.__file__).parent
WIDGETS = frozenset({"Static", "Label", "Button", "Checkbox", "RadioButton", "Collapsible", "Link", "Markdown"})
PLAIN = frozenset({"Content", "Text", "assemble", "styled", "_styled"})
TITLES = frozenset({"border_title", "border_subtitle", "tooltip", "sub_title"})
PARSERS = frozenset({"from_markup", "render_markup", "to_content", "visualize"})


def faults(tree: ast.Module) -> Iterator[int]:
    """Lines at which text may become markup."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in WIDGETS:
                if not _refuses(node) and not _is_plain(node.args[:1]):
                    yield node.lineno
            case ast.Call(func=ast.Attribute(attr="notify")):
                if not _refuses(node):
                    yield node.lineno
            case ast.Call(func=ast.Attribute(attr=name)) if name in PARSERS:
                yield node.lineno
            case ast.Assign(targets=[ast.Attribute(attr=name)], value=value) if name in TITLES:
                if not _is_plain([value]):
                    yield node.lineno
            case _:
                pass


def _refuses(call: ast.Call) -> bool:
    """Whether the call says `markup=False`."""
    return any(
        each.arg == "markup" and isinstance(each.value, ast.Constant) and each.value.value is False
        for each in call.keywords
    )


def _is_plain(values: list[ast.expr]) -> bool:
    """Whether this is made of `Content` or `Text`, or is nothing at all."""
    for value in values:
        match value:
            case ast.Constant(value=None):
                pass
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in PLAIN:
                pass
            case ast.IfExp(body=body, orelse=orelse):
                return _is_plain([body]) and _is_plain([orelse])
            case _:
                return False
    return True


def test_no_widget_title_or_toast_takes_text_that_may_be_markup() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in ROOT.rglob("*.py")
        for line in faults(ast.parse(path.read_text()))
    ]
    assert found == []


def test_the_check_sees_what_it_is_for() -> None:
    wrong = (
        "Static(text)",
        "Static(f'{a}')",
        "Label('[b]x')",
        "self.border_title = f'{a}'",
        "self.border_title = text",
        "app.notify(text)",
        "app.notify(text, markup=True)",
        "Text.from_markup(text)",
        "w.border_subtitle = Content('a') if a else text",
    )
    right = (
        "Static(text, markup=False)",
        "Static(Content(text))",
        "self.border_title = Content(text)",
        "self.border_title = None",
        "app.notify(text, markup=False)",
        "w.border_subtitle = Content('a') if a else None",
    )
    assert [text for text in wrong if not list(faults(ast.parse(text)))] == []
    assert [text for text in right if list(faults(ast.parse(text)))] == []
