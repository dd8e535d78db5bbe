import { useState } from "react";
import { useTranslation } from "react-i18next";

import { AffectDialog } from "@/components/AffectDialog";
import { useSay } from "@/components/Toasts";

import { type RunKey } from "./useRun";
import { ALONE, type Pick, type Reach, useClearTasks, useClearTasksPreview } from "./useTasks";

interface ClearTasksProps {
  run: RunKey;
  picks: readonly Pick[];
  onClose: () => void;
  onDone: () => void;
}

/** Asks what else is to run again with the task instances that were picked. */
export function ClearTasks({ run, picks, onClose, onDone }: ClearTasksProps) {
  const { t } = useTranslation("run");
  const say = useSay();
  const [reach, setReach] = useState<Reach>({ ...ALONE, downstream: true });
  const [note, setNote] = useState("");
  const preview = useClearTasksPreview(run, picks, reach);
  const clear = useClearTasks(run);
  return (
    <AffectDialog
      open
      onClose={onClose}
      title={t("tasks.clearTitle", { count: picks.length })}
      description={t("tasks.clearText")}
      verb={t("tasks.clearVerb")}
      busy={clear.isPending}
      affected={preview.data}
      error={preview.error}
      note={note}
      onNote={setNote}
      options={(["downstream", "upstream", "future", "past", "onlyFailed"] as const).map((key) => ({ key, label: t(`tasks.${key}`), on: reach[key] }))}
      onOption={(key, on) => setReach({ ...reach, [key]: on })}
      onConfirm={() =>
        clear.mutate(
          { picks, reach, note },
          {
            onSuccess: () => {
              say.done(t("clear.done"));
              onClose();
              onDone();
            },
            onError: say.failed,
          },
        )
      }
    />
  );
}
