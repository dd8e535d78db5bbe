import { type Column } from "./Table";

function toggled(set: ReadonlySet<string>, name: string): Set<string> {
  const next = new Set(set);
  if (!next.delete(name)) next.add(name);
  return next;
}

interface Picking<Row> {
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  picked: ReadonlySet<string>;
  onPick: (picked: ReadonlySet<string>) => void;
  /** What the box of the head says. */
  all: string;
  /** What the box of a row says. */
  one: (name: string) => string;
}

/** The column of boxes by which several rows are picked. */
export function pickColumn<Row>({ rows, rowKey, picked, onPick, all, one }: Picking<Row>): Column<Row> {
  const every = rows.length > 0 && rows.every((row) => picked.has(rowKey(row)));
  return {
    key: "pick",
    width: "2.5rem",
    header: <input type="checkbox" aria-label={all} checked={every} onChange={() => onPick(every ? new Set() : new Set(rows.map(rowKey)))} />,
    cell: (row) => <input type="checkbox" aria-label={one(rowKey(row))} checked={picked.has(rowKey(row))} onChange={() => onPick(toggled(picked, rowKey(row)))} />,
  };
}
