import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "./Button";
import { Dialog } from "./Dialog";
import styles from "./FormDialog.module.css";

interface FormDialogProps {
  title: string;
  description?: ReactNode;
  /** What the button says: a verb. */
  verb: string;
  onSave: () => void;
  onClose: () => void;
  busy?: boolean;
  /** What was typed so far can be sent. */
  ready?: boolean;
  /** Why the server refused it. */
  error?: unknown;
  wide?: boolean;
  children: ReactNode;
}

/** Fields to fill in, sent together by the button or the Enter key. */
export function FormDialog({ title, description, verb, onSave, onClose, busy = false, ready = true, error, wide = false, children }: FormDialogProps) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      description={description}
      wide={wide}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" form={id} kind="primary" busy={busy} disabled={busy || !ready}>
            {verb}
          </Button>
        </>
      }
    >
      <form
        id={id}
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) onSave();
        }}
      >
        {children}
      </form>
      {error !== null && error !== undefined && (
        <p role="alert" className={styles.error}>
          {error instanceof Error ? error.message : "?"}
        </p>
      )}
    </Dialog>
  );
}

/** Fields side by side, below each other on a phone. */
export function FieldRow({ children }: { children: ReactNode }) {
  return <div className={styles.row}>{children}</div>;
}
