"""Rules decide from what they are given, contracts stand on little, the transaction has one home."""

import ast
import sys
from collections.abc import Iterator

from tests.house.tree import Finding, Source, Tree

CLOCKS_AND_DICE = {"now", "utcnow", "today", "uuid1", "uuid4", "uuid6", "uuid7", "open", "input", "print"}
OUTSIDE_MODULES = {"asyncio", "io", "logging", "os", "random", "secrets", "socket", "structlog", "subprocess", "time"}
CONTRACTS_MAY_IMPORT = sys.stdlib_module_names | {"pydantic", "contracts"}
SERVICES = {"intake", "routing", "sla", "reporting"}


def rules_are_pure(tree: Tree) -> Iterator[Finding]:
    """A `rules` file reads no clock, throws no dice, does no I/O and never waits: time comes as `at=`."""
    for source in tree.python("services"):
        for node in source.nodes if _decides(source) else ():
            if isinstance(node, ast.Call) and _called(node) in CLOCKS_AND_DICE:
                yield source.found(node.lineno, f"rules call no {_called(node)}(): take the value as an argument")
            if isinstance(node, ast.AsyncFunctionDef | ast.Await):
                yield source.found(node.lineno, "rules never wait: no async, no await")
            for module in _imported(node):
                if module in OUTSIDE_MODULES:
                    yield source.found(_line(node), f"rules import no {module}: values in, decision out")


def contracts_import_little(tree: Tree) -> Iterator[Finding]:
    """contracts/ stands on pydantic and the standard library, so any reader can take it along."""
    for source in tree.python("contracts"):
        for node in source.nodes:
            for module in _imported(node):
                if module not in CONTRACTS_MAY_IMPORT:
                    yield source.found(_line(node), f"contracts import no {module}: pydantic and the standard library")


def commits_stay_home(tree: Tree) -> Iterator[Finding]:
    """Only the chassis commits; anything else would write a fact without its row, or a row without its fact (P1)."""
    for source in tree.python("contracts", "services", "deploy"):
        if source.path.parts[:2] == ("services", "chassis"):
            continue
        for node in source.nodes:
            if isinstance(node, ast.Call) and _called(node) == "commit":
                yield source.found(node.lineno, "no commit outside services/chassis: open a Work")


def chassis_is_blind(tree: Tree) -> Iterator[Finding]:
    """Nothing in the chassis branches on a service's name."""
    for source in tree.python("services"):
        if source.path.parts[:2] != ("services", "chassis"):
            continue
        for node in source.nodes:
            operands = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
            if any(isinstance(part, ast.Constant) and part.value in SERVICES for part in operands):
                yield source.found(
                    _line(node), "the chassis asks for no service's name: the service passes what differs"
                )


def _decides(source: Source) -> bool:
    return source.path.stem == "rules" or "rules" in source.path.parts


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name.partition(".")[0] for alias in names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module.partition(".")[0]]
    return []


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 1))
