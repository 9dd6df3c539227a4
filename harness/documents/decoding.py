"""From bytes to text: the size cap before anything is decoded, UTF-8 and nothing else."""

from __future__ import annotations

from harness.model import Location, UnreadableError

MAX_BYTES = 16 * 1024 * 1024
"""Larger contracts do not occur: Stripe's whole interface is 3.9 MB. The cap bounds the work of every parser below."""

_UTF8_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = {b"\xff\xfe": "UTF-16 (little endian)", b"\xfe\xff": "UTF-16 (big endian)"}
_SAVE_AS_UTF8 = "Save the file as UTF-8."


def check_size(size: int, path: str) -> None:
    """Raise UnreadableError if a file of `size` bytes is too large to be read (threats 5, P13)."""
    if size > MAX_BYTES:
        raise UnreadableError(
            f"the file has {size:,} bytes; at most {MAX_BYTES:,} are read",
            location=Location(path),
            remedy="Split it, and join the parts with $ref.",
        )


def decode(data: bytes, path: str) -> str:
    """Return the text of a file.

    A UTF-8 byte order mark is dropped: Windows editors write it and it changes no meaning (RFC 8259, section 8.1).

    Raises:
        UnreadableError: Too large, not UTF-8, or with a NUL character; with line and column.
    """
    check_size(len(data), path)
    for mark, name in _WIDE_BOMS.items():
        if data.startswith(mark):
            raise UnreadableError(
                f"the file is {name}, not UTF-8", location=Location(path, line=1, column=1), remedy=_SAVE_AS_UTF8
            )
    data = data.removeprefix(_UTF8_BOM)
    nul = data.find(0)
    if nul >= 0:
        wide = nul < 4  # UTF-16 or UTF-32 text of any Latin script has a NUL among its first four bytes
        said = "the file looks like UTF-16 without a mark, not UTF-8" if wide else "NUL character"
        raise UnreadableError(said, location=_place(data, nul, path), remedy=_SAVE_AS_UTF8 if wide else "Remove it.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"byte 0x{data[error.start]:02x} is not UTF-8 (the file may be Latin-1 or Windows-1252)",
            location=_place(data, error.start, path),
            remedy=_SAVE_AS_UTF8,
        ) from None


def place(text: str, offset: int) -> tuple[int, int]:
    """Return line and column, both from 1, of a character offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _place(data: bytes, offset: int, path: str) -> Location:
    start = data.rfind(b"\n", 0, offset) + 1
    column = len(data[start:offset].decode("utf-8", "replace")) + 1
    return Location(path, line=data.count(b"\n", 0, offset) + 1, column=column)
