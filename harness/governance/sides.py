"""One revision as the gate reads it: configuration, policy, catalog, pacts and waivers, each read at most once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from harness.catalog import Catalog, read_catalog
from harness.documents import Library, Tree
from harness.documents.globs import matching
from harness.governance.policy import DEFAULT, Policy, read_policy
from harness.governance.waivers import Waiver, read_waivers, waiver_paths
from harness.impact import Landscape
from harness.model import HarnessError
from harness.pacts import PactSet, read_pacts
from harness.registry import Config, read_config, read_registry

CONFIG = "harness.yaml"
DEFAULT_POLICY = "catalog/policies.yaml"


class RevisionSide:
    """Reads one tree lazily: a branch that changes no contract never reads a catalog."""

    def __init__(self, tree: Tree, library: Library | None = None) -> None:
        """Take the tree, and the library that reads it if there is one already; nothing is read yet."""
        self.tree = tree
        self._catalogs: dict[tuple[str, ...], Catalog] = {}
        self.library = library or Library(tree)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every path of the tree."""
        return tuple(self.tree.entries())

    @cached_property
    def config(self) -> Config:
        """`harness.yaml`, or the defaults."""
        return read_config(self.library)

    def policy(self, config: Config) -> Policy:
        """Return the policy that `config` names, the built-in one where nobody wrote one.

        Raises:
            UnreadableError: There is one and it cannot be used, or the one named is missing.
        """
        path = config.policy or DEFAULT_POLICY
        if not config.policy and path not in self.tree.entries():
            return DEFAULT
        return read_policy(self.library.load(path))

    def catalog(self, globs: Iterable[str]) -> Catalog:
        """Return the catalog under `globs`."""
        wanted = tuple(globs)
        if wanted not in self._catalogs:
            self._catalogs[wanted] = read_catalog(self.library, wanted).claiming(self._contract_names())
        return self._catalogs[wanted]

    def _contract_names(self) -> dict[str, str]:
        """Return the contract name by file; empty where harness.yaml cannot be read, which is said elsewhere."""
        try:
            return {item.path: item.name for item in read_registry(self.library, self.config).listed}
        except HarnessError:
            return {}

    def pacts(self, globs: Iterable[str], allowed_plugins: Iterable[str]) -> PactSet:
        """Return the pacts under `globs`."""
        return read_pacts(self.library, self.under(globs), allowed_plugins)

    def landscape(self, catalog_globs: Iterable[str], pact_globs: Iterable[str], plugins: Iterable[str]) -> Landscape:
        """Return catalog and pacts together."""
        return Landscape(self.catalog(catalog_globs), self.pacts(pact_globs, plugins))

    def waivers(self) -> tuple[tuple[Waiver, ...], tuple[HarnessError, ...]]:
        """Return the waivers and what could not be read."""
        return read_waivers(self.library, waiver_paths(self.paths))

    def under(self, globs: Iterable[str]) -> tuple[str, ...]:
        """Return the paths that any of the globs matches, sorted."""
        return tuple(sorted({path for glob in globs for path in matching(self.paths, glob)}))


def landscape_of(library: Library, config: Config) -> Landscape:
    """Return catalog and pacts of one revision alone, for questions that compare nothing."""
    return RevisionSide(library.tree, library).landscape(config.catalog, config.pacts, config.plugins)
