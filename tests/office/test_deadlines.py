"""The calendar of deadlines: from the rules of each place, for everybody."""

import pytest
import time_machine
from django.test import Client

from accounts.models import Area
from tests.office.factories import NOW

pytestmark = pytest.mark.django_db


@time_machine.travel(NOW, tick=False)
@pytest.mark.usefixtures("regulation")
def test_everybody_reads_what_is_due_when_and_what_is_over(client: Client, city: Area) -> None:
    page = " ".join(client.get("/deadlines/").content.decode().split())
    coming, past = page.split("已经过去的", 1)[0], page.split("已经过去的", 1)[1]
    assert "2026年12月31日" in coming
    assert "2026 年度学习和学时申报截止" in coming
    assert "11 月学时集中备案" in coming
    assert "10 月学时集中备案" in past
    assert "2026 年度最后的审核和补正" in coming
    assert f"{city.name}的专业技术人员" in coming
    assert "暂定" in coming, "2027 is not published"
