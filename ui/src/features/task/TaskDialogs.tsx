import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Affected, AffectDialog } from "@/components/AffectDialog";
import { Confirm } from "@/components/Dialog";
import { Field, TextArea } from "@/components/Fields";
import { useSay } from "@/components/Toasts";

import { type TaskInstance, type TaskKey } from "./useTaskInstance";
import { ALONE, type ClearWish, type Mark, useClear, useClearPreview, useMark, useMarkPreview, useNote, useRunNow } from "./useTaskActions";

export interface DialogOf {
  task: Pick<TaskInstance, "task_display_name" | "note">;
  of: TaskKey;
  onClose: () => void;
}

const REACH = ["upstream", "downstream", "past", "future"] as const;
const ONLY = ["onlyFailed", "onlyRunning", "latestVersion", "allMapped"] as const;

function affected(answer: { task_instances: TaskInstance[] } | undefined): Affected[] | undefined {
  return answer?.task_instances.map((one) => ({ runId: one.dag_run_id, taskId: one.task_id, mapIndex: one.map_index, state: one.state }));
}

/** Run it again, with what else is to run again. */
export function ClearDialog({ task, of, onClose }: DialogOf) {
  const { t } = useTranslation("task");
  const say = useSay();
  const [wish, setWish] = useState<ClearWish>({ ...ALONE, downstream: true, onlyFailed: false, onlyRunning: false, latestVersion: false, allMapped: false, note: task.note ?? "" });
  const preview = useClearPreview(of, wish);
  const clear = useClear(of);
  const count = preview.data?.task_instances.length ?? 0;
  const act = () =>
    clear.mutate(wish, {
      onSuccess: () => {
        say.done(t("clear.done", { count }));
        onClose();
      },
      onError: say.failed,
    });
  return (
    <AffectDialog
      open
      onClose={onClose}
      onConfirm={act}
      title={t("clear.title", { task: task.task_display_name })}
      description={t("clear.text")}
      verb={t("clear.verb", { count })}
      busy={clear.isPending}
      options={[
        ...REACH.map((key) => ({ key, label: t(`reach.${key}`), on: wish[key] })),
        ...ONLY.filter((key) => key !== "allMapped" || of.mapIndex >= 0).map((key) => ({ key, label: t(`clear.${key}`), on: wish[key] })),
      ]}
      onOption={(key, on) => setWish((old) => ({ ...old, [key]: on }))}
      note={wish.note}
      onNote={(note) => setWish((old) => ({ ...old, note }))}
      affected={affected(preview.data)}
      error={preview.error}
    />
  );
}

/** Say how it ended. */
export function MarkDialog({ task, of, onClose, state }: DialogOf & { state: Mark }) {
  const { t } = useTranslation("task");
  const say = useSay();
  const [reach, setReach] = useState(ALONE);
  const preview = useMarkPreview(of, state, reach);
  const mark = useMark(of);
  const count = preview.data?.task_instances.length ?? 0;
  const word = t(`state.${state}`, { ns: "common" });
  const act = () =>
    mark.mutate(
      { state, reach },
      {
        onSuccess: () => {
          say.done(t("mark.done", { count, state: word }));
          onClose();
        },
        onError: say.failed,
      },
    );
  return (
    <AffectDialog
      open
      onClose={onClose}
      onConfirm={act}
      title={t("mark.title", { task: task.task_display_name, state: word })}
      description={t("mark.text")}
      verb={t("mark.verb", { state: word })}
      dangerous={state === "failed"}
      busy={mark.isPending}
      options={REACH.map((key) => ({ key, label: t(`reach.${key}`), on: reach[key] }))}
      onOption={(key, on) => setReach((old) => ({ ...old, [key]: on }))}
      affected={affected(preview.data)}
      error={preview.error}
    />
  );
}

/** Run it whatever it waits for. */
export function RunNowDialog({ task, of, onClose }: DialogOf) {
  const { t } = useTranslation("task");
  const say = useSay();
  const run = useRunNow(of);
  const act = () =>
    run.mutate(undefined, {
      onSuccess: () => {
        say.done(t("runNow.done"));
        onClose();
      },
      onError: say.failed,
    });
  return <Confirm open onClose={onClose} onConfirm={act} title={t("runNow.title", { task: task.task_display_name })} description={t("runNow.text")} verb={t("runNow.verb")} busy={run.isPending} dangerous />;
}

/** What people say of it. */
export function NoteDialog({ task, of, onClose }: DialogOf) {
  const { t } = useTranslation("task");
  const say = useSay();
  const [text, setText] = useState(task.note ?? "");
  const note = useNote(of);
  const act = () => note.mutate(text.trim() || null, { onSuccess: onClose, onError: say.failed });
  return (
    <Confirm open onClose={onClose} onConfirm={act} title={t("note.title")} description={t("note.text")} verb={t("save", { ns: "common" })} busy={note.isPending}>
      <Field label={t("note.label")}>{(ids) => <TextArea {...ids} rows={6} maxLength={1000} value={text} onChange={(event) => setText(event.target.value)} />}</Field>
    </Confirm>
  );
}
