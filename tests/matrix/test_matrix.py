"""Every address × every role × own, same unit, foreign, absent × method: what `table.yaml` says, and nothing else.

Whose a thing is stands in the roles (`declarant`, `colleague` and so on). For whom it is foreign it is as if it were
not there: the same status, headers and body, byte for byte. HEAD is GET without a body; any other method is refused
before anybody looks who asks for what.
"""

import uuid
from collections.abc import Mapping
from typing import Any
from zlib import crc32

import pytest

from tests.databases.shares import is_shared, is_the_second
from tests.matrix.addresses import Address, Nameless, addresses
from tests.matrix.asking import Told, ask, sought
from tests.matrix.expectations import (
    DOOR,
    METHODS,
    READS,
    WAITS,
    Answer,
    Line,
    Unclear,
    lines,
    of_absent,
    roles,
    spread,
    status_of,
)
from tests.matrix.town import CHOOSE, Town, absent, objects

# The town is built in a transaction of its own around the modules; the mark gives each test one inside it.
pytestmark = pytest.mark.django_db
LINES = lines()
# The one address besides whose owner gives a thing up by DELETE (tests/kernel/test_receiving.py).
UPLOAD = "kernel:upload"
OTHER_METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
# The machine interface speaks of methods in its own words, after it has asked for a key.
MACHINES = ("credits_api:", "certificates_api:", "token", "no_such_address")
# Things named in fields, and whose they are.
SENT = [
    ("POST", "accounts:registration", "application", "registration"),
    ("POST", "accounts:registration", "application", "unit_registration"),
    ("POST", "office:notices", "notice", "notice"),
    ("GET", "accounts:register", "organization", "pending_unit"),
    ("POST", "accounts:register", "organization", "pending_unit"),
    ("GET", "admin:reviews_creditedhours_changelist", "person", "foreign_person"),
]
OWNERS = {"registration": "registrant", "unit_registration": "unit_registrant", "notice": "declarant"}
# Whoever has nothing to do with the person, the employer and the bureaus here.
OUTSIDERS = ["nobody", "colleague", "foreign_declarant", "neighbour", "foreign_employer", "foreign_authority"]
# The declarant has asked the platform about hours of theirs.
ASKED_BY_NAME = {("platform", "credits:missing_inbox")}
OUTSIDERS += ["foreign_county", "foreign_city", "platform", "base", "foreign_base", "operator", "unit_registrant"]


def test_every_address_is_in_the_table() -> None:
    """A page that says nothing of who may see it does not get in."""
    known = {line.address for line in LINES}
    assert {address.name for address in addresses()} - known == set()
    assert known - {address.name for address in addresses()} == set()


def test_every_address_that_names_an_object_has_one_to_ask_for() -> None:
    asked = {line.key for line in LINES for address in addresses() if line.address == address.name}
    takes = {address.name: address.parameters for address in addresses()}
    wanted = {key for key in asked if takes[key.split("@")[0]]}
    assert wanted - set(objects()) == set()


@pytest.mark.asvs("v5.0.0-8.2.1", "v5.0.0-8.2.2", "v5.0.0-8.3.1")
@pytest.mark.shared
@pytest.mark.parametrize("line", LINES, ids=lambda line: line.key)
def test_everybody_gets_what_the_table_says(line: Line, town: Town, pytestconfig: pytest.Config) -> None:
    """Lists too: neither the name of a person or unit here nor what they declared stands on a stranger's page.

    Where two databases share, what is absent is not asked for again by whom the portal sent away without having looked
    for the thing: such an answer cannot tell whether it is there. The first of each line asks all the same. With the
    second one asks for each answer, with the first everybody else.
    """
    given, wrong = objects().get(line.key), list[str]()
    refused: set[tuple[str, Answer]] = set()
    thing = given(town) if given else {}
    for role in _asking(line, pytestconfig):
        cookies = town.cookies[role]
        for method in METHODS:
            expected = line.answers[method][role]
            with sought(thing) as note:
                own = ask(cookies, method, line.address, thing)
            if own.answer != status_of(expected):
                wrong.append(f"{method} as {role}: {own.answer}, not {expected}")
            if not given and method == "GET":
                wrong += _read_by(role, line, own, town)
            if absent(thing) == thing:
                continue
            is_blind = _is_blind(own, note.was, thing) and is_shared(pytestconfig)
            if not is_blind or (method, own.answer) not in refused:
                none = ask(cookies, method, line.address, absent(thing))
                wrong += _told_apart(f"{method} as {role}", own, none, expected)
            if is_blind:
                refused.add((method, own.answer))
    assert wrong == [], "\n" + "\n".join(wrong)


@pytest.mark.parametrize("all_roles", [False, pytest.param(True, marks=pytest.mark.deep)], ids=["some", "all"])
def test_to_look_without_a_body_is_to_look(town: Town, all_roles: bool) -> None:
    """HEAD answers as GET does: each answer of every third line as somebody who gets it, or all as everybody."""
    wrong = []
    for line in LINES if all_roles else LINES[::3]:
        given = objects().get(line.key)
        things = [given(town), absent(given(town))] if given else [{}]
        for role in roles() if all_roles else _one_for_each_answer(line):
            for thing in things:
                looked, head = (ask(town.cookies[role], method, line.address, thing) for method in ("GET", "HEAD"))
                if (head.answer, head.headers, head.body) != (looked.answer, looked.headers, b""):
                    wrong.append(f"{line.key} as {role}: {head.answer}, not {looked.answer}")
    assert wrong == [], "\n" + "\n".join(wrong)


@pytest.mark.parametrize("all_roles", [False, pytest.param(True, marks=pytest.mark.deep)], ids=["some", "all"])
@pytest.mark.asvs("v5.0.0-4.1.4")
def test_no_other_method_is_answered_whoever_asks_for_whatever(town: Town, all_roles: bool) -> None:
    """Pages refuse it in one and the same answer, machines in one and the same for own, foreign and absent."""
    told: dict[str, set[Told]] = {}
    for line in LINES:
        given = objects().get(line.key)
        things = [given(town), absent(given(town))] if given else [{}]
        is_page = not line.address.startswith((*MACHINES, UPLOAD))
        for role in roles() if all_roles else _one_for_each_answer(line):
            for method in (method for method in OTHER_METHODS if (line.address, method) != (UPLOAD, "DELETE")):
                told.setdefault(f"{method} pages" if is_page else f"{method} {line.key} as {role}", set()).update(
                    ask(town.cookies[role], method, line.address, thing) for thing in things
                )
    apart = {key: {each.answer for each in answers} for key, answers in told.items() if len(answers) > 1}
    assert apart == {}
    assert {each.answer for key in told if key.endswith(" pages") for each in told[key]} == {405}
    # Django's own answer to OPTIONS names the methods and says nothing else.
    spoken = {each.answer for answers in told.values() for each in answers if each.answer != 200 or each.body}
    assert spoken <= {401, 403, 404, 405, DOOR}


def _one_for_each_answer(line: Line) -> list[str]:
    """Beginning elsewhere for each line."""
    first = crc32(line.key.encode()) % len(roles())
    turned = [*roles()[first:], *roles()[:first]]
    return list({(line.answers["GET"][role], line.answers["POST"][role]): role for role in turned}.values())


def _asking(line: Line, config: pytest.Config) -> list[str]:
    """Everybody, between two databases that share."""
    few = _one_for_each_answer(line)
    if not is_shared(config):
        return roles()
    return few if is_the_second(config) else [role for role in roles() if role not in few]


def _told_apart(who: str, own: Told, none: Told, expected: Answer = "") -> list[str]:
    """Complaints where an absent object is answered in another way than it should be; `expected` is the table's."""
    wanted = of_absent(READS if expected == READS else own.answer)
    if none.answer != wanted:
        return [f"{who}: what is absent answers {none.answer}, not {wanted}"]
    if own.answer == none.answer and own != none:
        differing = "headers" if own.headers != none.headers else "bodies"
        return [f"{who}: foreign and absent can be told apart by their {differing}"]
    return []


@pytest.mark.asvs("v5.0.0-8.2.2")
@pytest.mark.parametrize(("method", "address", "field", "thing"), SENT)
def test_a_foreign_ref_that_is_sent_in_a_field_is_as_if_absent(
    method: str, address: str, field: str, thing: str, town: Town
) -> None:
    """Not only the address names things: so do fields."""
    ref = getattr(town, thing).ref
    for role in (role for role in roles() if role != OWNERS.get(thing)):
        foreign = ask(town.cookies[role], method, address, {}, {field: str(ref)})
        none = ask(town.cookies[role], method, address, {}, {field: str(uuid.uuid4())})
        assert (role, foreign) == (role, none)


def _is_blind(own: Told, was_sought: bool, thing: Mapping[str, Any]) -> bool:
    """Whether an answer was given to whoever asks for whatever: a refusal, and nobody had looked for the thing.

    A ref alone is sure to be seen in a query: of a token its digest may be looked for, of a year what lies in it.
    """
    has_refs_alone = all(isinstance(value, uuid.UUID) for name, value in thing.items() if name not in CHOOSE)
    return own.answer in (403, 405, DOOR, WAITS) and not was_sought and has_refs_alone


def _read_by(role: str, line: Line, told: Told, town: Town) -> list[str]:
    """What stands on a page for a stranger that is not theirs."""
    if role not in OUTSIDERS or (role, line.key) in ASKED_BY_NAME:
        return []
    page = told.body.decode(errors="replace")
    return [f"{role} reads {secret}" for secret in town.secrets if secret in page]


def test_the_insiders_pages_do_show_it(town: Town) -> None:
    """Otherwise that no outsider's page does would prove nothing."""
    inbox = ask(town.cookies["employer"], "GET", "reviews:inbox", {}).body.decode()
    assert any(secret in inbox for secret in town.secrets)
    people = ask(town.cookies["employer"], "GET", "accounts:people_to_approve", {}).body.decode()
    assert any(secret in people for secret in town.secrets)


# --- the machinery can fail


def test_an_answer_that_tells_foreign_from_absent_is_found() -> None:
    foreign = Told(404, (), b"not yours")
    assert _told_apart("x", foreign, Told(404, (), b"not there"))
    assert _told_apart("x", foreign, Told(404, (("Location", "/"),), b"not yours"))
    assert _told_apart("x", Told(200, (), b"yours"), Told(403, (), b""))
    assert _told_apart("x", Told(403, (), b""), Told(404, (), b""))
    assert _told_apart("x", Told(403, (), b""), Told(403, (), b""), READS)
    assert _told_apart("x", Told(403, (), b""), Told(404, (), b""), READS) == []
    assert _told_apart("x", foreign, Told(404, (), b"not yours")) == []
    assert _told_apart("x", Told(200, (), b"yours"), Told(404, (), b"")) == []


def test_a_stranger_who_reads_a_name_is_found(town: Town) -> None:
    line, page = LINES[0], Told(200, (), f"<td>{town.secrets[0]}</td>".encode())
    assert _read_by(OUTSIDERS[0], line, page, town)
    assert _read_by("declarant", line, page, town) == []


def test_an_answer_is_blind_only_when_nobody_looked(town: Town) -> None:
    """Of a declaration, to its declarant, a stranger and who is none; of what has no ref, never."""
    thing, seen = {"ref": town.submitted.ref}, {}
    for role in ("declarant", "foreign_declarant", "operator"):
        with sought(thing) as note:
            own = ask(town.cookies[role], "GET", "credits:declaration", thing)
        seen[role] = own.answer, note.was, _is_blind(own, note.was, thing)
    assert seen == {
        "declarant": (200, True, False), "foreign_declarant": (404, True, False), "operator": (403, False, True),
    }  # fmt: skip
    assert not _is_blind(Told(403, (), b""), True, thing)
    assert not _is_blind(Told(403, (), b""), False, thing | {"token": "x"})


def test_a_line_must_speak_of_everybody() -> None:
    three = ["anonymous", "one", "two"]
    assert spread({200: "one", 403: "others"}, roles=three, groups={}) == {"anonymous": DOOR, "one": 200, "two": 403}
    assert spread(405, roles=three, groups={}) == {"anonymous": DOOR, "one": 405, "two": 405}
    assert spread({200: "everyone"}, roles=three, groups={}) == dict.fromkeys(three, 200)
    assert spread({200: "both"}, roles=three, groups={"both": ["one", "two"]})["two"] == 200
    with pytest.raises(Unclear):
        spread({200: "one"}, roles=three, groups={})
    with pytest.raises(Unclear):
        spread({200: "three"}, roles=three, groups={})


def test_an_address_without_a_name_is_found(settings: object) -> None:
    settings.ROOT_URLCONF = "tests.matrix.nameless"  # type: ignore[attr-defined]
    with pytest.raises(Nameless):
        addresses()


def test_an_address_missing_from_the_table_is_found() -> None:
    assert Address("office:front", frozenset()) in addresses()
    assert Address("credits:declaration", frozenset({"ref"})) in addresses()
