import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";

import { cx } from "@/lib/format";

import styles from "./CodeView.module.css";
import { type Line } from "./highlight";

/** In pixels. */
const HIGH = 24; // what can be pressed is at least this high

interface LinesProps {
  count: number;
  /** In signs, of the longest line; undefined: lines are as wide as there is room, and wrap. */
  longest?: number | undefined;
  label: string;
  children: (place: number) => ReactNode;
  /** Brought to the middle of the view when it changes. */
  wanted?: number | undefined;
}

/** Lines of a text, of which only those in view exist. */
export function Lines({ count, longest, label, children, wanted }: LinesProps) {
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the compiler is not used
  const virtual = useVirtualizer({ count, getScrollElement: () => scroller.current, estimateSize: () => HIGH, overscan: 30 });
  useEffect(() => {
    if (wanted !== undefined && wanted < count) virtual.scrollToIndex(wanted, { align: "center" });
  }, [wanted, count, virtual]);
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, by keys too
    <div ref={scroller} className={styles.lines} role="region" aria-label={label} tabIndex={0}>
      <div className={styles.sheet} style={{ height: virtual.getTotalSize(), width: longest === undefined ? undefined : `max(100%, calc(${longest}ch + 6rem))` }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => (
          <div key={key} data-index={index} ref={longest === undefined ? virtual.measureElement : undefined} className={cx(styles.line, longest === undefined && styles.wraps)} style={{ top: start }}>
            {children(index)}
          </div>
        ))}
      </div>
    </div>
  );
}

/** One line, in colours. */
export function Text({ line }: { line: Line | undefined }) {
  return (
    <code className={styles.text}>
      {line?.map(({ text, kind }, place) => (
        <span key={place} data-token={kind}>
          {text}
        </span>
      ))}
    </code>
  );
}

/** How long the longest line is, at least. */
export function longestOf(text: string): number {
  return text.split("\n").reduce((most, line) => Math.max(most, line.length), 0);
}
