"""What the chosen endpoint and this machine can do: `studydoc doctor` and `studydoc models`."""

from __future__ import annotations

from pipeline.connect import endpoint_of, renew, store_path
from pipeline.providers import weights
from pipeline.settings import LOCAL, Settings


async def run_doctor(settings: Settings) -> tuple[int, list[tuple[str, str]]]:
    """`studydoc doctor`: exit code and rows of what the endpoint can do."""
    from pipeline.providers.doctor import examine

    name, why = settings.chosen_model
    rows = [("model", f"{name} ({why})")]
    if name != LOCAL:
        endpoint = endpoint_of(settings)
        key = f"{endpoint.key_name} is set" if endpoint.api_key != "none" else "none"
        rows += [("endpoint", endpoint.host), ("key", key)]
        found = await examine(endpoint, chunk_tokens=settings.recipe().profile.chunk_tokens)
        if found.works and store_path(settings.out).exists():  # what runs learned earlier may have changed since
            renew(settings.out, endpoint, found.known)
        return found.exit_code, rows + list(found.rows)
    from pipeline.providers.local import EmbeddedServer, usable_cores

    path = weights.installed()
    file = str(path) if path else "not fetched yet: studydoc models fetch"
    rows += [("cores", str(usable_cores())), ("model file", file)]
    if path is None:
        return 1, rows
    with EmbeddedServer(path, weights.EMBEDDED.name, threads=settings.threads) as server:
        found = await examine(server.endpoint)
    return found.exit_code, [*rows, ("endpoint", "embedded"), *found.rows]


async def run_models(settings: Settings) -> list[tuple[str, str]]:
    """`studydoc models`: the embedded model, and those of the endpoint when one is set."""
    path = weights.installed()
    state = f"{path} ({weights.EMBEDDED.size >> 20} MB)" if path else "not fetched: studydoc models fetch"
    rows = [("local", f"{weights.EMBEDDED.name}, {weights.EMBEDDED.licence}: {state}")]
    if settings.chosen_model[0] != LOCAL:
        from pipeline.providers.doctor import model_rows

        rows += await model_rows(endpoint_of(settings))
    return rows
