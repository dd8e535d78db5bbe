import { Link } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { IconButton } from "@/components/Button";
import { Card } from "@/components/Card";
import { Confirm } from "@/components/Dialog";
import { useSay } from "@/components/Toasts";
import { When } from "@/components/When";
import { useMe } from "@/lib/me";

import styles from "./assets.module.css";
import { useForget } from "./useAssetActions";
import { type QueuedEvent, useQueued } from "./useAssets";

/** DAGs that have an update of the asset, and wait for other assets, or to be unpaused. */
export function Queued({ assetId }: { assetId: number }) {
  const { t } = useTranslation(["assets", "common"]);
  const { may } = useMe();
  const say = useSay();
  const { data } = useQueued(assetId);
  const forget = useForget(assetId);
  const [asked, setAsked] = useState<QueuedEvent>();
  const close = () => setAsked(undefined);
  if (!data || data.length === 0) return null;
  return (
    <Card title={t("queued.title")}>
      <p className="muted">{t("queued.text")}</p>
      <ul className={styles.rows}>
        {data.map((one) => (
          <li key={one.dag_id}>
            <Link to="/dags/$dagId" params={{ dagId: one.dag_id }}>
              {one.dag_display_name}
            </Link>
            <span className={styles.run}>
              <span className="muted">
                <When at={one.created_at} ago />
              </span>
              {may("asset", "delete") && (
                <IconButton label={t("queued.forget", { dag: one.dag_display_name })} onClick={() => setAsked(one)}>
                  <Trash2 />
                </IconButton>
              )}
            </span>
          </li>
        ))}
      </ul>
      <Confirm
        open={asked !== undefined}
        onClose={close}
        onConfirm={() => asked && forget.mutate(asked.dag_id, { onSuccess: close, onError: say.failed })}
        title={t("queued.forget", { dag: asked?.dag_display_name ?? "" })}
        description={t("queued.forgetText")}
        verb={t("common:delete")}
        dangerous
        busy={forget.isPending}
      />
    </Card>
  );
}
