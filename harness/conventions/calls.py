"""Conventions of operations: who may call, what may be repeated, how much comes back, and what is said on failure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.catalog.entities import mapping, sequence, text
from harness.conventions.drafts import Subject, draft
from harness.conventions.names import moves_money, words
from harness.conventions.operations import Operation, operations
from harness.documents import Node
from harness.model import Finding

_PAGING = frozenset(
    [
        "cursor",
        "limit",
        "page",
        "offset",
        "after",
        "before",
        "skip",
        "top",
        "max",
        "start",
        "starting",
        "ending",
        "per",
        "size",
        "token",
        "continuation",
        "since",
        "first",
        "last",
        "marker",
    ]
)
_COLLECTIONS = frozenset({"data", "items", "results", "records", "values", "entries", "list", "content", "elements"})
_CORRELATION = frozenset({"x-correlation-id", "correlation-id", "x-request-id", "request-id", "x-amzn-trace-id"})
_PROBLEM = frozenset({"type", "title", "status"})


def unauthenticated(subject: Subject) -> Iterator[Finding]:
    """Operations that anybody may call, and those whose scheme the document does not declare."""
    document = mapping(subject.root.value)
    schemes = document.get("securityDefinitions") or mapping(document.get("components")).get("securitySchemes")
    for operation in operations(subject.library, subject.root):
        if operation.method == "options" or text(operation.marks.get("x-anonymous")):
            continue
        required = sequence(operation.marks.get("security", document.get("security")))
        unknown = sorted({name for one in required for name in mapping(one)} - set(mapping(schemes)))
        if not required or any(not mapping(one) for one in required):
            said = f"{operation.name} can be called without authentication"
        elif unknown:
            said = f'{operation.name} asks for "{unknown[0]}", a security scheme that is not declared'
        else:
            continue
        yield draft(
            subject,
            "operation-without-authentication",
            said,
            operation.node,
            "Name a security scheme in `security`, or say in x-anonymous why anybody may call it.",
            operation.name,
        )


def unrepeatable(subject: Subject) -> Iterator[Finding]:
    """Posts that move money and cannot be repeated safely."""
    for operation in operations(subject.library, subject.root):
        if operation.method != "post" or not _moves_money(operation):
            continue
        keys = [one for name, one in operation.headers().items() if "idempoten" in name or name == "paypal-request-id"]
        if any(one.get("required") is True for one in keys):
            continue
        lack = "takes its idempotency key as optional" if keys else "has no idempotency key"
        yield draft(
            subject,
            "money-without-idempotency-key",
            f"{operation.name} moves money and {lack}",
            operation.node,
            "Require the header Idempotency-Key, or say x-moves-money: false.",
            operation.name,
        )


def _moves_money(operation: Operation) -> bool:
    said = operation.marks.get("x-moves-money")
    if isinstance(said, bool):
        return said or operation.interaction == "post"
    return operation.interaction == "post" or (not operation.interaction and moves_money(operation.path))


def unpaged(subject: Subject) -> Iterator[Finding]:
    """Lists that come whole, however long they are."""
    for operation in operations(subject.library, subject.root):
        if operation.method != "get" or text(operation.marks.get("x-unpaged")) or not _answers_list(operation):
            continue
        asked = {word for name in operation.queries() for word in words(name)}
        if _PAGING & asked or _has_link(operation):
            continue
        yield draft(
            subject,
            "list-without-pagination",
            f"{operation.name} answers a list and has no parameter for pages",
            operation.node,
            "Add `cursor` and `limit`, or say in x-unpaged why the list stays short.",
            operation.name,
        )


def _answers_list(operation: Operation) -> bool:
    last = operation.path.rstrip("/").rpartition("/")[2]
    if last.startswith("{"):
        return False
    return any(_is_list(operation, schema, last) for schema in operation.answers())


def _is_list(operation: Operation, schema: Node, last: str) -> bool:
    node = operation.library.follow(schema)
    value = mapping(node.value)
    if value.get("type") == "array":
        return True
    for name in mapping(value.get("properties")):
        if name in _COLLECTIONS or name.lower() == last.lower():
            inner = mapping(operation.library.follow(node.child("properties", name)).value)
            if inner.get("type") == "array":
                return True
    return False


def _has_link(operation: Operation) -> bool:
    names = {name.lower() for _, response in operation.responses() for name in mapping(_headers(response))}
    return "link" in names


def _headers(response: Node) -> Mapping[str, object]:
    return mapping(mapping(response.value).get("headers"))


def errors_of_their_own(subject: Subject) -> Iterator[Finding]:
    """Operations that declare no error, and errors that are no problem details."""
    for operation in operations(subject.library, subject.root):
        errors = [(status, one) for status, one in operation.responses() if status[:1] in {"4", "5", "d"}]
        bare = [status for status, response in errors if not _is_problem(operation, response)]
        if not errors:
            said = f"{operation.name} declares no error"
        elif bare:
            said = f"{operation.name} answers {', '.join(bare)} in a form of its own"
        else:
            continue
        yield draft(
            subject,
            "error-not-problem-details",
            said,
            operation.node,
            "Answer errors as application/problem+json with type, title and status.",
            operation.name,
        )


def _is_problem(operation: Operation, response: Node) -> bool:
    media = operation.media(response)
    if any(kind.partition(";")[0].strip() == "application/problem+json" for kind in media):
        return True
    if not operation.has_old_form:
        return False
    schemas = [operation.library.follow(schema) for schema in media.values() if schema is not None]
    return any(set(mapping(mapping(schema.value).get("properties"))) >= _PROBLEM for schema in schemas)


def limits_untold(subject: Subject) -> Iterator[Finding]:
    """Operations that do not say what happens to a caller who asks too often."""
    for operation in operations(subject.library, subject.root):
        limited = [response for status, response in operation.responses() if status.upper() in {"429", "4XX"}]
        told = any("retry-after" in {name.lower() for name in _headers(one)} for one in limited)
        if not told:
            lack = "answers 429 without Retry-After" if limited else "declares no 429"
            yield draft(
                subject,
                "rate-limit-untold",
                f"{operation.name} {lack}",
                operation.node,
                "Declare 429 with the header Retry-After.",
                operation.name,
            )


def untraceable(subject: Subject) -> Iterator[Finding]:
    """Operations that take no correlation id or no trace context."""
    for operation in operations(subject.library, subject.root):
        names = set(operation.headers())
        lacking = ["traceparent"] * ("traceparent" not in names) + ["X-Correlation-Id"] * (not names & _CORRELATION)
        if lacking:
            yield draft(
                subject,
                "trace-headers-missing",
                f"{operation.name} does not take {' and '.join(lacking)}",
                operation.node,
                "Take both headers, and carry them on to every call and event that follows.",
                operation.name,
            )
