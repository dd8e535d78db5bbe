import { type KeyboardEvent, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useZone } from "@/lib/preferences";
import { duration } from "@/lib/time";

import { CellLayer } from "./CellLayer";
import { type GridRun } from "./cells";
import { PITCH } from "./draw";
import styles from "./Grid.module.css";
import { Heads, longestOf, versionMarks } from "./Heads";
import { HoverCard } from "./HoverCard";
import { moved, type Place, shownAt } from "./moves";
import { Names } from "./Names";
import { type GridRow } from "./rows";
import { Tiles } from "./Tiles";
import { useCells } from "./useGrid";
import { useOpen } from "./useOpen";
import { HEAD, useNamesWidth, useNewestInView, useWindow } from "./useWindow";

/** Room for it, in pixels, where few rows leave the rest of the page free. */
const SCROLLBAR = 18;

export interface FieldProps {
  dagId: string;
  version: number;
  rows: readonly GridRow[];
  runs: readonly GridRun[];
  onFold: (row: GridRow) => void;
  dagZone: string | undefined;
  /** When it changes, the newest run is brought into view. */
  anchor: string;
}

/** What scrolls: names at the left, runs above, cells between them. One stop for the Tab key; arrows move in it. */
export function Field({ dagId, version, rows, runs, onFold, dagZone, anchor }: FieldProps) {
  const { t } = useTranslation("grid");
  const id = useId();
  const zone = useZone(dagZone);
  const scroller = useRef<HTMLDivElement>(null);
  const corner = useRef<HTMLDivElement>(null);
  const names = useNamesWidth(corner);
  const seen = useWindow(scroller, names, rows.length, runs.length);
  useNewestInView(scroller, anchor, names);
  const { cells, turn, error } = useCells({ dagId, version, rows, runs, seenRows: seen.rows, seenRuns: seen.columns });
  const [at, setAt] = useState<Place>({ row: 0, column: -1 });
  const [pointed, setPointed] = useState<Place>();
  const [focused, setFocused] = useState(false);
  const open = useOpen(dagId, rows, runs, onFold);
  const marks = useMemo(() => versionMarks(runs), [runs]);
  const current = { row: Math.min(at.row, rows.length - 1), column: Math.min(at.column, runs.length - 1) };
  const go = (next: Place) => {
    setAt(next);
    setPointed(undefined);
    if (scroller.current) bringIntoView(scroller.current, next, names);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.metaKey) return;
    const next = moved(event.key, current, { rows: rows.length, columns: runs.length, page: seen.page }, event.ctrlKey);
    if (next) go(next);
    else if (event.key === "Enter" || event.key === " ") open(current, event.ctrlKey);
    else if (event.key === "Escape") setFocused(false);
    else return;
    event.preventDefault();
  };
  const card = pointed ?? (focused && current.column >= 0 ? current : undefined);
  return (
    <div
      ref={scroller}
      role="grid"
      tabIndex={0}
      className={styles.scroller}
      style={{ height: `min(calc(100dvh - 18rem), ${HEAD + rows.length * PITCH + SCROLLBAR}px)` }}
      aria-label={t("title")}
      aria-busy={turn === 0 && rows.length > 0 && runs.length > 0 && !error}
      aria-rowcount={rows.length + 1}
      aria-colcount={runs.length + 1}
      aria-activedescendant={activeId(id, current)}
      onKeyDown={onKeyDown}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
      onScroll={() => setPointed(undefined)}
      onPointerLeave={() => setPointed(undefined)}
    >
      <div className={styles.sheet} style={{ gridTemplateColumns: `auto ${runs.length * PITCH}px 1fr`, gridTemplateRows: `${HEAD}px ${rows.length * PITCH}px` }}>
        <div ref={corner} className={styles.corner}>
          {error ? (
            <span role="alert" className={styles.problem}>
              {t("cellsFailed", { message: error.message })}
            </span>
          ) : (
            runs.length > 0 && t("longest", { duration: duration(longestOf(runs)) })
          )}
        </div>
        <div className={styles.heads} role="row" aria-rowindex={1}>
          <Heads dagId={dagId} runs={runs} zone={zone} id={id} current={focused && current.row < 0 ? current.column : -1} onPoint={setPointed} />
          {marks.map(({ column, version: number }) => (
            <span key={column} aria-hidden className={styles.versionName} style={{ left: column * PITCH }} title={t("versionChanged", { version: number })}>
              v{number}
            </span>
          ))}
        </div>
        <div className={styles.names} role="rowgroup">
          <Names rows={rows} range={seen.rows} current={focused && current.column < 0 ? current.row : -1} id={id} onFold={onFold} />
        </div>
        <CellLayer
          rows={rows}
          runs={runs}
          current={current}
          focused={focused}
          pointed={pointed}
          id={id}
          cells={cells}
          marks={marks}
          onPoint={setPointed}
          onOpen={(place, apart) => {
            setAt(place);
            open(place, apart);
          }}
        >
          <Tiles rows={rows} runs={runs} seen={seen} cells={cells} turn={turn} />
        </CellLayer>
      </div>
      {card && <HoverCard key={`${card.row}/${card.column}`} place={card} names={names} dagId={dagId} rows={rows} runs={runs} cells={cells} zone={zone} scroller={scroller} />}
    </div>
  );
}

/** Of what the keyboard is at: a run's head, a task's name, or the cell. */
function activeId(id: string, { row, column }: Place): string {
  if (row < 0) return `${id}-run-${column}`;
  return column < 0 ? `${id}-name-${row}` : `${id}-cell`;
}

function bringIntoView(scroller: HTMLElement, { row, column }: Place, names: number): void {
  const left = column < 0 ? scroller.scrollLeft : shownAt(scroller.scrollLeft, scroller.clientWidth - names, column * PITCH, (column + 1) * PITCH);
  const top = row < 0 ? scroller.scrollTop : shownAt(scroller.scrollTop, scroller.clientHeight - HEAD, row * PITCH, (row + 1) * PITCH);
  scroller.scrollTo(left, top);
}
