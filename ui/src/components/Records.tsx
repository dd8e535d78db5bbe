import { useTranslation } from "react-i18next";

import { type Column, Table } from "./Table";

export type Row = Readonly<Record<string, unknown>>;

const MOST_COLUMNS = 30;

/** The rows of a list whose entries are all objects; null for any other value. */
export function recordsOf(value: unknown): readonly Row[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  return value.every((entry) => typeof entry === "object" && entry !== null && !Array.isArray(entry)) ? (value as Row[]) : null;
}

/** The names that any row has, in the order in which they first come. */
export function namesOf(records: readonly Row[]): string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))].slice(0, MOST_COLUMNS);
}

/** A list of objects as a table. */
export function Records({ records }: { records: readonly Row[] }) {
  const { t } = useTranslation();
  const columns: Column<{ row: Row; place: number }>[] = namesOf(records).map((name) => ({
    key: name,
    header: name,
    right: typeof records[0]?.[name] === "number",
    cell: ({ row }) => shown(row[name]),
  }));
  return (
    <Table
      label={t("value.table")}
      rows={records.map((row, place) => ({ row, place }))}
      columns={columns}
      rowKey={({ place }) => String(place)}
      rowHeight={34}
      height={records.length > 12 ? "24rem" : "auto"}
    />
  );
}

function shown(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
