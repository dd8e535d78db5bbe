import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Confirm } from "@/components/Dialog";
import { Field, TextInput } from "@/components/Fields";
import { useSay } from "@/components/Toasts";

import styles from "./assets.module.css";
import { isObject, JsonObjectField } from "./JsonObjectField";
import { type Asset } from "./useAssets";
import { useMaterialize } from "./useAssetActions";

/** Runs the DAG that makes the asset. Where several do, the server refuses, and each can be triggered from here. */
export function MaterializeDialog({ asset, onClose }: { asset: Asset; onClose: () => void }) {
  const { t } = useTranslation("assets");
  const say = useSay();
  const materialize = useMaterialize(asset.id);
  const [conf, setConf] = useState<unknown>({});
  const [partitionKey, setPartitionKey] = useState("");
  const [note, setNote] = useState("");
  const act = () => {
    if (!isObject(conf)) return;
    materialize.mutate(
      { conf, partitionKey, note },
      {
        onSuccess: (run) => {
          say.done(t("materialize.done", { dag: run.dag_display_name }), run.dag_run_id);
          onClose();
        },
      },
    );
  };
  const makers = [...new Set(asset.producing_tasks.map((task) => task.dag_id))];
  return (
    <Confirm
      open
      onClose={onClose}
      onConfirm={act}
      title={t("materialize.title", { asset: asset.name })}
      description={t("materialize.text", { dags: makers.join(", ") })}
      verb={t("materialize.verb")}
      busy={materialize.isPending}
      disabled={!isObject(conf)}
    >
      {materialize.error && (
        <div role="alert" className={styles.problem}>
          {materialize.error.message}
          <ul>
            {makers.map((dagId) => (
              <li key={dagId}>
                <Link to="/dags/$dagId" params={{ dagId }} search={{ trigger: true }}>
                  {t("materialize.trigger", { dag: dagId })}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      )}
      <JsonObjectField label={t("materialize.conf")} help={t("materialize.confHelp")} value={conf} onChange={setConf} />
      <Field label={t("partitionKey")} help={t("materialize.partitionHelp")}>
        {(ids) => <TextInput {...ids} value={partitionKey} maxLength={250} onChange={(event) => setPartitionKey(event.target.value)} />}
      </Field>
      <Field label={t("materialize.note")}>{(ids) => <TextInput {...ids} value={note} maxLength={1000} onChange={(event) => setNote(event.target.value)} />}</Field>
    </Confirm>
  );
}
