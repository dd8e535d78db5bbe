import { ChevronRight } from "lucide-react";
import { memo, type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/Button";
import { bytes, cx } from "@/lib/format";

import { type Part, parts } from "./ansi";
import styles from "./Log.module.css";
import type { Row } from "./store";

interface LogLineProps {
  row: Row | undefined;
  query: string;
  /** Writes a moment in the viewer's zone; null: times are not shown. */
  clock: ((moment: string) => string) | null;
  current: boolean;
  onToggle: (group: number) => void;
  onFill: () => void;
  onNumber: (number: number) => void;
}

/** One line of text, or the head of a group. */
export const LogLine = memo(function LogLine({ row, query, clock, current, onToggle, onFill, onNumber }: LogLineProps) {
  const { t } = useTranslation("task");
  if (!row) return <div className={styles.line} />;
  if (row.gap !== undefined) {
    return (
      <div className={cx(styles.line, styles.gap)}>
        <Button small kind="ghost" onClick={onFill}>
          {t("log.gap", { size: bytes(row.gap) })}
        </Button>
      </div>
    );
  }
  const { group } = row;
  return (
    <div className={cx(styles.line, current && styles.current)} data-level={row.level}>
      <button type="button" className={styles.number} tabIndex={-1} aria-label={t("log.lineNumber", { number: row.number + 1 })} onClick={() => onNumber(row.number)}>
        {row.number + 1}
      </button>
      {clock && <span className={styles.time}>{row.later || !row.time ? "" : clock(row.time)}</span>}
      <span className={styles.level}>{row.later || row.level === "none" ? "" : t(`log.levels.${row.level}`)}</span>
      <span className={styles.text} style={row.depth > 0 ? { paddingLeft: `${row.depth * 2}ch` } : undefined} title={row.source}>
        {group ? (
          <button type="button" className={styles.group} aria-expanded={group.open} onClick={() => onToggle(group.id)}>
            <ChevronRight aria-hidden />
            <Text text={row.text} query={query} />
          </button>
        ) : (
          <Text text={row.text} query={query} />
        )}
      </span>
    </div>
  );
});

const Text = memo(function Text({ text, query }: { text: string; query: string }) {
  const found = useMemo(() => parts(text, query), [text, query]);
  return found.map((part, place) => <Piece key={place} part={part} />);
});

function Piece({ part }: { part: Part }): ReactNode {
  const { text, fg, bg, bold, dim, italic, underline, href, hit } = part;
  const inner = hit ? <mark className={styles.hit}>{text}</mark> : text;
  const dressed = fg ?? bg ?? (bold || dim || italic || underline ? "" : null);
  const shown =
    dressed === null ? (
      inner
    ) : (
      <span className={cx(bold && styles.bold, dim && styles.dim, italic && styles.italic, underline && styles.underline)} style={{ color: css(fg), backgroundColor: css(bg) }}>
        {inner}
      </span>
    );
  if (href === null) return shown;
  return (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {shown}
    </a>
  );
}

const NAMED = /^(bright-)?(black|red|green|yellow|blue|magenta|cyan|white)$/;

/** A colour of terminals as one of ours that can be read on both grounds. */
function css(colour: string | null): string | undefined {
  if (colour === null) return undefined;
  if (NAMED.test(colour)) return `var(--ansi-${colour.replace("bright-", "")})`;
  return /^\d+, ?\d+, ?\d+$/.test(colour) ? `rgb(${colour})` : undefined;
}
