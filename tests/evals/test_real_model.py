"""A real language model, small as it is, is evaluated; what it manages is printed and not demanded."""

import json
from collections.abc import Iterator

import pytest

from tests.headless.machine import Machine
from tests.journeys import local_service
from tests.journeys.local_service import free_port, serving
from tests.journeys.test_real_model import PATIENT, run

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.timeout(580)]

TASKS = ("roman-numerals",)
SETTINGS = PATIENT.replace('"write", "edit", ', "").replace("max_output_tokens = 120", "max_output_tokens = 160")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    model = local_service.model_file()
    if model is None:
        pytest.skip(local_service.MISSING)
    with serving(model, free_port()) as address:
        yield address


async def test_a_small_real_model_is_evaluated_to_the_end_and_its_tokens_are_counted(
    machine: Machine, url: str
) -> None:
    mine = f'[provider]\nname = "mine"\n[providers.mine]\nkind = "openai"\nbase_url = "{url}/v1"\nmodel = "smollm2"\n'
    chosen = (word for task in TASKS for word in ("--case", task))
    found = machine.config(mine + SETTINGS)
    done = await run(found, "eval", "run", *chosen, "--json")
    assert done.code in (0, 1), done.err
    told = json.loads(done.out)
    assert (told["provider"], told["model"], told["summary"]["total"]) == ("mine", "smollm2", len(TASKS))
    for result in told["results"]:
        print(result["case_name"], result["passed"], result["actual_tools"], result["error"], result["seconds"])
        assert result["turns"] >= 1
        assert result["tokens"] > 0
        assert result["cost_usd"] is None
        assert {each["scorer"] for each in result["scores"]} >= {"command"}
    assert done.code == (0 if all(each["passed"] for each in told["results"]) else 1)
