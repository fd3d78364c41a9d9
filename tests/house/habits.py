"""Habits that look harmless and are not."""

import ast
import re
from collections.abc import Iterator

_UNESCAPED = re.compile(r"\|\s*safe(?:seq)?\b|{%\s*autoescape\s+off")
_LEFT_OVER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
_SIGNALS = {"pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "pre_init", "post_init"}


def unescaped(template: str) -> list[str]:
    """Where a template prints what it was given as it is: text of people would become markup (inputs.md C52)."""
    return [match.group(0) for match in _UNESCAPED.finditer(template)]


def called(source: str, *names: str) -> list[str]:
    """Calls of, and decorations with, any of `names`."""
    used = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            used.append(node.func)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            used += node.decorator_list
    return [f"line {node.lineno}: {_name(node)}" for node in used if _name(node) in names]


def signals(source: str) -> set[str]:
    """The framework's signals about rows: a service says openly what follows from what (house rule 11)."""
    return {name for node in ast.walk(ast.parse(source)) if (name := _name(node)) in _SIGNALS}


def overridden_saves(source: str) -> list[str]:
    """Models that do something of their own when they are saved or deleted."""
    tree = ast.parse(source)
    return [f"{node.name}.{each.name}" for node in _classes(tree) for each in node.body if _is_save(each)]


def left_over(text: str) -> list[str]:
    return [match.group(0) for match in _LEFT_OVER.finditer(text)]


def _classes(tree: ast.Module) -> Iterator[ast.ClassDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def _is_save(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
