"""The portal's doors gone through with planted numbers: the right way, the wrong way, and until something breaks."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse
from PIL import Image

from accounts.models import Organization, PersonRegistration, UnitRegistration, User
from ceportal.office.services.clock import run_all
from ceportal.urls import urlpatterns as portal
from certificates.models import Certificate
from credits.models import Claim, Declaration, Roster
from reviews.models import Filing, Opening
from tests import factories as make
from tests.canary import places
from tests.credits import rosters as make_roster

# So many ID numbers and phones at least.
PLANTED = 100
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def break_down(request: HttpRequest) -> HttpResponse:
    """A page with a bug, holding what was typed in a local variable, as bugs do."""
    typed = request.POST.get("id_number", "")
    raise RuntimeError(f"something is wrong with {len(typed)} characters")


# The portal's own addresses and one that breaks.
urlpatterns = [*portal, path("breaks/", break_down, name="breaks")]


@dataclass
class Planted:
    """Numbers of people who exist, who only tried, and who mistyped."""

    ids: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    # Of residents of Hong Kong, Macao and Taiwan, and of foreigners: each kind, and the card that was renewed.
    permits: list[str] = field(default_factory=list)
    # Given to be called: shown to those who have to do with the unit, and kept like every other.
    contacts: list[str] = field(default_factory=list)

    def id_number(self) -> str:
        day, serial = divmod(len(self.ids), 20)
        self.ids.append(make.id_number("410225", date(1987, 6, 5 + day), 970 + serial))
        return self.ids[-1]

    def phone(self) -> str:
        self.phones.append(f"1597531{8642 + len(self.phones) * 7:04d}")
        return self.phones[-1]

    def contact(self) -> str:
        self.contacts.append(f"1862468{1357 + len(self.contacts) * 7:04d}")
        return self.contacts[-1]

    def mistyped(self) -> str:
        right = self.id_number()
        self.ids[-1] = right[:17] + ("0" if right[17] != "0" else "1")
        return self.ids[-1]

    @property
    def all(self) -> list[str]:
        return [*self.secret, *self.contacts]

    @property
    def secret(self) -> list[str]:
        """What no page shows."""
        return [*self.ids, *self.phones, *self.permits]

    def permit(self, number: str) -> str:
        self.permits.append(number)
        return number


class Visitor(Client):
    """Keeps every page it was shown and every address it was led to. What a form shows again of what was just typed
    into it, its reader knows already: only answers to GET are looked through whole.
    """

    def __init__(self) -> None:
        super().__init__(raise_request_exception=False)
        self.shown: list[tuple[str, str]] = []

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        assert response.status_code != 500 or request["PATH_INFO"] == reverse("breaks"), request["PATH_INFO"]
        method, where = request["REQUEST_METHOD"], re.sub(r"[0-9a-f-]{36}", "…", request["PATH_INFO"])
        self.shown.append((f"Location after {method} {where}", response.get("Location", "")))
        self.shown.append((f"cookies after {method} {where}", response.cookies.output()))
        if response.streaming:
            b"".join(response.streaming_content)
        elif "html" in response.get("Content-Type", ""):
            page = response.content.decode()
            self.shown.append((f"links of {method} {where}", "\n".join(places.addresses(page))))
            if method == "GET":
                self.shown.append((f"page {where}", page))
        return response

    def see(self, name: str, /, *args: Any, **query: str) -> Any:
        return self.get(reverse(name, args=args), query)

    def send(self, name: str, /, *args: Any, **data: Any) -> Any:
        return self.post(reverse(name, args=args), data)


def sign_in(login: str) -> Visitor:
    visitor = Visitor()
    assert visitor.send("accounts:sign_in", login=login, password=make.PASSWORD).status_code == 302
    return visitor


def register(planted: Planted, employer: Organization, number: str, **changes: Any) -> tuple[Visitor, Any]:
    """A person registers at `employer`, on the page."""
    visitor = Visitor()
    address = f"{reverse('accounts:register')}?organization={employer.ref}"
    visitor.get(address)
    said = {
        "name": "金丝雀", "id_kind": "resident", "id_number": number, "area": employer.area_id, "title_series": "22",
        "title_level": "中级", "phone": planted.phone(), "password": make.PASSWORD, "password_again": make.PASSWORD,
    }  # fmt: skip
    return visitor, visitor.post(address, said | changes)


def approve(reviewer: Visitor, number_of: PersonRegistration, *, move: str = "approve") -> None:
    reviewer.see("accounts:people_to_approve")
    reviewer.see("accounts:review_person", number_of.ref)
    answer = reviewer.send("accounts:review_person", number_of.ref, move=move, reason="不是本单位人员")
    assert answer.status_code == 302
    reviewer.see("accounts:people")


def photograph(name: str) -> SimpleUploadedFile:
    content = BytesIO()
    Image.effect_noise((200, 120), 60).convert("RGB").save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), "image/jpeg")


def declare(person: Visitor, *, subject: str, hours: str, until: date, file_name: str) -> Declaration:
    """Begin, be saved, attach a file whose name holds an ID number, hand in."""
    person.see("credits:declare")
    assert person.send("credits:declare", activity="training").status_code == 302
    draft = Declaration.objects.latest("id")
    content = {
        "activity": "training", "subject": subject, "title": f"{subject} 研修", "organiser": "开封市教育体育局",
        "started_on": until.replace(day=1).isoformat(), "ended_on": until.isoformat(), "hours_claimed": hours,
        "was_passed": "yes", "payer": "unit", "promise": "on",
    }  # fmt: skip
    person.send("credits:autosave", draft.ref, **content)
    person.send("credits:add_evidence", draft.ref, files=photograph(file_name))
    person.send("credits:add_evidence", draft.ref, files=SimpleUploadedFile(file_name, b"<html>", "text/html"))
    person.see("credits:edit_declaration", draft.ref)
    answer = person.send("credits:submit", draft.ref, **content)
    assert answer.status_code == 302, answer.content.decode()
    for page in ("credits:declarations", "credits:hours", "office:my_year", "office:notices"):
        person.see(page)
    person.see("credits:declaration", draft.ref)
    draft.refresh_from_db()
    return draft


def review(reviewer: Visitor, declaration: Declaration) -> None:
    """Look at everything, then approve."""
    declaration.refresh_from_db()
    reviewer.see("reviews:inbox")
    reviewer.see("reviews:review", declaration.ref)
    for evidence in declaration.evidence.all():
        reviewer.see("reviews:evidence_file", declaration.ref, evidence.ref)
    Opening.objects.update(opened_at=F("opened_at") - timedelta(minutes=5))
    answer = reviewer.send(
        "reviews:decide", declaration.ref, move="approve", version=declaration.version, stage=declaration.stage,
        hours=f"{declaration.hours_claimed}",
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()
    reviewer.see("reviews:done")


def verify(planted: Planted, person: Visitor) -> None:
    """The certificate is fetched, checked by a stranger, and looked for with ID numbers."""
    certificate = Certificate.objects.get()
    person.see("certificates:mine")
    assert person.see("certificates:pdf", certificate.ref).status_code == 200
    stranger = Visitor()
    assert stranger.see("certificates:verify", certificate.token).status_code == 200
    stranger.send("certificates:look_up", number=certificate.number, name="金丝雀")
    stranger.send("certificates:look_up", number=planted.ids[0], name="金丝雀")


def fail_to_sign_in(planted: Planted) -> None:
    """With known and unknown numbers, until the door stays shut, and without the form's token."""
    visitor = Visitor()
    for login in (planted.ids[0], planted.phones[0], planted.id_number(), planted.phone(), planted.mistyped()):
        for _ in range(12):
            visitor.send("accounts:sign_in", login=login, password="wrong-word-2026")
    strict = Client(enforce_csrf_checks=True)
    strict.post(reverse("accounts:sign_in"), {"login": planted.ids[0], "password": make.PASSWORD})


def stuff(planted: Planted) -> None:
    """Many who do not exist, each once by number and once by phone."""
    visitor = Visitor()
    for _ in range(PLANTED - len(planted.phones)):
        visitor.send("accounts:sign_in", login=planted.phone(), password="wrong-word-2026")
    for _ in range(10):
        visitor.send("accounts:sign_in", login=planted.id_number(), password="wrong-word-2026")


def use_rights(planted: Planted, person: Visitor, clerk: Visitor) -> None:
    """The notice agreed to, a number looked at in full for a purpose, and one's own data taken along."""
    person.see("accounts:consent")
    person.send("accounts:consent")
    whose = PersonRegistration.objects.order_by("id")[0].professional.ref
    clerk.see("accounts:unmask", whose)
    said = {"purpose": "identity", "why": f"核对 {planted.ids[0]} 和 {planted.phones[0]}"}
    assert planted.ids[0] in clerk.send("accounts:unmask", whose, **said).content.decode()
    person.see("office:my_data")
    for kind in ("json", "html"):
        taken = person.send("office:download_my_data", format=kind)
        assert "核对" in taken.content.decode()
        person.shown.append((f"own data as {kind}", taken.content.decode()))


def forget_the_password(planted: Planted) -> None:
    """With known and unknown numbers: a code on its way to whoever exists, and wrong ones typed."""
    for login in (planted.ids[0], planted.phones[0], planted.id_number(), planted.phone(), planted.mistyped()):
        visitor = Visitor()
        assert visitor.send("accounts:forgotten", login=login, channel="phone").status_code == 302
        new = f"{make.PASSWORD}-new"
        visitor.send("accounts:reset_password", code="000000", password=new, password_again=new)


def break_things(planted: Planted, person: Visitor) -> None:
    """Pages that do not exist, must not be posted to, or fail."""
    assert person.post("/nowhere/", {"id_number": planted.ids[0]}).status_code == 404
    assert person.post(reverse("breaks"), {"id_number": planted.ids[0], "phone": planted.phones[0]}).status_code == 500
    person.post(reverse("office:my_year"), {"id_number": planted.ids[0]})


def register_unit(planted: Planted, authority: Visitor, supervisor: Organization) -> Visitor:
    """A unit with its administrator's phone; the authority approves it."""
    visitor = Visitor()
    address = f"{reverse('accounts:register_unit')}?place=410203"
    visitor.get(address)
    said = {
        "name": "开封市第三实验中学", "uscc": make.uscc(), "nature": "institution", "supervisor": supervisor.pk,
        "contact_name": "人事科", "contact_phone": _spaced(planted.contact()), "applicant_name": "金丝雀",
        "phone": planted.phone(), "password": make.PASSWORD, "password_again": make.PASSWORD,
    }  # fmt: skip
    answer = visitor.post(address, said)
    assert answer.status_code == 302, answer.content.decode()
    registration = UnitRegistration.objects.get()
    authority.see("accounts:units_to_approve")
    authority.see("accounts:review_unit", registration.ref)
    assert authority.send("accounts:review_unit", registration.ref, move="approve").status_code == 302
    return visitor


def _spaced(phone: str) -> str:
    return f"{phone[:3]} {phone[3:7]}-{phone[7:]}"


def clerk(planted: Planted, officer: Visitor) -> None:
    """Every list of the desks, a month filed and fetched, a person looked for by number, hours taken back."""
    officer.see("admin:index")
    for model in admin.site._registry:
        officer.see(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    officer.see("admin:reviews_filing_confirm", "410200", 2026, 10)
    officer.send("admin:reviews_filing_confirm", "410200", 2026, 10)
    for filing in Filing.objects.all():
        officer.see("admin:reviews_filing_list", filing.ref)
        officer.see("admin:reviews_filing_csv", filing.ref)
    for number in (planted.ids[0], planted.mistyped()):
        answer = officer.send("admin:reviews_creditedhours_find", id_number=number)
        assert answer.status_code == 302
        officer.get(answer["Location"])
    claim = Claim.objects.earliest("id")
    page = officer.see("admin:reviews_creditedhours_reverse", claim.ref).content.decode()
    if why := re.search(r'<option value="([a-z_]+)"', page):
        officer.send("admin:reviews_creditedhours_reverse", claim.ref, reason_code=why[1], reason="抽查发现材料不实")


def roster(planted: Planted, teacher: Visitor, base: Organization) -> None:
    """A base's file with a person who is known, one who is not, and numbers wherever they do not belong."""
    said = {
        "organization": base.pk, "title": "公需科目面授班", "subject": "public", "started_on": "2026-10-12",
        "ended_on": "2026-10-13", "hours": "12",
    }  # fmt: skip
    assert teacher.send("credits:new_roster", **said).status_code == 302
    made = Roster.objects.latest("id")
    known = make_roster.row(id_number=planted.ids[0], name="金丝雀")
    good = [known, make_roster.row(id_number=planted.id_number(), name="金丝雀", remark=f"见 {planted.ids[1]}")]
    number = planted.id_number()
    bad = [
        make_roster.row(id_number=planted.mistyped()), make_roster.row(id_number=int(f"{number[:17]}0")),
        make_roster.row(id_number=f"{number}\n", name=number), make_roster.row(name=planted.phone(), result=number),
    ]  # fmt: skip
    many = [make_roster.row(id_number=planted.id_number(), name="很多的人") for _ in range(PLANTED - len(planted.ids))]
    good += many
    for lines in ([*good, *bad], good):
        file = make_roster.saved(make_roster.workbook(lines), name=f"{number}.xlsx")
        assert teacher.send("credits:roster_file", made.ref, file=file).status_code == 302
        for page in ("roster", "roster_problems", "roster_template"):
            teacher.see(f"credits:{page}", made.ref)
        teacher.see("credits:roster", made.ref, show="all")
    made.refresh_from_db()
    assert teacher.send("credits:confirm_roster", made.ref, version=str(made.version)).status_code == 302
    tick()
    teacher.see("credits:roster", made.ref)
    teacher.send("credits:undo_roster", made.ref, reason="班次填错")
    tick()
    teacher.see("credits:rosters")
    teacher.see("credits:roster", made.ref)


def tick() -> None:
    for _ in run_all(now=NOW):
        pass


def travel_through(
    planted: Planted, employer: Organization, base: Organization, reviewers: dict[str, User]
) -> list[Visitor]:
    """Everything above, in the order of life. Gives the visitors with what they were shown."""
    first, second, third = (planted.id_number() for _ in range(3))
    person, answer = register(planted, employer, first)
    assert answer.status_code == 302, answer.content.decode()
    others = [register(planted, employer, number)[0] for number in (second, third, first, planted.mistyped())]
    person.see("accounts:registration")
    at = {role: Visitor() for role in reviewers}
    for role, user in reviewers.items():
        at[role].force_login(user)
    waiting = list(PersonRegistration.objects.order_by("id"))
    approve(at["employer"], waiting[0])
    approve(at["employer"], waiting[1])
    approve(at["employer"], waiting[2], move="refuse")
    person.send("accounts:sign_out")
    by_phone, person = sign_in(planted.phones[1]), sign_in(first)
    fail_to_sign_in(planted)
    forget_the_password(planted)
    use_rights(planted, person, at["employer"])
    person.see("accounts:profile")
    person.send("accounts:change_password", old_password=make.PASSWORD, password="Another-River-9", password_again="x")
    name = f"{first}-{planted.phones[0]}-结业证书.jpg"
    done = [
        declare(person, subject="professional", hours="60", until=date(2026, 3, 8), file_name=name),
        declare(person, subject="public", hours="30", until=date(2026, 4, 4), file_name=f"{second}.jpg"),
    ]
    for declaration in done:
        review(at["employer"], declaration)
        review(at["authority"], declaration)
    tick()
    verify(planted, person)
    for role in ("city", "province"):
        clerk(planted, at[role])
    at["operator"].see("office:operation")
    roster(planted, at["base"], base)
    stuff(planted)
    applicant = register_unit(planted, at["authority"], employer.supervisor)
    break_things(planted, person)
    tick()
    return [person, by_phone, applicant, *others, *at.values()]
