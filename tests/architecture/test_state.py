"""Nothing at module level changes or happens."""

import pytest

from tests.architecture.source import found, module, package_modules
from tests.architecture.state import import_effects, mutable_state


def test_no_module_holds_state() -> None:
    assert found(mutable_state, package_modules()) == []


def test_nothing_happens_at_import() -> None:
    assert found(import_effects, package_modules()) == []


@pytest.mark.parametrize(
    "text",
    [
        "seen = []",
        "seen: dict[str, int] = {}",
        "SEEN: Final = {}",
        "SEEN = defaultdict(list)",
        "SEEN = dict[str, int]()",
        "SEEN = collections.deque()",
        "SEEN = {name: 1 for name in 'ab'}",
        "if x:\n    SEEN = set()",
        "try:\n    import a\nexcept ImportError:\n    seen = []",
        "def f():\n    global seen",
        "LOCK = asyncio.Lock()",
    ],
)
def test_state_is_found(text: str) -> None:
    assert len(list(mutable_state(module("a.py", text)))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "__all__ = ['a']",
        "NAMES = ('a', 'b')",
        "NAMES = frozenset({'a'})",
        "NAMES: Final[Mapping[str, int]] = {'a': 1}",
        "NAMES: Mapping[str, int] = {'a': 1}",
        "NAMES = MappingProxyType({'a': 1})",
        "WORD = re.compile('a')",
        "T = TypeVar('T')",
        "log = logging.getLogger(__name__)",
        "DEFAULT = Settings(names=['a'])",
        "def f():\n    seen = []",
        "if __name__ == '__main__':\n    seen = []",
    ],
)
def test_constants_are_no_state(text: str) -> None:
    assert list(mutable_state(module("a.py", text))) == []


@pytest.mark.parametrize(
    "text",
    ["print(1)", "sys.modules['a'] = b", "os.environ['A'] = 'b'", "for a in b: pass", "if x:\n    run()", "a += 1"],
)
def test_an_effect_is_found(text: str) -> None:
    assert len(list(import_effects(module("a.py", text)))) == 1


@pytest.mark.parametrize(
    "text", ['"""Words."""', "a = 1", "def f():\n    run()", "if __name__ == '__main__':\n    run()"]
)
def test_declarations_are_no_effects(text: str) -> None:
    assert list(import_effects(module("a.py", text))) == []
