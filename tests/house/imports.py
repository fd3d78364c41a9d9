"""Names that are imported and not there: what nobody imports in a test (a bench, a drill) breaks without being seen."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache


def missing(sources: Mapping[str, str], importers: Iterable[str]) -> list[str]:
    """`file: from module import name` of the `importers` where `module` is among `sources` (Python by path) and has no
    such name.
    """
    modules = {_module_of(path): path for path in sources}

    @cache
    def known(module: str) -> set[str]:
        return set(_bound(ast.parse(sources[modules[module]]).body))

    return sorted(
        f"{path}: from {asked.module} import {each.name}"
        for path in importers
        for asked in ast.walk(ast.parse(sources[path]))
        if isinstance(asked, ast.ImportFrom) and asked.module in modules and not asked.level
        for each in asked.names
        if f"{asked.module}.{each.name}" not in modules and each.name not in known(asked.module) | {"*"}
    )


def _module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _bound(body: Iterable[ast.stmt]) -> Iterator[str]:
    """What a module calls by name once it is imported, within `if`, `try` and `with` too."""
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (each.asname or each.name.partition(".")[0] for each in names)
            case ast.Assign(targets=targets):
                yield from _named(targets)
            case ast.AnnAssign(target=target) | ast.AugAssign(target=target) | ast.For(target=target):
                yield from _named([target])
        for part in ("body", "orelse", "finalbody"):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from _bound(getattr(node, part, ()))
        for handler in getattr(node, "handlers", ()):
            yield from _bound(handler.body)


def _named(targets: Sequence[ast.expr]) -> Iterator[str]:
    for target in targets:
        yield from (node.id for node in ast.walk(target) if isinstance(node, ast.Name))
