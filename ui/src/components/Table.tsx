import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { cx } from "@/lib/format";

import { Skeleton } from "./Say";
import styles from "./Table.module.css";

export interface Column<Row> {
  key: string;
  header: ReactNode;
  cell: (row: Row) => ReactNode;
  /** A CSS width; the rest is shared out. */
  width?: string;
  right?: boolean;
  /** What the server sorts by; without it this column does not sort. */
  sort?: string;
  /** Left out on narrow windows. */
  wideOnly?: boolean;
}

interface TableProps<Row> {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  /** What the table is about, for those who hear it. */
  label: string;
  /** The server's `order_by`: a name, with `-` before it for the greatest first. */
  order?: string | undefined;
  onOrder?: (order: string) => void;
  /** Called when the last rows come into view, where there are more. */
  onEnd?: (() => void) | undefined;
  loading?: boolean;
  /** Shown where there is no row. */
  empty?: ReactNode;
  /** In pixels; rows may grow. */
  rowHeight?: number;
  /** A CSS height; without it the table is as high as its rows are, up to the window's height. */
  height?: string;
  selected?: (row: Row) => boolean;
}

/** Rows of anything; only those in view exist, so that ten thousand scroll as ten do. */
export function Table<Row>(props: TableProps<Row>) {
  const { rows, columns, rowKey, label, onEnd, loading, empty, rowHeight = 44, height, selected } = props;
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the compiler is not used
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: (place) => rowKey(rows[place] as Row),
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (onEnd && rows.length > 0 && last >= rows.length - 15) onEnd();
  }, [last, rows.length, onEnd]);
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, by keys too
    <div ref={scroller} className={styles.scroller} style={{ height, maxHeight: height ?? "calc(100dvh - 12rem)" }} tabIndex={0} role="group" aria-label={label}>
      <table className={styles.table} aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.key} column={column} order={props.order} onOrder={props.onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr aria-hidden style={{ height: before }} />}
          {items.map(({ index, key }) => {
            const row = rows[index] as Row;
            return (
              <tr key={key} data-index={index} ref={virtual.measureElement} aria-rowindex={index + 2} aria-selected={selected?.(row)} style={{ height: rowHeight }}>
                {columns.map((column) => (
                  <td key={column.key} className={cx(column.right && styles.right, column.wideOnly && styles.wideOnly)}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          {after > 0 && <tr aria-hidden style={{ height: after }} />}
        </tbody>
      </table>
      {loading && rows.length === 0 && (
        <div className={styles.loading}>
          <Skeleton lines={6} />
        </div>
      )}
      {!loading && rows.length === 0 && empty}
    </div>
  );
}

interface HeadProps<Row> {
  column: Column<Row>;
  order: string | undefined;
  onOrder: ((order: string) => void) | undefined;
}

function Head<Row>({ column, order, onOrder }: HeadProps<Row>) {
  const { t } = useTranslation();
  const { sort, header, width, right, wideOnly } = column;
  const down = sort !== undefined && order === `-${sort}`;
  const up = sort !== undefined && order === sort;
  const direction = down ? "descending" : "ascending";
  return (
    <th scope="col" style={{ width }} className={cx(right && styles.right, wideOnly && styles.wideOnly)} aria-sort={up || down ? direction : undefined}>
      {sort && onOrder ? (
        <button type="button" className={styles.sort} title={t("table.sort")} onClick={() => onOrder(up ? `-${sort}` : sort)}>
          {header}
          {up && <ArrowUp aria-hidden />}
          {down && <ArrowDown aria-hidden />}
        </button>
      ) : (
        header
      )}
    </th>
  );
}
