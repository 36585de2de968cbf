"""A project's own settings wait for trust, and a run that cannot do without them says so."""

import json

import pytest

from heartbit_tui.kernel.messages import Text
from heartbit_tui.providers.script import Reply
from heartbit_tui.testing.model_server import ModelServer
from tests.headless.machine import Machine, kept

HELLO = Reply(blocks=(Text(text="Hello."),))


def own(url: str) -> str:
    return f'[provider]\nname = "mine"\nmodel = "m"\n[providers.mine]\nkind = "anthropic"\nbase_url = "{url}"\n'


async def test_a_provider_of_an_untrusted_project_ends_with_55_and_with_trust_it_answers(machine: Machine) -> None:
    async with ModelServer([HELLO]) as server:
        (machine.project / "heartbit.toml").write_text(own(server.url))
        refused = await machine.run("-p", "hi", "--json")
        assert server.requests == []
        assert (await machine.run("trust", "add")).code == 0
        trusted = await machine.run("-p", "hi", "--json")
    result = kept(refused)
    assert (refused.code, result["subtype"], result["error"]["kind"]) == (55, "error_config", "untrusted")
    assert "providers.mine.base_url" in result["error"]["message"]
    assert "`heartbit trust add`" in result["error"]["message"]
    assert (trusted.code, kept(trusted)["result"]) == (0, "Hello.")


@pytest.mark.parametrize(
    "text",
    ['[provider]\nname = "mine"\nmodel = "m"\napi = "chat"\nbase_url = "http://127.0.0.1:9"\n',
     '[provider]\nname = "scripted"\nscript = "script.json"\n'],
)  # fmt: skip
async def test_an_address_or_a_script_of_an_untrusted_project_ends_with_55(machine: Machine, text: str) -> None:
    (machine.project / "heartbit.toml").write_text(text)
    (machine.project / "script.json").write_text(json.dumps({"replies": ["Hello."]}))
    done = await machine.run("-p", "hi")
    assert (done.code, done.out) == (55, b"")
    assert "this folder is not trusted" in done.err


async def test_what_the_person_set_up_is_used_whatever_an_untrusted_project_says(machine: Machine) -> None:
    async with ModelServer([HELLO]) as server:
        machine.config(own(server.url))
        (machine.project / "heartbit.toml").write_text(own("http://127.0.0.1:9"))
        done = await machine.run("-p", "hi")
    assert (done.code, done.text) == (0, "Hello.\n")
    assert "ignored, because this folder is not trusted: providers.mine.kind" in done.err


async def test_a_change_since_the_trust_is_shown_as_a_diff_and_asked_about_again(machine: Machine) -> None:
    secret = "sk-ant-" + "x9Y8" * 8
    async with ModelServer([HELLO, HELLO]) as server:
        settings = machine.project / "heartbit.toml"
        settings.write_text(own(server.url))
        assert (await machine.run("trust", "add")).code == 0
        settings.write_text(f'status_line = "touch x"\n{own(server.url)}[tools.websearch]\napi_key = "{secret}"\n')
        refused = await machine.run("-p", "hi", "--json")
        plain = await machine.having(ANTHROPIC_API_KEY="k", ANTHROPIC_BASE_URL=server.url).run(
            "-p", "hi", "--provider", "anthropic"
        )
        shown = await machine.run("trust", "diff")
        again = await machine.run("trust", "add")
        trusted = await machine.run("-p", "hi")
    message = kept(refused)["error"]["message"]
    for text in (message, f"\n{shown.text}", f"\n{again.text}"):
        assert '\n+status_line = "touch x"\n' in text
        assert secret not in text
    assert refused.code == 55
    assert '\n+status_line = "touch x"\n' in plain.err
    assert "was trusted, but what may run something here or allow it has changed since (heartbit.toml)" in plain.err
    assert not (machine.project / "x").exists()
    assert (trusted.code, trusted.text) == (0, "Hello.\n")
    assert not any(secret in path.read_text("latin-1") for path in machine.home.rglob("*") if path.is_file())


async def test_a_folder_that_did_not_change_has_no_diff(machine: Machine) -> None:
    untrusted = await machine.run("trust", "diff")
    await machine.run("trust", "add")
    same = await machine.run("trust", "diff")
    assert (untrusted.text, same.text) == ("", "")
    assert "is not trusted" in untrusted.err
    assert "as it was when it was trusted" in same.err
