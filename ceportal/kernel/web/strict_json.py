"""JSON as a machine must send it: one meaning, or a refusal that says why (reliability F12, inputs.md E).

Python's reader takes the last of two equal keys, `NaN`, and nesting until its stack breaks; this one does not. Numbers
come as `Decimal` whatever their length, so that none is rounded or too long to be read.
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

DEEPEST = 64


class BadJson(ValueError):
    """What was sent is not JSON as we take it: a stable `code` and a Chinese `message`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def read_json(body: bytes) -> Any:
    """The value that `body` (UTF-8) holds. Raises `BadJson`."""
    text = _decoded(body)
    if _depth(text) > DEEPEST:
        raise BadJson("too_deep", f"JSON 嵌套超过 {DEEPEST} 层。")
    try:
        return json.loads(
            text, object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_number, parse_int=_number
        )
    except json.JSONDecodeError as error:
        raise BadJson("not_json", f"请求体不是合法的 JSON（第 {error.lineno} 行第 {error.colno} 列）。") from error
    except RecursionError as error:
        raise BadJson("too_deep", f"JSON 嵌套超过 {DEEPEST} 层。") from error


def _decoded(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadJson("not_utf8", _hint(body)) from error
    if text.startswith("\ufeff"):
        raise BadJson("not_utf8", "请求体开头有 BOM，请用不带 BOM 的 UTF-8 编码。")
    return text


def _hint(body: bytes) -> str:
    """Most bodies that are not UTF-8 come from systems that write GBK."""
    try:
        body.decode("gb18030")
    except UnicodeDecodeError:
        return "请求体不是 UTF-8 编码。"
    return "请求体不是 UTF-8 编码，看起来是 GBK，请改用 UTF-8。"


def _depth(text: str) -> int:
    """How deep brackets nest, those inside strings included only where a quote is escaped: a bound, cheap to know."""
    depth = deepest = 0
    for part in text.replace("\\\\", "").replace('\\"', "").split('"')[::2]:
        for character in part:
            if character in "[{":
                depth += 1
                deepest = max(deepest, depth)
            elif character in "]}":
                depth -= 1
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BadJson("duplicate_key", "同一个 JSON 对象里有重复的字段名。")
    return found


def _no_constant(name: str) -> NoReturn:
    raise BadJson("not_json", f"{name} 不是合法的 JSON 值。")


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise BadJson("not_json", "数字超出范围。") from error
