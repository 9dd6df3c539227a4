"""Formats as the comparator's validator (ajv-formats 3.0) checks them; formats it does not know are annotations.

The patterns are ours and linear in the text; texts of documents are only ever matched against them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d(?:\.\d+)?)(z|([+-])(\d\d)(?::?(\d\d))?)?", re.ASCII | re.IGNORECASE)
_DURATION = re.compile(
    r"P(?!$)(?:(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?|(?:\d+W)?)", re.ASCII
)
_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,250}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,250}[a-z0-9])?",
    re.IGNORECASE | re.ASCII,
)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE | re.ASCII)
_UUID = re.compile(r"(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_POINTER = re.compile(r"(?:/(?:[^~/]|~0|~1)*)*", re.DOTALL)
_RELATIVE = re.compile(r"(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~0|~1)*)*)", re.DOTALL)
_POINTER_FRAGMENT = re.compile(r"#(?:/(?:[a-z0-9_\-.!$&'()*+,;:=@]|%[0-9a-f]{2}|~0|~1)*)*", re.IGNORECASE | re.ASCII)
_BYTE = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_URI_REST = re.compile(r"(?:[a-z0-9\-._~!$&'\"()*+,;=:@/?#\[\]]|%[0-9a-f]{2})*", re.IGNORECASE | re.ASCII)
_SCHEME = re.compile(r"[a-z][a-z0-9+\-.]*:", re.IGNORECASE | re.ASCII)
_URL = re.compile(r"(?:https?|ftp)://[^\s/?#]+\.[^\s]{2,}", re.IGNORECASE)
_TEMPLATE = re.compile(
    r"(?:[^\x00-\x20\"'<>%\\^`{|}]|%[0-9a-f]{2}|\{[+#./;?&=,!@|]?[a-z0-9_%:*,]+\})*", re.IGNORECASE | re.ASCII
)
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_INT32: Final = 2**31


def conforms(name: str, value: object) -> bool:
    """Whether a value has a format; True for a format nobody defines and for values it does not concern."""
    if isinstance(value, str):
        check = _TEXTS.get(name)
        return check is None or check(value)
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool) and name in {"int32", "int64"}:
        whole = value == value.to_integral_value() if isinstance(value, Decimal) else True
        return whole and (name == "int64" or -_INT32 <= value < _INT32)
    return True


def is_date(text: str) -> bool:
    """Whether a text is a full-date of RFC 3339 that the calendar has."""
    found = _DATE.fullmatch(text)
    if found is None:
        return False
    year, month, day = (int(part) for part in found.groups())
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= month <= 12 and 1 <= day <= (29 if month == 2 and leap else _DAYS[month - 1])


def _is_time(text: str, *, zoned: bool) -> bool:
    found = _TIME.fullmatch(text)
    if found is None or (zoned and not found[4]):
        return False
    hour, minute, second = int(found[1]), int(found[2]), Decimal(found[3])
    zone_hour, zone_minute = int(found[6] or 0), int(found[7] or 0)
    if zone_hour > 23 or zone_minute > 59:
        return False
    if hour <= 23 and minute <= 59 and second < 60:
        return True
    sign = -1 if found[5] == "-" else 1
    minute -= zone_minute * sign
    hour -= zone_hour * sign + (1 if minute < 0 else 0)
    return hour in {23, -1} and minute in {59, -1} and second < 61


def _is_date_time(text: str, *, zoned: bool) -> bool:
    parts = re.split(r"[tT\s]", text)
    return len(parts) == 2 and is_date(parts[0]) and _is_time(parts[1], zoned=zoned)


def _is_hostname(text: str) -> bool:
    labels = text.removesuffix(".").split(".")
    return 0 < len(text.removesuffix(".")) <= 253 and all(map(_LABEL.fullmatch, labels))


def _is_uri(text: str) -> bool:
    return bool(_SCHEME.match(text)) and _is_reference(text) and not text.endswith(":")


def _is_reference(text: str) -> bool:
    return _URI_REST.fullmatch(text) is not None and text.count("#") <= 1


def _is_ip(text: str, kind: Callable[[str], object]) -> bool:
    try:
        kind(text)
    except AddressValueError:
        return False
    return "%" not in text


def _full(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None


_TEXTS: dict[str, Callable[[str], bool]] = {
    "date": is_date,
    "time": lambda text: _is_time(text, zoned=True),
    "iso-time": lambda text: _is_time(text, zoned=False),
    "date-time": lambda text: _is_date_time(text, zoned=True),
    "iso-date-time": lambda text: _is_date_time(text, zoned=False),
    "duration": _full(_DURATION),
    "uri": _is_uri,
    "uri-reference": _is_reference,
    "uri-template": _full(_TEMPLATE),
    "url": _full(_URL),
    "email": _full(_EMAIL),
    "hostname": _is_hostname,
    "ipv4": lambda text: _is_ip(text, IPv4Address),
    "ipv6": lambda text: _is_ip(text, IPv6Address),
    "uuid": _full(_UUID),
    "json-pointer": _full(_POINTER),
    "relative-json-pointer": _full(_RELATIVE),
    "json-pointer-uri-fragment": _full(_POINTER_FRAGMENT),
    "byte": _full(_BYTE),
}
