"""The forms of a page as a browser would send them, and the same with hostile values."""

import random
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote_plus, urljoin, urlsplit

from tests.matrix import hostile

_BOUNDARY = "----------------------------form"


@dataclass
class Field:
    """`values` are those it has or offers; `chosen` what is sent when nobody touches it."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)


@dataclass
class Form:
    """`method` and where it goes, with its fields and the buttons it can be sent by."""

    page: str
    method: str
    action: str
    fields: list[Field] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def has_files(self) -> bool:
        return any(each.kind == "file" for each in self.fields)


class Reader(HTMLParser):
    """Reads forms, with the fields that stand elsewhere on the page and name theirs by `form=`."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page, self.forms, self.named = page, [], {}
        self.inside: Form | None = None
        self.select: Field | None = None
        self.area: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open(said)
        form = self.named.get(said.get("form", "")) or self.inside
        name = said.get("name", "")
        if form is None:
            return
        if tag == "button" and said.get("type", "submit") == "submit":
            form.buttons.append((name, said.get("value", ""), said.get("formaction", "")))
        elif tag == "option" and self.select is not None:
            self.select.values.append(said.get("value", ""))
            if "selected" in said:
                self.select.chosen = [said.get("value", "")]
        elif tag in {"input", "select", "textarea"} and name:
            self._take(form, tag, name, said)

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.area.chosen = ["".join([*self.area.chosen, data])]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None

    def _open(self, said: dict[str, str]) -> None:
        action = urlsplit(urljoin(f"http://portal{self.page}", said.get("action", "") or self.page))
        address = f"{action.path}?{action.query}" if action.query else action.path
        self.inside = Form(self.page, said.get("method", "get").upper(), address)
        self.forms.append(self.inside)
        if "id" in said:
            self.named[said["id"]] = self.inside

    def _take(self, form: Form, tag: str, name: str, said: dict[str, str]) -> None:
        kind = said.get("type", "text") if tag == "input" else tag
        known = next((each for each in form.fields if each.name == name), None)
        taken = known or Field(name, kind)
        if known is None:
            form.fields.append(taken)
        if tag == "select":
            self.select = taken
        elif tag == "textarea":
            self.area = taken
        elif kind not in {"checkbox", "radio"} or "checked" in said:
            taken.chosen = [said.get("value", "")]
        if tag == "input":
            taken.values.append(said.get("value", "on" if kind == "checkbox" else ""))


def forms_of(page: str, html: str) -> list[Form]:
    """Those that go to a page of ours, with a token or without."""
    reader = Reader(page)
    reader.feed(html)
    return [form for form in reader.forms if form.action.startswith("/")]


@dataclass(frozen=True)
class Sent:
    """One request, ready to be asked, and what was typed into it (an answer may repeat that)."""

    method: str
    address: str
    content_type: str
    body: bytes
    what: str


def sent(form: Form, choice: random.Random, refs: list[str]) -> Sent:
    """The form with one to three of its fields turned hostile, sometimes with a field that it does not have."""
    pairs: list[tuple[str, hostile.Value | tuple[str, bytes]]] = []
    turned = set(choice.sample(range(len(form.fields)), k=min(len(form.fields), choice.randint(1, 3))))
    what = []
    for number, each in enumerate(form.fields):
        if each.kind == "file":
            name = choice.choice([*hostile.FILES, ""])
            pairs += [(each.name, hostile.FILES[name]())] if name else []
        elif number in turned and each.name != "csrfmiddlewaretoken":
            value = hostile.value(choice, each.kind, each.values, refs)
            what.append(f"{each.name}={str(value)[:40]}")
            pairs += [(each.name, value)]
        else:
            pairs += [(each.name, value) for value in each.chosen or each.values[:1]]
    action = form.action
    if form.buttons:
        name, value, other = choice.choice(form.buttons)
        pairs += [(name, value)] if name else []
        action = urlsplit(urljoin(f"http://portal{form.page}", other)).path if other else action
    if choice.random() < 0.2:
        name = choice.choice(hostile.BESIDE)
        pairs.append((name, choice.choice(["1", "on", *refs])))
        what.append(f"+{name}")
    return _written(form, action, pairs, " ".join(what))


def _written(form: Form, action: str, pairs: list[Any], what: str) -> Sent:
    flat = [(name, one) for name, value in pairs for one in _each(value)]
    if form.method == "POST" and form.has_files:
        parts = b"".join(_part(name, value) for name, value in flat)
        body = parts + f"--{_BOUNDARY}--\r\n".encode()
        return Sent("POST", action, f"multipart/form-data; boundary={_BOUNDARY}", body, what)
    text = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in flat)
    if form.method == "POST":
        return Sent("POST", action, "application/x-www-form-urlencoded", text.encode(), what)
    return Sent("GET", f"{action.partition('?')[0]}?{text[:12_000]}", "", b"", what)


def _each(value: Any) -> list[Any]:
    if value is None:
        return []
    is_file = isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], bytes) and "." in str(value[0])
    return list(value) if isinstance(value, tuple) and not is_file else [value]


def _part(name: str, value: Any) -> bytes:
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'.encode()
    if isinstance(value, tuple):
        return head + f'; filename="{value[0]}"\r\nContent-Type: application/pdf\r\n\r\n'.encode() + value[1] + b"\r\n"
    data = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
    return head + b"\r\n\r\n" + data + b"\r\n"
