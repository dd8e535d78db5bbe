"""The smallest DAG worth watching: four short tasks, two of them side by side."""

from __future__ import annotations

from datetime import datetime

from airflow.sdk import dag, task


@dag(schedule=None, start_date=datetime(2017, 1, 1), catchup=False, tags=["example"], doc_md=__doc__)
def example_hello():
    @task
    def greet() -> str:
        print("Hello! This line is in the task's log.")
        return "hello"

    @task
    def shout(word: str) -> str:
        return word.upper() + "!"

    @task
    def count(word: str) -> int:
        return len(word)

    @task
    def sign_off(loud: str, letters: int) -> str:
        text = f"{loud} ({letters} letters)"
        print(text)
        return text

    word = greet()
    sign_off(shout(word), count(word))


example_hello()
