"""Connections read and write the same URIs that Airflow's do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.domain.errors import AirflowException
from tradewind.secrets import Connection

text = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
hosts = st.from_regex(r"[A-Za-z0-9./-]{1,9}", fullmatch=True).filter(lambda host: "//" not in host)


@pytest.mark.parametrize(
    ("uri", "fields"),
    [
        (
            "mysql://us%2Fer:p%40ss@Host:3306/db?charset=utf8",
            {"conn_type": "mysql", "login": "us/er", "password": "p@ss", "host": "Host", "port": 3306,
             "schema": "db", "extra": '{"charset": "utf8"}'},
        ),
        ("postgresql://h/db", {"conn_type": "postgres", "host": "h", "schema": "db"}),
        ("google-cloud-platform://?p=1", {"conn_type": "google_cloud_platform", "extra": '{"p": "1"}'}),
        ("http://https://h.com:80", {"conn_type": "http", "host": "https://h.com", "port": 80}),
        ("s3://", {"conn_type": "s3"}),
        ("x://?__extra__=%7B%22a%22%3A+%5B1%5D%7D", {"conn_type": "x", "extra": '{"a": [1]}'}),
        ("redis://[::1]:6379/0", {"conn_type": "redis", "host": "[::1]", "port": 6379, "schema": "0"}),
    ],
)  # fmt: skip
def test_a_uri_is_read(uri: str, fields: dict[str, object]) -> None:
    found = {key: value for key, value in Connection("c", uri=uri).as_dict().items() if value is not None}
    assert found == {"conn_id": "c"} | fields


@given(
    st.builds(
        Connection, st.just("c"), st.sampled_from(["mysql", "my_type"]), host=st.none() | hosts,
        login=st.none() | text, password=st.none() | text, schema=st.none() | text,
        port=st.none() | st.integers(0, 65535),
        extra=st.none() | st.dictionaries(text, text | st.integers(), min_size=1),
    )
)  # fmt: skip
def test_a_uri_reads_back_as_what_wrote_it(connection: Connection) -> None:
    again = Connection("c", uri=connection.get_uri())
    if connection.login is None and connection.password is not None:
        connection.login = ""
    assert (again.as_dict() | {"extra": again.extra_dejson}) == (
        connection.as_dict() | {"extra": connection.extra_dejson}
    )


def test_json_gives_the_same_as_fields() -> None:
    found = Connection.from_text("c", '{"conn_type": "http", "host": "h", "port": "80", "extra": {"a": [1]}}')
    assert (found.port, found.extra_dejson) == (80, {"a": [1]})


@pytest.mark.parametrize("text", ["{", '{"hots": "x"}', "x://h:port/", '{"port": 70000}', "[1]x://h:99999"])
def test_what_is_no_connection_is_refused(text: str) -> None:
    with pytest.raises(AirflowException):
        Connection.from_text("c", text)


def test_uri_and_fields_together_are_refused() -> None:
    with pytest.raises(AirflowException, match="not from both"):
        Connection("c", uri="x://h", host="h")


def test_repr_shows_no_secret() -> None:
    assert repr(Connection("c", uri="x://u:hunter22@h")) == "<Connection: c>"
