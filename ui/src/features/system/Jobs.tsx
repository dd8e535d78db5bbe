import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Select } from "@/components/Fields";
import { Filters, LateSearch } from "@/components/Filters";
import { Empty, Failure } from "@/components/Say";
import { type Column, Table } from "@/components/Table";
import { Took, When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { useNow } from "@/lib/now";
import { asOneOf, asText, type ViewProps } from "@/lib/search";
import { duration, elapsed } from "@/lib/time";

import { healthOf } from "./health";
import { type Job, JOB_STATES, JOB_TYPES, useAlive, useJobs } from "./useSystem";

/** The processes of this installation: which run, and whether they are heard of. */
export default function Jobs({ search, onSearch }: ViewProps) {
  const { t } = useTranslation("system");
  const filter = { type: asOneOf(search.type, JOB_TYPES), state: asOneOf(search.state, JOB_STATES), host: asText(search.host) };
  const { data, error, refetch, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useJobs(filter);
  const { data: alive } = useAlive();
  const jobs = useMemo(() => data?.pages.flatMap((page) => page.jobs) ?? [], [data]);
  const columns = useColumns(alive);
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <>
      <Filters>
        <LateSearch label={t("jobs.searchHost")} value={filter.host} onChange={(host) => onSearch({ host })} />
        <Select
          aria-label={t("jobs.type")}
          choices={[{ value: "", label: t("jobs.anyType") }, ...JOB_TYPES.map((value) => ({ value, label: t(`jobs.types.${value}`) }))]}
          value={filter.type ?? ""}
          onChange={(event) => onSearch({ type: event.target.value || undefined })}
        />
        {JOB_STATES.map((state) => (
          <Chip key={state} on={filter.state === state} onClick={() => onSearch({ state: filter.state === state ? undefined : state })}>
            {t(`jobs.states.${state}`)}
          </Chip>
        ))}
      </Filters>
      <Card flush title={t("jobs.found", { count: data?.pages[0]?.total_entries ?? 0 })}>
        <Table
          label={t("jobs.label")}
          rows={jobs}
          columns={columns}
          rowKey={({ id }) => String(id)}
          loading={isPending}
          onEnd={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
          empty={<Empty title={t("jobs.none")}>{t("jobs.noneText")}</Empty>}
        />
      </Card>
    </>
  );
}

function useColumns(alive: ReadonlySet<number> | undefined): Column<Job>[] {
  const { t } = useTranslation("system");
  return [
    { key: "type", header: t("jobs.type"), cell: ({ job_type: type }) => <strong>{t(`jobs.types.${type ?? ""}`, { defaultValue: type ?? "–" })}</strong> },
    { key: "health", header: t("jobs.health"), cell: (job) => <Health job={job} alive={alive} /> },
    { key: "beat", header: t("jobs.beat"), right: true, cell: (job) => <Beat job={job} /> },
    { key: "host", header: t("workers.host"), cell: ({ hostname }) => hostname ?? "–" },
    { key: "user", header: t("jobs.user"), wideOnly: true, cell: ({ unixname }) => unixname ?? "–" },
    { key: "start", header: t("jobs.start"), wideOnly: true, cell: ({ start_date: at }) => <When at={at} /> },
    { key: "took", header: t("jobs.took"), wideOnly: true, right: true, cell: ({ start_date: start, end_date: end, latest_heartbeat: last, state }) => <Took start={start} end={end ?? (state === "running" ? null : last)} /> },
    { key: "id", header: t("jobs.id"), wideOnly: true, right: true, cell: ({ id }) => <span className="num">{id}</span> },
  ];
}

const TONES = { healthy: "accent", lost: "danger", failed: "danger" } as const;

function Health({ job, alive }: { job: Job; alive: ReadonlySet<number> | undefined }) {
  const { t } = useTranslation("system");
  const health = healthOf(job, alive);
  const tone = health in TONES ? TONES[health as keyof typeof TONES] : undefined;
  return <Chip {...(tone ? { tone } : {})}>{t(`jobs.healths.${health}`)}</Chip>;
}

/** How long ago it was heard of; of one that has ended, nothing. */
function Beat({ job: { state, latest_heartbeat: last } }: { job: Job }) {
  const now = useNow(state === "running");
  return state === "running" && last ? <span className="num">{duration(Math.max(0, elapsed(last, null, now) ?? 0))}</span> : <When at={last} ago />;
}
