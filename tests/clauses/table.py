"""docs/clauses.md: each clause of the policy documents with the tests that show it kept.

`python -m tests.clauses.table` writes it, `--check` only says whether it is current. Marks are read from the source,
so that nothing has to run: `@pytest.mark.clause("S0-11", "S4-02")` over a test or a class, or as a module's
`pytestmark`.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ceportal.kernel.selectors.data_files import read_yaml

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "docs" / "clauses.yaml"
TABLE = ROOT / "docs" / "clauses.md"
NOT_YET = "尚未"


@dataclass(frozen=True)
class Clause:
    """A demand by its id. `why` is given only where software cannot keep it."""

    id: str
    asks: str
    why: str = ""


@dataclass(frozen=True)
class Shown:
    """A test that shows clauses kept."""

    file: str
    name: str
    ids: tuple[str, ...]

    def __str__(self) -> str:
        return f"`{self.file}::{self.name}`"


def clauses() -> list[Clause]:
    """All clauses and readings, in the order of the documents."""
    data = _data()
    return [Clause(**entry) for entry in (*data["clauses"], *data["readings"])]


def documents() -> dict[str, str]:
    return _data()["documents"]


def shown(folder: Path = ROOT / "tests", mark: str = "clause") -> list[Shown]:
    """Every test below `folder` that carries `mark`."""
    found = []
    for path in sorted(folder.rglob("test_*.py")):
        source = path.read_text(encoding="utf-8")
        if f"mark.{mark}(" in source:
            file = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
            found += [Shown(file, name, ids) for name, ids in marked(source, mark)]
    return found


def marked(source: str, mark: str = "clause") -> Iterator[tuple[str, tuple[str, ...]]]:
    """The tests of a module that carry the mark, with the ids they name."""
    body = ast.parse(source).body
    of_module = [
        given
        for node in body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "pytestmark"
        for given in _ids(node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value], mark)
    ]
    yield from _marked(body, "", of_module, mark)


def _marked(body: list[ast.stmt], prefix: str, above: list[str], mark: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from _marked(node.body, f"{prefix}{node.name}::", above + _ids(node.decorator_list, mark), mark)
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            ids = above + _ids(node.decorator_list, mark)
            if ids:
                yield f"{prefix}{node.name}", tuple(dict.fromkeys(ids))


def _ids(decorators: list[ast.expr], mark: str) -> list[str]:
    """The ids in every `pytest.mark.<mark>(…)` among `decorators`."""
    calls = [
        node for node in decorators if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(f"mark.{mark}")
    ]
    return [argument.value for call in calls for argument in call.args if isinstance(argument, ast.Constant)]


def table(every: list[Clause], tests: list[Shown]) -> str:
    """The page in Markdown."""
    by_id = defaultdict(list)
    for test in tests:
        for each in test.ids:
            by_id[each].append(test)
    lines = [
        "# 条款与测试",
        "",
        "由 `python -m tests.clauses.table` 生成，请勿手改；条款内容在 `docs/clauses.yaml`，测试以"
        ' `@pytest.mark.clause("S0-11")` 标明所属条款。',
        "",
        *_counts(every, by_id),
    ]
    for key, title in documents().items():
        lines += ["", f"## {key} {title}", "", "| 条款 | 要求 | 由什么保证 |", "|---|---|---|"]
        lines += [_row(clause, by_id[clause.id]) for clause in every if clause.id.startswith(key)]
    return "\n".join(lines) + "\n"


def _counts(every: list[Clause], by_id: Mapping[str, list[Shown]]) -> list[str]:
    tested = sum(bool(by_id.get(clause.id)) for clause in every)
    beyond = sum(bool(clause.why) and not by_id.get(clause.id) for clause in every)
    left = len(every) - tested - beyond
    return [f"共 {len(every)} 条：有测试 {tested} 条，软件不能保证 {beyond} 条，{NOT_YET} {left} 条。"]


def _row(clause: Clause, tests: list[Shown]) -> str:
    kept = "<br>".join(map(str, tests)) or (f"软件不能保证：{clause.why}" if clause.why else NOT_YET)
    return f"| {clause.id} | {clause.asks} | {kept} |"


def _data() -> Any:
    return read_yaml(DATA)


def main(arguments: list[str]) -> int:
    text = table(clauses(), shown())
    if "--check" in arguments:
        return 0 if TABLE.exists() and TABLE.read_text(encoding="utf-8") == text else 1
    TABLE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
