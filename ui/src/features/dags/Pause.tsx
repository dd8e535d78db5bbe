import { useTranslation } from "react-i18next";

import { Switch } from "@/components/Fields";
import { useSay } from "@/components/Toasts";
import { useMe } from "@/lib/me";

import styles from "./DagList.module.css";
import { usePause } from "./useDags";

interface PauseProps {
  dag: { dag_id: string; dag_display_name: string; is_paused: boolean };
  /** Say beside the switch which way it is. */
  words?: boolean;
}

/** Makes a DAG active, or pauses it. */
export function Pause({ dag, words }: PauseProps) {
  const { t } = useTranslation("dags");
  const { may } = useMe();
  const say = useSay();
  const pause = usePause();
  const paused = pause.isPending ? pause.variables.paused : dag.is_paused;
  const toggle = (
    <Switch
      on={!paused}
      disabled={!may("dag", "edit")}
      label={t("activeOf", { dag: dag.dag_display_name })}
      onChange={(on) => pause.mutate({ dagId: dag.dag_id, paused: !on }, { onError: say.failed })}
    />
  );
  if (!words) return toggle;
  return (
    <span className={styles.pause}>
      {toggle}
      <span aria-hidden>{t(paused ? "paused" : "active")}</span>
    </span>
  );
}
