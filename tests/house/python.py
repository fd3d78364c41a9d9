"""What the import guard cannot see in our Python: long functions, clocks and floats, rooms named in strings."""

import ast
import re
from collections.abc import Iterator

LONGEST_FUNCTION = 40
# Floors where a framework plugs things in by name, and where the wall clock is read.
DOORS = frozenset(
    ["urls", "views", "api", "admin", "tasks", "management", "templatetags", "middleware", "context_processors"]
) | {"adapters", "backends", "oauth", "receivers", "checks", "apps", "web"}
_MODULE = re.compile(
    r"(?:ceportal\.)?(office|certificates|reviews|credits|bases|accounts|kernel)"
    r"\.(?:views|api|admin|tasks|management|templatetags|forms|resources|access|demo|web|services|selectors|models"
    r"|documents|fields|rules|enums)\b"
)
_URL_NAME = re.compile(r"(office|certificates|reviews|credits|bases|accounts|kernel):[a-z_]+")
_TEMPLATE = re.compile(r"(office|certificates|reviews|credits|bases|accounts|kernel)/[\w/-]+\.html")
DYNAMIC = frozenset({"import_module", "import_string", "__import__", "get_model", "get_app_config", "get_callable"})


def long_functions(source: str) -> list[str]:
    """Functions of more than 40 lines, decorators aside."""
    found = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    spans = ((node, (node.end_lineno or node.lineno) - node.lineno + 1) for node in found)
    return [f"{node.name} ({lines} lines)" for node, lines in spans if lines > LONGEST_FUNCTION]


def floats(source: str) -> list[int]:
    """Lines that make a float, which hours never are (A16)."""
    return [call.lineno for call in _calls(source) if isinstance(call.func, ast.Name) and call.func.id == "float"]


def wide_locks(source: str) -> list[str]:
    """`select_for_update()` beside `select_related()` without `of`: what is joined, a place too, is locked as well."""
    found = []
    for call in _calls(source):
        chain = dict(_chain(call))
        lock = chain.get("select_for_update")
        if lock and "select_related" in chain and not any(keyword.arg == "of" for keyword in lock.keywords):
            found.append(f"line {lock.lineno}")
    return sorted(set(found))


def _chain(call: ast.expr) -> Iterator[tuple[str, ast.Call]]:
    """The calls of `a.b().c().d()`, from the last to the first, by name."""
    while isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
        yield call.func.attr, call
        call = call.func.value


def wall_clocks(source: str) -> list[str]:
    """Days and moments without Shanghai's time: `timezone.now().date()`, `datetime.now()`, `date.today()` …"""
    found = []
    for call in _calls(source):
        match call.func:
            case ast.Attribute(attr="date", value=ast.Call(func=ast.Attribute(attr="now"))):
                found.append(f"line {call.lineno}: now().date()")
            case ast.Attribute(attr="now" | "utcnow" | "today" as name, value=owner) if _called(owner) in {
                "datetime",
                "date",
            }:
                found.append(f"line {call.lineno}: {_called(owner)}.{name}()")
    return found


def clocks_read(source: str) -> list[str]:
    """Readings of the wall clock: below the doors `now` and `today` are passed in (`localdate(now)` only converts)."""
    names = {"now", "localdate", "localtime"}
    return [
        f"line {call.lineno}: timezone.{call.func.attr}()"
        for call in _calls(source)
        if not call.args
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in names
        and _called(call.func.value) == "timezone"
    ]


def queued(source: str) -> list[int]:
    """Lines that call upon a queue: services leave a row instead (house rule 7)."""
    return [c.lineno for c in _calls(source) if isinstance(c.func, ast.Attribute) and c.func.attr in _QUEUE]


_QUEUE = {"delay", "apply_async", "send_task"}


def dynamic_imports(source: str) -> list[int]:
    """Lines that import by a name in a string, unseen by the import guard."""
    return [call.lineno for call in _calls(source) if _called(call.func) in DYNAMIC]


def modules_named(source: str) -> set[str]:
    """The rooms whose modules are named in a string (docstrings aside)."""
    return {match.group(1) for text in _strings(source) if (match := _MODULE.match(text))}


def urls_named(source: str) -> set[str]:
    """URL names such as `credits:hours` that stand in the code."""
    return {text for text in _strings(source) if _URL_NAME.fullmatch(text)}


def templates_named(source: str) -> set[str]:
    """Templates that the code names."""
    return {text for text in _strings(source) if text.endswith((".html", ".txt"))}


def rooms_of_templates(source: str) -> set[str]:
    return {match.group(1) for text in templates_named(source) if (match := _TEMPLATE.fullmatch(text))}


def is_bare(source: str) -> bool:
    """Whether a `models/__init__.py` does nothing but hand on names."""
    body = ast.parse(source).body
    return all(
        isinstance(node, ast.ImportFrom)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__")
        for node in body
    )


def _called(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _calls(source: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def _strings(source: str) -> Iterator[str]:
    """String literals that are not docstrings."""
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value
