import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button, IconButton } from "@/components/Button";
import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Confirm } from "@/components/Dialog";
import { Meter } from "@/components/Meter";
import { useSay } from "@/components/Toasts";
import { useMe } from "@/lib/me";

import styles from "./Pools.module.css";
import { partsOf, wholeOf } from "./slots";
import { type Pool, useChange } from "./usePools";

export const DEFAULT = "default_pool";

/** One pool: its bar, who is in it, and what can be done. */
export function PoolCard({ pool, onEdit, onInside }: { pool: Pool; onEdit: () => void; onInside: () => void }) {
  const { t } = useTranslation("pools");
  const { may } = useMe();
  const [asking, setAsking] = useState(false);
  const actions = (
    <>
      {may("pool", "edit") && (
        <IconButton label={t("edit", { pool: pool.name })} onClick={onEdit}>
          <Pencil />
        </IconButton>
      )}
      {may("pool", "delete") && pool.name !== DEFAULT && (
        <IconButton label={t("delete", { pool: pool.name })} onClick={() => setAsking(true)}>
          <Trash2 />
        </IconButton>
      )}
    </>
  );
  return (
    <Card title={<span className={styles.name}>{pool.name}</span>} actions={actions} className={styles.card}>
      <div className={styles.body}>
        <Usage pool={pool} />
        {pool.description && <p className={styles.about}>{pool.description}</p>}
        <div className={styles.foot}>
          <span>{t(pool.name === DEFAULT ? "default" : pool.include_deferred ? "counted" : "uncounted")}</span>
          {may("task_instance", "read") && (
            <Button small kind="ghost" onClick={onInside}>
              {t("who")}
              <span className="visually-hidden">{pool.name}</span>
            </Button>
          )}
        </div>
      </div>
      <Deletion pool={pool} open={asking} onClose={() => setAsking(false)} />
    </Card>
  );
}

/** How its slots are divided, as a bar and in numbers. */
function Usage({ pool }: { pool: Pool }) {
  const { t } = useTranslation("pools");
  const parts = partsOf(pool);
  const words = parts.filter(({ value }) => value > 0).map(({ state, value }) => `${value} ${t(state)}`);
  const open = pool.slots < 0 ? "∞" : Math.max(0, pool.open_slots);
  return (
    <>
      <div className={styles.sum}>
        <strong className="num">{pool.slots < 0 ? "∞" : pool.slots}</strong>
        <span className="muted">{pool.slots < 0 ? t("unlimited") : t("slots", { count: pool.slots })}</span>
        {pool.slots >= 0 && pool.open_slots <= 0 && <Chip tone="warning">{t("full")}</Chip>}
        {pool.team_name && <Chip>{t("team", { team: pool.team_name })}</Chip>}
      </div>
      <Meter total={wholeOf(pool)} parts={parts} label={t("bar", { pool: pool.name, parts: [...words, `${open} ${t("open")}`].join(", ") })} />
      <ul className={styles.legend}>
        {[...parts, ...(pool.include_deferred ? [] : [{ state: "deferred" as const, value: pool.deferred_slots }])].map(({ state, value }) => (
          <li key={state}>
            <i data-state={state} />
            <b className="num">{value}</b> {t(state)}
          </li>
        ))}
        <li>
          <i data-open />
          <b className="num">{open}</b> {t("open")}
        </li>
      </ul>
    </>
  );
}

function Deletion({ pool, open, onClose }: { pool: Pool; open: boolean; onClose: () => void }) {
  const { t } = useTranslation("pools");
  const say = useSay();
  const change = useChange();
  const go = () =>
    change.mutate({ kind: "delete", name: pool.name }, { onSuccess: () => say.done(t("deleted", { pool: pool.name })), onError: say.failed, onSettled: onClose });
  return <Confirm open={open} onClose={onClose} onConfirm={go} title={t("ask", { pool: pool.name })} description={t("askText")} verb={t("delete", { ns: "common" })} dangerous busy={change.isPending} />;
}
