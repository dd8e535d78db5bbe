import { Menu as Base } from "@base-ui/react/menu";
import { type ReactElement, type ReactNode } from "react";

import { cx } from "@/lib/format";

import styles from "./Menu.module.css";

export interface MenuItem {
  label: ReactNode;
  icon?: ReactNode;
  onSelect: () => void;
  disabled?: boolean;
  danger?: boolean;
  /** Chosen among its neighbours. */
  checked?: boolean;
}

/** Things to do, behind a button. `null` among the items draws a line. */
export function Menu({ trigger, items, label }: { trigger: ReactElement; items: readonly (MenuItem | null)[]; label?: string }) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} {...(label ? { "aria-label": label } : {})} />
      <Base.Portal>
        <Base.Positioner className={styles.layer} sideOffset={6} align="end">
          <Base.Popup className={styles.popup}>
            {items.map((item, place) =>
              item === null ? (
                <Base.Separator key={place} className={styles.line} />
              ) : (
                <Base.Item
                  key={place}
                  className={cx(styles.item, item.danger && styles.danger)}
                  disabled={item.disabled ?? false}
                  onClick={item.onSelect}
                  aria-current={item.checked ? "true" : undefined}
                >
                  <span className={styles.icon}>{item.icon}</span>
                  {item.label}
                </Base.Item>
              ),
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
