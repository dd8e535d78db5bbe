import { Tooltip as Base } from "@base-ui/react/tooltip";
import { type ReactElement, type ReactNode } from "react";

import styles from "./Tooltip.module.css";

/** A word beside what the pointer or the focus is on. */
export function Tooltip({ text, children, side = "top" }: { text: ReactNode; children: ReactElement; side?: "top" | "right" | "bottom" | "left" }) {
  if (!text) return children;
  return (
    <Base.Root>
      <Base.Trigger render={children} delay={350} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} side={side} className={styles.layer}>
          <Base.Popup className={styles.popup}>{text}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
