import { CircleAlert, CircleCheck } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { Dialog } from "@/components/Dialog";
import { Failure, Skeleton } from "@/components/Say";

import styles from "./Connections.module.css";
import { type Tried, useConnection, useTest } from "./useConnections";

/** Has a worker try out a connection as it is kept, and says what came of it. */
export function TestDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useTranslation("connections");
  const { data: kept, error } = useConnection(name);
  const { mutate, ...test } = useTest();
  const type = kept?.conn_type;
  useEffect(() => {
    if (type !== undefined) mutate({ connection_id: name, conn_type: type });
  }, [name, type, mutate]);
  return (
    <Dialog open onClose={onClose} title={t("test", { id: name })}>
      {error ? <Failure error={error} /> : kept ? <Outcome running={test.isPending} tried={test.data} error={test.error} /> : <Skeleton lines={2} />}
    </Dialog>
  );
}

/** How a test went, or that it goes on. */
export function Outcome({ running, tried, error }: { running: boolean; tried: Tried | undefined; error: Error | null }) {
  const { t } = useTranslation("connections");
  if (running) return <p role="status">{t("try.running")}</p>;
  const found = error ? { works: false, message: error.message } : tried;
  if (!found) return null;
  return (
    <div role="status" className={styles.tried} data-works={found.works}>
      {found.works ? <CircleCheck aria-hidden /> : <CircleAlert aria-hidden />}
      <div>
        <strong>{t(found.works ? "try.works" : "try.fails")}</strong>
        <p>{found.message}</p>
      </div>
    </div>
  );
}
