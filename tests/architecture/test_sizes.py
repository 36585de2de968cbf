"""Files, functions and classes stay small."""

from tests.architecture.sizes import limit_for, long_files, long_functions, wide_classes
from tests.architecture.source import found, module, modules_under

ALL = modules_under("heartbit_tui", "tests", "benchmarks")


def test_no_file_is_long() -> None:
    assert found(long_files, ALL) == []


def test_no_function_is_long() -> None:
    assert found(long_functions, ALL) == []


def test_no_class_has_many_public_methods() -> None:
    assert found(wide_classes, ALL) == []


def test_a_long_file_is_found() -> None:
    sample = module("heartbit_tui/big.py", "pass\n" * 401)
    assert list(long_files(sample)) == ["heartbit_tui/big.py: 401 lines, 400 allowed"]


def test_kernel_files_are_held_shorter_and_tests_may_be_longer() -> None:
    paths = (
        "heartbit_tui/kernel/loop.py",
        "heartbit_tui/kernel/bus.py",
        "heartbit_tui/wire/json.py",
        "tests/test_a.py",
    )
    assert [limit_for(path) for path in paths] == [150, 250, 400, 500]


def test_a_long_function_is_found_in_a_class_too() -> None:
    body = "        pass\n" * 50
    sample = module("a.py", f"class A:\n    async def long(self):\n{body}")
    assert list(long_functions(sample)) == ["a.py:2: long has 51 lines, 50 allowed"]


def test_public_methods_are_counted_once_a_name_and_private_ones_not() -> None:
    names = [*(f"m{number}" for number in range(16)), "m0", "_private"]
    methods = "".join(f"    def {name}(self): ...\n" for name in names)
    sample = module("a.py", f"class Wide:\n{methods}")
    assert list(wide_classes(sample)) == ["a.py:1: Wide has 16 public methods, 15 allowed"]
