"""The tables, and a real broker for the tests that ask for one (the address in the test settings leads nowhere on
purpose)."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from celery import current_app
from django.db import connection
from kombu import pools
from pytest_django import DjangoDbBlocker

from tests.databases import locks, tables
from tests.databases.servers import Broker


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """Whether the tables are there already, taken from a run before."""
    return tables.take()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_keepdb: bool, django_db_blocker: DjangoDbBlocker) -> None:
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            tables.keep()
    if connection.vendor == "sqlite":
        locks.keep(connection.settings_dict["NAME"])


@pytest.fixture(scope="session")
def running_broker() -> Iterator[Broker]:
    folder = Path(tempfile.mkdtemp(prefix="ceportal-broker-"))
    broker = Broker(folder)
    broker.start()
    yield broker
    broker.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def broker(running_broker: Broker) -> Iterator[Broker]:
    """Celery speaks to a real broker for the time of this test, and finds it empty."""
    before = current_app.conf.broker_url
    point_celery_at(running_broker.url)
    with redis.Redis(unix_socket_path=str(running_broker.socket)) as client:
        client.flushall()
    yield running_broker
    point_celery_at(before)


def point_celery_at(url: str) -> None:
    """Celery and kombu keep pools of connections; these forget them."""
    app = current_app._get_current_object()
    app.conf.broker_url = app.conf.broker_write_url = app.conf.broker_read_url = url
    app._pool = None
    app.amqp._producer_pool = None
    pools.reset()
