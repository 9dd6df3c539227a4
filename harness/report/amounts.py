"""Minor units as people write them."""

from __future__ import annotations

_WHOLE = frozenset(
    {"JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF", "XPF", "PYG", "RWF", "KMF", "GNF", "DJF", "BIF", "VUV"}
)
_THREE = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


def money(amount: int, currency: str) -> str:
    """Return minor units as people write them: `1,428.00 EUR`, `120,000 JPY`."""
    places = 0 if currency in _WHOLE else 3 if currency in _THREE else 2
    whole, rest = divmod(abs(amount), 10**places)
    text = f"{whole:,}" + (f".{rest:0{places}}" if places else "")
    return f"{'-' if amount < 0 else ''}{text} {currency}".rstrip()
