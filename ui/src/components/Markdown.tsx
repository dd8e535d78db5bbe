import { lazy, Suspense } from "react";

import styles from "./Markdown.module.css";

const Inner = lazy(() => import("./MarkdownInner"));

/** Users' text in Markdown: no HTML of theirs, no pictures from elsewhere. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className={styles.text}>
      <Suspense fallback={<p aria-busy>{text}</p>}>
        <Inner text={text} />
      </Suspense>
    </div>
  );
}
