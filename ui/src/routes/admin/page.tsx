import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";

import { Empty, Skeleton } from "@/components/Say";
import { useMe } from "@/lib/me";

import { isAdminPage, PAGES } from "./pages";

/** `/admin/$page`: one of them, for whoever may read what it is about. */
export default function OneAdminPage() {
  const { t } = useTranslation("admin");
  const { may } = useMe();
  const { page } = useParams({ from: "/admin/$page" });
  const search = useSearch({ from: "/admin/$page" });
  const navigate = useNavigate({ from: "/admin/$page" });
  if (!isAdminPage(page)) return null;
  const { wants, View } = PAGES[page];
  if (!may(wants, "read")) return <Empty title={t("refused")}>{t("refusedText")}</Empty>;
  return (
    <Suspense fallback={<Skeleton lines={8} />}>
      <View key={page} search={search} onSearch={(some) => void navigate({ search: (old) => ({ ...old, ...some }), replace: true })} />
    </Suspense>
  );
}
