import { useTranslation } from "react-i18next";

import { Button } from "@/components/Button";
import { TextInput } from "@/components/Fields";
import { LateSearch } from "@/components/Filters";

import styles from "./Audit.module.css";
import { type AuditFilter, TEXTS } from "./useAudit";

/** What narrows the log: parts of names, and from when to when. */
export function AuditFilters({ filter, onFilter }: { filter: AuditFilter; onFilter: (some: Record<string, unknown>) => void }) {
  const { t } = useTranslation("audit");
  const any = Object.values(filter).some((value) => value !== undefined);
  return (
    <div className={styles.filters}>
      {TEXTS.map((name) => (
        <LateSearch key={name} label={t(`filter.${name}`)} value={filter[name]} onChange={(text) => onFilter({ [name]: text })} />
      ))}
      <div className={styles.moments}>
        {(["from", "to"] as const).map((name) => (
          <label key={name} className={styles.moment}>
            {t(`filter.${name}`)}
            <TextInput type="datetime-local" value={filter[name] ?? ""} onChange={(event) => onFilter({ [name]: event.target.value || undefined })} />
          </label>
        ))}
        {any && (
          <Button kind="ghost" onClick={() => onFilter(Object.fromEntries([...TEXTS, "from", "to"].map((name) => [name, undefined])))}>
            {t("filter.clear")}
          </Button>
        )}
      </div>
    </div>
  );
}
