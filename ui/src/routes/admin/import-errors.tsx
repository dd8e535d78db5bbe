import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { BrokenFile, useImportErrors } from "@/features/imports/ImportErrors";
import { blocking } from "@/lib/failure";

/** `/admin/import-errors`: the DAG files that cannot be read, and why. */
export default function ImportErrorsPage() {
  const { t } = useTranslation("dags");
  const { data, error, refetch } = useImportErrors();
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton lines={6} />;
  const { import_errors: errors, total_entries: count } = data;
  if (count === 0) return <Empty title={t("imports.none")} />;
  return (
    <>
      <p className="muted">{t("imports.again")}</p>
      {errors.map((one) => (
        <Card key={one.import_error_id}>
          <BrokenFile error={one} open={errors.length === 1} />
        </Card>
      ))}
    </>
  );
}
