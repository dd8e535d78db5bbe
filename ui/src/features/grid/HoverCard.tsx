import { type RefObject, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

import { Facts } from "./Card";
import { type CellStore, type GridRun } from "./cells";
import { PITCH } from "./draw";
import styles from "./Grid.module.css";
import { type Place } from "./moves";
import { type GridRow } from "./rows";
import { HEAD } from "./useWindow";

interface HoverCardProps {
  place: Place;
  /** How wide the names are, in pixels. */
  names: number;
  dagId: string;
  rows: readonly GridRow[];
  runs: readonly GridRun[];
  cells: CellStore;
  zone: string;
  scroller: RefObject<HTMLDivElement | null>;
}

const MARGIN = 8;

/** Beside a cell: what is known of it. It touches the cell, so that the pointer can go into it. */
export function HoverCard({ place, names, dagId, rows, runs, cells, zone, scroller }: HoverCardProps) {
  const card = useRef<HTMLDivElement>(null);
  const [where, setWhere] = useState<{ left: number; top: number }>();
  const run = runs[place.column];
  const row = rows[place.row];
  useLayoutEffect(() => {
    const [field, own] = [scroller.current, card.current];
    if (!field || !own) return undefined;
    const put = () => setWhere(beside(field, own, place, names));
    put();
    const observer = new ResizeObserver(put); // facts come later
    observer.observe(own);
    return () => observer.disconnect();
  }, [scroller, place, names]);
  if (!run || (place.row >= 0 && !row)) return null;
  return createPortal(
    <div ref={card} className={styles.card} style={where ?? { visibility: "hidden" }} aria-hidden>
      <Facts dagId={dagId} run={run} row={row} cell={row && cells.get(run.run_id, row.id)} zone={zone} />
    </div>,
    document.body,
  );
}

function beside(field: HTMLElement, card: HTMLElement, { row, column }: Place, names: number): { left: number; top: number } {
  const box = field.getBoundingClientRect();
  const x = box.left + names + column * PITCH - field.scrollLeft;
  const y = row < 0 ? box.top + HEAD - PITCH : box.top + HEAD + row * PITCH - field.scrollTop;
  const right = x + PITCH + card.offsetWidth + MARGIN < innerWidth;
  return {
    left: Math.max(MARGIN, right ? x + PITCH : x - card.offsetWidth),
    top: Math.max(MARGIN, Math.min(y, innerHeight - card.offsetHeight - MARGIN)),
  };
}
