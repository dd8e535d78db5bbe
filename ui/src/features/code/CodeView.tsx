import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Copy } from "@/components/Copy";
import { Checkbox, Select } from "@/components/Fields";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { blocking } from "@/lib/failure";
import { useMe } from "@/lib/me";
import { useZone } from "@/lib/preferences";
import { asCount, asOneOf } from "@/lib/search";
import { absolute } from "@/lib/time";

import { About } from "./About";
import styles from "./CodeView.module.css";
import { Difference } from "./Difference";
import { Source } from "./Source";
import { useSource, useVersions, type Version } from "./useVersions";

/** What of this view stands in the address. */
export interface CodeSearch {
  version?: number | undefined;
  /** The version that it is compared with. */
  with?: number | undefined;
  view?: "unified" | undefined;
  whole?: "yes" | undefined;
}

export function codeSearch(search: Readonly<Record<string, unknown>>): CodeSearch {
  return {
    version: asCount(search.version, Number.MAX_SAFE_INTEGER),
    with: asCount(search.with, Number.MAX_SAFE_INTEGER),
    view: asOneOf(search.view, ["unified"] as const),
    whole: asOneOf(search.whole, ["yes"] as const),
  };
}

interface CodeProps {
  dagId: string;
  search: CodeSearch;
  onSearch: (some: Partial<CodeSearch>) => void;
  /** The DAG's own. */
  zone?: string | undefined;
}

/** The file of a DAG as it was in any version, and what changed between two. */
export function CodeView({ dagId, search, onSearch, zone }: CodeProps) {
  const { t } = useTranslation("code");
  const { may } = useMe();
  const { data, error, refetch } = useVersions(dagId);
  if (!may("code", "read")) return <Empty title={t("mayNot")}>{t("mayNotText")}</Empty>;
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton lines={12} />;
  const versions = data.dag_versions;
  const chosen = versions.find(({ version_number: number }) => number === search.version) ?? versions[0];
  if (!chosen) return <Empty title={t("none")}>{t("noneText")}</Empty>;
  const other = versions.find(({ version_number: number }) => number === search.with && number !== chosen.version_number);
  return (
    <div className={styles.view}>
      <Card flush title={t(other ? "difference" : "title")} actions={<Controls versions={versions} chosen={chosen} other={other} search={search} onSearch={onSearch} zone={zone} />}>
        <Shown dagId={dagId} chosen={chosen.version_number} other={other?.version_number} search={search} />
      </Card>
      <About dagId={dagId} version={chosen} zone={zone} />
    </div>
  );
}

interface ControlsProps extends Omit<CodeProps, "dagId"> {
  versions: readonly Version[];
  chosen: Version;
  other: Version | undefined;
}

function Controls({ versions, chosen, other, search, onSearch, zone }: ControlsProps) {
  const { t } = useTranslation("code");
  const shown = useZone(zone);
  const choices = versions.map(({ version_number: number, created_at: at }) => ({ value: String(number), label: `v${number} · ${absolute(at, shown, { seconds: false })}` }));
  return (
    <>
      <Select aria-label={t("choose")} value={chosen.version_number} choices={choices} onChange={({ target }) => onSearch({ version: Number(target.value) })} />
      {versions.length > 1 && (
        <Select
          aria-label={t("compareWith")}
          value={other?.version_number ?? ""}
          choices={[{ value: "", label: t("noCompare") }, ...choices.filter(({ value }) => value !== String(chosen.version_number)).map(({ value, label }) => ({ value, label: t("against", { version: label }) }))]}
          onChange={({ target }) => onSearch({ with: target.value ? Number(target.value) : undefined })}
        />
      )}
      {other && (
        <>
          <Select
            aria-label={t("columns")}
            value={search.view ?? ""}
            choices={[{ value: "", label: t("split") }, { value: "unified", label: t("unified") }]}
            onChange={({ target }) => onSearch({ view: target.value === "unified" ? "unified" : undefined })}
          />
          <Checkbox label={t("whole")} checked={search.whole === "yes"} onChange={({ target }) => onSearch({ whole: target.checked ? "yes" : undefined })} />
        </>
      )}
    </>
  );
}

function Shown({ dagId, chosen, other, search }: { dagId: string; chosen: number; other: number | undefined; search: CodeSearch }) {
  const { t } = useTranslation("code");
  const source = useSource(dagId, chosen);
  const before = useSource(dagId, other);
  const error = blocking(source.error, source.data) ?? blocking(before.error, before.data);
  if (error) return <Failure error={error} retry={() => void Promise.all([source.refetch(), ...(other === undefined ? [] : [before.refetch()])])} />;
  if (source.data === undefined || (other !== undefined && before.data === undefined)) {
    return (
      <div className={styles.waiting}>
        <Skeleton lines={12} />
      </div>
    );
  }
  const text = source.data;
  if (other !== undefined) return <Difference before={before.data ?? ""} after={text} oneColumn={search.view === "unified"} whole={search.whole === "yes"} />;
  if (text === "") return <Empty title={t("noSource")}>{t("noSourceText")}</Empty>;
  return (
    <div className={styles.holder}>
      <Source text={text} />
      <div className={styles.copy}>
        <Copy text={text} label={t("copy")} />
      </div>
    </div>
  );
}
