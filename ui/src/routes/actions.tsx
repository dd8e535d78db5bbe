import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Page } from "@/components/Page";
import { Questions } from "@/features/actions/Questions";

/** `/actions`: what people are waited for. */
export default function ActionsPage() {
  const { t } = useTranslation("actions");
  const search = useSearch({ from: "/actions" });
  const navigate = useNavigate({ from: "/actions" });
  return (
    <Page title={t("title")} summary={t("summary")}>
      <Questions answered={search.answered === true} onAnswered={(answered) => void navigate({ search: answered ? { answered: true } : {}, replace: true })} />
    </Page>
  );
}
