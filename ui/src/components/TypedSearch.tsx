import { useEffect, useState } from "react";

import { SearchField } from "./Fields";

interface TypedSearchProps {
  label: string;
  /** What the list is narrowed to now. */
  value: string;
  onChange: (text: string) => void;
  className?: string | undefined;
}

/** A search field that narrows a list a moment after the last key. */
export function TypedSearch({ label, value, onChange, className }: TypedSearchProps) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  const [told, setTold] = useState(value);
  if (value !== known) {
    setKnown(value);
    // What was not typed here came by a link; what was may be older than what stands here by now.
    if (value !== told) setText(value);
  }
  useEffect(() => {
    if (text.trim() === value) return undefined;
    const timer = setTimeout(() => {
      setTold(text.trim());
      onChange(text.trim());
    }, 150);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return <SearchField label={label} value={text} onChange={(event) => setText(event.target.value)} {...(className ? { className } : {})} />;
}
