import { Link } from "@tanstack/react-router";
import { Play, Star } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { IconButton } from "@/components/Button";
import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { RunBars } from "@/components/RunBars";
import { Empty, Failure } from "@/components/Say";
import { StateBadge } from "@/components/StateBadge";
import { type Column, Table } from "@/components/Table";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { OnDag, useMe } from "@/lib/me";

import styles from "./DagList.module.css";
import { Pause } from "./Pause";
import { type Dag, type DagFilter, type RecentRun, useDags, useFavourite, useFavourites, useRecentRuns } from "./useDags";

interface DagListProps {
  filter: DagFilter;
  onFilter: (some: Partial<DagFilter>) => void;
  onTrigger: (dagId: string) => void;
}

/** All DAGs that the viewer may see and that fit what they asked for. */
export function DagList({ filter, onFilter, onTrigger }: DagListProps) {
  const { t } = useTranslation("dags");
  const { data, error, refetch, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useDags(filter);
  const dags = useMemo(() => data?.pages.flatMap((page) => page.dags) ?? [], [data]);
  const pages = useMemo(() => data?.pages.map((page) => page.dags.map((dag) => dag.dag_id)) ?? [], [data]);
  const columns = useColumns(useRecentRuns(pages, useMe().may("run", "read")), { onFilter, onTrigger, filter });
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <Card flush title={t("found", { count: data?.pages[0]?.total_entries ?? 0 })}>
      <Table
        label={t("title")}
        rows={dags}
        columns={columns}
        rowKey={(dag) => dag.dag_id}
        order={filter.order ?? "dag_display_name"}
        onOrder={(order) => onFilter({ order })}
        onEnd={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
        loading={isPending}
        rowHeight={52}
        height="calc(100dvh - 15.5rem)"
        empty={<Nothing filtered={Object.values(filter).some((value) => value !== undefined)} />}
      />
    </Card>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation("dags");
  return filtered ? <Empty title={t("nothing.filtered")} /> : <Empty title={t("nothing.title")}>{t("nothing.text")}</Empty>;
}

function useColumns(recent: ReadonlyMap<string, RecentRun[]>, { onFilter, onTrigger, filter }: DagListProps): Column<Dag>[] {
  const { t } = useTranslation("dags");
  const favourites = useFavourites();
  return [
    { key: "paused", header: t("active"), width: "4.5rem", cell: (dag) => <OnDag dagId={dag.dag_id}><Pause dag={dag} /></OnDag> },
    {
      key: "dag",
      header: t("dag"),
      sort: "dag_display_name",
      cell: (dag) => (
        <div className={styles.dag}>
          <Link to="/dags/$dagId" params={{ dagId: dag.dag_id }} className={styles.name}>
            {dag.dag_display_name}
          </Link>
          <span className={styles.narrow}>
            <Last dag={dag} run={recent.get(dag.dag_id)?.at(-1)} />
          </span>
          {dag.tags.map(({ name }) => (
            <Chip key={name} on={filter.tag?.includes(name) ?? false} onClick={() => onFilter({ tag: toggled(filter.tag, name) })}>
              {name}
            </Chip>
          ))}
        </div>
      ),
    },
    { key: "owner", header: t("owner"), wideOnly: true, width: "12rem", cell: (dag) => <Owners dag={dag} filter={filter} onFilter={onFilter} /> },
    { key: "schedule", header: t("schedule"), wideOnly: true, width: "11rem", cell: (dag) => <span className={styles.schedule} title={dag.timetable_description ?? ""}>{dag.timetable_periodic || dag.timetable_summary !== "None" ? dag.timetable_summary : t("byHand")}</span> },
    { key: "next", header: t("next"), sort: "next_dagrun", wideOnly: true, cell: (dag) => <NextRun dag={dag} /> },
    { key: "last", header: t("last"), wideOnly: true, width: "9rem", cell: (dag) => <Last dag={dag} run={recent.get(dag.dag_id)?.at(-1)} /> },
    {
      key: "recent",
      header: t("recent"),
      wideOnly: true,
      width: "8.5rem",
      cell: (dag) => (
        <RunBars
          dagId={dag.dag_id}
          runs={(recent.get(dag.dag_id) ?? []).map((run) => ({ runId: run.run_id, state: run.state, took: run.duration }))}
        />
      ),
    },
    {
      key: "do",
      header: <span className="visually-hidden">{t("actions")}</span>,
      width: "6rem",
      cell: (dag) => (
        <div className={styles.actions}>
          <OnDag dagId={dag.dag_id}>
            <Trigger dag={dag} onTrigger={onTrigger} />
          </OnDag>
          <Favourite dag={dag} marked={favourites.has(dag.dag_id)} />
        </div>
      ),
    },
  ];
}

function Trigger({ dag, onTrigger }: { dag: Dag; onTrigger: (dagId: string) => void }) {
  const { t } = useTranslation("dags");
  const { may } = useMe();
  if (!may("run", "create")) return null;
  return (
    <IconButton label={t("triggerOf", { dag: dag.dag_display_name })} onClick={() => onTrigger(dag.dag_id)}>
      <Play />
    </IconButton>
  );
}

/** The list without the name, or with it. */
export function toggled(list: readonly string[] | undefined, name: string): string[] | undefined {
  const rest = (list ?? []).filter((item) => item !== name);
  const next = rest.length === (list ?? []).length ? [...rest, name] : rest;
  return next.length > 0 ? next : undefined;
}

function Owners({ dag, filter, onFilter }: Pick<DagListProps, "filter" | "onFilter"> & { dag: Dag }) {
  return (
    <div className={styles.dag}>
      {dag.owners.map((name) => (
        <Chip key={name} on={filter.owner?.includes(name) ?? false} onClick={() => onFilter({ owner: toggled(filter.owner, name) })}>
          {name}
        </Chip>
      ))}
    </div>
  );
}

function Last({ dag, run }: { dag: Dag; run: RecentRun | undefined }) {
  if (!run) return <span className="muted">–</span>;
  return (
    <Link to="/dags/$dagId/runs/$runId" params={{ dagId: dag.dag_id, runId: run.run_id }} title={run.run_id}>
      <StateBadge state={run.state} />
    </Link>
  );
}

function NextRun({ dag }: { dag: Dag }) {
  const { t } = useTranslation("dags");
  if (dag.is_paused) return <span className="muted">{t("paused")}</span>;
  return <When at={dag.next_dagrun_run_after} ago />;
}

function Favourite({ dag, marked }: { dag: Dag; marked: boolean }) {
  const { t } = useTranslation("dags");
  const favourite = useFavourite();
  const on = favourite.isPending ? favourite.variables.on : marked;
  return (
    <IconButton label={t("favouriteOf", { dag: dag.dag_display_name })} aria-pressed={on} onClick={() => favourite.mutate({ dagId: dag.dag_id, on: !on })}>
      <Star className={on ? styles.star : ""} />
    </IconButton>
  );
}
