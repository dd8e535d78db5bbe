import { Check } from "lucide-react";
import { useTranslation } from "react-i18next";

import styles from "./Matrix.module.css";
import { ACTIONS, has, type Pair, PREFIXES, rowsOf, toggled, toggledRow } from "./rights";

interface MatrixProps {
  label: string;
  pairs: readonly Pair[];
  /** The kinds of things that there are. */
  kinds: readonly string[];
  /** Single things to show though there is no right to them yet. */
  added?: readonly string[];
  /** Without it, the rights are only shown. */
  onChange?: (pairs: Pair[]) => void;
}

/** What may be done, to what: a table of marks, or of boxes to tick. */
export function Matrix({ label, pairs, kinds, added, onChange }: MatrixProps) {
  const { t } = useTranslation("people");
  const rows = rowsOf(pairs, kinds, added);
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, by keys too
    <div className={styles.scroller} tabIndex={0} role="group" aria-label={label}>
      <table className={styles.matrix}>
        <thead>
          <tr>
            <th scope="col">{t("roles.resource")}</th>
            {ACTIONS.map((action) => (
              <th key={action} scope="col" className={styles.cell}>
                {t(`roles.action.${action}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((resource) => (
            <tr key={resource}>
              <th scope="row">
                <Resource resource={resource} {...(onChange ? { onAll: () => onChange(toggledRow(pairs, resource)) } : {})} />
              </th>
              {ACTIONS.map((action) => (
                <td key={action} className={styles.cell}>
                  <Cell pairs={pairs} pair={{ action, resource }} onChange={onChange} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Resource({ resource, onAll }: { resource: string; onAll?: () => void }) {
  const { t } = useTranslation("people");
  const prefix = PREFIXES.find((one) => resource.startsWith(one));
  const about = prefix ? t(`roles.prefix.${prefix.slice(0, -1)}`) : t(`roles.about.${resource}`, { defaultValue: "" });
  const name = onAll ? (
    <button type="button" className={styles.all} onClick={onAll} title={t("roles.all")}>
      {resource}
    </button>
  ) : (
    resource
  );
  return (
    <>
      <span className={styles.resource}>{name}</span>
      {about && <span className={styles.about}>{about}</span>}
    </>
  );
}

function Cell({ pairs, pair, onChange }: { pairs: readonly Pair[]; pair: Pair; onChange: ((pairs: Pair[]) => void) | undefined }) {
  const { t } = useTranslation("people");
  const on = has(pairs, pair);
  const words = t("roles.right", { action: t(`roles.action.${pair.action}`), resource: pair.resource });
  if (onChange) return <input type="checkbox" aria-label={words} checked={on} onChange={() => onChange(toggled(pairs, pair))} />;
  return on ? <Check role="img" aria-label={words} className={styles.yes} /> : <span className="muted">·</span>;
}
