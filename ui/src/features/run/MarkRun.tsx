import { useTranslation } from "react-i18next";

import { type Affected, AffectDialog } from "@/components/AffectDialog";
import { useSay } from "@/components/Toasts";
import { hasEnded } from "@/lib/states";

import { type Run, type Summary, useChangeRun, useSummaries } from "./useRun";

/** Asks before a run is given another end. To stop it is to mark it failed while it runs. */
export function MarkRun({ run, how, onClose }: { run: Run; how: "success" | "failed" | "stop"; onClose: () => void }) {
  const { t } = useTranslation("run");
  const say = useSay();
  const key = { dagId: run.dag_id, runId: run.dag_run_id };
  const { data, error } = useSummaries(key);
  const change = useChangeRun(key);
  const state = how === "success" ? "success" : "failed";
  const touched = data && touches(data.tasks, run.dag_run_id, state);
  return (
    <AffectDialog
      open
      onClose={onClose}
      title={t(`mark.${how}.title`)}
      description={t(`mark.${how}.text`)}
      verb={t(`mark.${how}.verb`)}
      dangerous={how !== "success"}
      busy={change.isPending}
      // The run itself is marked even where no task is left to change.
      affected={touched?.length === 0 ? null : touched}
      error={error}
      onConfirm={() =>
        change.mutate(
          { state },
          {
            onSuccess: () => {
              say.done(t(`mark.${how}.done`));
              onClose();
            },
            onError: say.failed,
          },
        )
      }
    />
  );
}

/** The tasks that marking a run changes: for a failure those which have not ended, for a success those which have not succeeded. */
export function touches(tasks: readonly Summary[], runId: string, state: "success" | "failed"): Affected[] {
  return tasks
    .filter((task) => (state === "success" ? task.state !== "success" : !hasEnded(task.state)))
    .map((task) => ({ runId, taskId: task.task_id, mapIndex: -1, state: task.state }));
}
