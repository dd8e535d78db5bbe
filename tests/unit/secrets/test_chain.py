"""Look-ups go down the chain, and what is handed out is hidden."""

import pytest

from tradewind.domain.errors import AirflowException
from tradewind.secrets import Chain
from tradewind.secrets.backend import BaseSecretsBackend
from tradewind.secrets.cipher import CannotDecrypt, Cipher, FernetKeyInvalid, generate_key
from tradewind.secrets.environment import EnvironmentVariablesBackend
from tradewind.secrets.local_file import LocalFilesystemBackend, SecretsFileUnusable
from tradewind.telemetry.masking import MASKER


@pytest.fixture(autouse=True)
def clean_masker():
    yield
    MASKER.reset()


class Broken(BaseSecretsBackend):
    def get_variable(self, key: str) -> str | None:
        raise OSError("no network")


def test_the_first_that_knows_answers_and_a_broken_one_is_passed_over() -> None:
    chain = Chain(
        [
            Broken(),
            EnvironmentVariablesBackend({"AIRFLOW_VAR_A": "1"}),
            EnvironmentVariablesBackend({"AIRFLOW_VAR_A": "2", "AIRFLOW_VAR_B": ""}),
        ]
    )
    assert (chain.get_variable("a"), chain.get_variable("b"), chain.get_variable("c")) == ("1", "", None)


def test_a_connection_may_be_a_uri_or_json() -> None:
    chain = Chain(
        [
            EnvironmentVariablesBackend(
                {"AIRFLOW_CONN_U": "mysql://u:hunter22@h", "AIRFLOW_CONN_J": '{"host": "j"}'}
            )
        ]
    )
    assert (chain.get_connection("u").host, chain.get_connection("j").host) == ("h", "j")
    assert chain.get_connection("none") is None
    assert MASKER.mask("hunter22") == "***"


def test_a_sensitive_variable_and_the_telling_parts_of_any_are_hidden() -> None:
    chain = Chain(
        [
            EnvironmentVariablesBackend(
                {
                    "AIRFLOW_VAR_MY_TOKEN": "tok-12345",
                    "AIRFLOW_VAR_C": '{"password": "pw-12345", "h": "host-123"}',
                }
            )
        ]
    )
    chain.get_variable("my_token")
    chain.get_variable("c")
    assert MASKER.mask("tok-12345 pw-12345 host-123") == "*** *** host-123"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("c.json", '{"a": "mysql://h", "b": {"conn_type": "x", "host": "i"}}'),
        ("c.yaml", "a: mysql://h\nb:\n  conn_type: x\n  host: i\n"),
        ("c.env", '# comment\na=mysql://h\n\nb={"conn_type": "x", "host": "i"}'),
    ],
)
def test_files_of_three_kinds(tmp_path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    backend = LocalFilesystemBackend(connections_file_path=str(tmp_path / name))
    assert (backend.get_connection("a").host, backend.get_connection("b").host) == ("h", "i")


@pytest.mark.parametrize(
    ("name", "content"),
    [("v.json", "{"), ("v.yaml", "a: ["), ("v.txt", ""), ("v.env", "x"), ("v.json", "[]")],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(SecretsFileUnusable, match=name):
        LocalFilesystemBackend(variables_file_path=str(tmp_path / name))


def test_keys_rotate() -> None:
    old, new = generate_key(), generate_key()
    stored = Cipher([old]).encrypt("secret")
    both = Cipher.from_option(f"{new}, {old}")
    assert both.decrypt(stored) == "secret"
    assert Cipher([new]).decrypt(both.rotate(stored)) == "secret"
    with pytest.raises(CannotDecrypt, match="Variable 'x'"):
        Cipher([new]).decrypt(stored, what="Variable 'x'")


def test_without_a_key_text_stays_text_and_a_bad_key_is_refused() -> None:
    cipher = Cipher.from_option("")
    assert not cipher.encrypts and cipher.encrypt("x") == "x"
    with pytest.raises(FernetKeyInvalid):
        Cipher.from_option("short")


def test_typed_errors_of_a_backend_are_not_swallowed() -> None:
    class Refusing(BaseSecretsBackend):
        def get_variable(self, key: str) -> str | None:
            raise AirflowException("refused")

    with pytest.raises(AirflowException, match="refused"):
        Chain([Refusing()]).get_variable("x")
