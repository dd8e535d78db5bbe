import { Pause, Play, Plus, Square } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button, IconButton } from "@/components/Button";
import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Confirm } from "@/components/Dialog";
import { Meter } from "@/components/Meter";
import { Empty, Failure } from "@/components/Say";
import { type Column, Table } from "@/components/Table";
import { useSay } from "@/components/Toasts";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { useMe } from "@/lib/me";
import { RUN_STATES } from "@/lib/states";

import styles from "./Backfills.module.css";
import { Create } from "./Create";
import { type Backfill, type Counts, type Deed, useBackfills, useDeed, useProgress } from "./useBackfills";

interface BackfillsProps {
  dagId: string;
  dagZone: string | null;
  /** False where the DAG's schedule has no dates to fill. */
  possible: boolean;
  creating: boolean;
  onCreating: (creating: boolean) => void;
}

/** The backfills of a DAG: how far they are, and a new one. */
export function Backfills({ dagId, dagZone, possible, creating, onCreating }: BackfillsProps) {
  const { t } = useTranslation("backfills");
  const { may } = useMe();
  const { data: backfills, error, refetch, isPending } = useBackfills(dagId);
  const progress = useProgress(dagId);
  const columns = useColumns(dagId, dagZone, progress);
  if (blocking(error, backfills)) return <Failure error={error} retry={() => void refetch()} />;
  const add = possible && may("run", "create") && (
    <Button small kind="primary" icon={<Plus />} onClick={() => onCreating(true)}>
      {t("create")}
    </Button>
  );
  return (
    <Card flush title={t("title")} actions={add}>
      <Table
        label={t("title")}
        rows={backfills ?? []}
        columns={columns}
        rowKey={(backfill) => String(backfill.id)}
        loading={isPending}
        empty={<Empty title={t("nothing.title")}>{t(possible ? "nothing.text" : "nothing.impossible")}</Empty>}
      />
      {creating && <Create dagId={dagId} dagZone={dagZone} onClose={() => onCreating(false)} />}
    </Card>
  );
}

function useColumns(dagId: string, dagZone: string | null, progress: ReadonlyMap<number, Counts>): Column<Backfill>[] {
  const { t } = useTranslation("backfills");
  return [
    { key: "id", header: t("id"), width: "4rem", cell: (backfill) => <span className="num">{backfill.id}</span> },
    { key: "from", header: t("from"), cell: (backfill) => <When at={backfill.from_date} dagZone={dagZone} /> },
    { key: "to", header: t("to"), cell: (backfill) => <When at={backfill.to_date} dagZone={dagZone} /> },
    { key: "progress", header: t("progress"), width: "22%", cell: (backfill) => <Progress backfill={backfill} counts={progress.get(backfill.id) ?? {}} /> },
    { key: "again", header: t("reprocess"), wideOnly: true, cell: (backfill) => t(`reprocessing.${backfill.reprocess_behavior}`) },
    { key: "most", header: t("most"), wideOnly: true, right: true, cell: (backfill) => backfill.max_active_runs },
    { key: "made", header: t("made"), wideOnly: true, cell: (backfill) => <When at={backfill.created_at} ago /> },
    { key: "do", header: <span className="visually-hidden">{t("actions")}</span>, width: "6rem", cell: (backfill) => <Actions dagId={dagId} backfill={backfill} /> },
  ];
}

function Progress({ backfill, counts }: { backfill: Backfill; counts: Counts }) {
  const { t } = useTranslation("backfills");
  const total = Object.values(counts).reduce((sum, value) => sum + value, 0);
  const done = (counts.success ?? 0) + (counts.failed ?? 0);
  const label = t("done", { done, total, failed: counts.failed ?? 0 });
  return (
    <div className={styles.progress}>
      <Meter label={label} total={total} parts={[...RUN_STATES].reverse().map((state) => ({ state, value: counts[state] ?? 0 }))} />
      <span className={styles.words}>
        {total > 0 && label}
        {backfill.completed_at ? <Chip>{t("completed")}</Chip> : backfill.is_paused && <Chip tone="warning">{t("paused")}</Chip>}
      </span>
    </div>
  );
}

function Actions({ dagId, backfill }: { dagId: string; backfill: Backfill }) {
  const { t } = useTranslation("backfills");
  const { may } = useMe();
  const say = useSay();
  const deed = useDeed(dagId);
  const [cancelling, setCancelling] = useState(false);
  if (backfill.completed_at || !may("run", "edit")) return null;
  const go = (what: Deed) => deed.mutate({ id: backfill.id, deed: what }, { onError: say.failed, onSettled: () => setCancelling(false) });
  return (
    <div className={styles.actions}>
      {backfill.is_paused ? (
        <IconButton label={t("unpause", { id: backfill.id })} disabled={deed.isPending} onClick={() => go("unpause")}>
          <Play />
        </IconButton>
      ) : (
        <IconButton label={t("pause", { id: backfill.id })} disabled={deed.isPending} onClick={() => go("pause")}>
          <Pause />
        </IconButton>
      )}
      <IconButton label={t("cancel", { id: backfill.id })} disabled={deed.isPending} onClick={() => setCancelling(true)}>
        <Square />
      </IconButton>
      <Confirm open={cancelling} onClose={() => setCancelling(false)} onConfirm={() => go("cancel")} title={t("cancelTitle", { id: backfill.id })} description={t("cancelText")} verb={t("cancelVerb")} dangerous busy={deed.isPending} />
    </div>
  );
}
