"""1.10: modules with a suffix, branches, short circuits, a conf that may be missing, jinja in op_args."""

from datetime import timedelta

from airflow.exceptions import AirflowSkipException
from airflow.operators.bash_operator import BashOperator
from airflow.operators.dummy_operator import DummyOperator
from airflow.operators.python_operator import BranchPythonOperator, PythonOperator, ShortCircuitOperator
from airflow.sensors.base_sensor_operator import BaseSensorOperator
from airflow.utils.dates import days_ago
from airflow.utils.decorators import apply_defaults
from airflow.utils.trigger_rule import TriggerRule

from airflow import DAG

args = {"owner": "airflow", "start_date": days_ago(2), "provide_context": True}


class SecondLook(BaseSensorOperator):
    """There at the second look."""

    @apply_defaults
    def __init__(self, what, *args, **kwargs):
        super(SecondLook, self).__init__(*args, **kwargs)
        self.what = what
        self.looks = 0

    def poke(self, context):
        self.looks += 1
        return self.looks > 1


def choose(**context):
    conf = context["dag_run"].conf or {}
    return "weekly" if conf.get("weekly") else ["daily", "hourly"]


def skip(**context):
    raise AirflowSkipException("not today")


with DAG(
    dag_id="v1_10_branches",
    default_args=args,
    schedule_interval="0 0 * * *",
    dagrun_timeout=timedelta(minutes=60),
    catchup=False,
) as dag:
    wait = SecondLook(task_id="wait", what="file", poke_interval=1, timeout=60, mode="poke")
    choice = BranchPythonOperator(task_id="choice", python_callable=choose)
    daily = BashOperator(task_id="daily", bash_command="echo {{ execution_date }} {{ prev_execution_date }}")
    hourly = PythonOperator(task_id="hourly", python_callable=skip)
    weekly = DummyOperator(task_id="weekly")
    join = DummyOperator(task_id="join", trigger_rule=TriggerRule.NONE_FAILED_OR_SKIPPED)
    gate = ShortCircuitOperator(task_id="gate", python_callable=lambda **context: False)
    behind = PythonOperator(task_id="behind", python_callable=print, op_args=["{{ ds }}"])

    wait >> choice >> [daily, hourly, weekly] >> join >> gate >> behind
