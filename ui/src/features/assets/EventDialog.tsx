import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Confirm } from "@/components/Dialog";
import { Field, TextInput } from "@/components/Fields";
import { useSay } from "@/components/Toasts";

import { isObject, JsonObjectField } from "./JsonObjectField";
import { type Asset } from "./useAssets";
import { useCreateEvent } from "./useAssetActions";

/** Says that the asset was updated by something that is no task here. */
export function EventDialog({ asset, onClose }: { asset: Asset; onClose: () => void }) {
  const { t } = useTranslation("assets");
  const say = useSay();
  const create = useCreateEvent(asset.id);
  const [extra, setExtra] = useState<unknown>({});
  const [partitionKey, setPartitionKey] = useState("");
  const act = () => {
    if (!isObject(extra)) return;
    create.mutate(
      { extra, partitionKey },
      {
        onSuccess: () => {
          say.done(t("event.done"), waiting(asset).join(", "));
          onClose();
        },
        onError: say.failed,
      },
    );
  };
  const dags = waiting(asset);
  return (
    <Confirm
      open
      onClose={onClose}
      onConfirm={act}
      title={t("event.title", { asset: asset.name })}
      description={dags.length > 0 ? t("event.starts", { dags: dags.join(", ") }) : t("event.startsNothing")}
      verb={t("event.verb")}
      busy={create.isPending}
      disabled={!isObject(extra)}
    >
      <JsonObjectField label={t("event.extra")} help={t("event.extraHelp")} value={extra} onChange={setExtra} />
      <Field label={t("partitionKey")} help={t("event.partitionHelp")}>
        {(ids) => <TextInput {...ids} value={partitionKey} maxLength={250} onChange={(event) => setPartitionKey(event.target.value)} />}
      </Field>
    </Confirm>
  );
}

function waiting(asset: Asset): string[] {
  return asset.scheduled_dags.map((one) => one.dag_id);
}
