import { ChevronLeft, ChevronRight } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { Button, IconButton } from "@/components/Button";
import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Failure, Skeleton } from "@/components/Say";
import { blocking } from "@/lib/failure";
import { useNow } from "@/lib/now";
import { isNarrow, useZone } from "@/lib/preferences";
import { asText } from "@/lib/search";
import { dayOf } from "@/lib/time";

import styles from "./Calendar.module.css";
import { DayCell } from "./DayCell";
import { DayRuns } from "./DayRuns";
import { dayAfter, monthsOf, neighbour, type Range, weeksOf } from "./days";
import { type Day, useCalendar } from "./useCalendar";

/** What stands in the address. */
export interface CalendarSearch {
  /** `2026` or `2026-03`. */
  range?: string | undefined;
  /** The chosen day. */
  day?: string | undefined;
}

export function calendarSearch(search: Readonly<Record<string, unknown>>): CalendarSearch {
  const range = asText(search.range) ?? "";
  const day = asText(search.day) ?? "";
  return {
    range: /^\d{4}(-(0[1-9]|1[0-2]))?$/.test(range) ? range : undefined,
    day: /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day)) ? day : undefined,
  };
}

interface CalendarProps {
  dagId: string;
  search: CalendarSearch;
  onSearch: (some: Partial<CalendarSearch>) => void;
  zone?: string | undefined;
}

/** A year or a month of days, coloured by how their runs went. */
export function Calendar({ dagId, search, onSearch, zone: dagZone }: CalendarProps) {
  const { t, i18n } = useTranslation("calendar");
  const zone = useZone(dagZone);
  const today = dayOf(useNow(false), zone);
  const range = search.range ?? today.slice(0, isNarrow() ? 7 : 4);
  const { data: days, error, refetch } = useCalendar(dagId, range, zone, today);
  const month = range.length > 4;
  const go = (next: Range) => onSearch({ range: next, day: undefined });
  if (blocking(error, days)) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <>
      <Card
        title={month ? new Intl.DateTimeFormat(i18n.language, { year: "numeric", month: "long", timeZone: "UTC" }).format(Date.parse(`${range}-01`)) : range}
        actions={
          <>
            <Chip on={!month} onClick={() => go(range.slice(0, 4))}>{t("year")}</Chip>
            <Chip on={month} onClick={() => go(month ? range : monthFor(range, search.day ?? today))}>{t("month")}</Chip>
            <span className={styles.steps}>
              <IconButton label={t("before")} onClick={() => go(neighbour(range, -1))}><ChevronLeft /></IconButton>
              <Button small onClick={() => go(month ? today.slice(0, 7) : today.slice(0, 4))}>{t("today")}</Button>
              <IconButton label={t("after")} onClick={() => go(neighbour(range, 1))}><ChevronRight /></IconButton>
            </span>
          </>
        }
      >
        {days ? <Months range={range} days={days} today={today} chosen={search.day} onSearch={onSearch} /> : <Skeleton lines={8} />}
        <Legend />
      </Card>
      {search.day && <DayRuns key={search.day} dagId={dagId} day={search.day} zone={zone} />}
    </>
  );
}

function monthFor(year: Range, day: string): Range {
  return day.startsWith(year) ? day.slice(0, 7) : `${year}-01`;
}

interface MonthsProps {
  range: Range;
  days: ReadonlyMap<string, Day>;
  today: string;
  chosen: string | undefined;
  onSearch: CalendarProps["onSearch"];
}

function Months({ range, days, today, chosen, onSearch }: MonthsProps) {
  const { t } = useTranslation("calendar");
  const all = useRef<HTMLDivElement>(null);
  const wanted = useRef<string>(undefined); // to be focused once its range is there
  const months = monthsOf(range);
  useEffect(() => {
    if (wanted.current === undefined) return;
    focusDay(all.current, wanted.current);
    wanted.current = undefined;
  }, [range]);
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const day = (event.target as HTMLElement).dataset.day;
    const next = day && dayAfter(event.key, day);
    if (!next) return;
    event.preventDefault();
    if (next.startsWith(range)) focusDay(all.current, next);
    else {
      wanted.current = next;
      onSearch({ range: next.slice(0, range.length) });
    }
  };
  const reachable = [chosen, today].find((day) => day?.startsWith(range)) ?? `${months[0] ?? ""}-01`;
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- its buttons hear the arrow keys
    <div ref={all} role="group" aria-label={t("days")} className={months.length > 1 ? styles.year : styles.month} onKeyDown={onKeyDown}>
      {months.map((month) => (
        <Month key={month} month={month} large={months.length === 1} days={days} today={today} chosen={chosen} reachable={reachable} onSearch={onSearch} />
      ))}
    </div>
  );
}

function focusDay(inside: HTMLElement | null, day: string): void {
  inside?.querySelector<HTMLElement>(`[data-day="${day}"]`)?.focus();
}

interface MonthProps extends Omit<MonthsProps, "range"> {
  month: string;
  large: boolean;
  reachable: string;
}

function Month({ month, large, days, today, chosen, reachable, onSearch }: MonthProps) {
  const { i18n } = useTranslation();
  const name = (options: Intl.DateTimeFormatOptions, day: string) => new Intl.DateTimeFormat(i18n.language, { ...options, timeZone: "UTC" }).format(Date.parse(day));
  return (
    <section className={styles.block} aria-label={name({ year: "numeric", month: "long" }, `${month}-01`)}>
      {!large && (
        <button type="button" className={styles.monthName} onClick={() => onSearch({ range: month })}>
          {name({ month: "long" }, `${month}-01`)}
        </button>
      )}
      <div className={styles.week} aria-hidden>
        {[1, 2, 3, 4, 5, 6, 7].map((date) => (
          <span key={date} className={styles.weekday}>{name({ weekday: large ? "short" : "narrow" }, `2024-01-0${date}`)}</span>
        ))}
      </div>
      {weeksOf(month).map((week, place) => (
        <div key={place} className={styles.week}>
          {week.map((date, at) =>
            date ? (
              <DayCell key={date} date={date} day={days.get(date)} large={large} today={date === today} chosen={date === chosen} reachable={date === reachable} onChoose={(day) => onSearch({ day: day === chosen ? undefined : day })} />
            ) : (
              <span key={at} />
            ),
          )}
        </div>
      ))}
    </section>
  );
}

function Legend() {
  const { t } = useTranslation("calendar");
  const tones = [
    ["success", t("allWell")],
    ["failed", t("someFailed")],
    ["active", t("active")],
    ["planned", t("planned")],
  ] as const;
  return (
    <ul className={styles.legend}>
      {tones.map(([tone, word]) => (
        <li key={tone}>
          <span data-tone={tone} className={styles.sample} />
          {word}
        </li>
      ))}
    </ul>
  );
}
