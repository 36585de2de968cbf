"""The names of embedding models: how long their vectors are, and what a name of the seed means here."""

from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.memory.errors import EmbeddingError

USUAL_REMOTE = "text-embedding-3-small"
"""The model of a service that names none; for a local one this name means `USUAL_LOCAL`."""

USUAL_LOCAL = "all-MiniLM-L6-v2"

REMOTE: Mapping[str, int] = MappingProxyType(
    {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072, "text-embedding-ada-002": 1536}
)
"""The lengths of the vectors of services' models; any other tells its own with its first answer."""

UNKNOWN_REMOTE = 1536
"""What is taken for the length until then, as in the seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalModel:
    """A model that fastembed loads: `library` is its name there, `megabytes` about what a download takes.

    `note` says so where this is the nearest to what was asked for, and not the same.
    """

    name: str
    library: str
    dimension: int
    megabytes: int
    note: str = ""


_MINILM = LocalModel(name=USUAL_LOCAL, library="sentence-transformers/all-MiniLM-L6-v2", dimension=384, megabytes=90)
_LISTED = (
    _MINILM,
    LocalModel(name="bge-small-en-v1.5", library="BAAI/bge-small-en-v1.5", dimension=384, megabytes=67),
    LocalModel(name="bge-base-en-v1.5", library="BAAI/bge-base-en-v1.5", dimension=768, megabytes=210),
    LocalModel(name="bge-large-en-v1.5", library="BAAI/bge-large-en-v1.5", dimension=1024, megabytes=1200),
    LocalModel(name="nomic-embed-text-v1", library="nomic-ai/nomic-embed-text-v1", dimension=768, megabytes=520),
    LocalModel(name="nomic-embed-text-v1.5", library="nomic-ai/nomic-embed-text-v1.5", dimension=768, megabytes=520),
    LocalModel(
        name="nomic-embed-text-v1.5-Q", library="nomic-ai/nomic-embed-text-v1.5-Q", dimension=768, megabytes=130
    ),
    LocalModel(
        name="paraphrase-multilingual-MiniLM-L12-v2",
        library="sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2",
        dimension=384,
        megabytes=220,
    ),
)
_NEAREST: Mapping[str, str] = MappingProxyType(
    {"all-MiniLM-L6-v2-q": USUAL_LOCAL, "all-MiniLM-L12-v2": USUAL_LOCAL, "all-MiniLM-L12-v2-q": USUAL_LOCAL}
)
_ENUM_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "AllMiniLML6V2": "all-MiniLM-L6-v2",
        "AllMiniLML6V2Q": "all-MiniLM-L6-v2-q",
        "AllMiniLML12V2": "all-MiniLM-L12-v2",
        "AllMiniLML12V2Q": "all-MiniLM-L12-v2-q",
        "BGESmallENV15": "bge-small-en-v1.5",
        "BGEBaseENV15": "bge-base-en-v1.5",
        "BGELargeENV15": "bge-large-en-v1.5",
        "NomicEmbedTextV1": "nomic-embed-text-v1",
        "NomicEmbedTextV15": "nomic-embed-text-v1.5",
    }
)
"""The seed's other way of writing them."""

NEAREST = "{asked} is not among the models of fastembed; {used}, the nearest to it, is used."
UNKNOWN = "There is no local embedding model {asked!r}. There are {known}; or name a folder that holds one."


def local_model(asked: str) -> LocalModel:
    """The model that a name means: in the seed's spellings, in fastembed's, in any case of letters.

    Raises `EmbeddingError`, with the names that there are, for any other.
    """
    plain = asked.strip()
    name = _ENUM_NAMES.get(plain, plain).lower()
    if name in ("", USUAL_REMOTE):
        return _MINILM
    for model in _LISTED:
        if name in (model.name.lower(), model.library.lower()):
            return model
    for other, used in _NEAREST.items():
        if name == other.lower():
            found = local_model(used)
            note = NEAREST.format(asked=other, used=used)
            return LocalModel(
                name=found.name, library=found.library, dimension=found.dimension, megabytes=found.megabytes, note=note
            )
    raise EmbeddingError(UNKNOWN.format(asked=asked, known=", ".join(model.name for model in _LISTED)))


def remote_dimension(model: str) -> int:
    """How long the vectors of a service's model are, as far as that is known before it answers."""
    return REMOTE.get(model.rpartition("/")[2], UNKNOWN_REMOTE)
