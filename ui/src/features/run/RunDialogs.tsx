import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Code } from "@/components/Code";
import { Confirm } from "@/components/Dialog";
import { useSay } from "@/components/Toasts";

import { type Run, useDeleteRun, useRunAgain } from "./useRun";

/** Asks before a run is deleted; then shows the other runs of its DAG. */
export function DeleteRun({ run, onClose }: { run: Run; onClose: () => void }) {
  const { t } = useTranslation("run");
  const say = useSay();
  const navigate = useNavigate();
  const remove = useDeleteRun({ dagId: run.dag_id, runId: run.dag_run_id });
  const confirm = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        say.done(t("delete.done"), run.dag_run_id);
        void navigate({ to: "/dags/$dagId/runs", params: { dagId: run.dag_id } });
      },
      onError: say.failed,
    });
  return (
    <Confirm
      open
      onClose={onClose}
      onConfirm={confirm}
      title={t("delete.title")}
      description={
        <>
          <p className="mono">{run.dag_run_id}</p>
          <p>{t("delete.text")}</p>
        </>
      }
      verb={t("delete.verb")}
      dangerous
      busy={remove.isPending}
    />
  );
}

/** Asks before a new run is made with the conf of this one; then shows it. */
export function RunAgain({ run, onClose }: { run: Run; onClose: () => void }) {
  const { t } = useTranslation("run");
  const say = useSay();
  const navigate = useNavigate();
  const again = useRunAgain();
  const confirm = () =>
    again.mutate(run, {
      onSuccess: (made) => {
        say.done(t("again.done"), made.dag_run_id);
        onClose();
        void navigate({ to: "/dags/$dagId/runs/$runId", params: { dagId: made.dag_id, runId: made.dag_run_id } });
      },
      onError: say.failed,
    });
  const has = Object.keys(run.conf ?? {}).length > 0;
  return (
    <Confirm open onClose={onClose} onConfirm={confirm} title={t("again.title")} description={t("again.text")} verb={t("again.verb")} busy={again.isPending}>
      {has ? <Code text={JSON.stringify(run.conf, null, 2)} height="16rem" /> : <p className="muted">{t("again.none")}</p>}
    </Confirm>
  );
}
