"""Every question about a schedule, answered by its kind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tradewind.domain.errors import AirflowTimetableInvalid, InvalidValue
from tradewind.domain.intervals import DataInterval, Restriction, RunInfo
from tradewind.domain.spec import timetable as kinds
from tradewind.domain.spec.timetable import TimetableSpec
from tradewind.domain.timetables import cron, delta, fields, interval, special, trigger, zones
from tradewind.domain.timetables import ticks as sets

_CronSpec = kinds.CronDataIntervalTimetable | kinds.CronTriggerTimetable | kinds.CronPartitionTimetable
_DeltaSpec = kinds.DeltaDataIntervalTimetable | kinds.DeltaTriggerTimetable
_TickSpec = _CronSpec | _DeltaSpec | kinds.EventsTimetable


def next_run(
    t: TimetableSpec, *, last: DataInterval | None, restriction: Restriction, now: datetime
) -> RunInfo | None:
    """The next run that the schedule itself wants, or None if it wants no more (or has no time of its own).

    ``last`` is the data interval of the newest automated run. The answer's ``run_after`` may lie in the past:
    the run is due. All times are aware UTC.
    """
    if isinstance(t, kinds.AssetOrTimeTimetable):
        t = t.timetable
    if isinstance(t, kinds.OnceTimetable):
        return special.once(last, restriction, now)
    if isinstance(t, kinds.ContinuousTimetable):
        return special.continuous(last, restriction, now)
    if not isinstance(t, _TickSpec):
        return None
    ticks = _ticks(t, last, restriction.earliest or now)
    if isinstance(t, kinds.CronDataIntervalTimetable | kinds.DeltaDataIntervalTimetable):
        return interval.next_run(ticks, last, restriction, now)
    if isinstance(t, kinds.DeltaTriggerTimetable) and last is None and restriction.earliest is None:
        return trigger.at(now, timedelta(seconds=t.interval))  # nothing to count from: the first one is now
    return trigger.next_run(
        ticks,
        last,
        restriction,
        now,
        interval=_length(t),
        run_immediately=getattr(t, "run_immediately", False),
    )


def infer_manual(t: TimetableSpec, at: datetime) -> DataInterval:
    """The data interval of a run asked for by hand, for the moment ``at``. Raises InvalidValue where it would
    reach beyond the edge of time.
    """
    try:
        return _infer_manual(t, at)
    except (OverflowError, ValueError) as error:
        rule = "leave room for its data interval between the years 1 and 9999"
        raise InvalidValue("logical_date", at.isoformat(), rule) from error


def _infer_manual(t: TimetableSpec, at: datetime) -> DataInterval:
    if isinstance(t, kinds.AssetOrTimeTimetable):
        t = t.timetable
    if isinstance(t, kinds.CronDataIntervalTimetable):
        complete = interval.last_complete(cron.cron_ticks((t.expression,), t.timezone), at)
        return complete or DataInterval.exact(at)
    if isinstance(t, kinds.DeltaDataIntervalTimetable):
        return DataInterval(delta.add(at, t.delta, -1, zones.zone(t.timezone)), at)
    if isinstance(t, kinds.CronTriggerTimetable | kinds.DeltaTriggerTimetable):
        return DataInterval(at - timedelta(seconds=t.interval), at)
    if isinstance(t, kinds.EventsTimetable) and t.restrict_to_events:
        return DataInterval.exact(_event_for(t, at))
    return DataInterval.exact(at)


def iter_between(t: TimetableSpec, start: datetime, end: datetime) -> Iterator[RunInfo]:
    """The runs whose logical dates lie in [start, end], in order: what a backfill makes.

    A DAG without a schedule, and ``@once``, gives one run, at ``start``.
    """
    if isinstance(t, kinds.AssetOrTimeTimetable):
        t = t.timetable
    if isinstance(t, kinds.NullTimetable | kinds.OnceTimetable | kinds.PartitionedAtRuntimeTimetable):
        if start <= end:
            yield special.exact(start)
        return
    if not periodic(t):
        return
    shift = _length(t)
    restriction = Restriction(
        earliest=sets.shifted(start, shift), latest=sets.shifted(end, shift), catchup=True
    )
    last: DataInterval | None = None
    while True:
        info = next_run(t, last=last, restriction=restriction, now=end)
        if info is None:
            return
        yield info
        last = info.data_interval


def partition(t: TimetableSpec, at: datetime) -> tuple[str, datetime] | None:
    """Key and moment (UTC) of the partition that the run of that moment is for; None without partitions."""
    if not isinstance(t, kinds.CronPartitionTimetable):
        return None
    ticks = cron.cron_ticks((t.expression,), t.timezone)
    step = ticks.after if t.run_offset > 0 else ticks.before
    moment: datetime | None = at
    for _ in range(abs(t.run_offset)):
        moment = step(moment) if moment is not None else None
    if moment is None:
        raise AirflowTimetableInvalid(f"No tick of {t.expression!r} lies {t.run_offset} ticks from {at}.")
    return moment.astimezone(zones.zone(t.timezone)).strftime(t.key_format), moment


def moment_of_partition(t: kinds.CronPartitionTimetable, key: str) -> datetime:
    """The moment (aware) that a key of such runs stands for. Raises InvalidValue for one of another form."""
    try:
        found = datetime.strptime(key, t.key_format)  # noqa: DTZ007 - has the timetable's zone below
    except ValueError:
        rule = f"have the form {t.key_format!r} of the DAG's key_format"
        raise InvalidValue("partition_key", key, rule) from None
    return found.replace(tzinfo=zones.zone(t.timezone)) if found.tzinfo is None else found


def periodic(t: TimetableSpec) -> bool:
    """It has runs at moments that can be listed in advance, so that it can be backfilled."""
    if isinstance(t, kinds.AssetOrTimeTimetable):
        t = t.timetable
    return t.periodic if isinstance(t, kinds.PluginTimetable) else isinstance(t, _TickSpec)


def validate(t: TimetableSpec) -> None:
    """Raises AirflowTimetableInvalid, which names what is wrong, for a schedule that cannot be computed."""
    if isinstance(t, kinds.AssetOrTimeTimetable):
        t = t.timetable
    if isinstance(t, _CronSpec):
        _validate_cron(t)
    elif isinstance(t, _DeltaSpec):
        zones.zone(t.timezone)
        delta.check(t.delta)
    elif isinstance(t, kinds.EventsTimetable) and any(date.tzinfo is None for date in t.event_dates):
        raise AirflowTimetableInvalid("Every event date needs a time zone (for example end with +00:00).")


def _validate_cron(t: _CronSpec) -> None:
    expressions = t.expressions if isinstance(t, kinds.CronTriggerTimetable) else (t.expression,)
    if not expressions:
        raise AirflowTimetableInvalid("A cron schedule needs at least one expression, got none.")
    for expression in expressions:
        parsed = fields.parse(expression)
        ticks = cron.cron_ticks((expression,), t.timezone)
        if parsed.years is None and ticks.after(delta.EPOCH.replace(year=2024)) is None:
            raise AirflowTimetableInvalid(
                f"Cron expression {expression!r} never comes: no date fits its days and months."
            )


def _length(t: TimetableSpec) -> timedelta:
    """How long the data interval before a trigger's tick is."""
    trigger_kinds = kinds.CronTriggerTimetable | kinds.DeltaTriggerTimetable
    return timedelta(seconds=t.interval) if isinstance(t, trigger_kinds) else timedelta()


def _ticks(t: _TickSpec, last: DataInterval | None, earliest: datetime) -> sets.Ticks:
    if isinstance(t, kinds.CronTriggerTimetable):
        return cron.cron_ticks(t.expressions, t.timezone)
    if isinstance(t, kinds.CronDataIntervalTimetable):
        return cron.cron_ticks((t.expression,), t.timezone)
    if isinstance(t, kinds.CronPartitionTimetable):
        return cron.cron_ticks((t.expression,), t.timezone)
    if isinstance(t, kinds.EventsTimetable):
        return sets.Listed(t.event_dates)
    return _delta_ticks(t, last, earliest)


def _delta_ticks(t: _DeltaSpec, last: DataInterval | None, earliest: datetime) -> sets.Ticks:
    """Counted from the start date while the last run lies on that count, else from the last run's end."""
    tz = zones.zone(t.timezone)
    from_start = delta.ticks_from(earliest, t.delta, tz)
    if last is None or sets.at_or_after(from_start, last.end) == last.end:
        return from_start
    return delta.ticks_from(last.end, t.delta, tz)


def _event_for(t: kinds.EventsTimetable, at: datetime) -> datetime:
    events = sets.Listed(t.event_dates)
    return sets.at_or_before(events, at) or sets.at_or_after(events, at) or at
