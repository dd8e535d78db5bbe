import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Page } from "@/components/Page";
import { Home } from "@/features/home/Home";
import { ImportErrors } from "@/features/imports/ImportErrors";

/** `/`: how everything is. */
export default function HomePage() {
  const { t } = useTranslation("home");
  const { errors } = useSearch({ from: "/" });
  const navigate = useNavigate({ from: "/" });
  const imports = <ImportErrors open={errors ?? false} onOpen={(open) => void navigate({ search: open ? { errors: true } : {}, replace: !open })} />;
  return (
    <Page title={t("title")}>
      <Home imports={imports} />
    </Page>
  );
}
