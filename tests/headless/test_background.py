"""Commands in the background in a stream of JSON: begun, and ended with the session before its result."""

from heartbit_tui.providers.script import call
from tests.headless.machine import Machine, calls, kept, says, service


async def test_the_end_of_a_command_that_the_session_ends_is_told_before_the_result(machine: Machine) -> None:
    begun = calls(call("bash", command="echo up; sleep 600", run_in_background=True))
    async with service(machine, begun, says("It runs.")) as (_, known):
        done = await known.stream("-p", "serve", "--permission-mode", "yolo")
    told = [line for line in done.lines if line.get("subtype", "").startswith("job_")]
    assert [(line["subtype"], line["id"]) for line in told] == [("job_started", "bash_1"), ("job_ended", "bash_1")]
    assert told[1]["how"] == "closed"
    assert kept(done)["result"] == "It runs."
    assert done.lines[-1] == done.result
