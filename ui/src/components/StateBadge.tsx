import { useTranslation } from "react-i18next";

import { cx } from "@/lib/format";
import { asState, isActive } from "@/lib/states";

import styles from "./StateBadge.module.css";

/** A state in words, with its colour. */
export function StateBadge({ state, count }: { state: string | null | undefined; count?: number }) {
  const { t } = useTranslation();
  const known = asState(state);
  return (
    <span className={styles.badge} data-state={known}>
      <StateDot state={known} />
      {count !== undefined && <span className="num">{count}</span>}
      {t(`state.${known}`)}
    </span>
  );
}

/** The colour of a state; with `label`, its only sign. */
export function StateDot({ state, label }: { state: string | null | undefined; label?: string }) {
  const known = asState(state);
  return (
    <span
      className={cx(styles.dot, isActive(known) && styles.live)}
      data-state={known}
      {...(label ? { role: "img", "aria-label": label } : { "aria-hidden": true })}
    />
  );
}
