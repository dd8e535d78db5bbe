import { useTranslation } from "react-i18next";

import { type InstanceView, MappedInstances } from "@/features/task/MappedInstances";

import { useInstances } from "./useTaskKey";

/** In place of what only one instance of a mapped task has: the instances, each leading to its own. */
export function ChooseInstance({ view }: { view: InstanceView }) {
  const { t } = useTranslation("task");
  return (
    <>
      <p>
        <strong>{t("mapped.choose")}</strong> <span className="muted">{t("mapped.chooseText")}</span>
      </p>
      <MappedInstances view={view} {...useInstances()} />
    </>
  );
}
