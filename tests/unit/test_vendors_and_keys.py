"""Which endpoint a model's name chooses, and which key goes there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.errors import EndpointError, SettingsError, spending, unbilled
from pipeline.llm import Tally, Usage
from pipeline.llm.prices import cost_of_run, cost_usd
from pipeline.providers.endpoint import Endpoint
from pipeline.settings import DEFAULT_HOSTED_MODEL, Settings, load_settings
from pipeline.settings.chosen import endpoint_of
from pipeline.vendors import VENDORS, Vendor, vendor_at

KEYS = {name: f"sk-canary-{name}" for vendor in VENDORS for name in vendor.keys}
REMOTE = [h for h in VENDORS if h.keys and h.base_url]


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def all_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, key in KEYS.items():
        monkeypatch.setenv(name, key)


def at(**flags: str) -> Endpoint:
    return endpoint_of(load_settings(**flags))


@pytest.mark.usefixtures("all_keys")
@pytest.mark.parametrize("vendor", REMOTE, ids=lambda h: h.name)
def test_a_vendor_is_chosen_by_the_models_name_and_gets_its_own_key(vendor: Vendor) -> None:
    endpoint = at(model=f"{vendor.name}/maker/large:free")
    assert (endpoint.base_url, endpoint.model) == (vendor.base_url, "maker/large:free")
    assert endpoint.api_key == KEYS[vendor.keys[0]] and endpoint.key_name == vendor.keys[0]


@pytest.mark.parametrize("vendor", [h for h in REMOTE if h.name != "openai"], ids=lambda h: h.name)
def test_openais_key_never_goes_to_a_vendor_that_was_asked_for_by_name(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    with pytest.raises(SettingsError, match=f"set {vendor.keys[0]}") as caught:
        at(model=f"{vendor.name}/large")
    assert "canary" not in str(caught.value)


@pytest.mark.usefixtures("all_keys")
@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000/v1",
        "https://groq.com.example.org/v1",
        "https://example.org/api.groq.com",
        "http://api.groq.com/openai/v1",
    ],
)
def test_a_vendors_key_goes_to_no_other_host(url: str) -> None:
    assert at(model="groq/large", base_url=url).api_key == KEYS["OPENAI_API_KEY"]
    assert at(model="groq/large", base_url=url).model == "groq/large"


@pytest.mark.usefixtures("all_keys")
def test_an_address_given_by_hand_gets_the_key_of_its_host() -> None:
    assert at(model="meta/llama", base_url="https://openrouter.ai/api/v1/").api_key == KEYS["OPENROUTER_API_KEY"]


def test_an_address_given_by_hand_gets_openais_key_when_there_is_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-by-hand")
    assert at(model="llama", base_url="https://api.groq.com/openai/v1").api_key == "sk-by-hand"


def test_a_server_at_home_gets_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    endpoint = at(model="ollama/qwen3:8b")
    assert (endpoint.base_url, endpoint.model, endpoint.api_key) == ("http://localhost:11434/v1", "qwen3:8b", "none")


@pytest.mark.usefixtures("all_keys")
def test_openais_base_url_is_none_for_another_vendors_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:8000/v1")
    assert at(model="groq/large").host == "https://api.groq.com"
    assert at(model="large").host == "http://localhost"


@pytest.mark.usefixtures("all_keys")
@pytest.mark.parametrize("name", ["studydoc_model", "STUDYDOC_MODEL", "file"])
def test_a_vendors_model_goes_to_its_vendor_wherever_it_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://gateway.example/v1")
    if name == "file":
        (tmp_path / "studydoc.toml").write_text('model = "groq/large"')
    else:
        monkeypatch.setenv(name, "groq/large")
    assert (at().host, at().model, at().api_key) == ("https://api.groq.com", "large", KEYS["GROQ_API_KEY"])


@pytest.mark.usefixtures("all_keys")
def test_openais_base_url_counts_where_no_setting_names_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://gateway.example/v1")
    assert at(model="large").host == "http://gateway.example"
    (tmp_path / "studydoc.toml").write_text('base_url = "http://file.example/v1"')
    assert at(model="large").host == "http://file.example"
    monkeypatch.setenv("studydoc_base_url", "http://variable.example/v1")
    assert at(model="large").host == "http://variable.example"


@pytest.mark.usefixtures("all_keys")
def test_what_was_told_without_keys_gets_those_of_the_environment() -> None:
    settings = load_settings(model="groq/large")
    again = Settings(**json.loads(json.dumps(settings.without_keys()))).with_keys_of(load_settings())
    assert again == settings and endpoint_of(again) == endpoint_of(settings)


def test_azure_by_its_own_variables_with_and_without_a_date(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="AZURE_OPENAI_ENDPOINT"):
        load_settings(model="azure/notes")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://mine.openai.azure.com/")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "sk-azure")
    now = at(model="azure/notes")
    assert (now.base_url, now.model, now.key_header) == ("https://mine.openai.azure.com/openai/v1", "notes", "api-key")
    monkeypatch.setenv("OPENAI_API_VERSION", "2024-10-21")
    dated = at(model="azure/notes")
    assert dated.base_url == "https://mine.openai.azure.com/openai/deployments/notes"
    assert dated.query == (("api-version", "2024-10-21"),) and dated.api_key == "sk-azure"


@pytest.mark.parametrize("address", ["https://my.gateway.example/az", "https://mine.openai.azure.us"])
def test_azures_key_goes_to_the_address_that_was_set_for_it(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", address)
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "sk-azure")
    found = at(model="azure/notes")
    assert (found.api_key, found.key_header, found.key_name) == ("sk-azure", "api-key", "AZURE_OPENAI_API_KEY")
    assert found.base_url == f"{address}/openai/v1"
    assert at(model="notes", base_url="https://my.gateway.example/az").api_key == "none"


@pytest.mark.parametrize(
    "address",
    [
        "mine.openai.azure.com",
        "http://mine.openai.azure.com",
        "https://",
        "https://[",
        "http://localhost.example.org",
        "http://localhost-x.example.com/",
        "http://localhost@example.com",
        "http://127.0.0.1:x@example.com",
    ],
)
def test_azures_key_does_not_travel_in_the_open(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", address)
    with pytest.raises(SettingsError, match=r"AZURE_OPENAI_ENDPOINT .* is not a valid https address"):
        load_settings(model="azure/notes")


@pytest.mark.parametrize(
    "address", ["http://localhost:8000", "http://127.0.0.1", "http://127.0.0.2", "http://[::1]:8000"]
)
def test_azures_key_goes_unencrypted_to_this_machine_alone(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", address)
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "sk-azure")
    assert at(model="azure/notes").api_key == "sk-azure"


@pytest.mark.parametrize(
    "address",
    [
        "ftp://user:pw-canary@h/v1",
        "user:pw-canary@h/v1",
        "http://user:pw-canary@/v1",
        "http://user:pw-canary/more@h",
        "http://user:pw-canary?more@h/v1 ",
        "http://user:more\npw-canary@h/v1",
        "http://user:pw-canary@h/v 1",
    ],
)
def test_a_wrong_address_is_told_without_the_password_in_it(address: str) -> None:
    with pytest.raises(SettingsError, match="is not a valid web address") as caught:
        load_settings(base_url=address)
    assert "canary" not in str(caught.value)


def test_a_wrong_address_is_told_with_its_password_marked() -> None:
    with pytest.raises(SettingsError, match=r"'http://…@h/v1' is no"):
        load_settings(base_url="http://user:pw/canary@h/v1?key=canary")


def test_spaces_around_an_address_are_no_part_of_it() -> None:
    assert load_settings(base_url=" http://localhost:8000/v1\n").base_url == "http://localhost:8000/v1"


def test_an_address_from_a_file_is_looked_at_as_well(tmp_path: Path) -> None:
    (tmp_path / "studydoc.toml").write_text('base_url = "localhost:8000"\n')
    with pytest.raises(SettingsError, match="is not a valid web address"):
        load_settings()


@pytest.mark.usefixtures("all_keys")
def test_a_vendor_is_known_in_capitals_too() -> None:
    assert at(model="Groq/large").host == "https://api.groq.com"


def test_a_key_with_a_space_in_it_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "sk canary")
    with pytest.raises(SettingsError, match="GROQ_API_KEY contains") as caught:
        load_settings()
    assert "canary" not in str(caught.value)


@pytest.mark.usefixtures("all_keys")
def test_no_key_is_in_what_settings_tell_of_themselves() -> None:
    settings = load_settings(model="groq/large")
    assert "canary" not in repr(settings) + json.dumps(settings.without_keys()) + repr(endpoint_of(settings))


def test_effort_is_low_until_another_is_asked_for() -> None:
    assert [at(base_url="http://h/v1", **more).effort for more in ({}, {"reasoning_effort": "high"}, {"reasoning_effort": "default"})] == ["low", "high", None]  # fmt: skip


OPENAI = "https://api.openai.com"


def test_many_calls_cost_what_each_of_them_does_though_a_prompt_of_their_length_would_cost_more() -> None:
    one, long = (cost_usd(DEFAULT_HOSTED_MODEL, OPENAI, Usage(n)) for n in (20_000, 400_000))
    many = cost_of_run(DEFAULT_HOSTED_MODEL, OPENAI, Tally(usages=[Usage(20_000)] * 20))
    assert one and long and many == pytest.approx(20 * one) and many < long


def test_only_what_asked_nothing_is_free_where_no_price_is_known() -> None:
    asked = Tally()
    assert cost_of_run("m1", "http://own.test", asked) == 0.0
    asked.book_failed(unbilled(EndpointError("refused")))
    assert cost_of_run("m1", "http://own.test", asked) == 0.0
    asked.book_failed(EndpointError("no complete answer"))
    assert cost_of_run("m1", "http://own.test", asked) is None
    asked.book_failed(spending(EndpointError("empty"), Usage(1000)))
    assert cost_of_run("m1", "http://own.test", asked) is None and cost_of_run(DEFAULT_HOSTED_MODEL, OPENAI, asked)


def test_the_default_model_has_a_price_at_openai() -> None:
    prompt, answer = (cost_usd(DEFAULT_HOSTED_MODEL, OPENAI, usage) for usage in (Usage(1000), Usage(0, 0, 1000)))
    assert prompt and answer and 0 < prompt < answer


@pytest.mark.parametrize(
    ("endpoint", "model"),
    [
        ("https://api.groq.com", "openai/gpt-oss-120b"),
        ("https://api.deepseek.com", "deepseek-v4-flash"),
        ("https://api.mistral.ai", "mistral-large-latest"),
        ("https://generativelanguage.googleapis.com", "gemini-3.5-flash"),
        ("https://api.anthropic.com", "claude-haiku-4-5"),
        ("https://openrouter.ai", "openai/gpt-5.4-mini"),
        ("https://mine.openai.azure.com", "gpt-5.4-mini"),
    ],
)
def test_prices_of_other_vendors_are_known(endpoint: str, model: str) -> None:
    assert cost_usd(model, endpoint, Usage(1000, 0, 1000))


def test_thought_costs_what_an_answer_costs() -> None:
    usage = Usage(1000, 0, 1000, thought_tokens=900)
    assert cost_usd("gpt-5.4-mini", "https://api.openai.com", usage) == cost_usd("gpt-5.4-mini", "https://api.openai.com", Usage(1000, 0, 1000))  # fmt: skip


def test_the_price_of_a_model_at_an_unknown_host_is_not_known() -> None:
    assert cost_usd("gpt-5.4-mini", "https://gateway.example.org", Usage(1000, 0, 1000)) is None
    assert vendor_at("https://api.openai.com.example.org/v1") is None
