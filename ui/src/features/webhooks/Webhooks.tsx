import { Link } from "@tanstack/react-router";
import { History, KeyRound, Plus, Trash2, Webhook as Icon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button, IconButton } from "@/components/Button";
import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Copy } from "@/components/Copy";
import { Empty, Failure } from "@/components/Say";
import { type Column, Table } from "@/components/Table";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { useMe } from "@/lib/me";
import type { ViewProps } from "@/lib/search";

import { addressOf } from "./address";
import { Dialogs, type Open } from "./Dialogs";
import { useWebhooks, type Webhook } from "./useWebhooks";
import styles from "./Webhooks.module.css";

/** Doors through which other systems start runs, or update assets. */
export default function Webhooks(_: ViewProps) {
  const { t } = useTranslation("webhooks");
  const { may } = useMe();
  const { data: hooks, error, refetch, isPending } = useWebhooks();
  const [open, setOpen] = useState<Open>();
  const columns = useColumns(setOpen);
  if (blocking(error, hooks)) return <Failure error={error} retry={() => void refetch()} />;
  const add = may("user", "create") && (
    <Button small kind="primary" icon={<Plus />} onClick={() => setOpen({ what: "create" })}>
      {t("create")}
    </Button>
  );
  return (
    <Card flush title={t("found", { count: hooks?.length ?? 0 })} actions={add}>
      <Table label={t("label")} rows={hooks ?? []} columns={columns} rowKey={({ name }) => name} loading={isPending} empty={<Empty icon={<Icon />} title={t("none")}>{t("noneText")}</Empty>} />
      {open && <Dialogs open={open} onOpen={setOpen} />}
    </Card>
  );
}

function useColumns(onOpen: (open: Open) => void): Column<Webhook>[] {
  const { t } = useTranslation("webhooks");
  return [
    { key: "name", header: t("name"), cell: ({ name }) => <Name name={name} /> },
    { key: "does", header: t("does"), cell: (hook) => <Does hook={hook} /> },
    { key: "proof", header: t("proof"), wideOnly: true, cell: ({ signed_only: signed }) => <Chip>{t(signed ? "proofs.signed" : "proofs.bearer")}</Chip> },
    { key: "params", header: t("mapping"), wideOnly: true, cell: ({ params }) => <Params params={params} /> },
    { key: "made", header: t("made"), wideOnly: true, width: "8rem", cell: ({ created_at: at }) => <When at={at} ago /> },
    { key: "do", header: <span className="visually-hidden">{t("actions")}</span>, width: "8rem", cell: (hook) => <Deeds name={hook.name} onOpen={onOpen} /> },
  ];
}

/** Its name, and where the other system posts to. */
function Name({ name }: { name: string }) {
  const { t } = useTranslation("webhooks");
  return (
    <div className={styles.name}>
      <strong>{name}</strong>
      <span className={styles.address}>
        <code>{`/api/v2/webhooks/${name}`}</code>
        <Copy text={addressOf(name)} label={t("copyAddress", { name })} />
      </span>
    </div>
  );
}

function Does({ hook }: { hook: Webhook }) {
  const { t } = useTranslation("webhooks");
  if (hook.dag_id !== null)
    return (
      <>
        {t("starts")}{" "}
        <Link to="/dags/$dagId" params={{ dagId: hook.dag_id }}>
          {hook.dag_id}
        </Link>
      </>
    );
  return (
    <>
      {t("updates")} {hook.asset_name ?? hook.asset_id}
    </>
  );
}

function Params({ params }: { params: Webhook["params"] }) {
  const { t } = useTranslation("webhooks");
  const entries = Object.entries(params);
  if (entries.length === 0) return <span className="muted">{t("wholeBody")}</span>;
  return (
    <ul className={styles.params}>
      {entries.map(([param, pointer]) => (
        <li key={param}>
          {param} ← <code>{pointer}</code>
        </li>
      ))}
    </ul>
  );
}

function Deeds({ name, onOpen }: { name: string; onOpen: (open: Open) => void }) {
  const { t } = useTranslation("webhooks");
  const { may } = useMe();
  return (
    <div className={styles.deeds}>
      {may("audit", "read") && (
        <IconButton label={t("deliveriesOf", { name })} onClick={() => onOpen({ what: "deliveries", name })}>
          <History />
        </IconButton>
      )}
      {may("user", "edit") && (
        <IconButton label={t("rotate", { name })} onClick={() => onOpen({ what: "secret", name })}>
          <KeyRound />
        </IconButton>
      )}
      {may("user", "delete") && (
        <IconButton label={t("delete", { name })} onClick={() => onOpen({ what: "delete", name })}>
          <Trash2 />
        </IconButton>
      )}
    </div>
  );
}
