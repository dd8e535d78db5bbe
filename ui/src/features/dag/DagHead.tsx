import { Fragment } from "react";
import { useTranslation } from "react-i18next";

import { Chip } from "@/components/Chip";
import { When } from "@/components/When";
import { safeLink } from "@/lib/address";

import { type DagDetails } from "./useDag";

/** A DAG in one line: its schedule, its next run, its owners, its tags. */
export function DagSummary({ dag }: { dag: DagDetails }) {
  const { t } = useTranslation("dag");
  return (
    <>
      {dag.is_paused && <Chip tone="warning">{t("paused")}</Chip>}
      <span title={dag.timetable_description ?? ""}>{dag.timetable_summary}</span>
      {dag.next_dagrun_run_after && !dag.is_paused && (
        <span>
          {t("next")} <When at={dag.next_dagrun_run_after} dagZone={dag.timezone} ago />
        </span>
      )}
      <Owners dag={dag} />
      {dag.tags.map(({ name }) => (
        <Chip key={name}>{name}</Chip>
      ))}
    </>
  );
}

/** Owners, each with the page or mail address that the DAG's file gives for them. */
function Owners({ dag }: { dag: DagDetails }) {
  return (
    <span>
      {dag.owners.map((owner, place) => {
        const link = safeLink(dag.owner_links?.[owner]);
        return (
          <Fragment key={owner}>
            {place > 0 && ", "}
            {link ? (
              <a href={link} target="_blank" rel="noreferrer noopener">
                {owner}
              </a>
            ) : (
              owner
            )}
          </Fragment>
        );
      })}
    </span>
  );
}
