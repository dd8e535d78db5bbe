import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, data, type Schemas } from "@/api/client";
import { Button } from "@/components/Button";
import { Code } from "@/components/Code";
import { Dialog } from "@/components/Dialog";
import { Empty } from "@/components/Say";
import { When } from "@/components/When";
import { keys } from "@/lib/keys";
import { useMe } from "@/lib/me";

import styles from "./ImportErrors.module.css";

type ImportError = Schemas["ImportErrorResponse"];

/** The DAG files that cannot be read, and why. */
export function useImportErrors() {
  const { may } = useMe();
  return useQuery({
    queryKey: keys.all("dags", "import-errors"),
    queryFn: () => data(api.GET("/api/v2/importErrors", { params: { query: { limit: 100, order_by: ["-timestamp"] } } })),
    enabled: may("import_error", "read"),
  });
}

/** Says how many files cannot be read, where there are any; shows each with its traceback. */
export function ImportErrors({ open, onOpen }: { open: boolean; onOpen: (open: boolean) => void }) {
  const { t } = useTranslation("dags");
  const { data: answer } = useImportErrors();
  if (!answer) return null;
  const { import_errors: errors, total_entries: count } = answer;
  return (
    <>
      {count > 0 && (
        <div className={styles.banner} role="status">
          <TriangleAlert aria-hidden />
          <span>{t("imports.some", { count })}</span>
          <Button small onClick={() => onOpen(true)}>
            {t("imports.show")}
          </Button>
        </div>
      )}
      <Dialog open={open} onClose={() => onOpen(false)} title={t("imports.title")} description={count > 0 && t("imports.again")} wide>
        {count === 0 ? <Empty title={t("imports.none")} /> : errors.map((error) => <BrokenFile key={error.import_error_id} error={error} open={errors.length === 1} />)}
      </Dialog>
    </>
  );
}

/** One file that cannot be read. */
export function BrokenFile({ error, open }: { error: ImportError; open: boolean }) {
  const { t } = useTranslation("dags");
  const [reason = "", ...rest] = error.stack_trace.split("\n");
  return (
    <article className={styles.error}>
      <h3 className={styles.file}>{error.filename}</h3>
      <p className={styles.reason}>{reason}</p>
      <p className="muted">
        {t("imports.since")} <When at={error.timestamp} ago />
        {error.bundle_name && ` · ${error.bundle_name}`}
      </p>
      {rest.length > 0 && (
        <details open={open}>
          <summary>{t("imports.show")}</summary>
          <Code text={error.stack_trace} height="22rem" />
        </details>
      )}
    </article>
  );
}
