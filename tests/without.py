"""What tests leave out on a machine that lacks something."""

import shutil
from collections.abc import Mapping
from types import MappingProxyType

SANDBOX: Mapping[str, str] = MappingProxyType({} if shutil.which("bwrap") else {"HEARTBIT_SANDBOX": "false"})
"""Variables for a heartbit that says nothing about the sandbox that is not there."""
