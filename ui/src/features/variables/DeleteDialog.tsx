import { useTranslation } from "react-i18next";

import { Confirm } from "@/components/Dialog";
import { useSay } from "@/components/Toasts";

import { useDelete } from "./useVariables";
import styles from "./Variables.module.css";

/** Asks once, and deletes them. */
export function DeleteDialog({ names, onClose, onDone }: { names: readonly string[]; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation("variables");
  const say = useSay();
  const remove = useDelete();
  const go = () =>
    remove.mutate(names, {
      onSuccess: ({ count, errors }) => {
        if (errors.length > 0) say.failed(new Error(errors.join("\n")));
        else say.done(t("deleted", { count }));
        onDone();
      },
      onError: say.failed,
      onSettled: onClose,
    });
  return (
    <Confirm open onClose={onClose} onConfirm={go} title={t("ask", { count: names.length })} description={t("askText")} verb={t("delete", { ns: "common" })} dangerous busy={remove.isPending}>
      <ul className={styles.list}>
        {names.map((name) => (
          <li key={name} className={styles.mono}>
            {name}
          </li>
        ))}
      </ul>
    </Confirm>
  );
}
