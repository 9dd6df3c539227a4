"""Which files of a tree are contracts, what they are called, and how two trees pair up."""

from harness.registry.config import CONFIG_PATH, Config, read_config
from harness.registry.discovery import Discovery, discover, render_config
from harness.registry.operands import open_operand
from harness.registry.pairing import Pair, case_renames, pair
from harness.registry.registry import Registry, read_registry
from harness.registry.versions import declared_bump, version_key

__all__ = [
    "CONFIG_PATH",
    "Config",
    "Discovery",
    "Pair",
    "Registry",
    "case_renames",
    "declared_bump",
    "discover",
    "open_operand",
    "pair",
    "read_config",
    "read_registry",
    "render_config",
    "version_key",
]
