import styles from "./Meter.module.css";

interface MeterProps {
  /** Parts of the whole, in order, each with the state whose colour it has. */
  parts: readonly { state: string; value: number }[];
  total: number;
  label: string;
}

/** How a whole is divided: slots of a pool, task instances of a run. */
export function Meter({ parts, total, label }: MeterProps) {
  return (
    <div className={styles.meter} role="img" aria-label={label} title={label}>
      {total > 0 &&
        parts
          .filter(({ value }) => value > 0)
          .map(({ state, value }) => <span key={state} data-state={state} style={{ width: `${(100 * value) / total}%` }} />)}
    </div>
  );
}
