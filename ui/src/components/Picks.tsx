import { X } from "lucide-react";
import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Chip } from "./Chip";
import styles from "./Picks.module.css";

interface PickChipsProps {
  label: ReactNode;
  all: readonly string[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  help?: ReactNode;
}

/** Several of a few: words to press. */
export function PickChips({ label, all, chosen, onChange, help }: PickChipsProps) {
  const toggled = (one: string) => (chosen.includes(one) ? chosen.filter((other) => other !== one) : [...chosen, one]);
  return (
    <fieldset className={styles.picks}>
      <legend>{label}</legend>
      <div className={styles.chips}>
        {[...new Set([...all, ...chosen])].map((one) => (
          <Chip key={one} on={chosen.includes(one)} onClick={() => onChange(toggled(one))}>
            {one}
          </Chip>
        ))}
      </div>
      {help && <p className={styles.help}>{help}</p>}
    </fieldset>
  );
}

/** What was chosen among many; each can be taken out again. */
export function Chosen({ label, items, onRemove }: { label: string; items: readonly string[]; onRemove: (item: string) => void }) {
  const { t } = useTranslation();
  return (
    <ul className={styles.chips} aria-label={label}>
      {items.map((item) => (
        <li key={item} className={styles.chosen}>
          <span>{item}</span>
          <button type="button" aria-label={t("takeOut", { item })} onClick={() => onRemove(item)}>
            <X aria-hidden />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Words about a thing, in a line that breaks; a dash where there is none. */
export function Chips({ words }: { words: readonly string[] }) {
  if (words.length === 0) return <span className="muted">–</span>;
  return (
    <span className={styles.words}>
      {words.map((word) => (
        <Chip key={word}>{word}</Chip>
      ))}
    </span>
  );
}
