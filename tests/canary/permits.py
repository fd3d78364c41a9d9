"""The doors gone through by people with permits: of Hong Kong, Macao and Taiwan, and of foreigners."""

from datetime import date

from accounts.models import Correction, Organization, PersonRegistration, User
from tests import factories as make
from tests.canary.journey import Planted, Visitor, approve, photograph, register, sign_in

PERMITS = (
    ("hmt_permit", "H4719360501"), ("hmt_permit", "M71936052"), ("hmt_permit", "93605271"),
    ("hmt_permit", make.id_number("830000", date(1987, 6, 15), 971)), ("foreign_permit", "CAN110278012201"),
    ("foreign_permit", "911124198108030024"),
)  # fmt: skip


def use_permits(planted: Planted, employer: Organization, reviewer: User) -> list[Visitor]:
    """People with permits register, are approved, sign in, fail to; a wrong number is put right, a double sought."""
    clerk = Visitor()
    clerk.force_login(reviewer)
    visitors = [clerk]
    for kind, number in PERMITS:
        visitor, answer = register(planted, employer, planted.permit(number), id_kind=kind)
        assert answer.status_code == 302, answer.content.decode()
        approve(clerk, PersonRegistration.objects.latest("id"))
        visitor.send("accounts:sign_in", login=number, password="wrong-word-2026")
        person = sign_in(number)
        for page in ("accounts:profile", "office:my_data", "accounts:matters", "accounts:correct_id_number"):
            person.see(page)
        visitors += [visitor, person]
    right, wrong = planted.permit("H5826470603"), planted.permit("CAN310287061598")
    said = {"id_kind": "hmt_permit", "number": right, "reason": f"原证 {PERMITS[0][1]}"}
    answer = visitors[2].send("accounts:correct_id_number", **said, document=photograph(f"{right}.jpg"))
    assert answer.status_code == 302, answer.content.decode()
    asked = Correction.objects.get()
    for typed, status in ((wrong, 422), (right, 302)):
        clerk.see("accounts:correction", asked.ref)
        ruling = {"move": "approve", "round": 1, "reason": f"与 {typed} 核对", "number": typed}
        assert clerk.send("accounts:correction", asked.ref, **ruling).status_code == status
    visitors[2].see("accounts:correction", asked.ref)
    visitors[2].send("accounts:new_merge", number=PERMITS[1][1], reason=f"{wrong} 也是我")
    return visitors
