import { type RefObject, useLayoutEffect, useState } from "react";

import { PITCH } from "./draw";
import { type Range } from "./useGrid";

/** Cells are drawn in pieces of so many rows and columns: what has been drawn moves with the page, without a script. */
export const TILE_ROWS = 20;
export const TILE_COLUMNS = 16;
/** Above the cells, in pixels. */
export const HEAD = 104;

export interface Seen {
  rows: Range;
  columns: Range;
  /** How many whole rows fit. */
  page: number;
}

const NOTHING: Seen = { rows: { from: 0, to: 0 }, columns: { from: 0, to: 0 }, page: 1 };

/** Which tiles' rows and columns are in view, or nearly. Changes only when a tile comes or goes. */
export function useWindow(scroller: RefObject<HTMLDivElement | null>, names: number, rows: number, columns: number): Seen {
  const [seen, setSeen] = useState(NOTHING);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const look = () => {
      const next = seenIn(element, names, rows, columns);
      setSeen((old) => (same(old, next) ? old : next));
    };
    const observer = new ResizeObserver(look); // it looks at once, too
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [scroller, names, rows, columns]);
  return seen;
}

function seenIn({ scrollLeft, scrollTop, clientHeight, clientWidth }: HTMLElement, names: number, rows: number, columns: number): Seen {
  return {
    rows: around(scrollTop, clientHeight - HEAD, TILE_ROWS, rows),
    columns: around(scrollLeft, clientWidth - names, TILE_COLUMNS, columns),
    page: Math.max(1, Math.floor((clientHeight - HEAD) / PITCH) - 1),
  };
}

/** The pieces that touch the view, or lie less than half a piece beyond it. */
export function around(start: number, length: number, piece: number, count: number): Range {
  const size = piece * PITCH;
  return {
    from: Math.max(0, Math.floor((start - size / 2) / size) * piece),
    to: Math.min(count, Math.ceil((start + length + size / 2) / size) * piece),
  };
}

function same(one: Seen, other: Seen): boolean {
  return (
    one.rows.from === other.rows.from &&
    one.rows.to === other.rows.to &&
    one.columns.from === other.columns.from &&
    one.columns.to === other.columns.to &&
    one.page === other.page
  );
}

/** How wide the column of names is, in pixels: narrow on a phone. */
export function useNamesWidth(corner: RefObject<HTMLDivElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = corner.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.offsetWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [corner]);
  return width;
}

/** Scrolls to the right end, where the newest run is, when `anchor` changes. */
export function useNewestInView(scroller: RefObject<HTMLDivElement | null>, anchor: string, names: number): void {
  const measured = names > 0;
  useLayoutEffect(() => {
    if (measured) scroller.current?.scrollTo({ left: scroller.current.scrollWidth });
  }, [scroller, anchor, measured]);
}
