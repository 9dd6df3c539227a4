"""From raw schemas to formulas: places, references, dynamic scope; the keywords themselves are in `keywords.py`.

References become REF formulas that are compiled when looked at, so only what a question touches is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urljoin

from harness.model import Location, UnreadableError
from harness.schema.keywords import Keywords
from harness.schema.nodes import Node
from harness.schema.resources import AbsentResourceError, Place, Schemas
from harness.schema.store import Store

Scope = tuple[tuple[str, str, str], ...]
"""Dynamic anchors in force: (anchor, resource URI, pointer), sorted; the outermost resource won each name."""


class Compiler:
    """Compiles one document into the formulas of a store."""

    def __init__(self, store: Store, schemas: Schemas, *, format_assertion: bool = False) -> None:
        """Documents that are compared share the store, so that equal parts are one formula."""
        self.store = store
        self.schemas = schemas
        self.format_assertion = format_assertion
        self.twin: Callable[[Place], str | None] = lambda _place: None
        self._compiled: dict[tuple[str, str, Scope], Node] = {}
        self._anchored: dict[tuple[str, str], Place] = {}
        self._targets: dict[str, tuple[Place, Scope]] = {}

    def root(self, pointer: str = "") -> Node:
        """Return the formula of the schema at a pointer of the document.

        Raises:
            UnreadableError: It is no schema of its dialect, or a reference it needs leads nowhere.
        """
        place = self.schemas.at(pointer)
        return (
            self.reference(place, self.scope_of(self.schemas.start, ()))
            if pointer
            else self.reference(place, self.scope_of(place, ()))
        )

    def node(self, place: Place, scope: Scope) -> Node:
        """Return the formula of one schema, with references left closed."""
        key = (place.resource.uri, place.pointer, scope)
        found = self._compiled.get(key)
        if found is None:
            found = self._compiled[key] = Keywords(self, place, self.scope_of(place, scope)).formula()
        return found

    # --- references --------------------------------------------------------------------------------------------

    def resolve(self, place: Place, scope: Scope, keyword: str) -> tuple[Place, Scope]:
        """Return the place and scope that `$ref`, `$dynamicRef` or `$recursiveRef` at `place` leads to."""
        text = place.value[keyword]  # type: ignore[index]  # the caller saw the keyword
        if not isinstance(text, str):
            raise malformed(place, f"“{keyword}” must be a string")
        target, fragment = self.schemas.resolve(place, text)
        outer = None
        if (
            keyword == "$dynamicRef"
            and isinstance(target.value, dict)
            and target.value.get("$dynamicAnchor") == fragment
        ):
            outer = fragment or None
        elif (
            keyword == "$recursiveRef"
            and isinstance(target.value, dict)
            and target.value.get("$recursiveAnchor") is True
        ):
            outer = ""
        if outer is not None:
            for name, uri, pointer in scope:
                if name == outer:
                    target = self._anchored[uri, pointer]
        return target, self.scope_of(target, scope)

    def followed(self, place: Place, scope: Scope, keyword: str) -> Node:
        """Return the formula that a reference stands for; an unknown one where its document is not at hand."""
        try:
            target, around = self.resolve(place, scope, keyword)
        except AbsentResourceError:
            name = urljoin(place.resource.uri, str(place.value[keyword]))  # type: ignore[index]  # resolved above
            # What an absent document means may depend on the dynamic anchors in force, which are this document's.
            return self.store.absent(f"{name}|{self.schemas.name}{scope!r}" if scope else name)
        return self.reference(target, around)

    def scope_of(self, place: Place, around: Scope) -> Scope:
        """Return the dynamic scope after entering the resource of `place` from `around`."""
        if not self.schemas.uses_scope:
            return ()
        known = {name for name, _, _ in around}
        added = []
        for name, found in self.schemas.dynamic_anchors(place.resource):
            if name not in known:
                added.append((name, found.resource.uri, found.pointer))
                self._anchored[found.resource.uri, found.pointer] = found
        return tuple(sorted((*around, *added))) if added else around

    def reference(self, place: Place, scope: Scope) -> Node:
        """Return the REF formula for a place."""
        name = self.twin(place) if not scope else None
        text = "|".join(
            (
                self.schemas.name if name is None else name,
                place.resource.uri,
                place.pointer,
                repr(scope) if scope else "",
            )
        )
        self._targets.setdefault(text, (place, scope))
        return self.store.ref(text, expansion=lambda: self._target(text))

    def _target(self, text: str) -> Node:
        """Compile the target of a reference; a way back to itself at the same value adds nothing.

        Validators stop at a schema they are inside of already, as if it held (greatest fixed point).
        """
        body = self._body(text)
        return self._unrolled(text, (text,)) if self._reaches(body, text) else body

    def _body(self, text: str) -> Node:
        place, scope = self._targets[text]
        return self.node(place, scope)

    def _reaches(self, body: Node, text: str) -> bool:
        pending, seen = [body], set[Node]()
        while pending:
            current = pending.pop()
            for node in in_place(current):
                if node.args[0] == text:
                    return True
                if node not in seen and node.args[0] in self._targets:
                    seen.add(node)
                    pending.append(self._body(str(node.args[0])))
        return False

    def _unrolled(self, text: str, inside: tuple[str, ...]) -> Node:
        body = self._body(text)
        if body.kind == "REF" and body.args[0] in inside:
            raise UnreadableError(
                "this schema only refers to itself, so it says nothing",
                location=Location(None, self._targets[text][0].pointer),
                remedy="give the schema a content, or remove the reference",
            )
        return self._rebuilt(body, inside)

    def _rebuilt(self, node: Node, inside: tuple[str, ...]) -> Node:
        """Return a formula without the ways back: where the schema must hold, being inside of it adds nothing."""
        store = self.store
        if node.kind == "REF":
            text = str(node.args[0])
            back = text in inside or any(self._reaches(self._body(text), outer) for outer in inside)
            if back and node.args[1] != 1:
                raise self._paradox(text)
            if text in inside:
                return store.true
            return self._unrolled(text, (*inside, text)) if back else node
        parts = [part for part in node.args if isinstance(part, Node)]
        if node.kind in {"AND", "OR"}:
            rebuilt = [self._rebuilt(part, inside) for part in parts]
            return store.conj(rebuilt) if node.kind == "AND" else store.disj(rebuilt)
        if node.kind in {"ONE", "NOTONE"} and any(self._reaches(part, outer) for part in parts for outer in inside):
            raise self._paradox(inside[-1])
        return node

    def _paradox(self, text: str) -> UnreadableError:
        return UnreadableError(
            "this schema refers to itself under “not”, “if” or “oneOf”, so no value can be judged by it",
            location=Location(None, self._targets[text][0].pointer),
            remedy="break the loop of references",
        )


def in_place(node: Node) -> Iterator[Node]:
    """Yield the references that `node` makes about the same value."""
    if node.kind == "REF":
        yield node
    elif node.kind in {"AND", "OR", "ONE", "NOTONE"}:
        for part in node.args:
            if isinstance(part, Node):
                yield from in_place(part)


def malformed(place: Place, problem: str) -> UnreadableError:
    """Return the error for a schema that its dialect does not allow."""
    return UnreadableError(
        f"this is not a valid {place.resource.dialect} schema: {problem}",
        location=Location(None, place.pointer),
        remedy="correct the schema; the location is a JSON pointer into it",
    )
