"""Every language server that is installed: where a name is defined and used, and what renaming it changes."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from heartbit_tui.lsp.asking import Questions
from tests.lsp.kit import JUST_TYPESCRIPT_5, project
from tests.servers.installed import needs


@dataclass(frozen=True, kw_only=True)
class Case:
    """A server, files, and a name at a place in the first of them, with what is to be told of it."""

    program: str
    files: Mapping[str, str]
    line: int
    name: str
    defined: str
    used: tuple[str, ...]
    settings: Mapping[str, object] = field(default_factory=dict[str, object])


PYTHON: Mapping[str, Any] = MappingProxyType(
    {
        "files": {
            "use.py": "from lib import area\n\nprint(area(2))\n",
            "lib.py": "def area(width: int) -> int:\n    return width\n",
            "pyrefly.toml": "",
        },
        "line": 3,
        "name": "area",
        "defined": "lib.py:1:5: def area(width: int) -> int:",
        "used": (
            "lib.py:1:5: def area(width: int) -> int:",
            "use.py:1:17: from lib import area",
            "use.py:3:7: print(area(2))",
        ),
    }
)
TYPESCRIPT: Mapping[str, Any] = MappingProxyType(
    {
        "files": {
            "use.ts": 'import { area } from "./lib";\n\nconsole.log(area(2));\n',
            "lib.ts": "export function area(width: number): number {\n  return width;\n}\n",
            "tsconfig.json": '{"compilerOptions": {"module": "esnext", "moduleResolution": "bundler"}}\n',
        },
        "line": 3,
        "name": "area",
        "defined": "lib.ts:1:17: export function area(width: number): number {",
        "used": (
            "lib.ts:1:17: export function area(width: number): number {",
            'use.ts:1:10: import { area } from "./lib";',
            "use.ts:3:13: console.log(area(2));",
        ),
    }
)
C: Mapping[str, Any] = MappingProxyType(
    {
        "files": {
            "use.c": "static int area(int width) { return width; }\n\nint main(void) { return area(2); }\n",
            "compile_flags.txt": "",
        },
        "line": 3,
        "name": "area",
        "defined": "use.c:1:12: static int area(int width) { return width; }",
        "used": (
            "use.c:1:12: static int area(int width) { return width; }",
            "use.c:3:25: int main(void) { return area(2); }",
        ),
    }
)
BASH: Mapping[str, Any] = MappingProxyType(
    {
        "files": {"use.sh": "#!/bin/bash\narea() {\n  echo wide\n}\narea\n"},
        "line": 5,
        "name": "area",
        "defined": "use.sh:2:1: area() {",
        "used": ("use.sh:2:1: area() {", "use.sh:5:1: area"),
    }
)
CASES: Mapping[str, Case] = MappingProxyType(
    {
        "ty": Case(program="ty", **PYTHON),
        "basedpyright": Case(program="basedpyright-langserver", **PYTHON),
        "pyright": Case(program="pyright-langserver", **PYTHON),
        "pyrefly": Case(program="pyrefly", **PYTHON),
        "pylsp": Case(program="pylsp", **PYTHON),
        "tsc": Case(program="tsc", **TYPESCRIPT),
        "typescript-language-server": Case(
            program="typescript-language-server", settings=JUST_TYPESCRIPT_5, **TYPESCRIPT
        ),
        "vtsls": Case(program="vtsls", **TYPESCRIPT),
        "clangd": Case(program="clangd", **C),
        "bash-language-server": Case(program="bash-language-server", **BASH),
    }
)
SERVERS = [pytest.param(name, marks=needs(case.program)) for name, case in CASES.items()]


@asynccontextmanager
async def asked(folder: Path, name: str) -> AsyncGenerator[Questions]:
    """What can be asked of one server about its files, once it knows all of them."""
    case = CASES[name]
    async with project(folder, name, files=case.files, settings=case.settings) as here:
        for file in case.files:
            if here.servers.places(here.path(file)):
                await here.warmed(file)
        yield Questions(here.servers, str(folder), (str(folder),), lambda path: False)


@pytest.mark.parametrize("name", SERVERS)
async def test_it_tells_where_a_name_is_defined_and_where_it_is_used(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    async with asked(tmp_path, name) as questions:
        file = str(tmp_path / next(iter(case.files)))
        defined = await questions.definition(file, case.line, case.name)
        used = await questions.references(file, case.line, case.name)
    assert defined.splitlines() == [f"1 place for {case.name}", case.defined]
    assert used.splitlines() == [f"{len(case.used)} places for {case.name}", *case.used]


@pytest.mark.parametrize("name", SERVERS)
async def test_it_renames_in_every_file_where_the_name_stands(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    files = {place.partition(":")[0] for place in case.used}
    async with asked(tmp_path, name) as questions:
        file = str(tmp_path / next(iter(case.files)))
        plan = await questions.rename(file, case.line, case.name, "surface")
    assert plan == {
        str(tmp_path / each): (case.files[each], case.files[each].replace("area", "surface")) for each in files
    }
