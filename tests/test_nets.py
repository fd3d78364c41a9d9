"""The nets hold: each one catches what it is there for."""

import socket

import pytest
import redis
from celery import current_app, shared_task
from django.conf import settings
from django.template import Context, Template, engines
from kombu.exceptions import OperationalError

from ceportal.kernel.rules.refusal import Refusal
from tests.conftest import OUR_TEMPLATES, SettingLeft, UndefinedVariable, settings_must_be_as_before
from tests.databases.network import OutsideConnection
from tests.databases.servers import Broker
from tests.workers import TOGETHER, group_of


def _render(source: str, name: str, **values: object) -> str:
    from django.template.base import Origin  # noqa: PLC0415

    template = Template(source, origin=Origin(name=name), engine=engines["django"].engine)
    return template.render(Context(values))


def test_an_undefined_variable_in_our_template_fails() -> None:
    with pytest.raises(UndefinedVariable, match="nobody gave"):
        _render("<p>{{ absent.name }}</p>", f"{OUR_TEMPLATES}/office/x.html")


def test_a_default_says_that_a_variable_may_be_missing() -> None:
    assert _render('{{ absent|default:"–" }}', f"{OUR_TEMPLATES}/office/x.html") == "–"


def test_an_undefined_variable_in_a_template_of_a_library_is_its_own_affair() -> None:
    assert _render("<p>{{ absent }}</p>", "/site-packages/django/x.html") == "<p></p>"


@pytest.mark.parametrize(
    ("code", "message", "field"),
    [
        ("Late", "已过截止日期。", ""),
        ("late", "Too late.", ""),
        ("late", "已过截止日期", ""),
        ("late", "已过截止日期。", "Year"),
    ],
    ids=["code", "language", "no sentence", "field"],
)
def test_a_refusal_that_tells_nobody_anything_fails(code: str, message: str, field: str) -> None:
    with pytest.raises(AssertionError, match="tells nobody"):
        Refusal(code, message, field)


def test_another_machine_is_out_of_reach() -> None:
    with pytest.raises(OutsideConnection), socket.socket() as connection:
        connection.connect(("192.0.2.1", 80))


def test_no_broker_is_reached_by_accident() -> None:
    @shared_task(name="tests.ring")
    def ring() -> None: ...

    assert settings.CELERY_BROKER_URL == "redis://127.0.0.1:1/0"
    with pytest.raises(OperationalError):
        ring.apply_async(retry=False)


def test_a_test_that_asks_for_a_broker_gets_a_real_one(broker: Broker) -> None:
    current_app.send_task("tests.ring", retry=False)
    with redis.Redis(unix_socket_path=str(broker.socket)) as client:
        assert client.llen("celery") == 1


def test_a_setting_left_changed_fails_and_is_put_back() -> None:
    settings_must_be_as_before()
    settings.CELERY_BROKER_URL, settings.NEVER_HEARD_OF = "redis://127.0.0.1:9/0", 1
    with pytest.raises(SettingLeft, match="CELERY_BROKER_URL, NEVER_HEARD_OF"):
        settings_must_be_as_before()
    settings_must_be_as_before()


@pytest.mark.parametrize("group", TOGETHER)
def test_what_stays_together_is_there(group: str) -> None:
    assert (settings.BASE_DIR / group).exists()
    assert group_of(f"{group}::test_one") == group_of(f"{group}::test_two[x]") != group_of("tests/test_nets.py::test_a")
