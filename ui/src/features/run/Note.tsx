import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Field, TextArea } from "@/components/Fields";
import { useSay } from "@/components/Toasts";

import { type Run, useChangeRun } from "./useRun";

/** Where the note of a run is written. */
export function EditNote({ run, onClose }: { run: Run; onClose: () => void }) {
  const { t } = useTranslation(["run", "common"]);
  const say = useSay();
  const [text, setText] = useState(run.note ?? "");
  const change = useChangeRun({ dagId: run.dag_id, runId: run.dag_run_id });
  const keep = () =>
    change.mutate(
      { note: text.trim() || null },
      {
        onSuccess: () => {
          say.done(t("note.done"));
          onClose();
        },
        onError: say.failed,
      },
    );
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("note.title")}
      footer={
        <>
          <Button onClick={onClose}>{t("common:cancel")}</Button>
          <Button kind="primary" busy={change.isPending} onClick={keep}>
            {t("common:save")}
          </Button>
        </>
      }
    >
      <Field label={t("note.label")}>{(ids) => <TextArea {...ids} rows={8} maxLength={1000} value={text} onChange={(event) => setText(event.target.value)} />}</Field>
    </Dialog>
  );
}
