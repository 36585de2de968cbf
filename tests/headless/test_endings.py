"""Every kind of error has one subtype and one exit code."""

import inspect

import pytest

from heartbit_tui.headless import endings
from heartbit_tui.headless.endings import SUCCESS, Ending
from heartbit_tui.kernel import errors
from heartbit_tui.kernel.errors import (
    AuthenticationError,
    ConfigError,
    HeartbitError,
    InvalidRequestError,
    LimitError,
    NetworkError,
    RateLimitError,
    StoreError,
    UntrustedError,
)
from heartbit_tui.kernel.events import RunCompleted, RunFailed, RunInterrupted
from heartbit_tui.kernel.messages import Usage

SUBTYPES = {
    "success",
    "error_max_turns",
    "error_max_cost",
    "error_max_tokens",
    "error_timeout",
    "error_permission",
    "error_auth",
    "error_network",
    "error_provider",
    "error_config",
    "error_tool",
    "interrupted",
}
CODES = {0, 1, 2, 3, 41, 52, 55, 69, 75, 77, 124, 130, 143}


@pytest.mark.parametrize(
    ("kind", "subtype", "code"),
    [
        ("max_turns", "error_max_turns", 3),
        ("max_tokens", "error_max_tokens", 3),
        ("max_cost", "error_max_cost", 3),
        ("timeout", "error_timeout", 124),
        ("auth", "error_auth", 41),
        ("network", "error_network", 69),
        ("provider", "error_provider", 69),
        ("retryable", "error_provider", 75),
        ("overflow", "error_provider", 1),
        ("permission", "error_permission", 77),
        ("config", "error_config", 52),
        ("untrusted", "error_config", 55),
        ("usage", "error_config", 2),
        ("doom_loop", "error_tool", 1),
        ("answer", "error_tool", 1),
        ("guardrail", "error_tool", 1),
        ("store", "error_tool", 1),
        ("crash", "error_tool", 1),
        ("never heard of", "error_tool", 1),
    ],
)
def test_a_kind_decides_subtype_and_exit_code(kind: str, subtype: str, code: int) -> None:
    expected = Ending(subtype=subtype, exit_code=code, kind=kind, error="why")
    assert endings.failed(kind, "why") == expected
    assert endings.of(RunFailed(error="why", partial_usage=Usage(), kind=kind)) == expected
    assert expected.is_error


def test_every_error_of_the_kernel_ends_as_promised() -> None:
    classes = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, HeartbitError)]
    told = {endings.failed(each.kind, "") for each in classes}
    assert len(classes) >= 17
    assert {ending.subtype for ending in told} <= SUBTYPES - {"success", "interrupted"}
    assert {ending.exit_code for ending in told} <= CODES - {0}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AuthenticationError("x"), 41),
        (ConfigError("x"), 52),
        (UntrustedError("x"), 55),
        (NetworkError("x"), 69),
        (InvalidRequestError("x"), 69),
        (RateLimitError("x"), 75),
        (StoreError("x"), 1),
        (ExceptionGroup("several", [ExceptionGroup("inner", [ConfigError("x")])]), 52),
    ],
)
def test_an_exception_ends_as_its_kind_does(error: Exception, code: int) -> None:
    ending = endings.of_error(error)
    assert (ending.exit_code, ending.error) == (code, "x")


def test_a_fault_of_ours_says_so() -> None:
    ending = endings.of_error(KeyError("x"))
    assert (ending.kind, ending.exit_code) == ("crash", 1)
    assert "KeyError" in ending.error


def test_the_other_ends() -> None:
    assert endings.of(RunCompleted(total_usage=Usage(), tool_calls_made=0)) is SUCCESS
    assert endings.of(RunInterrupted(reason="the user")).exit_code == 130
    assert endings.interrupted("SIGTERM", 143).exit_code == 143
    assert LimitError("turns", used=1, bound=1).kind == "limit"
