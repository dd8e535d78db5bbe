import { useEffect, useState } from "react";

import { SearchField } from "./Fields";

interface TypedSearchProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
  className?: string | undefined;
}

/** A search whose text stands in the address: a moment after it was typed. */
export function TypedSearch({ label, value, onChange, className }: TypedSearchProps) {
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onChange(text), 150);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return <SearchField label={label} value={text} onChange={(event) => setText(event.target.value)} className={className} />;
}
