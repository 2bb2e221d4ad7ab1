"""Prices of tokens, from a price list that ships with a package; an unknown price is None, never 0."""

from __future__ import annotations

from pipeline.llm import Tally, Usage
from pipeline.vendors import vendor_at

EMBEDDED = "embedded"
BATCH = " (batch)"  # suffix of the endpoint's name for answers from its Batch API


def cost_usd(model: str, endpoint: str, usage: Usage) -> float | None:
    """The list price in USD of one call with this `usage`; 0 for the embedded model, None if unknown.

    Some models cost more per token in very long prompts, so calls must be priced one by one.
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
    address = vendor.base_url or endpoint.removesuffix(BATCH)  # thought is part of the output tokens, at their price
    # The list knows which models cost half in the Batch API; others keep their full price.
    variant = {"processing": "batch"} if endpoint.endswith(BATCH) else None
    try:
        price = calc_price(priced, model_ref=model, provider_api_url=address, price_context=variant)
        return round(float(price.total_price), 6)
    except LookupError:
        return None


def added(first: float | None, second: float | None) -> float | None:
    """The sum of two prices; None if either is unknown."""
    return None if first is None or second is None else round(first + second, 6)


def cost_of_run(model: str, endpoint: str, tally: Tally) -> float | None:
    """The price in USD of all calls of a run, each priced by itself.

    None if unknown, for instance if all calls failed and reported no tokens.
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
