import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Code } from "@/components/Code";
import { Confirm, Dialog } from "@/components/Dialog";
import { Field, TextInput } from "@/components/Fields";
import { FormDialog } from "@/components/FormDialog";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { ShownOnce } from "@/components/ShownOnce";
import { useSay } from "@/components/Toasts";
import { When } from "@/components/When";

import { addressOf } from "./address";
import { changeSecret, deleteWebhook, type Secret, useDeed, useDeliveries } from "./useWebhooks";
import { WebhookForm } from "./WebhookForm";
import styles from "./Webhooks.module.css";

export type Open = { what: "create" } | { what: "made"; made: Secret } | { what: "secret" | "delete" | "deliveries"; name: string };

/** What is asked or shown of one webhook. */
export function Dialogs({ open, onOpen }: { open: Open; onOpen: (open: Open | undefined) => void }) {
  const onClose = () => onOpen(undefined);
  const onMade = (made: Secret) => onOpen({ what: "made", made });
  if (open.what === "create") return <WebhookForm onClose={onClose} onMade={onMade} />;
  if (open.what === "made") return <Made made={open.made} onClose={onClose} />;
  if (open.what === "secret") return <NewSecret name={open.name} onClose={onClose} onMade={onMade} />;
  return open.what === "delete" ? <Delete name={open.name} onClose={onClose} /> : <Deliveries name={open.name} onClose={onClose} />;
}

/** What to give to the other system: the address, and the secret, where it was made here. */
function Made({ made: { name, secret }, onClose }: { made: Secret; onClose: () => void }) {
  const { t } = useTranslation("webhooks");
  const where = (
    <>
      <h3>{t("paste")}</h3>
      <Code text={addressOf(name)} wrap />
    </>
  );
  if (secret === null)
    return (
      <Dialog open onClose={onClose} title={t("ready", { name })} description={t("yourSecret")}>
        {where}
      </Dialog>
    );
  return (
    <ShownOnce title={t("secretOf", { name })} secret={secret} onClose={onClose}>
      {where}
    </ShownOnce>
  );
}

function NewSecret({ name, onClose, onMade }: { name: string; onClose: () => void; onMade: (made: Secret) => void }) {
  const { t } = useTranslation("webhooks");
  const [secret, setSecret] = useState("");
  const change = useDeed(changeSecret);
  return (
    <FormDialog
      title={t("rotate", { name })}
      description={t("rotateText")}
      verb={t("rotateVerb")}
      onSave={() => change.mutate({ name, secret: secret.trim() || null }, { onSuccess: onMade })}
      onClose={onClose}
      busy={change.isPending}
      error={change.error}
    >
      <Field label={t("secret")} help={t("secretHelp")}>
        {(ids) => <TextInput {...ids} type="password" autoComplete="new-password" value={secret} onChange={(event) => setSecret(event.target.value)} />}
      </Field>
    </FormDialog>
  );
}

function Delete({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useTranslation("webhooks");
  const say = useSay();
  const remove = useDeed(deleteWebhook);
  const go = () => remove.mutate(name, { onSuccess: () => say.done(t("deleted", { name })), onError: say.failed, onSettled: onClose });
  return <Confirm open onClose={onClose} onConfirm={go} title={t("deleteTitle", { name })} description={t("deleteText")} verb={t("delete", { ns: "common" })} dangerous busy={remove.isPending} />;
}

/** What came lately, and which runs it started. */
function Deliveries({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useTranslation("webhooks");
  const { data, error, refetch } = useDeliveries(name);
  return (
    <Dialog open onClose={onClose} title={t("deliveriesOf", { name })} description={t("deliveriesText")}>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={3} />}
      {data?.event_logs.length === 0 && <Empty title={t("nothingCame")}>{t("nothingCameText")}</Empty>}
      <ul className={styles.deliveries}>
        {data?.event_logs.map((entry) => (
          <li key={entry.event_log_id}>
            <When at={entry.when} />
            {entry.dag_id && entry.run_id ? (
              <Link to="/dags/$dagId/runs/$runId" params={{ dagId: entry.dag_id, runId: entry.run_id }}>
                {entry.run_id}
              </Link>
            ) : (
              <span>{t("assetUpdated")}</span>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
