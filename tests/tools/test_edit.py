"""edit replaces exactly what was asked for and nothing else."""

from pathlib import Path

from heartbit_tui.tools.edit import Edit
from heartbit_tui.tools.read import Read
from heartbit_tui.tools.tracker import Tracker
from heartbit_tui.tools.write import Write


class Alone:
    agent = "a"
    call_id = "c"

    def emit(self, event: object) -> None: ...

    async def ask(self, questions: object) -> None: ...


async def test_smoke(tmp_path: Path) -> None:
    t = Tracker()
    (tmp_path / "a.py").write_bytes(b"a\r\nb\r\nc\r\n")
    e, r, w = Edit(tmp_path, t), Read(tmp_path, t), Write(tmp_path, t)
    c = Alone()
    print(await e.run({"file_path": "a.py", "old_string": "b\n", "new_string": "x\ny\n"}, c))
    print(await r.run({"file_path": "a.py"}, c))
    print(await e.preview({"file_path": "a.py", "old_string": "b\n", "new_string": "x\ny\n"}))
    print(await e.run({"file_path": "a.py", "old_string": "b\n", "new_string": "x\ny\n"}, c))
    print((tmp_path / "a.py").read_bytes())
    print(await e.run({"file_path": "a.py", "old_string": "b \n", "new_string": "x\ny\n"}, c))
    print(await e.run({"file_path": "a.py", "old_string": "x \ny", "new_string": "x\ny\n"}, c))
    print(await w.run({"file_path": "n/a.py", "content": "x\n"}, c))
    print(await w.run({"file_path": "a.py", "content": "1\n2\n"}, c))
    print((tmp_path / "a.py").read_bytes())
    print(await r.run({"file_path": "b.py"}, c), r.spec, r.touches({"file_path": "../x"}))
