import { cx } from "@/lib/format";

import styles from "./Code.module.css";
import { Copy } from "./Copy";

/** Text as it is typed: a command, a template, a document. */
export function Code({ text, wrap, height }: { text: string; wrap?: boolean; height?: string }) {
  return (
    <div className={styles.code}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, by keys too */}
      <pre className={cx(wrap && styles.wrap)} style={{ maxHeight: height }} tabIndex={0}>
        {text}
      </pre>
      <div className={styles.copy}>
        <Copy text={text} />
      </div>
    </div>
  );
}
