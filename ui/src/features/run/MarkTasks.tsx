import { useTranslation } from "react-i18next";

import { AffectDialog } from "@/components/AffectDialog";
import { useSay } from "@/components/Toasts";

import { affected, type RunKey } from "./useRun";
import { type Mark, type TaskInstance, useMarkTasks } from "./useTasks";

interface MarkTasksProps {
  run: RunKey;
  picked: readonly TaskInstance[];
  state: Mark;
  onClose: () => void;
  onDone: () => void;
}

/** Asks before task instances are given an end without running. */
export function MarkTasks({ run, picked, state, onClose, onDone }: MarkTasksProps) {
  const { t } = useTranslation(["run", "common"]);
  const say = useSay();
  const mark = useMarkTasks(run);
  return (
    <AffectDialog
      open
      onClose={onClose}
      title={t("tasks.markTitle", { count: picked.length })}
      description={t("tasks.markText", { state: t(`common:state.${state}`) })}
      verb={t("tasks.markVerb")}
      dangerous={state === "failed"}
      busy={mark.isPending}
      affected={picked.map(affected)}
      onConfirm={() =>
        mark.mutate(
          { picks: picked.map((one) => [one.task_id, one.map_index] as const), state },
          {
            onSuccess: () => {
              say.done(t("tasks.done"));
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
