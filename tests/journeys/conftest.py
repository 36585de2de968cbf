from pathlib import Path

import pytest

from tests.headless.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(root=tmp_path).made()
