import { useState } from "react";
import { useTranslation } from "react-i18next";

import { AffectDialog } from "@/components/AffectDialog";
import { useSay } from "@/components/Toasts";

import { type ClearChoices, type Run, useClearPreview, useClearRun } from "./useRun";

/** Asks what of a run is to run again, and shows it. */
export function ClearRun({ run, onClose }: { run: Run; onClose: () => void }) {
  const { t } = useTranslation("run");
  const say = useSay();
  const key = { dagId: run.dag_id, runId: run.dag_run_id };
  const [choices, setChoices] = useState<ClearChoices>({ onlyFailed: run.state === "failed", onlyNew: false, latestVersion: false });
  const [note, setNote] = useState("");
  const preview = useClearPreview(key, choices, true);
  const clear = useClearRun(key);
  return (
    <AffectDialog
      open
      onClose={onClose}
      title={t("clear.title")}
      description={t("clear.text")}
      verb={t("clear.verb")}
      busy={clear.isPending}
      affected={preview.data}
      error={preview.error}
      note={note}
      onNote={setNote}
      options={[
        { key: "onlyFailed", label: t("clear.onlyFailed"), help: t("clear.onlyFailedHelp"), on: choices.onlyFailed },
        { key: "onlyNew", label: t("clear.onlyNew"), help: t("clear.onlyNewHelp"), on: choices.onlyNew },
        { key: "latestVersion", label: t("clear.latest"), help: t("clear.latestHelp"), on: choices.latestVersion },
      ]}
      onOption={(name, on) => setChoices(chosen(choices, name as keyof ClearChoices, on))}
      onConfirm={() =>
        clear.mutate(
          { choices, note },
          {
            onSuccess: () => {
              say.done(t("clear.done"));
              onClose();
            },
            onError: say.failed,
          },
        )
      }
    />
  );
}

/** What failed and what is new exclude each other. */
export function chosen(choices: ClearChoices, name: keyof ClearChoices, on: boolean): ClearChoices {
  const next = { ...choices, [name]: on };
  if (on && name === "onlyFailed") next.onlyNew = false;
  if (on && name === "onlyNew") next.onlyFailed = false;
  return next;
}
