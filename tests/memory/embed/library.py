"""A small package that stands for fastembed, for tests that are about the process around it."""

from pathlib import Path
from textwrap import dedent

MAIN = """
    import os
    import sys
    from pathlib import Path

    class Numbers(list):
        def tolist(self):
            return list(self)

    class TextEmbedding:
        @classmethod
        def add_custom_model(cls, **description):
            pass

        def __init__(self, name, *, cache_dir, threads, local_files_only=False, specific_model_path=""):
            print("the library prints")
            folder = Path(specific_model_path or cache_dir)
            if not specific_model_path and not (folder / "there").exists():
                if local_files_only:
                    raise ValueError("not there")
                if "base" in name:
                    raise OSError("no route to the hub")
                folder.mkdir(parents=True, exist_ok=True)
                (folder / "there").touch()
            if (folder / "damaged").exists():
                raise RuntimeError("the network cannot be read")

        def embed(self, texts, batch_size):
            for text in texts:
                if text == "die":
                    sys.stderr.write("first words\\nthe last words\\n")
                    sys.stderr.flush()
                    os._exit(3)
                if text == "poison":
                    raise ValueError("this text is poison")
                yield Numbers([float(len(text)), 1.0, 0.5])
"""
DESCRIPTION = """
    from enum import Enum

    class PoolingType(Enum):
        MEAN = "mean"

    class ModelSource:
        def __init__(self, hf):
            self.hf = hf
"""


def library(folder: Path) -> Path:
    """The package, written below a folder; what goes on PYTHONPATH."""
    package = folder / "library" / "fastembed"
    (package / "common").mkdir(parents=True)
    (package / "__init__.py").write_text(dedent(MAIN))
    (package / "common" / "__init__.py").touch()
    (package / "common" / "model_description.py").write_text(dedent(DESCRIPTION))
    return package.parent
