"""What the chosen endpoint and this machine can do, for `studydoc doctor` and `studydoc models`."""

from __future__ import annotations

from pipeline.providers import model_files, weights
from pipeline.settings import Settings
from pipeline.settings.chosen import endpoint_of, own_model, recipe_of, store_path
from pipeline.settings.connect import embedded_server, renew


async def run_doctor(settings: Settings) -> tuple[int, list[tuple[str, str]]]:
    """Run `studydoc doctor`: the exit code, and (name, finding) rows of what the endpoint can do."""
    from pipeline.providers.doctor import examine

    name, reason = settings.chosen_model
    rows = [("model", f"{name} ({reason})")]
    if not settings.in_process:
        endpoint = endpoint_of(settings)
        key = f"{endpoint.key_name} is set" if endpoint.api_key != "none" else "none"
        rows += [("endpoint", endpoint.address), ("key", key)]
        findings = await examine(endpoint, chunk_tokens=recipe_of(settings).profile.chunk_tokens)
        if findings.works and store_path(settings.out).exists():  # what earlier runs learned may be out of date
            renew(settings.out, endpoint, findings.known)
        return findings.exit_code, rows + list(findings.rows)
    from pipeline.providers.local import usable_cores

    profile = recipe_of(settings).profile
    if own_file := own_model(settings):
        file = f"{own_file.file.path}: {own_file.file.description}"
        rows.append(("profile", f"{profile.name}, with a context window of {own_file.window(profile.name):,} tokens"))
    else:
        file = str(weights.installed() or "not downloaded yet: run studydoc models fetch")
    rows += [("cores", str(usable_cores())), ("model file", file)]
    unstarted = embedded_server(settings)
    if unstarted is None:
        return 1, rows
    with unstarted as server:
        findings = await examine(server.endpoint)  # no chunk_tokens: a long prompt takes minutes here
    return findings.exit_code, [*rows, ("endpoint", "embedded"), *findings.rows]


async def run_models(settings: Settings) -> list[tuple[str, str]]:
    """(name, description) rows for `studydoc models`: embedded model, added files, models of the endpoint if set."""
    path = weights.installed()
    state = f"{path} ({weights.EMBEDDED.size >> 20} MB)" if path else "not downloaded: run studydoc models fetch"
    rows = [("local", f"{weights.EMBEDDED.name}, {weights.EMBEDDED.licence}: {state}")]
    rows += model_files.rows()
    if not settings.in_process:
        from pipeline.providers.doctor import model_rows

        rows += await model_rows(endpoint_of(settings))
    return rows
