import { Link, useLocation } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { cx } from "@/lib/format";

import styles from "./CodeView.module.css";
import { plain } from "./plain";
import { Lines, longestOf, Text } from "./Lines";
import { useHighlighted } from "./useWorker";

/** A text with numbers that can be linked to: `#L12`. */
export function Source({ text }: { text: string }) {
  const { t } = useTranslation("code");
  const { hash } = useLocation();
  const coloured = useHighlighted(text);
  const bare = useMemo(() => plain(text), [text]);
  const longest = useMemo(() => longestOf(text), [text]);
  const lines = coloured ?? bare;
  const wanted = lineOf(hash);
  return (
    <Lines count={bare.length} longest={longest} label={t("source")} wanted={wanted}>
      {(place) => (
        <div className={cx(styles.row, place === wanted && styles.wanted)}>
          <Link to="." search hash={`L${place + 1}`} replace className={styles.number} aria-label={t("line", { line: place + 1 })} hashScrollIntoView={false} resetScroll={false}>
            {place + 1}
          </Link>
          <Text line={lines[place]} />
        </div>
      )}
    </Lines>
  );
}

/** `L12` as a place from 0. */
export function lineOf(hash: string): number | undefined {
  const found = /^L(\d+)$/.exec(hash);
  return found ? Number(found[1]) - 1 : undefined;
}
