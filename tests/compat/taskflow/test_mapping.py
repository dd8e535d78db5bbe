"""§1.5 Dynamic task mapping, and beyond it: mapping inside mapped groups."""

from __future__ import annotations

from typing import Any


def states(run: Any, name: str) -> list[str]:
    """The states of a task's instances, by index."""
    found = {key: state for key, state in run.task_states.items() if key.rpartition("_")[0] == name}
    return [found[key] for key in sorted(found, key=lambda key: int(key.rpartition("_")[2]))]


def test_cross_product_last_argument_fastest(play: Any) -> None:
    run = play("""
        with DAG("d"):
            @task
            def letters(): return ["a", "b"]
            @task
            def join(x, y, z): return f"{x}{y}{z}"
            join.partial(z="!").expand(x=letters(), y=[1, 2, 3])
    """)
    assert run.results["join"] == ["a1!", "a2!", "a3!", "b1!", "b2!", "b3!"]


def test_dict_is_mapped_over_as_pairs(play: Any) -> None:
    run = play("""
        with DAG("d"):
            @task
            def ages(): return {"ann": 3, "bob": 4}
            @task
            def line(pair): return f"{pair[0]}={pair[1]}"
            line.expand(pair=ages())
            line.expand(pair={"x": 1})
    """)
    assert (run.results["line"], run.results["line__1"]) == (["ann=3", "bob=4"], ["x=1"])


def test_expand_kwargs_of_dicts_results_and_both(play: Any) -> None:
    run = play("""
        with DAG("d"):
            @task
            def more(): return [{"a": 3}, {"a": 4, "b": 5}]
            @task
            def one(): return {"a": 9}
            @task
            def add(a, b=0): return a + b
            add.expand_kwargs([{"a": 1}, {"a": 2, "b": 2}, one()])
            add.expand_kwargs(more())
            PythonOperator.partial(task_id="plain", python_callable=lambda a: a).expand_kwargs(
                [{"op_args": [7]}, {"op_kwargs": {"a": 8}}])
    """)
    assert run.results["add"] == [1, 4, 9]
    assert run.results["add__1"] == [3, 9]
    assert run.results["plain"] == [7, 8]


def test_argument_of_partial_is_not_overwritten_unless_asked(play: Any) -> None:
    run = play("""
        with DAG("d"):
            @task
            def add(a, b): return a + b
            add.partial(b=1).expand_kwargs([{"a": 1, "b": 5}])
            add.partial(b=1).expand_kwargs([{"a": 1, "b": 5}], strict=False)
    """)
    assert states(run, "add") == ["failed"]
    assert run.results["add__1"] == [6]


def test_map_zip_and_concat(play: Any) -> None:
    run = play("""
        with DAG("d"):
            @task
            def short(): return [1, 2]
            @task
            def long(): return [10, 20, 30]
            @task
            def same(x): return list(x) if isinstance(x, tuple) else x
            a, b = short(), long()
            same.override(task_id="mapped").expand(x=a.map(lambda v: v + 1).map(str))
            same.override(task_id="zipped").expand(x=a.zip(b))
            same.override(task_id="longest").expand(x=a.zip(b, fillvalue=0))
            same.override(task_id="all").expand(x=a.concat(b, a))
            same.override(task_id="of_both").expand(x=a.zip(b).map(lambda pair: pair[0] * pair[1]).concat(b))
    """)
    assert run.results["mapped"] == ["2", "3"]
    assert run.results["zipped"] == [[1, 10], [2, 20]]
    assert run.results["longest"] == [[1, 10], [2, 20], [0, 30]]
    assert run.results["all"] == [1, 2, 10, 20, 30, 1, 2]
    assert run.results["of_both"] == [10, 40, 10, 20, 30]


def test_filters_by_none_and_by_skip_inside_map(play: Any) -> None:
    run = play("""
        with DAG("d"):
            @task
            def numbers(): return [1, 2, 3, 4]
            @task
            def even(x): return x if x % 2 == 0 else None
            @task
            def half(x): return x // 2
            def odd(x):
                if x % 2 == 0:
                    raise AirflowSkipException
                return x
            @task
            def same(x): return x
            @task
            def total(values): return sum(values)
            half.expand(x=even.expand(x=numbers()))
            total(same.expand(x=numbers().map(odd)))
    """)
    assert run.results["even"] == [2, 4]
    assert run.results["half"] == [1, 2], "what returned None is left out"
    assert states(run, "same") == ["success", "skipped", "success", "skipped"]
    assert run.task_states["total"] == "skipped", "all_success: an instance upstream was skipped"


def test_mapping_over_a_mapped_task_and_reducing_it(play: Any) -> None:
    run = play("""
        with DAG("d"):
            @task
            def double(x):
                if x == 2:
                    raise AirflowSkipException
                return 2 * x
            @task
            def inc(x): return x + 1
            @task(trigger_rule="none_failed")
            def total(values):
                return [len(values), values[0], values[-1], values[0:2], sum(values), list(values)]
            doubled = double.expand(x=[1, 2, 3])
            total(inc.override(trigger_rule="none_failed").expand(x=doubled))
            total(doubled)
    """)
    assert run.results["inc"] == [3, 7]
    assert run.results["total"] == [2, 3, 7, [3, 7], 10, [3, 7]]
    assert run.results["total__1"] == [2, 2, 6, [2, 6], 8, [2, 6]]


def test_zero_length_is_skipped_and_missing_input_fails(play: Any) -> None:
    run = play("""
        with DAG("d"):
            @task
            def nothing(): return []
            @task
            def no_value(): return None
            @task
            def same(x): return x
            @task(trigger_rule="all_done")
            def after(): return "ran"
            a, b = same.override(task_id="a").expand(x=nothing()), same.override(task_id="b").expand(x=[])
            [a, b] >> after()
            same.override(task_id="c").expand(x=no_value())
    """)
    ended = {name: run.task_states[name] for name in ("a", "b", "c", "after")}
    assert ended == {"a": "skipped", "b": "skipped", "c": "upstream_failed", "after": "success"}


def test_name_of_an_instance_is_rendered_after_its_work(play: Any) -> None:
    run = play("""
        with DAG("d"):
            @task(map_index_template="{{ name }} of {{ ti.expanded_count }}")
            def greet(who):
                get_current_context()["name"] = who.upper()
            greet.expand(who=["ann", "bob"])
            PythonOperator.partial(task_id="none", python_callable=print, map_index_template="{{ missing }}"
                ).expand(op_args=[[1]])
    """)
    assert states(run, "greet") == ["success", "success"]
    assert states(run, "none") == ["failed"]


def test_mapped_group_runs_index_by_index(play: Any) -> None:
    run = play("""
        with DAG("d"):
            @task
            def make(x): return x
            @task
            def use(x, y):
                if x == 2:
                    raise ValueError("no twos")
                return x + y
            @task(trigger_rule="all_done")
            def total(values): return sum(values)
            @task_group
            def both(x, y):
                return use(make(x), y)
            total(both.partial(y=100).expand(x=[1, 2, 3]))
    """)
    assert states(run, "both.use") == ["success", "failed", "success"]
    assert run.results["total"] == 204


def test_what_is_not_mapped_may_be_a_result_too(play: Any) -> None:
    """In lists, dicts, transformed, inside a mapped group, and the very source that is mapped over."""
    run = play("""
        with DAG("d"):
            @task
            def make(): return ["a", "b"]
            @task
            def show(x, y): return f"{x}:{''.join(map(str, y))}"
            made = make()
            show.partial(y=made).expand(x=[1, 2])
            show.override(task_id="same").partial(y=made).expand(x=made)
            show.override(task_id="upper").partial(y=made.map(lambda each: each.upper())).expand(x=[1])
            show.override(task_id="pairs").partial(y=made.zip(made)).expand(x=[1])
            PythonOperator.partial(
                task_id="classic", python_callable=lambda x, y: [x, *y], op_kwargs={"y": made}
            ).expand(op_args=[[1], [2]])
            @task_group
            def each(x):
                show.override(task_id="inside").partial(y=made).expand(x=[x])
            each.expand(x=[5, 6])
    """)
    assert set(run.task_states.values()) == {"success"}
    assert run.results["show"] == ["1:ab", "2:ab"]
    assert run.results["same"] == ["a:ab", "b:ab"]
    assert run.results["upper"] == ["1:AB"]
    assert run.results["pairs"] == ["1:('a', 'a')('b', 'b')"]
    assert run.results["classic"] == [[1, "a", "b"], [2, "a", "b"]]
    assert run.results["each.inside"] == ["5:ab", "6:ab"]


def test_group_over_dicts(play: Any) -> None:
    run = play("""
        with DAG("d"):
            @task
            def rows(): return [{"a": 1, "b": 2}, {"a": 3}, {"b": 4}]
            @task
            def add(a, b): return [a, b]
            @task_group
            def pair(a, b="def"):
                add(a, b)
            pair.expand_kwargs(rows())
    """)
    assert states(run, "pair.add") == ["success", "success", "failed"]
    assert run.results["pair.add"][:2] == [[1, 2], [3, "def"]]


def test_branch_inside_a_mapped_group_decides_for_its_index(play: Any) -> None:
    run = play("""
        with DAG("d"):
            @task_group
            def each(x):
                @task.branch
                def choose(x): return "each.small" if x < 10 else "each.large"
                choose(x) >> [EmptyOperator(task_id="small"), EmptyOperator(task_id="large")]
            each.expand(x=[1, 20, 3])
    """)
    assert states(run, "each.small") == ["success", "skipped", "success"]
    assert states(run, "each.large") == ["skipped", "success", "skipped"]


def test_branch_that_is_mapped_decides_for_no_other_task(play: Any) -> None:
    run = play("""
        with DAG("d"):
            @task.branch
            def choose(x): return "a" if x == 1 else "b"
            choose.expand(x=[1, 2]) >> [EmptyOperator(task_id="a"), EmptyOperator(task_id="b")]
    """)
    assert (run.task_states["a"], run.task_states["b"]) == ("success", "success")


def test_mapping_inside_a_mapped_group(play: Any) -> None:
    """Beyond Airflow: each index fans out by what a task of its own index returned."""
    run = play("""
        with DAG("d"):
            @task
            def files(folder): return [f"{folder}/{n}" for n in range(len(folder))]
            @task
            def size(file): return len(file)
            @task
            def total(sizes): return list(sizes)
            @task_group
            def folder(name):
                sizes = size.expand(file=files(name))
                return total(sizes)
            folder.expand(name=["a", "bb", "ccc"])
    """)
    assert run.results["folder.total"] == [[3], [4, 4], [5, 5, 5]]
    assert sorted(run.results["folder.size"]) == [3, 4, 4, 5, 5, 5]


def test_nested_results_come_in_the_order_of_their_groups(play: Any) -> None:
    run = play("""
        with DAG("d"):
            @task
            def items(n): return [f"{n}.{i}" for i in range(n)]
            @task
            def same(x): return x
            @task
            def gather(values): return list(values)
            @task_group
            def each(n):
                return same.expand(x=items(n))
            gather(each.expand(n=[2, 1, 3]))
    """)
    assert run.results["gather"] == ["2.0", "2.1", "1.0", "3.0", "3.1", "3.2"]


def test_mapped_group_inside_a_mapped_group(play: Any) -> None:
    run = play("""
        with DAG("d"):
            @task
            def pages(book): return [f"{book}{n}" for n in (1, 2)]
            @task
            def read(page, book): return f"{page} of {book}"
            @task
            def mark(text): return text + "!"
            @task
            def close(texts): return list(texts)
            @task_group
            def book(name):
                @task_group
                def page(number):
                    return mark(read(number, name))
                close(page.expand(number=pages(name)))
            book.expand(name=["x", "y"])
    """)
    assert run.results["book.close"] == [["x1 of x!", "x2 of x!"], ["y1 of y!", "y2 of y!"]]


def test_classic_operators_are_mapped_and_templates_rendered(play: Any) -> None:
    run = play("""
        with DAG("d"):
            BashOperator.partial(task_id="sh", env={"N": "{{ ti.map_index }}"}, append_env=True).expand(
                bash_command=["echo a$N", "echo {{ task.task_id }}$N"])
    """)
    assert run.results["sh"] == ["a0", "sh1"]
