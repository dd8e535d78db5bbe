import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Empty, Skeleton } from "@/components/Say";
import { cx } from "@/lib/format";

import styles from "./CodeView.module.css";
import { type Change, type Shown, shortened, type Side, unified } from "./compare";
import { type Line } from "./highlight";
import { Lines, longestOf, Text } from "./Lines";
import { useCompared, useHighlighted } from "./useWorker";

interface DifferenceProps {
  before: string;
  after: string;
  /** One column instead of two. */
  oneColumn: boolean;
  /** Also what is the same. */
  whole: boolean;
}

/** What changed from one text to another. */
export function Difference({ before, after, oneColumn, whole }: DifferenceProps) {
  const { t } = useTranslation("code");
  const changes = useCompared(before, after);
  const old = useHighlighted(before);
  const now = useHighlighted(after);
  const longest = useMemo(() => Math.max(longestOf(before), longestOf(after)), [before, after]);
  const rows = useMemo(() => arranged(changes ?? [], oneColumn, whole), [changes, oneColumn, whole]);
  if (!changes) return <Skeleton lines={8} />;
  if (changes.every(({ kind }) => kind === "same")) return <Empty title={t("same")}>{t("sameText")}</Empty>;
  return (
    <Lines key={String(oneColumn)} count={rows.length} longest={oneColumn ? longest : undefined} label={t("difference")}>
      {(place) => <Row row={rows[place]} old={old} now={now} oneColumn={oneColumn} />}
    </Lines>
  );
}

function arranged(changes: readonly Change[], oneColumn: boolean, whole: boolean): readonly Shown[] {
  const rows = whole ? changes : shortened(changes);
  return oneColumn ? unified(rows) : rows;
}

interface RowProps {
  row: Shown | undefined;
  old: readonly Line[] | undefined;
  now: readonly Line[] | undefined;
  oneColumn: boolean;
}

function Row({ row, old, now, oneColumn }: RowProps) {
  const { t } = useTranslation("code");
  if (!row) return null;
  if (row.kind === "skipped") return <div className={cx(styles.row, styles.skipped)}>{t("skipped", { count: row.count })}</div>;
  if (!oneColumn) {
    return (
      <div className={styles.pair}>
        <Half side={row.old} lines={old} mark={row.kind === "same" ? "same" : "removed"} />
        <Half side={row.now} lines={now} mark={row.kind === "same" ? "same" : "added"} />
      </div>
    );
  }
  const side = row.now ?? row.old;
  return (
    <div className={styles.row} data-change={row.kind}>
      <span className={styles.number}>{row.old?.line}</span>
      <span className={styles.number}>{row.now?.line}</span>
      <Sign kind={row.kind} />
      <Colours side={side} lines={row.now ? now : old} />
    </div>
  );
}

function Half({ side, lines, mark }: { side: Side | undefined; lines: readonly Line[] | undefined; mark: "same" | "added" | "removed" }) {
  if (!side) return <div className={cx(styles.row, styles.absent)} />;
  return (
    <div className={styles.row} data-change={mark}>
      <span className={styles.number}>{side.line}</span>
      <Sign kind={mark} />
      <Colours side={side} lines={lines} />
    </div>
  );
}

function Colours({ side, lines }: { side: Side | undefined; lines: readonly Line[] | undefined }) {
  if (!side) return null;
  return <Text line={lines?.[side.line - 1] ?? [{ text: side.text }]} />;
}

const SIGNS: Readonly<Record<Change["kind"], string>> = { same: " ", added: "+", removed: "−", changed: "±" };

function Sign({ kind }: { kind: Change["kind"] }) {
  const { t } = useTranslation("code");
  return (
    <span className={styles.sign} {...(kind === "same" ? { "aria-hidden": true } : { role: "img", "aria-label": t(kind === "added" ? "added" : "removed") })}>
      {SIGNS[kind]}
    </span>
  );
}
