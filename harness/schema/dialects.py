"""The dialects of JSON Schema, their usual spellings, and what each keyword means in them."""

from __future__ import annotations

from enum import StrEnum

from harness.model import UsageError


class Dialect(StrEnum):
    """A version of the language; the value is the name that output shows."""

    DRAFT_04 = "draft-04"
    DRAFT_06 = "draft-06"
    DRAFT_07 = "draft-07"
    DRAFT_2019_09 = "2019-09"
    DRAFT_2020_12 = "2020-12"
    OPENAPI_30 = "openapi-3.0"

    @classmethod
    def parse(cls, text: str | Dialect) -> Dialect:
        """Return the dialect that `text` spells: a name, `draft7`, a metaschema URI, `3.0.3`.

        Raises:
            UsageError: Nobody spells a dialect so.
        """
        if isinstance(text, Dialect):
            return text
        found = cls.known(text)
        if found is None:
            raise UsageError(
                f"“{text}” is not a dialect of JSON Schema this program knows",
                remedy="use one of " + ", ".join(cls) + ", or a metaschema URI of these",
            )
        return found

    @classmethod
    def known(cls, text: str) -> Dialect | None:
        """Return the dialect that `text` spells, or None."""
        key = text.strip().lower().rstrip("#").rstrip("/")
        key = key.removeprefix("https://").removeprefix("http://").removeprefix("json-schema.org/")
        key = key.removesuffix("/schema").removesuffix("/hyper-schema")
        return _SPELLINGS.get(key.replace("_", "-").replace(" ", ""))

    @property
    def rank(self) -> int:
        """Position in time, for `dialect.rank >= Dialect.DRAFT_06.rank`."""
        return _RANKS[self]

    @property
    def ref_stands_alone(self) -> bool:
        """Whether keywords beside `$ref` are ignored (draft-07 core, section 8.3; OpenAPI 3.0.3, Reference Object)."""
        return self.rank <= Dialect.DRAFT_07.rank

    @property
    def id_keyword(self) -> str:
        """The keyword that names a schema resource."""
        return "id" if self.rank <= Dialect.DRAFT_04.rank else "$id"


_RANKS = {
    Dialect.OPENAPI_30: 3,
    Dialect.DRAFT_04: 4,
    Dialect.DRAFT_06: 6,
    Dialect.DRAFT_07: 7,
    Dialect.DRAFT_2019_09: 8,
    Dialect.DRAFT_2020_12: 9,
}


def _spellings() -> dict[str, Dialect]:
    table: dict[str, Dialect] = {}
    for number, dialect in (("4", Dialect.DRAFT_04), ("6", Dialect.DRAFT_06), ("7", Dialect.DRAFT_07)):
        for form in ("draft{}", "draft-{}", "draft0{}", "draft-0{}", "{}", "0{}"):
            table[form.format(number)] = dialect
    for year, dialect in (("2019-09", Dialect.DRAFT_2019_09), ("2020-12", Dialect.DRAFT_2020_12)):
        for form in ("{}", "draft{}", "draft-{}", "draft/{}"):
            table[form.format(year)] = dialect
            table[form.format(year.replace("-", ""))] = dialect
    for form in ("3.0", "3.0.0", "3.0.1", "3.0.2", "3.0.3", "3.0.4"):
        for prefix in ("", "openapi", "openapi-", "oas"):
            table[prefix + form] = Dialect.OPENAPI_30
    table["openapi30"] = table["oas30"] = Dialect.OPENAPI_30
    for form in ("3.1", "3.1.0", "3.1.1", "3.2", "3.2.0"):
        for prefix in ("openapi", "openapi-", "oas"):
            table[prefix + form] = Dialect.DRAFT_2020_12
    table["spec.openapis.org/oas/3.1/dialect/base"] = Dialect.DRAFT_2020_12
    return table


_SPELLINGS = _spellings()


def declared(schema: object) -> Dialect | None:
    """Return the dialect a document declares with `$schema`, None where it declares none or one of its own."""
    uri = schema.get("$schema") if isinstance(schema, dict) else None
    return Dialect.known(uri) if isinstance(uri, str) else None
