import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown, ChevronRight } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { StateIcon } from "@/components/StateIcon";
import { useZone } from "@/lib/preferences";
import { asState } from "@/lib/states";
import { absolute, duration } from "@/lib/time";

import { type Bar, bars, barsOfTries, type Row, ticks, type Times } from "./bars";
import styles from "./Gantt.module.css";
import { useTries } from "./useGantt";

interface ChartProps {
  dagId: string;
  runId: string;
  rows: readonly Row[];
  times: ReadonlyMap<string, Times & { try_number?: number; mapped?: boolean }>;
  from: number;
  to: number;
  /** While the run goes on. */
  now: number | undefined;
  zoom: number;
  onZoom: (zoom: number) => void;
  onFold: (groupId: string) => void;
}

const HEIGHT = 30;
const LABELS = 240;
const END = 72;

/** How wide an element is, in pixels, as it changes. */
function useWidth() {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!place.current) return undefined;
    const watch = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    watch.observe(place.current);
    return () => watch.disconnect();
  }, []);
  return { place, width };
}

/** Bars along a time axis; only the rows in view exist. */
export function Chart({ dagId, runId, rows, times, from, to, now, zoom, onZoom, onFold }: ChartProps) {
  const { t } = useTranslation("gantt");
  const { place, width } = useWidth();
  const labels = Math.min(LABELS, width * 0.42);
  const plot = Math.max(0, width - labels - END) * zoom;
  // eslint-disable-next-line react-hooks/incompatible-library -- the compiler is not used
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => place.current, estimateSize: () => HEIGHT, overscan: 10 });
  const shown = virtual.getVirtualItems().flatMap(({ index, start }) => (rows[index] ? [{ index, start, row: rows[index] }] : []));
  const again = shown.map(({ row }) => row.id).filter((id) => (times.get(id)?.try_number ?? 0) > 1 && !times.get(id)?.mapped);
  const tries = useTries(dagId, runId, again);
  const at = (moment: number) => ((moment - from) / (to - from)) * plot;
  const moments = ticks(from, to, plot);
  const focusRow = (index: number) => {
    const next = Math.min(rows.length - 1, Math.max(0, index));
    virtual.scrollToIndex(next);
    requestAnimationFrame(() => place.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus());
  };
  const onKey = (event: KeyboardEvent) => {
    const row = event.target instanceof HTMLElement ? Number(event.target.dataset.row ?? -1) : -1;
    const moves: Record<string, () => void> = {
      ArrowDown: () => focusRow(row + 1),
      ArrowUp: () => focusRow(row - 1),
      Home: () => focusRow(0),
      End: () => focusRow(rows.length - 1),
      "+": () => onZoom(zoom * 2),
      "-": () => onZoom(zoom / 2),
    };
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move();
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions -- it scrolls, and is walked through, by keys
    <div ref={place} className={styles.chart} tabIndex={0} role="region" aria-label={t("label")} onKeyDown={onKey}>
      <div className={styles.inside} style={{ width: labels + plot + END, height: virtual.getTotalSize() + HEIGHT }}>
        <div className={styles.lines} aria-hidden>
          <div className={styles.beside} style={{ width: labels }} />
          {moments.map((moment) => (
            <i key={moment} style={{ left: labels + at(moment) }} />
          ))}
        </div>
        <Axis labels={labels} moments={moments} at={at} />
        {now !== undefined && <div className={styles.now} style={{ left: labels + at(now) }} title={t("now")} />}
        <ul className={styles.rows}>
          {shown.map(({ index, start, row }) => (
            <li key={row.id} className={styles.row} style={{ top: start, height: HEIGHT }}>
              <Label dagId={dagId} runId={runId} row={row} index={index} width={labels} state={row.group ? null : (times.get(row.id)?.state ?? null)} onFold={onFold} />
              <div className={styles.plot} style={{ width: plot + END }}>
                {row.group ? (
                  <Whole bars={row.tasks.flatMap((task) => bars(times.get(task) ?? { state: null }, now ?? to))} at={at} />
                ) : (
                  <Bars all={barsOf(times.get(row.id), tries.get(row.id), now ?? to)} at={at} />
                )}
              </div>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

/** Bars of each try where there were several, else of the task. */
function barsOf(task: Times | undefined, tries: readonly Times[] | undefined, now: number): Bar[] {
  if (tries && tries.length > 1) return barsOfTries(tries, now);
  return task ? bars(task, now) : [];
}

function Axis({ labels, moments, at }: { labels: number; moments: readonly number[]; at: (moment: number) => number }) {
  const zone = useZone();
  const parts = moments.some((moment) => moment % 1000 !== 0); // of seconds
  return (
    <div className={styles.axis} style={{ height: HEIGHT }}>
      <div className={styles.corner} style={{ width: labels }} />
      {moments.map((moment) => (
        <span key={moment} className={styles.tick} style={{ left: labels + at(moment) }}>
          {absolute(moment, zone, { date: false }) + (parts ? (moment % 1000 / 1000).toFixed(1).slice(1) : "")}
        </span>
      ))}
    </div>
  );
}

interface LabelProps {
  dagId: string;
  runId: string;
  row: Row;
  index: number;
  width: number;
  state: string | null;
  onFold: (groupId: string) => void;
}

function Label({ dagId, runId, row, index, width, state, onFold }: LabelProps) {
  const { t } = useTranslation(["gantt", "common"]);
  const style = { width, paddingLeft: 10 + row.depth * 14 };
  if (row.group) {
    return (
      <button type="button" className={styles.label} style={style} data-row={index} aria-expanded={!row.folded} aria-label={t(row.folded ? "unfold" : "fold", { group: row.label })} onClick={() => onFold(row.id)}>
        {row.folded ? <ChevronRight aria-hidden /> : <ChevronDown aria-hidden />}
        <strong>{row.label}</strong>
      </button>
    );
  }
  return (
    <Link to="/dags/$dagId/runs/$runId/tasks/$taskId" params={{ dagId, runId, taskId: row.id }} search={{ map_index: -1 }} className={styles.label} style={style} data-row={index} data-state={asState(state)} title={row.id}>
      <StateIcon state={state} />
      <span>{row.label}</span>
      <span className="visually-hidden">{t(`common:state.${asState(state)}`)}</span>
    </Link>
  );
}

function Bars({ all, at }: { all: readonly Bar[]; at: (moment: number) => number }) {
  const { t } = useTranslation(["gantt", "common"]);
  const last = all.at(-1);
  const ran = all.filter((bar) => bar.kind === "running").reduce((sum, bar) => sum + bar.to - bar.from, 0);
  return (
    <>
      {all.map((bar, place) => (
        <span
          key={place}
          className={styles.bar}
          data-kind={bar.kind}
          data-state={asState(bar.state)}
          style={{ left: at(bar.from), width: Math.max(bar.kind === "running" ? 3 : 0, at(bar.to) - at(bar.from)) }}
          title={`${t(bar.kind)} ${duration((bar.to - bar.from) / 1000)} · ${t(`common:state.${asState(bar.state)}`)}`}
        />
      ))}
      {last && (
        <span className={styles.took} style={{ left: at(last.to) + 6 }}>
          {duration(ran / 1000)}
        </span>
      )}
    </>
  );
}

/** From the first to the last moment of what is in a group. */
function Whole({ bars: inside, at }: { bars: readonly Bar[]; at: (moment: number) => number }) {
  if (inside.length === 0) return null;
  const from = Math.min(...inside.map((bar) => bar.from));
  const to = Math.max(...inside.map((bar) => bar.to));
  return <span className={styles.whole} style={{ left: at(from), width: Math.max(3, at(to) - at(from)) }} title={duration((to - from) / 1000)} />;
}
