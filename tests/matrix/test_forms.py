"""Every form of every page, as the roles that are shown it, with hostile values: never a fault of ours, and never
a number or a name of somebody else in the answer.

150 requests in the suite, two of each form; 50,000 before a release. Each is undone.
"""

import random
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction
from django.urls import Resolver404, resolve, reverse

from accounts.fields import id_in_clear, phone_in_clear
from accounts.models import Professional, User
from ceportal.kernel.web.limits import forget_all
from tests.matrix.asking import client_of
from tests.matrix.expectations import lines, roles
from tests.matrix.forms import Form, Sent, forms_of, sent
from tests.matrix.test_matrix import OUTSIDERS
from tests.matrix.town import Town, objects

# The town is built in a transaction of its own around the modules; the mark gives each test one inside it.
pytestmark = pytest.mark.django_db
SEED = 20261120
LINES = lines()
# A few roles that see most of the pages between them.
READERS = ("anonymous", "declarant", "employer", "county", "city", "base")
# Forms that a reader of the page as a browser would send honestly are the town's; these end the session itself.
APART = {reverse("accounts:sign_out")}
# Pages that are there to show just this role something of one person: who asks a platform for hours that have not come,
# by name; and a number that is unmasked with a purpose and leaves a trail (tests/office/test_my_data.py).
DECLARANT = Town.secrets[0]
MEANT = {("platform", "credits:answer_missing"), ("employer", "accounts:unmask")}


class Walk:
    """Somebody of each role before the pages of the portal, and what is nobody else's to read."""

    def __init__(self, town: Town, seed: int) -> None:
        # Other forms with the other database.
        self.town, self.choice = town, random.Random(f"{seed} {connection.vendor}")
        self.planted = _numbers(town)
        things = (
            getattr(town, name) for name in ("submitted", "draft", "registration", "roster", "exemption", "outside")
        )
        self.refs = [str(thing.ref) for thing in things] + [str(town.claim.ref), str(town.stationing.ref)]
        self.answers: Counter[int] = Counter()
        self.wrong: list[str] = []

    def forms(self, of: Sequence[str], most: int) -> list[tuple[str, Form]]:
        """Those on the pages that the roles `of` are shown, page after page by chance until there are `most`."""
        pages = [(role, line) for role in of for line in LINES if line.answers["GET"][role] == 200]
        self.choice.shuffle(pages)
        found: dict[tuple[Any, ...], tuple[str, Form]] = {}
        for role, line in pages:
            if len(found) >= most:
                break
            given = objects().get(line.key)
            page = reverse(line.address, kwargs=dict(given(self.town)) if given else {})
            for form in forms_of(page, self._ask(role, Sent("GET", page, "", b"", ""))[1]):
                names = tuple(each.name for each in form.fields)
                if form.action not in APART and (form.fields or form.buttons):
                    found.setdefault((role, form.method, form.action, names), (role, form))
        return list(found.values())

    def tries(self, role: str, form: Form) -> None:
        request = sent(form, self.choice, self.refs)
        status, page = self._ask(role, request)
        self.answers[status] += 1
        who = f"{role}: {request.method} {request.address[:80]} from {form.page}: {request.what}"
        if status >= 500:
            self.wrong.append(f"{status} {who}")
        typed = request.body.decode("utf-8", "replace") + request.address
        found = [(owner, number) for owner, number in self.planted if owner != role]
        if role in OUTSIDERS:
            found += [("declarant" if it == DECLARANT else "", it) for it in self.town.secrets]
        shown = self._shown(role, request.address)
        leaks = [it for owner, it in found if it in page and it not in typed and owner != shown]
        self.wrong += [f"{leak} read by {who}" for leak in leaks]

    def _shown(self, role: str, address: str) -> str | None:
        """Whose name or numbers the page is there to show `role`: of the person in its address, else the declarant."""
        try:
            page = resolve(urlsplit(address).path)
        except Resolver404:
            return None
        if (role, page.view_name) not in MEANT:
            return None
        person = Professional.objects.filter(ref=page.kwargs["ref"]).first()
        return next((name for name, user in self.town.people.items() if person and user == person.user), "declarant")

    def _ask(self, role: str, request: Sent) -> tuple[int, str]:
        client = client_of(self.town.cookies[role], raises=False)
        forget_all()
        with transaction.atomic():
            answer = client.generic(request.method, request.address, request.body, content_type=request.content_type)
            page = b"".join(answer).decode("utf-8", "replace")
            transaction.set_rollback(True)
        return answer.status_code, page


def _numbers(town: Town) -> list[tuple[str, str]]:
    """Every ID number and mobile of the town, with the role whose it is."""
    role_of = {user.pk: role for role, user in town.people.items() if user}
    found = [
        (role_of.get(user.pk, ""), phone_in_clear(user.phone_sealed, ref=user.ref))
        for user in User.objects.exclude(phone_sealed=None)
    ]
    return found + [
        (role_of.get(person.user_id or 0, ""), id_in_clear(person.id_sealed, ref=person.ref))
        for person in Professional.objects.exclude(id_sealed=None)
    ]


@pytest.mark.parametrize("count", [150, pytest.param(50_000, marks=[pytest.mark.deep, pytest.mark.timeout(7200)])])
@pytest.mark.asvs("v5.0.0-2.2.1", "v5.0.0-8.2.2")
def test_hostile_forms_find_no_fault_and_no_leak(town: Town, count: int) -> None:
    walk = Walk(town, SEED)
    pairs = walk.forms(roles() if count > 1_000 else READERS, count // 2)
    walk.choice.shuffle(pairs)
    for number in range(count):
        walk.tries(*pairs[number % len(pairs)])
    assert walk.wrong == [], "\n" + "\n".join(walk.wrong[:40])
    assert len(walk.answers) > 3, "forms that are all answered alike were not read"


def test_a_form_is_read_as_a_browser_sends_it() -> None:
    page = """<form method="post" action="?a=1" id="f" enctype="multipart/form-data"><input name="t" value="x">
      <input type="checkbox" name="c" value="1" checked><select name="s"><option value="1">一<option value="2" selected>
      </select><textarea name="w">字</textarea><input type="file" name="d"><button name="move" value="go">去</button>
      </form>
      <input form="f" name="beside" value="y"><form action="https://elsewhere.example/"></form>"""
    form, *_ = forms_of("/there/", page)
    assert (form.method, form.action, form.has_files) == ("POST", "/there/?a=1", True)
    chosen = {each.name: each.chosen for each in form.fields}
    assert chosen == {"t": ["x"], "c": ["1"], "s": ["2"], "w": ["字"], "d": [""], "beside": ["y"]}
    assert form.buttons == [("move", "go", "")]
    request = sent(form, random.Random(1), [])
    assert re.search(rb'name="move"\r\n\r\ngo', request.body)


def test_a_fault_or_a_leak_would_be_found(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = Walk(town, SEED)
    form = Form("/help/", "GET", "/help/")
    owner, number = walk.planted[0]
    for told in ((500, ""), (200, f"……{number}……")):
        monkeypatch.setattr(walk, "_ask", lambda role, request, told=told: told)
        walk.tries("nobody" if owner != "nobody" else "declarant", form)
    assert len(walk.wrong) == 2
