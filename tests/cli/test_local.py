"""What `baton up` tells the processes of one folder."""

import socket
from pathlib import Path

from deploy.local.plan import Addresses
from services.cli.local import serve_all, service_urls, settings_for

ADDRESSES = Addresses("127.0.0.1:9092", "postgresql+asyncpg://admin:root@127.0.0.1:5432/postgres", "smtp://x:25", "")


def test_every_service_gets_a_role_and_a_secret_of_its_own_and_keeps_them(tmp_path: Path) -> None:
    urls = service_urls(ADDRESSES.database_url, tmp_path, {})
    assert len(urls) == 4
    assert urls["BATON_SLA_DATABASE_URL"].startswith("postgresql+asyncpg://baton_sla:")
    assert len({url.partition("@")[0].rpartition(":")[2] for url in urls.values()} - {"root"}) == 4
    assert service_urls(ADDRESSES.database_url, tmp_path, {}) == urls


def test_what_the_user_set_is_left_alone(tmp_path: Path) -> None:
    environment = {"BATON_SLA_DATABASE_URL": "x", "BATON_INTAKE_DATABASE_URL_FILE": "y", "BATON_HTTP": "127.0.0.1:1"}
    settings = settings_for(ADDRESSES, tmp_path, environment)
    assert {"BATON_SLA_DATABASE_URL", "BATON_INTAKE_DATABASE_URL"} & settings.keys() == set()
    assert settings["BATON_HTTP"] == "127.0.0.1:1"
    assert settings["BATON_PUBLIC_URL"] == "http://127.0.0.1:1"


def test_two_databases_of_one_server_have_roles_of_their_own(tmp_path: Path) -> None:
    other = ADDRESSES.database_url.replace("/postgres", "/second")
    assert "//second_sla:" in service_urls(other, tmp_path, {})["BATON_SLA_DATABASE_URL"]


def test_doors_move_from_a_taken_port_at_the_start_and_stay_while_running(tmp_path: Path) -> None:
    first = settings_for(ADDRESSES, tmp_path, {})["BATON_HTTP"]
    with socket.create_server(("127.0.0.1", int(first.partition(":")[2]))):
        assert settings_for(ADDRESSES, tmp_path, {}, running=True)["BATON_HTTP"] == first
        assert settings_for(ADDRESSES, tmp_path, {})["BATON_HTTP"] != first


def test_topics_and_schemas_are_there_before_anything_is_served(tmp_path: Path) -> None:
    serve = serve_all(ADDRESSES, tmp_path, {})
    assert [command[-1] for command in serve.prepare_database] == ["migrate"]
    assert [command[-1] for command in serve.prepare] == ["topics"]
    assert serve.command[-2:] == ("serve", "all")
    assert serve.ready_url == f"http://{serve.environment['BATON_ADMIN_HTTP']}/readyz"
