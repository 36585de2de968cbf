"""Where OpenTelemetry is not installed a person is told so, and the session is as it would be."""

import subprocess
import sys
from pathlib import Path

from tests.headless.machine import ROOT

PROGRAM = """
import asyncio, sys
from pathlib import Path

class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("opentelemetry.sdk"):
            raise ModuleNotFoundError(name=name)

sys.meta_path.insert(0, Lacking())
from heartbit_tui.client.local import local
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.runtime.options import Options

async def main(home):
    flags = {"provider.name": "scripted", "telemetry.otlp_endpoint": "http://127.0.0.1:9", "sandbox.enabled": False}
    options = Options(cwd=home, environment={"HOME": str(home), "PATH": "/bin"}, flags=flags)
    async with local(options) as client:
        client.submit(Prompt(content=(Text(text="x"),)))
        await client.finish()
        print(*client.about.warnings)

asyncio.run(main(Path(sys.argv[1])))
"""


def test_what_is_missing_is_told_at_the_beginning(tmp_path: Path) -> None:
    command = (sys.executable, "-c", PROGRAM, str(tmp_path))
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (
        0,
        "flag telemetry.otlp_endpoint: telemetry.otlp_endpoint is set, but spans need OpenTelemetry, which is not installed: "
        "pip install 'heartbit-tui[telemetry]'. Nothing is sent.\n",
    )
