import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";

import { cx } from "@/lib/format";

import { Button, IconButton } from "./Button";
import styles from "./Dialog.module.css";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons at the bottom. */
  footer?: ReactNode;
  wide?: boolean;
}

/** What can be typed into: the first of them has the focus, unless a touch would bring up a keyboard. */
const FIELDS = "input:not([type=checkbox], [type=hidden]), textarea, select";

/** Something that wants an answer before the rest goes on. */
export function Dialog({ open, onClose, title, description, children, footer, wide }: DialogProps) {
  const { t } = useTranslation();
  const popup = useRef<HTMLDivElement>(null);
  const first = (by: string) => (by === "touch" ? null : popup.current?.querySelector<HTMLElement>(FIELDS)) ?? popup.current;
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup ref={popup} initialFocus={first} className={cx(styles.popup, wide && styles.wide)}>
          <header className={styles.head}>
            <Base.Title className={styles.title}>{title}</Base.Title>
            <IconButton label={t("close")} onClick={onClose}>
              <X />
            </IconButton>
          </header>
          <div className={styles.body}>
            {description && <Base.Description className={styles.description} render={<div />}>{description}</Base.Description>}
            {children}
          </div>
          {footer && <footer className={styles.foot}>{footer}</footer>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

interface ConfirmProps {
  open: boolean;
  onClose: () => void;
  onConfirm: () => void;
  title: string;
  description: ReactNode;
  /** What the button says: a verb. */
  verb: string;
  dangerous?: boolean;
  busy?: boolean;
  /** There is nothing to confirm. */
  disabled?: boolean;
  children?: ReactNode;
}

/** Asks once before something is done. */
export function Confirm({ onConfirm, verb, dangerous, busy, disabled, ...dialog }: ConfirmProps) {
  const { t } = useTranslation();
  return (
    <Dialog
      {...dialog}
      footer={
        <>
          <Button onClick={dialog.onClose}>{t("cancel")}</Button>
          <Button kind={dangerous ? "danger" : "primary"} busy={busy ?? false} disabled={(busy ?? false) || (disabled ?? false)} onClick={onConfirm}>
            {verb}
          </Button>
        </>
      }
    />
  );
}
