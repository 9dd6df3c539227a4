"""Words of the billing core: its records, its refusals, and how parameters of any skin are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from harness.model import HarnessError

Record = dict[str, Any]
"""One object in Stripe's shape, amounts as integers of minor units."""

Records = list[Record]
"""Several of them (parts of the core have a method `list`, which hides the word)."""

_ZERO = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"]
)
_THREE = frozenset(["bhd", "iqd", "jod", "kwd", "lyd", "omr", "tnd"])
_TRUTH = {"true": True, "false": False, True: True, False: False}


class BillingError(HarnessError):
    """Billing said no, in Stripe's words.

    Attributes:
        status: HTTP status.
        type: `invalid_request_error`, `card_error`, `idempotency_error` or `api_error`.
        code: The machine's word, such as `resource_missing`.
        param: The parameter that is wrong, "" if none.
        extra: More members of the error object, such as `decline_code`.
    """

    exit_code = 1

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str = "",
        param: str = "",
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep the members of the error object."""
        super().__init__(message)
        self.status = status
        self.type = kind
        self.code = code
        self.param = param
        self.extra = dict(extra or {})

    def body(self) -> Record:
        """Return the error in Stripe's shape."""
        error: Record = {"type": self.type, "message": self.message}
        if self.code:
            error["code"] = self.code
        if self.param:
            error["param"] = self.param
        return {"error": error | self.extra}


def missing(kind: str, identifier: str) -> BillingError:
    """Return the refusal for an object that does not exist."""
    return BillingError(f"No such {kind}: '{identifier}'", status=404, code="resource_missing", param="id")


def digits(currency: str) -> int:
    """Return the minor-unit digits of a currency (ISO 4217 as billed: UGX without)."""
    code = currency.lower()
    return 0 if code in _ZERO else 3 if code in _THREE else 2


@dataclass(frozen=True, slots=True)
class Reply:
    """What one operation ended with.

    Attributes:
        status: HTTP status.
        body: The object, a list, or an error.
        replayed: True if it is the kept answer of an earlier request with the same key.
    """

    status: int
    body: Record = field(hash=False)
    replayed: bool = False


class Params:
    """Parameters as given by a caller: text from forms, JSON values from the port; both are read the same way.

    It remembers what was read, so that a parameter nobody understands is refused and not ignored.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        """Keep the values."""
        self.values = dict(values)
        self._read: set[str] = set()

    def get(self, name: str) -> Any:
        """Return a value as it was given, None if absent."""
        self._read.add(name)
        return self.values.get(name)

    def has(self, name: str) -> bool:
        """Whether the caller said anything about `name`."""
        self._read.add(name)
        return name in self.values

    def refuse_unread(self) -> None:
        """Refuse parameters that no part of billing asked for.

        Raises:
            BillingError: Naming the first.
        """
        for name in self.values:
            if name not in self._read:
                raise BillingError(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)

    def text(self, name: str, default: str = "") -> str:
        """Return a text."""
        value = self.get(name)
        if value is None:
            return default
        if isinstance(value, (dict, list)):
            raise BillingError(f"Invalid string: {name}", param=name)
        return str(value)

    def required(self, name: str) -> str:
        """Return a text that must be there.

        Raises:
            BillingError: It is not.
        """
        value = self.text(name)
        if not value:
            raise BillingError(f"Missing required param: {name}.", code="parameter_missing", param=name)
        return value

    def integer(self, name: str, default: int | None = None, *, least: int | None = None) -> int:
        """Return a whole number.

        Raises:
            BillingError: Not there and without default, no whole number, or below `least`.
        """
        value = self.get(name)
        if value is None or value == "":
            if default is None:
                raise BillingError(f"Missing required param: {name}.", code="parameter_missing", param=name)
            return default
        try:
            number = int(value if isinstance(value, int) and not isinstance(value, bool) else str(value))
        except ValueError:
            raise BillingError(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name) from None
        if least is not None and number < least:
            raise BillingError(
                f"This value must be greater than or equal to {least}.", code="parameter_invalid_integer", param=name
            )
        return number

    def optional(self, name: str) -> int | None:
        """Return a whole number, None if the caller said nothing."""
        return self.integer(name) if self.get(name) not in (None, "") else None

    def boolean(self, name: str, *, default: bool = False) -> bool:
        """Return a truth value."""
        value = self.get(name)
        if value is None or value == "":
            return default
        if isinstance(value, (str, bool)) and value in _TRUTH:
            return _TRUTH[value]
        raise BillingError(f"Invalid boolean: {value}", param=name)

    def exact(self, name: str) -> Fraction | None:
        """Return an exact decimal such as `unit_amount_decimal`, None if the caller said nothing."""
        value = self.get(name)
        return None if value in (None, "") else exact(value, name)

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        """Return one of a few words."""
        value = self.text(name) or default
        if value not in allowed:
            raise BillingError(f"Invalid {name}: must be one of {', '.join(allowed)}", param=name)
        return value

    def metadata(self, before: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return metadata after this request: an empty value removes its key, "" removes all."""
        given = self.get("metadata")
        if given == "":
            return {}
        if given is None:
            return dict(before or {})
        if not isinstance(given, dict):
            raise BillingError("Invalid hash: metadata", param="metadata")
        merged = dict(before or {}) | {key: str(value) for key, value in given.items() if value is not None}
        return {key: value for key, value in merged.items() if value}

    def part(self, name: str) -> Params:
        """Return a nested hash, empty if absent."""
        value = self.get(name)
        if value in (None, ""):
            return Params({})
        if not isinstance(value, dict):
            raise BillingError(f"Invalid hash: {name}", param=name)
        return Params(value)

    def parts(self, name: str) -> list[Params]:
        """Return a list of hashes."""
        return [Params(value) for value in self.listed(name) if isinstance(value, dict)]

    def listed(self, name: str) -> list[Any]:
        """Return a list, empty if absent."""
        value = self.get(name)
        if value in (None, ""):
            return []
        if not isinstance(value, list):
            raise BillingError(f"Invalid array: {name}", param=name)
        return value

    def replaced(self, **values: object) -> Params:
        """Return the same parameters with some replaced."""
        return Params(self.values | values)


def exact(value: object, name: str = "value") -> Fraction:
    """Return a decimal given as text or number as an exact fraction.

    Raises:
        BillingError: It is no decimal.
    """
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise BillingError(f"Invalid decimal: {value}", param=name)
    return Fraction(number)


def plain(number: Fraction) -> str:
    """Return an exact decimal as text, at most 12 places as Stripe keeps them."""
    text = f"{Decimal(number.numerator) / Decimal(number.denominator):.12f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def listing(data: list[Record], url: str, *, has_more: bool = False) -> Record:
    """Return a list object."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}
