"""What tokens cost, from a price list that ships with a package; an unknown price is None, never 0."""

from __future__ import annotations

from pipeline.llm import Usage
from pipeline.vendors import vendor_at

EMBEDDED = "embedded"
_USUAL = 100_000  # tokens: no call of ours is longer
BATCH = " (batch)"  # after the endpoint's name, where answers came by its Batch API


def cost_usd(model: str, endpoint: str, usage: Usage) -> float | None:
    """USD for `usage` at a hosted model's list price; 0 for the embedded model, None when the price is not known."""
    if endpoint == EMBEDDED:
        return 0.0
    vendor = vendor_at(endpoint.removesuffix(BATCH))
    if vendor is None:
        return None
    from genai_prices import Usage as PricedUsage
    from genai_prices import calc_price

    priced = PricedUsage(
        input_tokens=usage.prompt_tokens,
        cache_read_tokens=usage.cached_prompt_tokens,
        output_tokens=usage.completion_tokens,
    )
    address = vendor.base_url or endpoint.removesuffix(BATCH)  # thought is among the output tokens and costs as they do
    # The list knows which models cost half by the Batch API; the others stay at their full price.
    variant = {"processing": "batch"} if endpoint.endswith(BATCH) else None
    try:
        price = calc_price(priced, model_ref=model, provider_api_url=address, price_context=variant)
        return round(float(price.total_price), 6)
    except LookupError:
        return None


def price_a_token(model: str, endpoint: str) -> tuple[float, float] | None:
    """USD for one prompt token and for one completion token; None when not known.

    Told from a call of a usual length: some models cost more by the token in a very long one.
    """
    prompt, answer = (cost_usd(model, endpoint, usage) for usage in (Usage(_USUAL), Usage(0, 0, _USUAL)))
    return None if prompt is None or answer is None else (prompt / _USUAL, answer / _USUAL)
