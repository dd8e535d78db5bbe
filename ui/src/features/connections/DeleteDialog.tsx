import { useTranslation } from "react-i18next";

import { Confirm } from "@/components/Dialog";
import { useSay } from "@/components/Toasts";

import styles from "./Connections.module.css";
import { useDelete } from "./useConnections";

/** Asks once, and deletes them. */
export function DeleteDialog({ ids, onClose, onDone }: { ids: readonly string[]; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation("connections");
  const say = useSay();
  const remove = useDelete();
  const go = () =>
    remove.mutate(ids, {
      onSuccess: ({ count, errors }) => {
        if (errors.length > 0) say.failed(new Error(errors.join("\n")));
        else say.done(t("deleted", { count }));
        onDone();
      },
      onError: say.failed,
      onSettled: onClose,
    });
  return (
    <Confirm open onClose={onClose} onConfirm={go} title={t("ask", { count: ids.length })} description={t("askText")} verb={t("delete", { ns: "common" })} dangerous busy={remove.isPending}>
      <ul className={styles.list}>
        {ids.map((id) => (
          <li key={id} className={styles.mono}>
            {id}
          </li>
        ))}
      </ul>
    </Confirm>
  );
}
