"""What is written is what is read, for every type of the kernel."""

import dataclasses
import json
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from heartbit_tui.kernel.events import Envelope, Event, TextDelta, type_name
from heartbit_tui.kernel.messages import Message
from heartbit_tui.kernel.ops import Op
from heartbit_tui.wire import read, write
from heartbit_tui.wire.names import event_types, op_types, type_of
from tests.samples import samples
from tests.wire.strategies import EVENT_TYPES, OP_TYPES, envelopes, values

EVENTS: st.SearchStrategy[Event] = st.one_of([values(kind) for kind in EVENT_TYPES])
SLOW_DRAWS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
STEADY = settings(max_examples=25, deadline=None, suppress_health_check=SLOW_DRAWS)


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=type_of)
def test_every_event_reads_back_equal(kind: type[Event]) -> None:
    @STEADY
    @given(values(kind))
    def holds(event: Event) -> None:
        assert read.load(write.dump(event)) == event
        assert read.load(json.loads(write.encode(write.dump(event)))) == event
        assert read.body_reader(type_of(kind))(write.body(event)) == event

    holds()


@pytest.mark.parametrize("kind", OP_TYPES, ids=type_of)
def test_every_op_reads_back_equal(kind: type[Op]) -> None:
    @STEADY
    @given(values(kind))
    def holds(op: Op) -> None:
        assert read.load_op(json.loads(write.encode(write.dump(op)))) == op

    holds()


@settings(max_examples=samples(200, 50), deadline=None, suppress_health_check=SLOW_DRAWS)
@given(envelopes(EVENTS))
def test_every_envelope_is_one_ascii_line_that_reads_back_equal(envelope: Envelope) -> None:
    line = write.dumps(envelope)
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert read.loads(line) == envelope


@settings(max_examples=samples(100, 50), deadline=None, suppress_health_check=SLOW_DRAWS)
@given(values(Message))
def test_every_message_reads_back_equal(message: Message) -> None:
    assert read.load_message(json.loads(write.encode(write.dump_message(message)))) == message


def test_types_are_named_as_the_kernel_names_them() -> None:
    assert set(event_types()) == {type_name(kind) for kind in get_args(Event)}
    assert len(event_types()) == len(EVENT_TYPES)
    assert len(op_types()) == len(OP_TYPES)


def test_no_field_of_an_event_hides_its_place() -> None:
    place = {field.name for field in dataclasses.fields(Envelope)} - {"event"} | {"type"}
    clashes = {kind: place & {field.name for field in dataclasses.fields(kind)} for kind in EVENT_TYPES}
    assert {kind: names for kind, names in clashes.items() if names} == {}


@pytest.mark.parametrize("number", [float("inf"), float("-inf")])
def test_numbers_outside_json_are_strict_json_and_read_back(number: float) -> None:
    event = event_types()["budget_exceeded"]
    from_defaults = read.load(
        {"type": "budget_exceeded", "used": 1, "limit": 2, "partial_usage": {}},
    )
    assert isinstance(from_defaults, event)
    changed = dataclasses.replace(from_defaults, limit=number)
    assert read.load(json.loads(write.encode(write.dump(changed)), parse_constant=pytest.fail)) == changed


def test_deltas_are_short_on_the_wire() -> None:
    assert write.encode(write.dump(TextDelta(text="hi"), agent="a")) == '{"type":"text_delta","agent":"a","text":"hi"}'
