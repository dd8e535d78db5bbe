import { Ban, Check, Ellipsis, NotebookPen, Play, RotateCcw, Trash2, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button, IconButton } from "@/components/Button";
import { Menu, type MenuItem } from "@/components/Menu";
import { StateBadge } from "@/components/StateBadge";
import { Took, When } from "@/components/When";
import { useMe } from "@/lib/me";
import { hasEnded } from "@/lib/states";

import { ClearRun } from "./ClearRun";
import { MarkRun } from "./MarkRun";
import { EditNote } from "./Note";
import { DeleteRun, RunAgain } from "./RunDialogs";
import { type Run } from "./useRun";

/** A run in one line: its state, why it exists, when it ran. */
export function RunSummary({ run }: { run: Run }) {
  const { t } = useTranslation();
  return (
    <>
      <StateBadge state={run.state} />
      <span>{t(`runType.${run.run_type}`)}</span>
      <When at={run.start_date ?? run.queued_at} ago />
      {run.start_date && <Took start={run.start_date} end={run.end_date} />}
    </>
  );
}

type Asking = "clear" | "success" | "failed" | "stop" | "again" | "note" | "delete";

/** What can be done to a run as a whole. */
export function RunActions({ run }: { run: Run }) {
  const { t } = useTranslation("run");
  const { may } = useMe();
  const [asking, setAsking] = useState<Asking>();
  const close = () => setAsking(undefined);
  const ended = hasEnded(run.state);
  const ask = (what: Asking) => () => setAsking(what);
  const edits: MenuItem[] = [
    { label: t("actions.success"), icon: <Check />, onSelect: ask("success"), disabled: run.state === "success" },
    ...(ended ? [{ label: t("actions.failed"), icon: <X />, onSelect: ask("failed"), disabled: run.state === "failed" }] : []),
    { label: t("actions.note"), icon: <NotebookPen />, onSelect: ask("note") },
  ];
  const items = [
    ...(may("run", "create") ? [{ label: t("actions.again"), icon: <Play />, onSelect: ask("again") }] : []),
    ...(may("run", "edit") ? edits : []),
    ...(may("run", "delete") ? [null, { label: t("actions.delete"), icon: <Trash2 />, onSelect: ask("delete"), danger: true }] : []),
  ];
  return (
    <>
      {may("run", "edit") && (
        <>
          {!ended && (
            <Button kind="danger" icon={<Ban />} onClick={ask("stop")}>
              {t("actions.stop")}
            </Button>
          )}
          <Button icon={<RotateCcw />} onClick={ask("clear")}>
            {t("actions.clear")}
          </Button>
        </>
      )}
      {items.length > 0 && (
        <Menu
          items={items}
          trigger={
            <IconButton label={t("actions.more")} kind="default">
              <Ellipsis />
            </IconButton>
          }
        />
      )}
      {asking === "clear" && <ClearRun run={run} onClose={close} />}
      {(asking === "success" || asking === "failed" || asking === "stop") && <MarkRun run={run} how={asking} onClose={close} />}
      {asking === "note" && <EditNote run={run} onClose={close} />}
      {asking === "again" && <RunAgain run={run} onClose={close} />}
      {asking === "delete" && <DeleteRun run={run} onClose={close} />}
    </>
  );
}
