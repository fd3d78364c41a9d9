"""Every list and home page of every role of the matrix, in the town that stands in the middle of the province."""

import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import ApiClient, User
from tests.benches.province.laying import people_of
from tests.benches.province.looker import timed
from tests.matrix.addresses import addresses
from tests.matrix.asking import client_of, sign_in
from tests.matrix.town import NOW

# The same desks elsewhere, and who has none; who is looked for by the other bench.
_ALIKE = {"colleague", "neighbour", "registrant", "unit_registrant", "nobody", "clerk", "second_clerk"}


# Lists that grow below the name of a thing, and what the registers are asked by.
_NAMED = ("credits:client", "admin:accounts_apiclient_show")
_ASKED = {
    "admin:certificates_certificate_changelist": (
        "state=revoked",
        "state=issued",
        "name=示例00",
        "name=示例0000",
        "number=410200-2026",
    ),
    "admin:certificates_suspicion_changelist": ("state=sound",),
    "admin:reviews_decision_changelist": ("state=return", "unit=示例单位00", "name=示例00", "name=示例0000"),
    "admin:reviews_recordedhours_changelist": (
        "kind=reversal",
        "year=2024",
        "name=示例00",
        "name=示例0000",
        "unit=示例单位00",
    ),
}


class Looks:
    """What can be asked for without naming a thing, and what grows below a key; the machines' doors are no pages."""

    def __init__(self, only: list[str]) -> None:
        people = {
            role: User.objects.get(pk=key)
            for role, key in people_of().items()
            if role not in _ALIKE and not role.startswith("foreign_")
        }
        with time_machine.travel(NOW, tick=True):
            self.cookies = {role: sign_in(people.get(role)) for role in ("anonymous", *people)}
        known = [address.name for address in addresses() if not address.parameters]
        known = [address for address in known if not reverse(address).startswith("/api/")]
        known += [*_NAMED, *(f"{address}?{words}" for address, asked in _ASKED.items() for words in asked)]
        key = ApiClient.objects.filter(organization__is_platform=True).order_by("pk")[0]
        self.names = {address: {"client_id": key.client_id} for address in _NAMED}
        known = [one for one in known if any(text in f"{role} {one}" for text in only for role in self.cookies)]
        to_all = {address for address in known if self._is_shown("anonymous", address)}
        self.pages = [f"anonymous {address}" for address in to_all]
        for role in people:
            wanted = [one for one in known if any(text in f"{role} {one}" for text in only)]
            self.pages += [f"{role} {one}" for one in wanted if one not in to_all and self._is_shown(role, one)]

    def look(self, page: str) -> float:
        role, address = page.split()
        return timed(self._client(role), self._path(address))

    def _is_shown(self, role: str, address: str) -> bool:
        with time_machine.travel(NOW, tick=True), transaction.atomic():
            answer = self._client(role, raises=False).get(self._path(address))
            transaction.set_rollback(True)
        return answer.status_code == 200 and answer["Content-Type"].startswith("text/html")

    def _path(self, address: str) -> str:
        name, _, words = address.partition("?")
        path = reverse(name, kwargs=self.names.get(name))
        return f"{path}?{words}" if words else path

    def _client(self, role: str, *, raises: bool = True) -> Client:
        return client_of(self.cookies[role], raises=raises)
