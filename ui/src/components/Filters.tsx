import { type ReactNode, useEffect, useState } from "react";

import { SearchField } from "./Fields";
import styles from "./Filters.module.css";

/** What narrows a list, above it. */
export function Filters({ children }: { children: ReactNode }) {
  return <div className={styles.filters}>{children}</div>;
}

const PAUSE = 200;

/** What is typed narrows the list a moment later. */
export function LateSearch({ label, value, onChange }: { label: string; value: string | undefined; onChange: (text: string | undefined) => void }) {
  const [text, setText] = useState(value ?? "");
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value); // the address changed by other means, as by a link
    if ((value ?? "") !== text.trim()) setText(value ?? "");
  }
  useEffect(() => {
    if (text.trim() === (value ?? "")) return undefined;
    const timer = setTimeout(() => onChange(text.trim() || undefined), PAUSE);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return <SearchField label={label} value={text} onChange={(event) => setText(event.target.value)} />;
}
