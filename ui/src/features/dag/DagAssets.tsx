import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api, data } from "@/api/client";
import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { When } from "@/components/When";
import { keys } from "@/lib/keys";
import { useMe } from "@/lib/me";

import styles from "./Views.module.css";

/** The assets that a DAG makes, uses, or waits for. */
export function DagAssets({ dagId }: { dagId: string }) {
  const { t } = useTranslation("dag");
  const { may } = useMe();
  const { data: answer } = useQuery({
    queryKey: keys.dag(dagId, "assets"),
    queryFn: () => data(api.GET("/api/v2/assets", { params: { query: { dag_ids: [dagId], limit: 50 } } })),
    enabled: may("asset", "read"),
  });
  if (!answer || answer.assets.length === 0) return null;
  return (
    <Card title={t("over.assets")}>
      {answer.assets.map((asset) => (
        <div key={asset.id} className={styles.run}>
          <Chip>{t(asset.producing_tasks.some((task) => task.dag_id === dagId) ? "over.makes" : "over.uses")}</Chip>
          <Link to="/assets/$assetId" params={{ assetId: String(asset.id) }}>
            {asset.name}
          </Link>
          <span className="muted">{asset.last_asset_event?.timestamp ? <When at={asset.last_asset_event.timestamp} ago /> : t("over.never")}</span>
        </div>
      ))}
    </Card>
  );
}
