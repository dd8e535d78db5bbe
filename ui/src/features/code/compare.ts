/** What differs between two texts, by lines. Runs in a worker, too. */
import { diffLines } from "diff";

export interface Side {
  /** From 1. */
  line: number;
  text: string;
}

export interface Change {
  kind: "same" | "added" | "removed" | "changed";
  /** As it was; undefined for what is new. */
  old?: Side;
  /** As it is; undefined for what is gone. */
  now?: Side;
}

const MOST_EDITS = 20_000;

/** Rows for two columns: a removed line stands beside the one that came in its place. */
export function compare(before: string, after: string): Change[] {
  const rows: Change[] = [];
  // Texts that have little in common are told as all gone and all new, before the search takes long.
  const parts = diffLines(before, after, { maxEditLength: MOST_EDITS, timeout: 2000 }) as Part[] | undefined;
  const at = { old: 0, now: 0 };
  let removed: Side[] = [];
  for (const part of parts ?? [{ value: before, removed: true }, { value: after, added: true }]) {
    const texts = linesOf(part.value);
    if (part.removed) removed = texts.map((text) => ({ line: (at.old += 1), text }));
    else if (part.added) {
      pair(removed, texts.map((text) => ({ line: (at.now += 1), text })), rows);
      removed = [];
    } else {
      pair(removed, [], rows);
      removed = [];
      for (const text of texts) rows.push({ kind: "same", old: { line: (at.old += 1), text }, now: { line: (at.now += 1), text } });
    }
  }
  pair(removed, [], rows);
  return rows;
}

interface Part {
  value: string;
  added?: boolean;
  removed?: boolean;
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function pair(removed: readonly Side[], added: readonly Side[], rows: Change[]): void {
  for (let place = 0; place < Math.max(removed.length, added.length); place += 1) {
    const [old, now] = [removed[place], added[place]];
    if (old && now) rows.push({ kind: "changed", old, now });
    else if (old) rows.push({ kind: "removed", old });
    else if (now) rows.push({ kind: "added", now });
  }
}

/** A row of the view: a change, or so many same lines that are left out. */
export type Shown = Change | { kind: "skipped"; count: number };

const AROUND = 3;

/** Leaves out what is the same, but for a few lines around each change. */
export function shortened(rows: readonly Change[]): Shown[] {
  const near = rows.map(() => false);
  rows.forEach(({ kind }, place) => {
    if (kind === "same") return;
    for (let other = Math.max(0, place - AROUND); other <= Math.min(rows.length - 1, place + AROUND); other += 1) near[other] = true;
  });
  const shown: Shown[] = [];
  rows.forEach((row, place) => {
    const last = shown.at(-1);
    if (near[place]) shown.push(row);
    else if (last?.kind === "skipped") last.count += 1;
    else shown.push({ kind: "skipped", count: 1 });
  });
  return shown;
}

/** One column instead of two: of a block of changes, first all that is gone, then all that is new. */
export function unified(rows: readonly Shown[]): Shown[] {
  const found: Shown[] = [];
  let added: Shown[] = [];
  for (const row of rows) {
    if (row.kind === "changed") {
      found.push({ kind: "removed", ...(row.old ? { old: row.old } : {}) });
      added.push({ kind: "added", ...(row.now ? { now: row.now } : {}) });
    } else if (row.kind === "added") added.push(row);
    else {
      if (row.kind !== "removed") {
        found.push(...added);
        added = [];
      }
      found.push(row);
    }
  }
  return [...found, ...added];
}

/** How many lines came and went. */
export function totals(rows: readonly Change[]): { added: number; removed: number } {
  return {
    added: rows.filter(({ kind }) => kind === "added" || kind === "changed").length,
    removed: rows.filter(({ kind }) => kind === "removed" || kind === "changed").length,
  };
}
