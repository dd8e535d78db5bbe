import { ChevronRight, Layers } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";

import { cx } from "@/lib/format";

import { PITCH } from "./draw";
import styles from "./Grid.module.css";
import { type GridRow } from "./rows";
import { type Range } from "./useGrid";

interface NamesProps {
  rows: readonly GridRow[];
  range: Range;
  /** The row whose name the keyboard is at, or -1. */
  current: number;
  id: string;
  onFold: (row: GridRow) => void;
}

/** The names of tasks and groups, at the left. */
export const Names = memo(function Names({ rows, range, current, id, onFold }: NamesProps) {
  return rows.slice(range.from, range.to).map((row, place) => (
    <Name key={row.id} row={row} place={range.from + place} current={current === range.from + place} id={id} onFold={onFold} />
  ));
});

const Name = memo(function Name({ row, place, current, id, onFold }: { row: GridRow; place: number; current: boolean; id: string; onFold: NamesProps["onFold"] }) {
  const { t } = useTranslation("grid");
  return (
    <div role="row" aria-rowindex={place + 2} className={styles.nameRow} style={{ top: place * PITCH }}>
      {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- keys are the grid's own: arrows and Enter */}
      <div
        role="rowheader"
        id={`${id}-name-${place}`}
        aria-colindex={1}
        aria-expanded={row.group ? row.open : undefined}
        aria-label={row.group ? t("groupOf", { count: row.tasks, name: row.label }) : undefined}
        className={cx(styles.name, row.group && styles.group, current && styles.current)}
        style={{ paddingLeft: `${0.5 + Math.min(row.depth, 12) * 0.875}rem` }}
        title={row.tooltip ? `${row.id}\n${row.tooltip}` : row.id}
        onClick={row.group ? () => onFold(row) : undefined}
      >
        {row.group && <ChevronRight aria-hidden className={cx(styles.chevron, row.open && styles.open)} />}
        <span className={styles.label}>{row.label}</span>
        {row.mapped && <Layers aria-hidden className={styles.mapped} />}
        {row.group && <span className={styles.tasks}>{row.tasks}</span>}
      </div>
    </div>
  );
});
