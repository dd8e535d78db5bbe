/** Where the arrow keys lead. Row -1 are the heads of runs, column -1 the names of tasks. */

export interface Place {
  row: number;
  column: number;
}

interface Size {
  rows: number;
  columns: number;
  /** How many rows are in view. */
  page: number;
}

/** The place to which a key leads, or undefined for a key that does not move. */
export function moved(key: string, { row, column }: Place, { rows, columns, page }: Size, toTheEnd = false): Place | undefined {
  const to = (nextRow: number, nextColumn: number): Place => {
    const next = { row: clamp(nextRow, rows), column: clamp(nextColumn, columns) };
    // The corner is empty.
    if (next.row < 0 && next.column < 0) return row < 0 ? { row, column } : { row: 0, column: -1 };
    return next;
  };
  switch (key) {
    case "ArrowUp":
      return to(row - 1, column);
    case "ArrowDown":
      return to(row + 1, column);
    case "ArrowLeft":
      return to(row, column - 1);
    case "ArrowRight":
      return to(row, column + 1);
    case "PageUp":
      return to(Math.max(0, row - page), column);
    case "PageDown":
      return to(row + page, column);
    case "Home":
      return to(toTheEnd ? 0 : row, row < 0 && !toTheEnd ? 0 : -1);
    case "End":
      return to(toTheEnd ? rows - 1 : row, columns - 1);
    default:
      return undefined;
  }
}

function clamp(value: number, count: number): number {
  return Math.max(-1, Math.min(count - 1, value));
}

/** How far to scroll so that `start`–`end` is in view. */
export function shownAt(scroll: number, view: number, start: number, end: number): number {
  if (start < scroll) return start;
  return end > scroll + view ? end - view : scroll;
}
