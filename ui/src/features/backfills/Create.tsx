import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Checkbox, Field, Select, TextInput } from "@/components/Fields";
import { JsonArea } from "@/components/ParamControl";
import { Skeleton } from "@/components/Say";
import { useSay } from "@/components/Toasts";
import { When } from "@/components/When";
import { Unparsed } from "@/lib/params";
import { useZone } from "@/lib/preferences";
import { dayOf, fromLocal } from "@/lib/time";

import styles from "./Backfills.module.css";
import { type NewBackfill, useCreate, usePreview } from "./useBackfills";

const DAY = 86_400_000;
const SHOWN = 50;
const BEHAVIOURS = ["none", "failed", "completed"] as const;

interface Wish {
  from: string;
  to: string;
  most: string;
  backwards: boolean;
  reprocess: NewBackfill["reprocess_behavior"];
  conf: unknown;
}

function bodyOf(dagId: string, wish: Wish, zone: string): NewBackfill | undefined {
  const most = Number(wish.most);
  if (!wish.from || !wish.to || wish.from > wish.to || !Number.isInteger(most) || most < 1 || wish.conf instanceof Unparsed) return undefined;
  return {
    dag_id: dagId,
    from_date: fromLocal(wish.from, zone),
    to_date: fromLocal(wish.to, zone),
    run_backwards: wish.backwards,
    max_active_runs: most,
    reprocess_behavior: wish.reprocess,
    dag_run_conf: wish.conf as NewBackfill["dag_run_conf"],
    run_on_latest_version: null,
  };
}

/** Asks for the dates of a backfill and shows which runs it would make, before it makes them. */
export function Create({ dagId, dagZone, onClose }: { dagId: string; dagZone: string | null; onClose: () => void }) {
  const { t } = useTranslation("backfills");
  const zone = useZone(dagZone);
  const say = useSay();
  const [wish, setWish] = useState<Wish>(() => ({
    from: `${dayOf(Date.now() - 7 * DAY, zone)}T00:00`,
    to: `${dayOf(Date.now(), zone)}T00:00`,
    most: "10",
    backwards: false,
    reprocess: "none",
    conf: null,
  }));
  const change = (some: Partial<Wish>) => setWish({ ...wish, ...some });
  const body = bodyOf(dagId, wish, zone);
  const preview = usePreview(body);
  const create = useCreate(dagId);
  const count = preview.data?.total_entries ?? 0;
  const go = () => {
    if (!body) return;
    create.mutate(body, {
      onSuccess: (made) => {
        say.done(t("created", { id: made.id }));
        onClose();
      },
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("createTitle", { dag: dagId })}
      wide
      footer={
        <>
          <Button onClick={onClose}>{t("cancel", { ns: "common" })}</Button>
          <Button kind="primary" busy={create.isPending} disabled={!body || count === 0 || create.isPending} onClick={go}>
            {t("make", { count })}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        <Field label={t("from")} help={zone}>
          {(ids) => <TextInput {...ids} type="datetime-local" value={wish.from} onChange={(event) => change({ from: event.target.value })} />}
        </Field>
        <Field label={t("to")} help={zone} error={wish.from > wish.to ? t("order") : undefined}>
          {(ids) => <TextInput {...ids} type="datetime-local" value={wish.to} onChange={(event) => change({ to: event.target.value })} />}
        </Field>
        <Field label={t("reprocess")} help={t("reprocessHelp")}>
          {(ids) => (
            <Select {...ids} choices={BEHAVIOURS.map((value) => ({ value, label: t(`reprocessing.${value}`) }))} value={wish.reprocess} onChange={(event) => change({ reprocess: event.target.value as Wish["reprocess"] })} />
          )}
        </Field>
        <Field label={t("most")}>{(ids) => <TextInput {...ids} type="number" min={1} value={wish.most} onChange={(event) => change({ most: event.target.value })} />}</Field>
      </div>
      <Checkbox label={t("backwards")} checked={wish.backwards} onChange={(event) => change({ backwards: event.target.checked })} />
      <details>
        <summary>{t("conf")}</summary>
        <JsonArea value={wish.conf} empty onChange={(conf) => change({ conf })} rows={4} aria-label={t("conf")} aria-invalid={wish.conf instanceof Unparsed ? true : undefined} />
      </details>
      <Preview preview={preview} dagZone={dagZone} />
      {create.error && (
        <p role="alert" className={styles.error}>
          {create.error.message}
        </p>
      )}
    </Dialog>
  );
}

function Preview({ preview, dagZone }: { preview: ReturnType<typeof usePreview>; dagZone: string | null }) {
  const { t } = useTranslation("backfills");
  if (preview.error) return <p role="alert" className={styles.error}>{preview.error.message}</p>;
  if (preview.isLoading) return <Skeleton lines={2} />;
  if (!preview.data) return null;
  const { backfills: runs, total_entries: count } = preview.data;
  return (
    <section className={styles.preview} aria-live="polite">
      <h3>{t("preview", { count })}</h3>
      <ul>
        {runs.slice(0, SHOWN).map((run, place) => (
          <li key={place}>{run.logical_date ? <When at={run.logical_date} dagZone={dagZone} /> : run.partition_key}</li>
        ))}
        {count > SHOWN && <li className="muted">{t("andMore", { count: count - SHOWN })}</li>}
      </ul>
    </section>
  );
}
