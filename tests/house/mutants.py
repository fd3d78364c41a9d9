"""`python -m tests.house.mutants [file …]`: rules made wrong, one small thing at a time; do their tests notice?

Each module is mutated by mutmut in a copy of the tree, and tried with the tests that import it (alone: no database).
What mutmut found is kept in DATA_DIR/mutants, a file a module, so that a long run can be done in pieces; the table at
the end counts all that is kept. Exits 1 when fewer than `ENOUGH` percent were noticed. docs/rules.md keeps the score.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.house.alone import is_of_rules
from tests.house.files import ROOT, tracked

ENOUGH = 90.0
MODULES = [
    *sorted(path for path in (ROOT / "credits" / "rules").glob("*.py") if path.stat().st_size),
    ROOT / "ceportal" / "kernel" / "rules" / "dated.py",
    ROOT / "ceportal" / "kernel" / "rules" / "working_days.py",
]
SOURCES = ("accounts", "bases", "ceportal", "certificates", "credits", "reviews")
PLUGINS = ("pytest_django.plugin", "pytest_timeout", "_hypothesis_pytestplugin", "tests.house.alone")
# Collects all garbage twice a run, which takes longer than most of the tests.
WITHOUT = ("no:unraisableexception",)
# How mutmut says that a mutant lived; every other code (1: a test failed, 24: out of time …) is an end.
NO_TEST = 33
LIVED = {0: "survived", NO_TEST: "no test"}
# It stops with 1 where the tests call nothing that it mutated.
NONE_CALLED = "could not find any test case for any mutant"


def kept() -> Path:
    folder = Path(os.environ.get("DATA_DIR", "var")).resolve() / "mutants"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def tests_of(module: str) -> list[str]:
    """The test files of rules that import `module` (dotted); of a helper that none does, those of who imports it."""
    found, name = [], module.rpartition(".")[2]
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        source = path.read_text(encoding="utf-8")
        if name in source and is_of_rules(source) and module in set(_imported(source)):
            found.append(path.relative_to(ROOT).as_posix())
    callers = (dotted(path) for path in MODULES if module in _imported(path.read_text(encoding="utf-8")))
    return found or sorted({test for caller in callers for test in tests_of(caller)})


def dotted(path: Path) -> str:
    return path.relative_to(ROOT).as_posix().removesuffix(".py").replace("/", ".")


def _imported(source: str) -> Iterator[str]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def mutate(path: Path) -> dict[str, int]:
    """Mutants of one module by name, with mutmut's exit code of each. Raises where its tests do not pass unchanged."""
    name = path.relative_to(ROOT).as_posix()
    tests = tests_of(dotted(path))
    if not tests:
        raise SystemExit(f"{name}: no test of rules imports it")
    with tempfile.TemporaryDirectory(prefix="ceportal-mutants-") as scratch:
        copy = Path(scratch)
        for file in tracked():
            (copy / file.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, copy / file.relative_to(ROOT))
        with (copy / "pyproject.toml").open("a", encoding="utf-8") as settings:
            settings.write(_settings(name, tests))
        environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1"]
        done = subprocess.run(
            ["nice", *command], cwd=copy, env=environment, check=False, capture_output=True, text=True
        )
        if done.returncode and NONE_CALLED not in done.stdout:
            raise SystemExit(f"{name}: mutmut ended with {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        found: dict[str, int | None] = json.loads((copy / "mutants" / f"{name}.meta").read_text())["exit_code_by_key"]
        codes = {mutant: NO_TEST if code is None else code for mutant, code in found.items()}
        lived = {mutant: _shown(mutant, copy) for mutant, code in codes.items() if code in LIVED}
    known = {"codes": codes, "lived": lived}
    (kept() / f"{name.replace('/', '.')}.json").write_text(json.dumps(known, ensure_ascii=False, indent=1))
    return codes


def _settings(name: str, tests: list[str]) -> str:
    said = {
        "source_paths": list(SOURCES),
        "only_mutate": [name],
        # manage.py too: pytest-django puts the folder in which it finds that first on the path.
        "also_copy": ["templates", "docs", "manage.py"],
        "pytest_add_cli_args_test_selection": tests,
        "pytest_add_cli_args": [word for plugin in (*PLUGINS, *WITHOUT) for word in ("-p", plugin)],
    }
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in said.items())
    return f"\n[tool.mutmut]\n{lines}track_dependencies = false\nuse_git_change_detection = false\n"


def _shown(mutant: str, copy: Path) -> str:
    command = [sys.executable, "-m", "mutmut", "show", mutant]
    found = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in found.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---"))


def table() -> int:
    """Print what is kept: each module, what lived in it, and the score of all. 1 when it is below `ENOUGH`."""
    made = noticed = 0
    for file in sorted(kept().glob("*.json")):
        known = json.loads(file.read_text())
        codes, lived = known["codes"], known["lived"]
        made, noticed = made + len(codes), noticed + len(codes) - len(lived)
        sys.stdout.write(f"{file.stem:45} {len(codes) - len(lived):5} of {len(codes):5}\n")
        for mutant, change in sorted(lived.items()):
            sys.stdout.write(
                f"  {LIVED[codes[mutant]]}: {mutant}\n" + "".join(f"    {line}\n" for line in change.splitlines())
            )
    score = 100 * noticed / made if made else 0.0
    sys.stdout.write(f"{noticed} of {made} noticed: {score:.1f} %\n")
    return int(score < ENOUGH)


def main(arguments: list[str]) -> int:
    for path in [ROOT / argument for argument in arguments] or MODULES:
        mutate(path)
    return table()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
