import type { Entry } from "./useAudit";

const COLUMNS = ["event_log_id", "when", "owner", "event", "dag_id", "run_id", "task_id", "map_index", "try_number", "logical_date", "extra"] as const;

/** As RFC 4180 has it. A cell that a spreadsheet would take for a formula is marked as text. */
export function asCsv(entries: readonly Entry[]): string {
  const cell = (value: string | number | null) => {
    const text = String(value ?? "");
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [COLUMNS.join(","), ...entries.map((entry) => COLUMNS.map((name) => cell(entry[name])).join(","))].join("\r\n") + "\r\n";
}

export function asJson(entries: readonly Entry[]): string {
  return JSON.stringify(entries, null, 2);
}

/** Has the browser keep a text as a file. */
export function saveAs(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
