"""Model files as their headers tell them, on files of a few bytes made here."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from pipeline.errors import SettingsError, WeightsError
from pipeline.providers.gguf import ensure_it_fits, free_memory, inspect

F32, Q8_0 = 0, 8
FACTS: dict[str, str | int | list[str]] = {
    "general.architecture": "tiny",
    "general.name": "Tiny Chat",
    "tiny.context_length": 2048,
    "tiny.block_count": 2,
    "tiny.embedding_length": 64,
    "tiny.attention.head_count": 4,
    "tiny.attention.head_count_kv": 2,
    "tokenizer.ggml.tokens": ["a", "b", "c"],
    "tokenizer.chat_template": "{{ messages }}",
}


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def _value(value: str | int | list[str]) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(_text(v) for v in value)


def model_file(
    folder: Path,
    facts: dict[str, str | int | list[str]] = FACTS,
    shapes: tuple[tuple[int, ...], ...] = ((64, 10), (64,)),
    kind: int = F32,
    cut: int = 0,
) -> Path:
    """A file with a sound header; `cut` bytes are missing at its end."""
    header = b"GGUF" + struct.pack("<IQQ", 3, len(shapes), len(facts))
    header += b"".join(_text(k) + _value(v) for k, v in facts.items())
    data = 0
    for n, shape in enumerate(shapes):
        weights = 1
        for side in shape:
            weights *= side
        header += _text(f"t{n}") + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
        header += struct.pack("<IQ", kind, data)
        data += weights * 4 if kind == F32 else weights // 32 * 34
    whole = header + b"\0" * (-len(header) % 32) + b"\0" * data
    path = folder / "model.gguf"
    path.write_bytes(whole[: len(whole) - cut])
    return path


def test_a_header_tells_name_parameters_and_context(tmp_path: Path) -> None:
    model = inspect(model_file(tmp_path))
    assert (model.name, model.parameters, model.context, model.layers) == ("Tiny Chat", 704, 2048, 2)


def test_quantised_weights_are_counted_one_by_one(tmp_path: Path) -> None:
    assert inspect(model_file(tmp_path, kind=Q8_0)).parameters == 704


def test_the_cache_counts_the_shared_heads_only(tmp_path: Path) -> None:
    assert inspect(model_file(tmp_path)).cache_width == 2 * (16 + 16)


def test_a_small_model_has_the_small_profile_and_a_large_one_has_not(tmp_path: Path) -> None:
    model = inspect(model_file(tmp_path))
    assert model.profile == "small"
    assert type(model)(**{**_fields(model), "parameters": 3_000_000_000}).profile == "capable"


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    path = tmp_path / "notes.gguf"
    path.write_bytes(b"# not a model")
    with pytest.raises(WeightsError, match="not a GGUF model file"):
        inspect(path)


@pytest.mark.parametrize("cut", [1, 2000, 2700, 3100])
def test_a_cut_file_is_told_wherever_it_was_cut(tmp_path: Path, cut: int) -> None:
    with pytest.raises(WeightsError, match="is incomplete"):
        inspect(model_file(tmp_path, cut=cut))


def test_a_file_without_a_chat_template_is_told(tmp_path: Path) -> None:
    plain = {k: v for k, v in FACTS.items() if k != "tokenizer.chat_template"}
    with pytest.raises(WeightsError, match="no chat template"):
        inspect(model_file(tmp_path, plain))


def test_one_part_of_several_is_told(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="one part of a model"):
        inspect(model_file(tmp_path, {**FACTS, "split.count": 4}))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot be read"):
        inspect(tmp_path / "none.gguf")


def test_a_damaged_count_does_not_take_all_memory(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + struct.pack("<Q", 1 << 60))
    with pytest.raises(WeightsError, match="damaged"):
        inspect(path)


def test_a_model_larger_than_memory_is_told_before_it_is_loaded(tmp_path: Path) -> None:
    model = inspect(model_file(tmp_path))
    with pytest.raises(SettingsError, match=r"needs about 0\.3 GB of memory, but only 0\.1 GB is free"):
        ensure_it_fits(model, 2048, free=100_000_000)


def test_a_model_that_fits_is_let_through(tmp_path: Path) -> None:
    ensure_it_fits(inspect(model_file(tmp_path)), 2048, free=1_000_000_000)


def test_the_window_asked_for_counts_no_further_than_the_model_s_own(tmp_path: Path) -> None:
    model = inspect(model_file(tmp_path))
    assert (model.window(1_000_000), model.memory(1_000_000)) == (2048, model.memory(2048))


def test_free_memory_is_at_most_what_the_container_may_take(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 9000 kB\nMemAvailable:    8000 kB\n")
    (tmp_path / "memory.max").write_text("5000000\n")
    (tmp_path / "memory.current").write_text("1000000\n")
    assert free_memory(tmp_path / "meminfo", tmp_path) == 4_000_000


def test_without_a_limit_free_memory_is_the_machine_s(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemAvailable:    8000 kB\n")
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("1000000\n")
    assert free_memory(tmp_path / "meminfo", tmp_path) == 8000 << 10


def _fields(model: object) -> dict[str, object]:
    return {name: getattr(model, name) for name in model.__slots__}  # type: ignore[attr-defined]
