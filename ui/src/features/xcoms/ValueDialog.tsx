import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Copy } from "@/components/Copy";
import { Dialog } from "@/components/Dialog";
import { Failure, Skeleton } from "@/components/Say";
import { Value } from "@/components/Value";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";

import { taskLabel } from "./names";
import { useValue, type XComName } from "./useXcoms";
import styles from "./Xcoms.module.css";

/** The value of one XCom, as a tree or a table. */
export function ValueDialog({ name, onClose }: { name: XComName; onClose: () => void }) {
  const { t } = useTranslation("xcoms");
  const { data, error } = useValue(name);
  const about = (
    <div className={styles.place}>
      <span>{[name.dag, name.run, taskLabel(name.task, name.mapIndex)].join(" · ")}</span>
      {data && <When at={data.timestamp} ago />}
      <Link to="/dags/$dagId/runs/$runId/tasks/$taskId/xcom" params={{ dagId: name.dag, runId: name.run, taskId: name.task }} search={{ map_index: name.mapIndex }}>
        {t("toTask")}
      </Link>
    </div>
  );
  return (
    <Dialog open onClose={onClose} title={name.key} description={about} footer={data && <Copy text={JSON.stringify(data.value, null, 2)} />} wide>
      {blocking(error, data) ? <Failure error={error} /> : data ? <Value value={data.value} /> : <Skeleton lines={4} />}
    </Dialog>
  );
}
