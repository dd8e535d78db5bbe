import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { usePreferences, useZone } from "@/lib/preferences";

import styles from "./Log.module.css";
import type { LogClient } from "./LogClient";
import { LogLine } from "./LogLine";
import type { Loaded } from "./protocol";

/** Height of a line, in pixels; `Log.module.css` has it too. */
export const LINE = 20;
/** Browsers draw nothing that is much higher. */
const HIGHEST = 8_000_000;

interface LogLinesProps {
  client: LogClient;
  loaded: Loaded;
  query: string;
  times: boolean;
  wrap: boolean;
  dagZone?: string | null | undefined;
  /** The place in the view that is to be seen, and how often that was asked for. */
  target: { place: number; ask: number } | null;
  follow: boolean;
  onFollow: (follow: boolean) => void;
  onNumber: (number: number) => void;
  /** How many columns of text fit beside the rest. */
  onWidth: (columns: number) => void;
}

/** The lines in view; no other exists. */
export function LogLines(props: LogLinesProps) {
  const { client, loaded, query, times, wrap, target, follow, onFollow, onNumber } = props;
  const { t } = useTranslation("task");
  const scroller = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const height = useSize(scroller, times, props.onWidth);
  const clock = useClock(props.dagZone);
  const above = loaded.above;
  const lines = above ? (above[loaded.shown] ?? loaded.shown) : loaded.shown;
  const full = lines * LINE;
  const drawn = Math.min(full, HIGHEST);
  const scale = drawn > height ? Math.max(1, (full - height) / (drawn - height)) : 1;
  const first = rowAt(above, Math.floor((top * scale) / LINE), loaded.shown);
  const last = Math.min(loaded.shown, first + Math.ceil(height / LINE) + 12);
  useEffect(() => client.need(Math.max(0, first - 60), Math.min(loaded.shown, last + 60)), [client, first, last, loaded.version, loaded.shown]);
  const lineTop = (place: number) => (above ? (above[place] ?? 0) : place) * LINE;
  useLayoutEffect(() => {
    if (target && scroller.current) scroller.current.scrollTop = Math.max(0, (lineTop(target.place) - height / 2) / scale);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each time it is asked for
  }, [target]);
  useLayoutEffect(() => {
    if (follow && scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, [follow, full, height]);
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = scroller.current ?? { scrollTop: 0, scrollHeight: 0, clientHeight: 0 };
    const atEnd = scrollTop + clientHeight >= scrollHeight - 2 * LINE;
    if (atEnd !== follow && (atEnd || scrollTop < top)) onFollow(atEnd && !loaded.over);
    setTop(scrollTop);
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, by keys too
    <div ref={scroller} className={styles.scroller} data-wrap={wrap} data-times={times} onScroll={onScroll} tabIndex={0} role="region" aria-label={t("log.lines")}>
      <div className={styles.whole} style={{ height: drawn }}>
        <div className={styles.window} style={{ transform: `translateY(${top + lineTop(first) - top * scale}px)` }}>
          {Array.from({ length: Math.max(0, last - first) }, (_, nth) => (
            <LogLine
              key={first + nth}
              row={client.row(first + nth)}
              query={query}
              clock={times ? clock : null}
              current={target?.place === first + nth}
              onToggle={(group) => client.toggle(group)}
              onFill={() => client.fill()}
              onNumber={onNumber}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

/** The row in which that line of the screen is. */
export function rowAt(above: Uint32Array | null, line: number, rows: number): number {
  if (!above) return Math.max(0, Math.min(line, rows - 1));
  let low = 0;
  let high = Math.max(0, rows - 1);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((above[middle] ?? 0) <= line) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Height of the element in pixels; tells how many columns of text its lines have. */
function useSize(element: RefObject<HTMLDivElement | null>, times: boolean, onWidth: (columns: number) => void): number {
  const [height, setHeight] = useState(0);
  useEffect(() => {
    const box = element.current;
    if (!box) return undefined;
    const measure = () => {
      setHeight(box.clientHeight);
      const style = getComputedStyle(box);
      const letter = parseFloat(style.getPropertyValue("--letter")) || parseFloat(style.fontSize) * 0.6;
      const beside = parseFloat(style.getPropertyValue(times ? "--beside-times" : "--beside")) || 0;
      onWidth(Math.max(20, Math.floor(box.clientWidth / letter - beside)));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, [element, times, onWidth]);
  return height;
}

/** Writes moments of a log, with thousandths, in the viewer's zone. */
function useClock(dagZone: string | null | undefined): (moment: string) => string {
  const zone = useZone(dagZone);
  const { language } = usePreferences();
  return useMemo(() => {
    const format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3,
    }); // prettier-ignore
    return (moment) => {
      const at = Date.parse(moment);
      return Number.isNaN(at) ? moment : format.format(at).replace(",", ".");
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a new language draws the lines anew
  }, [zone, language]);
}
