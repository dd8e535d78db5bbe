import { Download } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/Button";
import { Card } from "@/components/Card";
import { Menu } from "@/components/Menu";
import { Empty, Failure } from "@/components/Say";
import { type Column, Table } from "@/components/Table";
import { useSay } from "@/components/Toasts";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { useZone } from "@/lib/preferences";
import { asCount, type ViewProps } from "@/lib/search";

import styles from "./Audit.module.css";
import { AuditFilters } from "./AuditFilters";
import { About } from "./About";
import { extraOf, summary } from "./entry";
import { asCsv, asJson, saveAs } from "./save";
import { type AuditFilter, type Entry, everyEntry, filterOf, MOST, useAudit } from "./useAudit";

/** Who did what, when, from where: searched, looked at one by one, taken along as a file. */
export default function Audit({ search, onSearch }: ViewProps) {
  const { t } = useTranslation("audit");
  const zone = useZone();
  const filter = filterOf(search);
  const { data, error, refetch, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useAudit(filter, zone);
  const entries = useMemo(() => data?.pages.flatMap((page) => page.event_logs) ?? [], [data]);
  const total = data?.pages[0]?.total_entries ?? 0;
  const columns = useColumns((id) => onSearch({ entry: id }));
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  const id = asCount(search.entry, Number.MAX_SAFE_INTEGER);
  const shown = entries.find((entry) => entry.event_log_id === id);
  return (
    <>
      <AuditFilters filter={filter} onFilter={onSearch} />
      <Card flush title={t("found", { count: total })} actions={total > 0 && <Export filter={filter} zone={zone} total={total} />}>
        <Table
          label={t("label")}
          rows={entries}
          columns={columns}
          rowKey={(entry) => String(entry.event_log_id)}
          loading={isPending}
          onEnd={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
          selected={(entry) => entry === shown}
          empty={<Empty title={t("none")}>{t("noneText")}</Empty>}
        />
      </Card>
      {shown && <About entry={shown} onClose={() => onSearch({ entry: undefined })} />}
    </>
  );
}

function useColumns(onShow: (id: number) => void): Column<Entry>[] {
  const { t } = useTranslation("audit");
  return [
    { key: "when", header: t("when"), width: "12rem", cell: ({ when }) => (
        <span className={styles.when}>
          <When at={when} />
        </span>
      ) },
    { key: "who", header: t("who"), cell: ({ owner }) => <span className={styles.who}>{owner ?? "–"}</span> },
    {
      key: "event",
      header: t("event"),
      cell: ({ event, event_log_id: id }) => (
        <button type="button" className={styles.event} aria-label={t("show", { event, id })} onClick={() => onShow(id)}>
          {event}
        </button>
      ),
    },
    { key: "about", header: t("about"), cell: (entry) => <Whereabouts entry={entry} /> },
    { key: "extra", header: t("extra"), wideOnly: true, cell: ({ extra }) => <span className={styles.extra}>{summary(extraOf(extra))}</span> },
  ];
}

function Whereabouts({ entry: { dag_id: dag, run_id: run, task_id: task } }: { entry: Entry }) {
  const parts = [dag, run, task].filter((part) => part !== null);
  return parts.length > 0 ? <span className={styles.whereabouts}>{parts.join(" › ")}</span> : <span className="muted">–</span>;
}

const FORMATS = { csv: { type: "text/csv;charset=utf-8", text: asCsv }, json: { type: "application/json", text: asJson } };

/** All that fits, as a file; where it is very much, the latest of it. */
function Export({ filter, zone, total }: { filter: AuditFilter; zone: string; total: number }) {
  const { t } = useTranslation("audit");
  const say = useSay();
  const [busy, setBusy] = useState(false);
  const go = async (format: keyof typeof FORMATS) => {
    setBusy(true);
    try {
      const entries = await everyEntry(filter, zone);
      saveAs(`audit-log.${format}`, FORMATS[format].type, FORMATS[format].text(entries));
      say.done(t("exported", { count: entries.length }), total > MOST ? t("cut", { total, most: MOST }) : undefined);
    } catch (error) {
      say.failed(error);
    } finally {
      setBusy(false);
    }
  };
  const items = (["csv", "json"] as const).map((format) => ({ label: t(`as.${format}`), onSelect: () => void go(format) }));
  return (
    <Menu
      trigger={
        <Button small icon={<Download />} busy={busy}>
          {t("export")}
        </Button>
      }
      items={items}
    />
  );
}
