"""A query written once says of everybody what the same query written anew would."""

from typing import Any

import pytest

from accounts.models import User
from ceportal.kernel.selectors.prepared import Prepared
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_it_answers_for_whoever_asks_and_is_written_once(django_assert_num_queries: Any) -> None:
    written = []

    def rows(pk: int) -> Any:
        written.append(pk)
        return User.objects.filter(pk=pk, is_active=True).values_list("pk", "name")

    prepared = Prepared(rows)
    people = [make.user("甲"), make.user("乙")]
    with django_assert_num_queries(3):
        assert [prepared.ask(person.pk) for person in people] == [[(person.pk, person.name)] for person in people]
        assert prepared.ask(0) == []
    assert len(written) == 1
