"""Model files of the user's own: found by path or name, identified, added to the models folder, listed and removed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipeline.errors import SettingsError, WeightsError
from pipeline.profile import Profile, ProfileName
from pipeline.providers import weights
from pipeline.providers.gguf import ModelFile, all_memory, ensure_it_fits, inspect

ENDING = ".gguf"
_SMALL_WINDOW = 8_192
_WINDOWS = (32_768, 24_576, 16_384, _SMALL_WINDOW)
_CHUNK_SHARE = 0.3  # share of the window; answer and instructions take the rest
_MEMORY_SHARE = 0.8  # share of all memory that the window may bring a model to
_SAMPLES, _SAMPLE = 16, 1 << 16


@dataclass(frozen=True)
class OwnModel:
    """A usable model file."""

    file: ModelFile
    identity: str  # the file's name and a digest of samples of it, without its folder

    def worked_with(self, profile: Profile) -> Profile:
        """The profile with chunks that leave room in the window, and as many calls at once as there are slots."""
        chunk_limit = int(self.window(profile.name) * _CHUNK_SHARE)
        return replace(profile, at_once=profile.slots, chunk_tokens=min(profile.chunk_tokens, chunk_limit))

    def window(self, profile: ProfileName) -> int:
        """The window to run it with, in tokens; from all memory, not free memory, so that chunks are reproducible."""
        return self.file.window(self._largest_window if profile == "capable" else _SMALL_WINDOW)

    def ensure_it_fits(self, profile: ProfileName) -> None:
        """Raise SettingsError if it takes more memory than is free."""
        ensure_it_fits(self.file, self.window(profile))

    @cached_property
    def _largest_window(self) -> int:
        memory = all_memory()
        fitting = (w for w in _WINDOWS if memory is None or self.file.memory(w) <= memory * _MEMORY_SHARE)
        return next(fitting, _SMALL_WINDOW)


def chosen(model: str) -> OwnModel:
    """The model file that a setting names by path, or by its name in the models folder.

    Raises SettingsError with the reason if it cannot be used.
    """
    path = Path(model).expanduser()
    if not path.exists() and path.name == model:
        path = weights.models_folder() / model
    if not path.exists():
        raise SettingsError(
            f"model {model!r}: there is no such file", hint="give its path, or a name that studydoc models lists"
        )
    try:
        return _load(path)
    except WeightsError as err:
        raise SettingsError(err.args[0], hint=err.hint) from err


def added() -> list[Path]:
    """The model files that the user added, sorted by name."""
    paths = (p for p in weights.models_folder().glob("*") if p.name.lower().endswith(ENDING) and p.is_file())
    return sorted(p for p in paths if p.name != weights.EMBEDDED.file)


def rows() -> list[tuple[str, str]]:
    """The name and description of each added model file."""
    table_rows = []
    for path in added():
        try:
            table_rows.append((path.name, inspect(path).description))
        except WeightsError as err:
            table_rows.append((path.name, f"cannot be used: {err}"))
    return table_rows


def add(source: str, report: weights.Report, sha256: str | None = None) -> Path:
    """Add a file or the file at an https address to the models folder; its new path.

    It gets its name only after its header and its digest, if given, are checked. SettingsError if it cannot be used,
    WeightsError if it does not arrive complete.
    """
    folder = weights.models_folder()
    remote = "://" in source
    name = _name(source, remote=remote)
    if sha256 is not None and (len(sha256) != 64 or set(sha256.lower()) - set("0123456789abcdef")):
        raise SettingsError(f"{sha256!r} is not a SHA-256 digest", hint="one has 64 characters, 0 to 9 and a to f")
    if not remote:
        chosen(str(Path(source).absolute()))  # raises before much is copied
    target, partial = folder / name, folder / f"{name}.partial"
    with weights.taking_in(name, folder):
        if target.exists():
            raise SettingsError(
                f"{name} is already there", hint=f"to replace it, first run studydoc models remove {name}"
            )
        if remote:
            if sha256 is None:  # without it, nothing shows whether an earlier partial file belongs to it
                partial.unlink(missing_ok=True)
            _download(source, partial, report)
        else:
            weights.ensure_room(folder, Path(source).stat().st_size)
            weights.copy(Path(source), partial, report)
        original = None if remote else Path(source)
        return weights.accept(partial, target, sha256 and sha256.lower(), inspect, original)


def remove(name: str) -> int:
    """Delete an added model file and the saved states of models with its name; the number of bytes freed.

    SettingsError if there is none of this name, WeightsError if something cannot be deleted.
    """
    if name == weights.EMBEDDED.file:
        return weights.remove()
    path, states = weights.models_folder() / name, weights.states_of(name)
    paths = [p for p in (path, path.with_name(f"{path.name}.partial")) if p.is_file()]
    paths += [states] if states.is_dir() else []
    if Path(name).name != name or not name.lower().endswith(ENDING) or not paths:
        raise SettingsError(f"there is no model {name!r} in the models folder", hint="see: studydoc models")
    return weights.deleted((*paths, path.with_name(f"{path.name}.lock")))


def _load(path: Path) -> OwnModel:
    if not path.is_file():
        raise WeightsError(f"{path}: this is not a file", hint=f"give the path of a model file that ends in {ENDING}")
    stat = path.stat()
    return _inspected(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=8)
def _inspected(path: Path, size: int, changed: int) -> OwnModel:  # cached: large headers are slow to read
    return OwnModel(inspect(path), f"{path.name}@{_digest(path, size)}")


def _digest(path: Path, size: int) -> str:
    """Twelve characters from the file's size and samples of its content, to tell files of the same name apart."""
    digest = hashlib.sha256(str(size).encode())
    try:
        with path.open("rb") as file:
            for n in range(_SAMPLES):
                file.seek(n * max(0, size - _SAMPLE) // (_SAMPLES - 1))
                digest.update(file.read(_SAMPLE))
    except OSError as err:
        raise WeightsError(f"{path}: cannot be read: {err.strerror or err}") from err
    return digest.hexdigest()[:12]


def _name(source: str, *, remote: bool) -> str:
    """The name for a file in the models folder. Raises SettingsError if there is no suitable one."""
    if remote and not source.startswith("https://"):
        raise SettingsError(f"{source}: models are fetched over https only", hint="give an https:// address, or a file")
    name = unquote(urlsplit(source).path.rpartition("/")[2]) if remote else Path(source).name
    if not name.lower().endswith(ENDING) or name.startswith(".") or not name.isprintable() or set(name) & set("/\\:"):
        raise SettingsError(f"{source}: this is not the name of a model file", hint=f"it has to end in {ENDING}")
    if name.lower() == weights.EMBEDDED.file:
        raise SettingsError(
            f"{name} is the built-in model's name", hint="rename the file; studydoc models fetch fetches that model"
        )
    return name


def _download(url: str, partial: Path, report: weights.Report) -> None:
    try:
        weights.download(url, partial, report, schemes=("https",))
    except ConnectionError as err:
        raise WeightsError(
            f"{partial.name.removesuffix('.partial')} cannot be fetched: {err}",
            hint="run again; with --sha256 it resumes where it stopped",
        ) from err
