import { CheckCheck, Eraser, Trash2, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/Button";
import { Confirm } from "@/components/Dialog";
import { Menu, type MenuItem } from "@/components/Menu";
import { useSay } from "@/components/Toasts";
import { useMe } from "@/lib/me";

import styles from "./Runs.module.css";
import { type Deed, useBulk, useClearPreview } from "./useRuns";

interface BulkProps {
  dagId: string;
  picked: readonly string[];
  onDone: () => void;
}

/** What can be done to the runs that were picked. */
export function Bulk({ dagId, picked, onDone }: BulkProps) {
  const { t } = useTranslation("dagRuns");
  const [deed, setDeed] = useState<Deed>();
  const items = useItems(setDeed);
  if (picked.length === 0 || items.length === 0) return null;
  return (
    <>
      <span className="muted">{t("picked", { count: picked.length })}</span>
      <Menu trigger={<Button small>{t("do")}</Button>} items={items} />
      {deed && <Ask key={deed} dagId={dagId} runIds={picked} deed={deed} onClose={() => setDeed(undefined)} onDone={onDone} />}
    </>
  );
}

function useItems(choose: (deed: Deed) => void): (MenuItem | null)[] {
  const { t } = useTranslation("dagRuns");
  const { may } = useMe();
  const edits: MenuItem[] = [
    { label: t("deed.clear"), icon: <Eraser />, onSelect: () => choose("clear") },
    { label: t("deed.clearFailed"), icon: <Eraser />, onSelect: () => choose("clearFailed") },
    { label: t("deed.success"), icon: <CheckCheck />, onSelect: () => choose("success") },
    { label: t("deed.failed"), icon: <X />, onSelect: () => choose("failed") },
  ];
  const remove: MenuItem = { label: t("deed.delete"), icon: <Trash2 />, danger: true, onSelect: () => choose("delete") };
  return [...(may("run", "edit") ? edits : []), ...(may("run", "delete") ? [null, remove] : [])];
}

interface AskProps {
  dagId: string;
  runIds: readonly string[];
  deed: Deed;
  onClose: () => void;
  onDone: () => void;
}

function Ask({ dagId, runIds, deed, onClose, onDone }: AskProps) {
  const { t } = useTranslation("dagRuns");
  const say = useSay();
  const bulk = useBulk(dagId);
  const clears = deed === "clear" || deed === "clearFailed";
  const preview = useClearPreview(dagId, runIds, deed === "clearFailed", clears);
  const go = () =>
    bulk.mutate(
      { runIds, deed },
      {
        onSuccess: (refused) => {
          if (refused.length > 0) say.failed(new Error(refused.join("\n")));
          else say.done(t(`done.${deed}`, { count: runIds.length }));
          onClose();
          onDone();
        },
        onError: say.failed,
      },
    );
  return (
    <Confirm open onClose={onClose} onConfirm={go} title={t(`ask.${deed}`, { count: runIds.length })} description={t(`about.${deed}`)} verb={t(`deed.${deed}`)} dangerous={deed === "delete"} busy={bulk.isPending || (clears && !preview.data)}>
      {clears && <p>{preview.error ? preview.error.message : t("preview", { count: preview.data ?? 0 })}</p>}
      <ul className={styles.picked}>
        {runIds.map((id) => (
          <li key={id} className="mono">
            {id}
          </li>
        ))}
      </ul>
    </Confirm>
  );
}
