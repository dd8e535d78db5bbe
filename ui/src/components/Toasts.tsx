import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";

import styles from "./Toasts.module.css";

/** Around the app: where short words about what was just done appear. */
export function Toasts({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider timeout={6000}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport}>
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function List() {
  const { toasts } = Toast.useToastManager();
  const { t } = useTranslation();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={styles.toast} data-kind={toast.type}>
      <div className={styles.words}>
        <Toast.Title className={styles.title} />
        <Toast.Description className={styles.text} />
      </div>
      <Toast.Close className={styles.close} aria-label={t("close")}>
        <X />
      </Toast.Close>
    </Toast.Root>
  ));
}

/** `say.done("Paused")`, `say.failed(error)`. */
export function useSay() {
  const manager = Toast.useToastManager();
  const { t } = useTranslation();
  return useMemo(
    () => ({
      done: (title: string, description?: string) => void manager.add({ title, description, type: "done" }),
      failed: (error: unknown) =>
        void manager.add({
          title: t("failure.title"),
          description: error instanceof Error ? error.message : String(error),
          type: "failed",
          priority: "high",
          timeout: 15_000,
        }),
    }),
    [manager, t],
  );
}
