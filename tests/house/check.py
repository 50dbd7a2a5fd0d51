"""`python -m tests.house.check`: every house rule over every file; prints what it finds and fails on anything."""

import sys
from collections.abc import Callable, Iterator

from tests.house import docs, knobs, purity, shape, skips, texts
from tests.house.tree import Finding, Tree, root

Rule = Callable[[Tree], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    purity.rules_are_pure,
    purity.contracts_import_little,
    purity.commits_stay_home,
    purity.chassis_is_blind,
    shape.files_fit,
    shape.functions_fit,
    shape.names_say_something,
    shape.everything_has_its_place,
    shape.folders_are_packages,
    texts.no_registry_is_named,
    texts.no_machine_is_named,
    skips.nothing_is_skipped,
    knobs.settings_are_known,
    docs.named_tests_exist,
)


def findings(tree: Tree) -> list[Finding]:
    """What breaks a rule, in file order, each once."""
    return sorted({finding for rule in RULES for finding in rule(tree)})


def main() -> int:
    """Return 1 when anything was found; an empty tree is a broken check, not a clean house."""
    tree = Tree.checkout(root())
    found = findings(tree)
    for finding in found:
        print(finding)
    print(f"house: {len(RULES)} rules, {len(tree.sources)} files, {len(found)} findings")
    return 1 if found or not tree.sources else 0


if __name__ == "__main__":
    sys.exit(main())
