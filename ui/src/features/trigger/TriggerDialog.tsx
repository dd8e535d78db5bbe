import { useNavigate } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Schemas } from "@/api/client";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Checkbox } from "@/components/Fields";
import { Failure, Skeleton } from "@/components/Say";
import { useSay } from "@/components/Toasts";
import { useMe } from "@/lib/me";
import { confOf, type Param, paramsOf, problemOf, Unparsed, valueOf, valuesOf } from "@/lib/params";
import { useZone } from "@/lib/preferences";

import { Conf } from "./Conf";
import { Extras, extrasBody, type ExtrasState, NO_EXTRAS } from "./Extras";
import styles from "./Trigger.module.css";
import { type PastRun, refusals, usePastRuns, useRunToRepeat, useTrigger } from "./useTrigger";

type DagDetails = Schemas["DAGDetailsResponse"];

interface TriggerDialogProps {
  dag: DagDetails;
  /** A run whose values to begin with. */
  again: string | undefined;
  onClose: () => void;
}

/** Asks how the DAG shall run, makes the run, and goes to it. */
export function TriggerDialog({ dag, again, onClose }: TriggerDialogProps) {
  const { t } = useTranslation("trigger");
  const repeated = useRunToRepeat(dag.dag_id, again);
  const past = usePastRuns(dag.dag_id);
  const title = t(again === undefined ? "title" : "titleAgain", { dag: dag.dag_display_name });
  if (repeated.error ?? past.error) {
    return (
      <Dialog open onClose={onClose} title={title}>
        <Failure error={repeated.error ?? past.error} />
      </Dialog>
    );
  }
  if (repeated.isLoading || !past.data) {
    return (
      <Dialog open onClose={onClose} title={title}>
        <Skeleton lines={5} />
      </Dialog>
    );
  }
  return <Form dag={dag} repeated={repeated.data} past={past.data} title={title} onClose={onClose} />;
}

interface FormProps {
  dag: DagDetails;
  repeated: PastRun | undefined;
  past: readonly PastRun[];
  title: string;
  onClose: () => void;
}

function Form({ dag, repeated, past, title, onClose }: FormProps) {
  const { t } = useTranslation("trigger");
  const form = useForm(dag, repeated);
  const navigate = useNavigate();
  const say = useSay();
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (form.refused > 0) body.current?.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
  }, [form.refused]);
  const manual = dag.allowed_run_types?.includes("manual") ?? true;
  const send = () =>
    form.send((run) => {
      say.done(t("done"), run.dag_run_id);
      void navigate({ to: "/dags/$dagId/runs/$runId", params: { dagId: run.dag_id, runId: run.dag_run_id } });
    });
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      wide={form.params.length > 0}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel", { ns: "common" })}</Button>
          <Button kind="primary" icon={<Play />} busy={form.busy} disabled={!manual || form.busy} onClick={send}>
            {t("send")}
          </Button>
        </>
      }
    >
      {!manual && <p role="alert">{t("notByHand")}</p>}
      <div ref={body} className={styles.body}>
        <Conf form={form} past={past} repeated={repeated} />
      </div>
      <Extras state={form.extras} onChange={form.setExtras} errors={form.errors} partitioned={dag.timetable_partitioned} zone={form.zone} />
      {form.mayUnpause && <Checkbox label={t("unpause")} checked={form.unpause} onChange={(event) => form.setUnpause(event.target.checked)} />}
      {dag.is_paused && !form.unpause && <p className={styles.note}>{t("waits")}</p>}
      {form.errors[""] && (
        <p role="alert" className={styles.error}>
          {form.errors[""]}
        </p>
      )}
    </Dialog>
  );
}

export interface TriggerForm {
  params: Param[];
  values: Record<string, unknown>;
  /** The values as they would be sent. */
  conf: Record<string, unknown>;
  /** All of them at once: an object, or `Unparsed` while JSON is typed. */
  setConf: (conf: unknown) => void;
  unparsed: Unparsed | undefined;
  change: (name: string, value: unknown) => void;
  take: (conf: Record<string, unknown> | null) => void;
  strict: boolean;
  errors: Record<string, string>;
  zone: string;
}

function useForm(dag: DagDetails, repeated: PastRun | undefined) {
  const params = useMemo(() => paramsOf(dag.params), [dag.params]);
  const { may } = useMe();
  const [values, setValues] = useState(() => valuesOf(params, repeated?.conf));
  const [unparsed, setUnparsed] = useState<Unparsed>();
  const [extras, setExtras] = useState<ExtrasState>(NO_EXTRAS);
  const [refused, setRefused] = useState(0);
  const mayUnpause = dag.is_paused && may("dag", "edit");
  const [unpause, setUnpause] = useState(mayUnpause);
  const zone = useZone(dag.timezone);
  const trigger = useTrigger(dag.dag_id);
  const conf = confOf(params, values);
  const change = (name: string, value: unknown) => {
    setValues((old) => ({ ...old, [name]: value }));
    if (trigger.error) trigger.reset();
  };
  const setConf = (next: unknown) => {
    const fine = typeof next === "object" && next !== null && !Array.isArray(next) && !(next instanceof Unparsed);
    setUnparsed(fine ? undefined : next instanceof Unparsed ? next : new Unparsed(JSON.stringify(next)));
    if (fine) setValues({ ...next });
    if (trigger.error) trigger.reset();
  };
  const send = (then: (run: PastRun) => void) => {
    const refuse = () => setRefused(refused + 1);
    if (unparsed || params.some((param) => problemOf(param, valueOf(param, values)))) refuse();
    else trigger.mutate({ body: { ...extrasBody(extras, zone), conf: conf as Record<string, never> }, unpause }, { onSuccess: then, onError: refuse });
  };
  return {
    params, values, conf, setConf, unparsed, change, strict: refused > 0, refused, errors: refusals(trigger.error), zone,
    take: (taken: Record<string, unknown> | null) => setValues(valuesOf(params, taken)),
    extras, setExtras, unpause, setUnpause, mayUnpause, busy: trigger.isPending, send,
  }; // prettier-ignore
}
