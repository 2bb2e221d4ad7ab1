"""What tokens cost, from a price list that ships with a package; an unknown price is None, never 0."""

from __future__ import annotations

from pipeline.llm import Tally, Usage
from pipeline.vendors import vendor_at

EMBEDDED = "embedded"
BATCH = " (batch)"  # after the endpoint's name, where answers came by its Batch API


def cost_usd(model: str, endpoint: str, usage: Usage) -> float | None:
    """USD for the `usage` of one call at a hosted model's list price; 0 for the embedded model, None when not known.

    Some models cost more by the token in a very long prompt: of many calls each is priced by itself.
    """
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


def added(first: float | None, second: float | None) -> float | None:
    """Two prices together; not known when one is not."""
    return None if first is None or second is None else round(first + second, 6)


def cost_of_run(model: str, endpoint: str, tally: Tally) -> float | None:
    """USD for the calls of a run, each at its own price.

    None when that is not known, as when all of them failed and reported no tokens.
    """
    if tally.failed and not tally.usages and endpoint != EMBEDDED:
        return None
    total = 0.0
    for usage in tally.usages:
        cost = cost_usd(model, endpoint, usage)
        if cost is None:
            return None
        total = round(total + cost, 6)
    return total
