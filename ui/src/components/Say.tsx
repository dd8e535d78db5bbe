import { CircleAlert, Inbox } from "lucide-react";
import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "./Button";
import styles from "./Say.module.css";

/** There is nothing here yet, and what to do about it. */
export function Empty({ title, children, icon }: { title: string; children?: ReactNode; icon?: ReactNode }) {
  return (
    <div className={styles.say}>
      <span className={styles.icon}>{icon ?? <Inbox />}</span>
      <p className={styles.title}>{title}</p>
      {children && <div className={styles.text}>{children}</div>}
    </div>
  );
}

interface FailureProps {
  error: unknown;
  retry?: (() => void) | undefined;
  /** Where else to go. */
  children?: ReactNode;
}

/** Something went wrong: the server's words, and another try. */
export function Failure({ error, retry, children }: FailureProps) {
  const { t } = useTranslation();
  return (
    <div className={styles.say} role="alert">
      <span className={styles.icon} data-bad>
        <CircleAlert />
      </span>
      <p className={styles.title}>{t("failure.title")}</p>
      <div className={styles.text}>{error instanceof Error ? error.message : String(error)}</div>
      {retry && <Button onClick={retry}>{t("failure.retry")}</Button>}
      {children}
    </div>
  );
}

/** The shape of what is on its way. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  const { t } = useTranslation();
  return (
    <div className={styles.skeleton} role="status" aria-label={t("loading")}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} />
      ))}
    </div>
  );
}
