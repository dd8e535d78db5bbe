import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Chip } from "@/components/Chip";
import { Page } from "@/components/Page";
import { TypedSearch } from "@/components/TypedSearch";
import { useDag } from "@/features/dag/useDag";
import { DagList, toggled } from "@/features/dags/DagList";
import { ImportErrors } from "@/features/imports/ImportErrors";
import { TriggerDialog } from "@/features/trigger/TriggerDialog";

import styles from "./dags.module.css";
import { type DagsSearch } from "./router";

type Changes = { [Name in keyof DagsSearch]: DagsSearch[Name] | undefined };

/** `/dags`: every filter stands in the address. */
export default function DagsPage() {
  const { t } = useTranslation("dags");
  const search = useSearch({ from: "/dags" });
  const { trigger, errors, ...filter } = search;
  const navigate = useNavigate({ from: "/dags" });
  const change = (some: Changes) => void navigate({ search: (old) => ({ ...old, ...some }), replace: true });
  return (
    <Page title={t("title")}>
      <div className={styles.filters}>
        <TypedSearch label={t("search")} value={search.q ?? ""} onChange={(q) => change({ q: q || undefined })} className={styles.search} />
        <Chip on={search.paused === undefined} onClick={() => change({ paused: undefined })}>{t("filter.all")}</Chip>
        <Chip on={search.paused === false} onClick={() => change({ paused: search.paused === false ? undefined : false })}>{t("filter.active")}</Chip>
        <Chip on={search.paused === true} onClick={() => change({ paused: search.paused ? undefined : true })}>{t("filter.paused")}</Chip>
        <span className={styles.gap} />
        <Chip on={search.state === "failed"} onClick={() => change({ state: search.state === "failed" ? undefined : "failed" })}>{t("filter.failed")}</Chip>
        <Chip on={search.state === "running"} onClick={() => change({ state: search.state === "running" ? undefined : "running" })}>{t("filter.running")}</Chip>
        <Chip on={search.favourite ?? false} onClick={() => change({ favourite: search.favourite ? undefined : true })}>{t("filter.favourites")}</Chip>
        <Chosen names={search.tag ?? []} onRemove={(name) => change({ tag: toggled(search.tag, name) })} />
        <Chosen names={search.owner ?? []} onRemove={(name) => change({ owner: toggled(search.owner, name) })} />
      </div>
      <ImportErrors open={errors ?? false} onOpen={(open) => change({ errors: open || undefined })} />
      <DagList filter={filter} onFilter={change} onTrigger={(dagId) => change({ trigger: dagId })} />
      {trigger !== undefined && <Trigger dagId={trigger} onClose={() => change({ trigger: undefined })} />}
    </Page>
  );
}

/** Tags and owners that the list is narrowed to; the rows may hide them. */
function Chosen({ names, onRemove }: { names: readonly string[]; onRemove: (name: string) => void }) {
  const { t } = useTranslation("dags");
  return names.map((name) => (
    <Chip key={name} on onClick={() => onRemove(name)}>
      <span title={t("chosen", { name })}>{name} ×</span>
    </Chip>
  ));
}

function Trigger({ dagId, onClose }: { dagId: string; onClose: () => void }) {
  const { data: dag } = useDag(dagId);
  return dag ? <TriggerDialog dag={dag} again={undefined} onClose={onClose} /> : null;
}
