import { type MouseEvent, type PointerEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asState } from "@/lib/states";

import { type CellStore, type GridRun } from "./cells";
import { PITCH } from "./draw";
import styles from "./Grid.module.css";
import { type Place } from "./moves";
import { type GridRow } from "./rows";

interface LayerProps {
  rows: readonly GridRow[];
  runs: readonly GridRun[];
  current: Place;
  focused: boolean;
  pointed: Place | undefined;
  id: string;
  cells: CellStore;
  marks: readonly { column: number }[];
  onPoint: (place: Place | undefined) => void;
  /** `apart`: in a tab of its own. */
  onOpen: (place: Place, apart: boolean) => void;
  /** The drawn cells. */
  children: ReactNode;
}

/** The drawn cells, with what the pointer and the keyboard are at. */
export function CellLayer({ rows, runs, current, focused, pointed, id, cells, marks, onPoint, onOpen, children }: LayerProps) {
  const at = (event: MouseEvent): Place => {
    const box = event.currentTarget.getBoundingClientRect();
    return { row: Math.floor((event.clientY - box.top) / PITCH), column: Math.floor((event.clientX - box.left) / PITCH) };
  };
  const inside = ({ row, column }: Place) => row >= 0 && row < rows.length && column >= 0 && column < runs.length;
  const point = (event: PointerEvent) => {
    const place = at(event);
    if (event.pointerType === "mouse" && (place.row !== pointed?.row || place.column !== pointed.column)) onPoint(inside(place) ? place : undefined);
  };
  const press = (event: MouseEvent) => {
    const place = at(event);
    if (inside(place)) onOpen(place, event.ctrlKey || event.metaKey || event.button === 1);
  };
  const row = rows[current.row];
  const run = runs[current.column];
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- keys are the grid's own: arrows and Enter
    <div role="rowgroup" className={styles.cells} onPointerMove={point} onClick={press} onAuxClick={(event) => event.button === 1 && press(event)}>
      {children}
      {marks.map(({ column }) => (
        <span key={column} aria-hidden className={styles.versionLine} style={{ left: column * PITCH }} />
      ))}
      {pointed && <span aria-hidden className={styles.columnLight} style={{ left: pointed.column * PITCH }} />}
      {pointed && pointed.row >= 0 && <span aria-hidden className={styles.rowLight} style={{ top: pointed.row * PITCH }} />}
      {row && run && (
        <div role="row" aria-rowindex={current.row + 2}>
          <Cursor row={row} run={run} place={current} focused={focused} id={id} cells={cells} />
        </div>
      )}
    </div>
  );
}

interface CursorProps {
  row: GridRow;
  run: GridRun;
  place: Place;
  focused: boolean;
  id: string;
  cells: CellStore;
}

/** The cell that the keyboard is at, in words. */
function Cursor({ row, run, place, focused, id, cells }: CursorProps) {
  const { t } = useTranslation("grid");
  const cell = cells.get(run.run_id, row.id);
  const counts = Object.entries(cell?.counts ?? {}).map(([state, count]) => `${count} ${t(`common:state.${asState(state)}`)}`);
  let state = t("absent");
  if (cell === undefined) state = t("common:loading");
  else if (cell !== null) state = counts.length > 0 ? counts.join(", ") : t(`common:state.${asState(cell.state)}`);
  const tried = cell?.try_number ?? 1;
  return (
    <div
      role="gridcell"
      id={`${id}-cell`}
      aria-colindex={place.column + 2}
      aria-label={[row.id, run.run_id, state, tried > 1 ? t("tryOf", { count: tried }) : ""].filter(Boolean).join(", ")}
      className={styles.cursor}
      data-focused={focused || undefined}
      style={{ left: place.column * PITCH, top: place.row * PITCH }}
    />
  );
}
