import { memo, useLayoutEffect, useRef, useSyncExternalStore } from "react";

import { type CellStore, type GridRun } from "./cells";
import { drawCell, type Palette, PITCH, prepare, readPalette } from "./draw";
import styles from "./Grid.module.css";
import { type GridRow } from "./rows";
import { type Seen, TILE_COLUMNS, TILE_ROWS } from "./useWindow";

interface TilesProps {
  rows: readonly GridRow[];
  runs: readonly GridRun[];
  seen: Seen;
  cells: CellStore;
  turn: number;
}

/** The cells in view, drawn. Those who do not see them have the cell under the cursor in words. */
export const Tiles = memo(function Tiles({ rows, runs, seen, cells, turn }: TilesProps) {
  const palette = usePalette();
  return steps(seen.rows.from, seen.rows.to, TILE_ROWS).flatMap((row) =>
    steps(seen.columns.from, seen.columns.to, TILE_COLUMNS).map((column) => (
      <Tile key={`${row}/${column}`} rows={rows} runs={runs} row={row} column={column} cells={cells} turn={turn} palette={palette} />
    )),
  );
});

function steps(from: number, to: number, by: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / by)) }, (_, place) => from + place * by);
}

interface TileProps extends Omit<TilesProps, "seen"> {
  row: number;
  column: number;
  palette: Palette;
}

const Tile = memo(function Tile({ rows, runs, row, column, cells, turn, palette }: TileProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const high = Math.min(TILE_ROWS, rows.length - row);
  const wide = Math.min(TILE_COLUMNS, runs.length - column);
  useLayoutEffect(() => {
    const pen = canvas.current && prepare(canvas.current, wide * PITCH, high * PITCH);
    if (!pen) return;
    for (let down = 0; down < high; down += 1) {
      for (let along = 0; along < wide; along += 1) {
        const cell = cells.get(runs[column + along]?.run_id ?? "", rows[row + down]?.id ?? "");
        drawCell(pen, cell, along * PITCH, down * PITCH, palette);
      }
    }
  }, [rows, runs, row, column, cells, turn, palette, high, wide]);
  return (
    <canvas
      ref={canvas}
      aria-hidden
      className={styles.tile}
      style={{ left: column * PITCH, top: row * PITCH, width: wide * PITCH, height: high * PITCH }}
    />
  );
});

let palette: Palette | undefined;

function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(() => {
    palette = undefined;
    changed();
  });
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => {
    observer.disconnect();
    palette = undefined;
  };
}

function usePalette(): Palette {
  return useSyncExternalStore(watchTheme, () => (palette ??= readPalette()));
}
