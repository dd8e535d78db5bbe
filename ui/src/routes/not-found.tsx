import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Page } from "@/components/Page";
import { Empty } from "@/components/Say";

/** For an address that leads nowhere. */
export function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t("notFound.title")}>
      <Empty title={t("notFound.text")}>
        <Link to="/">{t("notFound.home")}</Link>
      </Empty>
    </Page>
  );
}
