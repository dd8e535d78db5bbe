import { Ban, Check, ChevronDown, ChevronLeft, ChevronRight, Play, RotateCcw, StickyNote, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/Button";
import { Chip } from "@/components/Chip";
import { Menu } from "@/components/Menu";
import { StateBadge } from "@/components/StateBadge";
import { Took, When } from "@/components/When";
import { useMe } from "@/lib/me";

import { Neighbour } from "./Neighbour";
import { ClearDialog, MarkDialog, NoteDialog, RunNowDialog } from "./TaskDialogs";
import { type TaskInstance, type TaskKey } from "./useTaskInstance";
import { type Mark } from "./useTaskActions";

/** A task instance in one line. */
export function TaskSummary({ task }: { task: TaskInstance }) {
  const { t } = useTranslation("task");
  return (
    <>
      <StateBadge state={task.state} />
      <span>{task.operator_name}</span>
      {task.try_number > 0 && <span>{t("tryOf", { number: task.try_number, most: Math.max(task.max_tries + 1, task.try_number) })}</span>}
      {task.start_date && <When at={task.start_date} ago />}
      {task.start_date && <Took start={task.start_date} end={task.end_date} />}
      {task.note && <Chip>{task.note}</Chip>}
    </>
  );
}

/** The server refuses others too: they are at work, or on their way there. */
const MAY_RUN_NOW = new Set(["", "up_for_retry", "success", "failed", "skipped", "upstream_failed"]);
const MARKS: readonly Mark[] = ["success", "failed", "skipped"];
const MARK_ICONS = { success: <Check />, failed: <X />, skipped: <Ban /> };

type Open = "clear" | "run" | "note" | Mark;

/** What can be done to a task instance. */
export function TaskActions({ task }: { task: TaskInstance }) {
  const { t } = useTranslation("task");
  const { may } = useMe();
  const [open, setOpen] = useState<Open>();
  const of: TaskKey = { dagId: task.dag_id, runId: task.dag_run_id, taskId: task.task_id, mapIndex: task.map_index };
  const dialog = { task, of, onClose: () => setOpen(undefined) };
  const allowed = may("task_instance", "edit");
  return (
    <>
      <Neighbour task={task} which="before" icon={<ChevronLeft />} />
      <Neighbour task={task} which="after" icon={<ChevronRight />} />
      {allowed && (
        <>
          <Button icon={<RotateCcw />} onClick={() => setOpen("clear")}>
            {t("clear.button")}
          </Button>
          <Menu
            trigger={<Button icon={<ChevronDown />}>{t("more")}</Button>}
            items={[
              { label: t("runNow.button"), icon: <Play />, onSelect: () => setOpen("run"), disabled: !MAY_RUN_NOW.has(task.state ?? "") },
              null,
              ...MARKS.map((mark) => ({
                label: t("mark.verb", { state: t(`state.${mark}`, { ns: "common" }) }),
                icon: MARK_ICONS[mark],
                onSelect: () => setOpen(mark),
                disabled: task.state === mark,
              })),
              null,
              { label: t("note.title"), icon: <StickyNote />, onSelect: () => setOpen("note") },
            ]}
          />
        </>
      )}
      {open === "clear" && <ClearDialog {...dialog} />}
      {open === "run" && <RunNowDialog {...dialog} />}
      {open === "note" && <NoteDialog {...dialog} />}
      {open !== undefined && open !== "clear" && open !== "run" && open !== "note" && <MarkDialog {...dialog} state={open} />}
    </>
  );
}

/** What can be done to all instances of a mapped task at once. */
export function MappedActions({ of }: { of: TaskKey }) {
  const { t } = useTranslation("task");
  const { may } = useMe();
  const [open, setOpen] = useState(false);
  if (!may("task_instance", "edit")) return null;
  return (
    <>
      <Button icon={<RotateCcw />} onClick={() => setOpen(true)}>
        {t("clear.button")}
      </Button>
      {open && <ClearDialog task={{ task_display_name: of.taskId, note: null }} of={of} onClose={() => setOpen(false)} />}
    </>
  );
}
