"""The operator's way for somebody who has lost phone and recovery codes."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Notice
from accounts.selectors.safety import factor_of
from ceportal.kernel.models import AuditEvent
from tests import factories as make
from tests.accounts.factors import app_for

pytestmark = pytest.mark.django_db
PHONE = "13812340013"


@pytest.fixture
def operator(monkeypatch):
    """Types a login and an answer at the terminal."""

    def types(login, answer="是"):
        monkeypatch.setattr("accounts.management.commands.drop_second_factor.getpass", lambda _: login)
        monkeypatch.setattr("builtins.input", lambda _: answer)
        out = StringIO()
        call_command("drop_second_factor", stdout=out)
        return out.getvalue()

    return types


@pytest.mark.asvs("v5.0.0-6.5.6")
def test_it_ends_told_and_traced(operator):
    user = make.user("丢了手机", number=PHONE)
    app_for(user)
    epoch = user.session_epoch
    assert "已关闭" in operator(PHONE)
    user.refresh_from_db()
    assert factor_of(user) is None
    assert user.session_epoch > epoch
    assert AuditEvent.objects.get(action="second_factor.end").actor_label == "系统时钟"
    assert Notice.objects.filter(to=user, text__contains="动态口令已关闭").exists()


@pytest.mark.parametrize(
    ("login", "answer", "words"),
    [("13899999999", "是", "没有这个账号"), (PHONE, "yes", "没有改动"), (PHONE, "是", "还没有开启")],
)
def test_nothing_changes_unless_all_is_right(operator, login, answer, words):
    user = make.user("丢了手机", number=PHONE)
    if answer != "是":
        app_for(user)
    with pytest.raises(CommandError, match=words):
        operator(login, answer)
    assert (factor_of(user) is not None) == (answer != "是")
